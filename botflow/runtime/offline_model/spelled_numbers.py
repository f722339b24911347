"""Number words in a longer text, as digits: a model's work, where an answer to a question is read more strictly."""

from __future__ import annotations

import re

from botflow.languages import base_language

_NEGATIVE = re.compile(r"\b(?:minus|negative|menos|moins)\s+(?=[0-9])", re.IGNORECASE)
_ABOUT = re.compile(r"\bun[oa]s\s+", re.IGNORECASE)  # "unas cincuenta" is about fifty, not one and fifty


def spelled_out(text: str, language: str) -> str:
    """Return `text` with its number words as digits ("I need twenty-one" is "I need 21"); digits stay as they are."""
    if any(character.isdigit() for character in text):
        return text
    try:
        from text_to_num import alpha2digit
    except ImportError:
        return text
    try:
        return _NEGATIVE.sub("-", str(alpha2digit(_ABOUT.sub("", text), base_language(language), 0)))
    except ValueError:  # no such language
        return text
