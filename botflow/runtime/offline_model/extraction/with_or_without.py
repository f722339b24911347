"""A boolean by what is said of it: "with breakfast" is true, "no breakfast" and "I don't need breakfast" are false."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from botflow.languages import base_language
from botflow.nodes.answers.lexicons.lexicon import words as word_set
from botflow.runtime.offline_model.extraction.fields import Sought
from botflow.runtime.offline_model.features import Words

_WITH: Mapping[str, str] = MappingProxyType(
    {
        "en": "with, including, plus, i want, we want, i would like, we would like, i'd like, i need, we need",
        "de": "mit, inklusive, inkl, ich mochte, wir mochten, ich brauche, ich will, ich hatte gern",
        "es": "con, incluido, quiero, queremos, quisiera, necesito",
        "fr": "avec, je veux, je voudrais, nous voulons, nous voudrions, j'aimerais",
    }
)
_WITHOUT: Mapping[str, str] = MappingProxyType(
    {
        "en": "without, no, without any, i don't need, i don't want, we don't need, we don't want, i do not need, "
        "i do not want, we do not need, we do not want, i dont need, i dont want",
        "de": "ohne, kein, keine, keinen, ich brauche kein, ich brauche keine, ich brauche keinen, ich mochte kein, "
        "ich mochte keine, ich mochte keinen, wir brauchen kein, wir brauchen keine",
        "es": "sin, no quiero, no necesito, no queremos, no necesitamos",
        "fr": "sans, pas de, je ne veux pas de, je n'ai pas besoin de, nous ne voulons pas de",
    }
)
_ARTICLES = word_set("a an the some ein eine einen das den die der el la un una le de du des")
_JOINING = word_set("or not oder nicht o no ou pas maybe vielleicht quizas peut")


class Mentioned(NamedTuple):
    """A truth value, and the words that say it, from `first` up to `last`."""

    value: bool
    first: int
    last: int


def find_boolean(field: Sought, folded: Sequence[str], words: Words) -> Mentioned | None:
    """Return what the folded words of a message say of the field; None if nothing, or not for sure."""
    places = [at for at, word in enumerate(folded) if words.stem(word) in field.stems]
    if not places or places != list(range(places[0], places[-1] + 1)):
        return None
    first, last = places[0], places[-1] + 1
    while first and folded[first - 1] in _ARTICLES:
        first -= 1
    language = base_language(words.language)
    for value, phrases in ((False, _WITHOUT), (True, _WITH)):
        for said in _longest_first(phrases.get(language, "")):
            begin = first - len(said)
            if begin >= 0 and list(folded[begin:first]) == said and not (begin and folded[begin - 1] in _JOINING):
                return Mentioned(value, begin, last)
    return None


@cache
def _longest_first(listed: str) -> list[list[str]]:
    return sorted((phrase.split() for phrase in listed.split(", ")), key=len, reverse=True)
