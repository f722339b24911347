"""The name by which somebody introduces themselves: "my name is Anna Smith". A clause of its own, with capitals."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from botflow.engine.text_folding import fold
from botflow.nodes.answers.lexicons.lexicon import words as word_set
from botflow.nodes.chatbot.forms.words import is_harmless, may_change
from botflow.runtime.offline_model.extraction.words import turning

_LETTERS = r"[^\W\d_]"
_NAME = rf"(?:[A-ZÀ-ÖØ-Þ]{_LETTERS}*(?:['’-]{_LETTERS}+)*)"
_PARTICLE = r"(?:(?:de|del|de la|van|van der|von|vom|zu|du|le|la|da|dos|bin|al|el|y)\s+)"
_NAMES = rf"(?P<name>{_NAME}(?:\s+{_PARTICLE}?{_NAME}){{0,3}})"
_GREETING = r"(?:(?:hi|hello|hey|hallo|hola|bonjour|salut|guten tag|good morning|yes|ja|sí|oui)(?:\s+there)?[,!.\s]+)?"
# `sure` says a name, whatever follows; `unsure` also says what somebody is: "I'm German", "soy de aquí".
_SURE: Mapping[str, str] = MappingProxyType(
    {
        "en": "my name is|my name's|my full name is|the name is|name is|i am called|i'm called|call me|name:",
        "de": "ich hei(?:ß|ss)e|mein name ist|mein name lautet|der name ist|name:",
        "es": "me llamo|mi nombre es|nombre:",
        "fr": "je m'appelle|mon nom est|nom:",
    }
)
_UNSURE: Mapping[str, str] = MappingProxyType({"en": "i am|i'm|im|this is", "es": "soy"})
_BEHIND = r"(?=\s*(?:$|[,;.!\n])|\s+(?:and|und|y|et)\s)"
_NATIONALITY = re.compile(
    r"(?:ish|ese|ian|can|man|ch|ic|ing|ed|er|sh|ous|ble|ful|ive|ent|ant|al|id)$"
)  # "German", "British", "Catholic", "Doctor"
_STATES = word_set(
    "sorry late here ready sure ok okay fine sick ill new busy urgent free done home lost good great "
    "well interested gay muslim jewish hindu thai greek swiss doctor mr mrs ms dr ceo student "
    "christmas easter spam"
)
_LONGEST = 60  # characters


class Introduction(NamedTuple):
    """A name and its place in the text, the words before it included."""

    name: str
    start: int
    end: int


def find_introduction(text: str, language: str) -> Introduction | None:
    """Return the only introduction in `text`; None if there is none or another one. Takes linear time."""
    found = [match for match in _pattern(language).finditer(text) if _is_name(match, language)]
    if len(found) != 1 or len(found[0]["name"]) > _LONGEST:
        return None
    return Introduction(found[0]["name"], found[0].start("said"), found[0].end())


def _pattern(language: str) -> re.Pattern[str]:
    key = language if language in _PATTERNS else "en"
    return _PATTERNS[key]


def _is_name(match: re.Match[str], language: str) -> bool:
    words = fold(match["name"]).split()
    if any(may_change(word, language) or word in turning(language) or is_harmless(word, language) for word in words):
        return False
    if match["unsure"] is None:
        return True
    return words[0] not in _STATES and (len(words) > 1 or not _NATIONALITY.search(words[0]))


def _compiled(language: str) -> re.Pattern[str]:
    sure = "|".join(dict.fromkeys((_SURE[language], _SURE["en"])))
    unsure = "|".join(dict.fromkeys(part for part in (_UNSURE.get(language), _UNSURE["en"]) if part))
    return re.compile(
        rf"(?:^|(?<=[,;.!\n]))\s*(?i:{_GREETING})(?P<said>(?i:{sure}|(?P<unsure>{unsure}))\s+{_NAMES}){_BEHIND}"
    )


_PATTERNS: Mapping[str, re.Pattern[str]] = MappingProxyType({language: _compiled(language) for language in _SURE})
