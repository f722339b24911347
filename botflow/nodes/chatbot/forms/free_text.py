"""A free text as the answer to a form's open question: what a person says around it, and what is no answer yet.

Only a first answer is looked at like this: who writes it once more means it as the text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

from botflow.engine.text_folding import fold
from botflow.languages import base_language
from botflow.nodes.answers.message import Message
from botflow.nodes.chatbot.forms.words import is_harmless, is_possessive, is_refusal

_MOST_NAME_WORDS = 4


def _phrases(listed: str) -> frozenset[str]:
    return frozenset(map(fold, listed.split(", ")))


def _starts(listed: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{'|'.join(listed.split(', '))})\s+(?=\S)", re.IGNORECASE)


_PLEASE = re.compile(
    r"(?<=\w)[\s,]+(?:please|pls|thanks|thank you|bitte|danke|por favor|gracias|svp|merci)[\s.!]*$", re.I
)
# "It's Bob" answers with "Bob". Before any other word than a name or a code these belong to the text: "it's broken".
_LEADS: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        "en": _starts(
            "it['’]s, it is, this is, i am, i['’]m, i am called, they call me, number, the number is, my number is"
        ),
        "de": _starts("es ist, das ist, ich bin, ich heiße, wir sind, auf, nummer, die nummer ist"),
        "es": _starts("es, soy, me llamo, somos, número, el número es"),
        "fr": _starts("c['’]est, je suis, je m['’]appelle, numéro, le numéro est"),
    }
)
# Also with up to two more words: "not sure yet".
_UNKNOWN: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "en": _phrases(
            "i don't know, i do not know, don't know, dont know, i dont know, idk, dunno, no idea, no clue, not sure, "
            "i'm not sure, i am not sure, i forgot"
        ),
        "de": _phrases(
            "weiß nicht, weiß ich, ich weiß nicht, ich weiß es, das weiß ich nicht, keine ahnung, "
            "bin nicht sicher, bin mir nicht sicher, nicht sicher"
        ),
        "es": _phrases("no sé, no lo sé, ni idea, no tengo idea, no estoy seguro, no estoy segura"),
        "fr": _phrases("je ne sais pas, je sais pas, sais pas, j'en sais rien, aucune idée, pas sûr, pas sûre"),
    }
)
_AS_BEFORE: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "en": _phrases(
            "the same, same, same as last time, same as before, same as always, as always, as usual, the usual, "
            "like last time"
        ),
        "de": _phrases("wie immer, wie letztes mal, wie beim letzten mal, dasselbe, das gleiche"),
        "es": _phrases("lo mismo, como siempre, como la última vez, igual que siempre"),
        "fr": _phrases("la même chose, pareil, comme d'habitude, comme la dernière fois"),
    }
)
# Beside words that change nothing: "I want to cancel". Interrupts are where a flow says what these do.
_LEAVING: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "en": _phrases(
            "cancel, never mind, nevermind, forget, stop, quit, exit, abort, help, start over, restart, go back"
        ),
        "de": _phrases("abbrechen, abbruch, vergiss, egal, stopp, stornieren, hilfe, von vorne, zurück"),
        "es": _phrases("cancelar, cancela, olvídalo, olvida, déjalo, parar, salir, ayuda, volver, atrás"),
        "fr": _phrases(
            "annuler, annule, annulez, oubliez, oublie, laisse tomber, laissez tomber, arrêter, aide, retour"
        ),
    }
)
_QUESTION_WORDS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "en": _phrases("what, why, where, how, which, who, when, what's, where's"),
        "de": _phrases("was, warum, wieso, wozu, wo, wie, welche, welcher, welches, wer, wann"),
        "es": _phrases("qué, por, dónde, cómo, cuál, quién, cuándo, para"),
        "fr": _phrases("quoi, pourquoi, où, comment, quel, quelle, qui, quand, qu'est-ce"),
    }
)


def is_no_text(text: str) -> bool:
    """Say whether a message holds marks and spaces only: "...", "??"."""
    return all(unicodedata.category(character)[0] in "PZC" for character in text)


def may_be_no_answer(message: Message, *, is_name: bool) -> bool:
    """Say whether a message may be no answer to a question for a text: "for", "I don't know", "cancel", "why do you
    ask?"; or, to one for a name: "no", "my wife"."""
    words, language = message.folded, message.language
    if all(is_harmless(word, language) for word in words):
        return True
    if is_name and (is_refusal(words[0]) or any(is_possessive(word, language) for word in words)):
        return True
    if " ".join(word for word in words if not is_harmless(word, language)) in _of(_LEAVING, language):
        return True
    is_question = message.text.rstrip().endswith("?") and words[0] in _of(_QUESTION_WORDS, language)
    beginnings = {" ".join(words[:count]) for count in range(max(1, len(words) - 2), len(words) + 1)}
    is_unknown = not beginnings.isdisjoint(_of(_UNKNOWN, language))
    return is_question or is_unknown or " ".join(words) in _of(_AS_BEFORE, language)


def without_frame(text: str, language: str) -> str:
    """Return a text without a "please" at its end, and a name or a code without the words that lead to it: "it's Bob",
    "I am Ann Lee", "number AB-1"."""
    text = _PLEASE.sub("", text)
    lead = _LEADS.get(base_language(language), _LEADS["en"]).match(text)
    rest = text[lead.end() :] if lead is not None else ""
    words = rest.split()
    is_name = 0 < len(words) <= _MOST_NAME_WORDS and all(map(_is_proper, words))
    return rest if is_name else text


def _is_proper(word: str) -> bool:
    return word[0].isupper() or any(map(str.isdigit, word))


def _of(listed: Mapping[str, frozenset[str]], language: str) -> frozenset[str]:
    return listed["en"] | listed.get(base_language(language), frozenset())
