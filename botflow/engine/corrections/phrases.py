"""Words for going back, per language: "back", "I meant 5", "no, Thursday". English is understood everywhere."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from botflow.engine.text_folding import fold
from botflow.languages import base_language

LONGEST = 200  # characters of a correction; a longer message says something else
MOST_WORDS = 4  # of a value behind a mere "no," or "sorry,"

_BACK: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "en": frozenset(("back", "go back", "undo", "previous", "previous question", "one step back")),
        "de": frozenset(("zuruck", "zurueck", "geh zuruck", "einen schritt zuruck", "vorherige frage")),
        "es": frozenset(("atras", "volver", "regresar", "anterior", "un paso atras", "pregunta anterior")),
        "fr": frozenset(("retour", "revenir", "en arriere", "precedent", "question precedente")),
    }
)
# Words that always begin a correction, and words that often begin one.
_MEANT: Mapping[str, str] = MappingProxyType(
    {
        "en": r"i meant(?: to (?:say|write|type))?|i mean|i wanted to say|make (?:it|that)|change (?:it|that) to"
        r"|correction",
        "de": r"ich meinte|ich meine|gemeint war|ich wollte .{0,20}sagen|korrektur",
        "es": r"quise decir|quer[ií]a decir|quiero decir|me refer[ií]a a|correcci[oó]n",
        "fr": r"je voulais dire|je veux dire|je voulais [eé]crire|correction",
    }
)
_SORRY: Mapping[str, str] = MappingProxyType(
    {
        "en": r"no|nope|sorry|oops|actually|wait|rather",
        "de": r"nein|nee|sorry|entschuldigung|verzeihung|quatsch|moment|doch lieber|lieber",
        "es": r"no|perd[oó]n|perdona|disculpa|lo siento|mejor",
        "fr": r"non|pardon|d[eé]sol[eé]e?|plut[oô]t|en fait",
    }
)


_THANKS = frozenset(
    (
        *("thanks", "thank you", "thank you very much", "thanks a lot", "thx"),
        *("danke", "danke schon", "danke schoen", "vielen dank"),
        *("gracias", "muchas gracias", "merci", "merci beaucoup", "merci bien"),
    )
)
_WAIT = frozenset(("wait", "moment"))
# Words that people use both to correct an answer and to add to it: "make it spicy".
_WISH: Mapping[str, str] = MappingProxyType(
    {
        "en": r"i mean|make (?:it|that)|change (?:it|that) to",
        "de": r"ich meine",
        "es": r"quiero decir",
        "fr": r"je veux dire",
    }
)
# Whole answers after a mere "sorry,": a polite refusal is not a correction.
_YES_OR_NO: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "en": frozenset(("yes", "yeah", "yep", "sure", "no", "nope", "not", "never")),
        "de": frozenset(("ja", "doch", "klar", "nein", "nee", "nicht", "nie")),
        "es": frozenset(("si", "claro", "no", "nunca")),
        "fr": frozenset(("oui", "si", "non", "pas", "jamais")),
    }
)


class Correction(NamedTuple):
    """The corrected answer; `is_clear` when the words can hardly mean anything else, `may_tell` when they may as well
    belong to a text ("No 12, Salad Lane"), `may_answer` when they say yes or no."""

    value: str
    is_clear: bool
    may_tell: bool = False
    may_answer: bool = False


def goes_back(said: str, language: str) -> bool:
    """Say whether these words ask for the previous question."""
    folded = fold(said) if len(said) <= LONGEST else ""
    return any(folded in _BACK.get(name, ()) for name in _languages(language))


def correction(said: str, language: str) -> Correction | None:
    """Return the correction in these words, if there is one: "sorry, I meant 5", "no, Thursday"."""
    text = said.strip()
    if len(text) > LONGEST:
        return None
    for name in _languages(language):
        if name not in _MEANT:
            continue
        sorry, meant = _SORRY[name], _MEANT[name]
        if found := re.match(rf"(?:(?:{sorry})\b[\s,.:;!…-]*){{0,3}}({meant})\b[\s,:-]*(.+)", text, re.IGNORECASE):
            return _value(found[2], True, may_tell=bool(re.fullmatch(_WISH[name], found[1], re.IGNORECASE)))
        if found := re.match(rf"({sorry})\b\s*([,.:;!…-]*)\s+(.+)", text, re.IGNORECASE):
            return _unclear(fold(found[1]), bool(found[2]), found[3], _YES_OR_NO[name] | _YES_OR_NO["en"])
    return None


def _unclear(opener: str, is_set_off: bool, words: str, yes_or_no: frozenset[str]) -> Correction | None:
    if (opener in _WAIT and not is_set_off) or fold(words) in _THANKS:
        return None  # "wait a second", "no, thanks"
    may_tell = len(words.split()) > 1 or (opener in yes_or_no and not is_set_off)
    return _value(words, False, may_tell=may_tell, may_answer=fold(words).split(" ")[0] in yes_or_no)


def _value(words: str, is_clear: bool, *, may_tell: bool = False, may_answer: bool = False) -> Correction | None:
    value = words.strip().rstrip(".!?… ")
    if not value or (not is_clear and len(value.split()) > MOST_WORDS):
        return None
    return Correction(value, is_clear, may_tell, may_answer)


def _languages(language: str) -> tuple[str, ...]:
    own = base_language(language)
    return (own,) if own == "en" else (own, "en")
