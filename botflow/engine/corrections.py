"""Words for going back, per language: "back", "I meant 5", "no, Thursday". English is understood everywhere."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from botflow.engine.folding import fold

LONGEST = 200  # characters of a correction; who writes more tells something else
MOST_WORDS = 4  # of a value behind a mere "no," or "sorry,"

_BACK: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "en": frozenset(("back", "go back", "undo", "previous", "previous question", "one step back")),
        "de": frozenset(("zuruck", "zurueck", "geh zuruck", "einen schritt zuruck", "vorherige frage")),
        "es": frozenset(("atras", "volver", "regresar", "anterior", "un paso atras", "pregunta anterior")),
        "fr": frozenset(("retour", "revenir", "en arriere", "precedent", "question precedente")),
    }
)
# What opens a correction that cannot be anything else, and what often opens one.
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


class Correction(NamedTuple):
    """What somebody meant to have answered; `is_clear` when their words can mean nothing else."""

    value: str
    is_clear: bool


def goes_back(said: str, language: str) -> bool:
    """Say whether these words ask for the former question."""
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
        if found := re.match(rf"(?:(?:{sorry})\b[\s,.:;!…-]*){{0,3}}(?:{meant})\b[\s,:-]*(.+)", text, re.IGNORECASE):
            return _value(found[1], True)
        if found := re.match(rf"(?:{sorry})\b[\s]*[,.:;!…-]*\s+(.+)", text, re.IGNORECASE):
            return _value(found[1], False)
    return None


def _value(words: str, is_clear: bool) -> Correction | None:
    value = words.strip().rstrip(".!?… ")
    return Correction(value, is_clear) if value and (is_clear or len(value.split()) <= MOST_WORDS) else None


def _languages(language: str) -> tuple[str, ...]:
    own = language.split("-")[0].lower()
    return (own,) if own == "en" else (own, "en")
