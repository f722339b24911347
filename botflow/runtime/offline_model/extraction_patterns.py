"""Reading a piece of text: an address, a name, one of the words that a field's description lists, a quotation."""

from __future__ import annotations

import re

from botflow.engine.asks import ExtractField
from botflow.engine.text_folding import fold
from botflow.runtime.offline_model.features import Words

_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
# The texts are a stranger's: a pattern starts only where a run of its characters begins, and gives back none of a run
# that it has read (`++`, `*+`), else it would take time in proportion to the square of the text's length.
_EMAIL = re.compile(r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]++@[A-Za-z0-9-]++(?:\.[A-Za-z0-9-]++)*\.[A-Za-z]{2,}")
_PHONE = re.compile(r"(?<![\w+])\+?[0-9][0-9 ()/-]{5,18}[0-9](?!\w)")
_LINK = re.compile(r"https?://[^\s<>\"']+")
_REFERENCE = re.compile(r"#?\b([A-Za-z]{0,4}-?[0-9]{3}[A-Za-z0-9-]*)\b")
_QUOTED = re.compile(r"[\"“„«]([^\"“”„«»]{1,200})[\"”“»]")
_INTRODUCTION = re.compile(
    r"\b(?:my name is|my name's|i am called|i'm called|call me|this is|i am|i'm|ich hei(?:ß|ss)e|mein name ist|ich bin|"
    r"me llamo|mi nombre es|soy)\s+([^\W\d_][\w'’-]*(?:\s+[A-ZÀ-Þ][\w'’-]*){0,2})",
    re.IGNORECASE,
)
_OPTIONS = re.compile(r",|/|\||;|\bor\b|\boder\b|\bo\b|\band\b|\bund\b|\by\b", re.IGNORECASE)
_LONGEST_ALONE = 4  # words; a short message to a single field is its value


def about(field: ExtractField) -> str:
    """Return a field's name, as words, and its description."""
    name = _HUMP.sub(" ", field.name).replace("_", " ")
    return f"{name} {field.description}"


def find_text(field: ExtractField, text: str, words: Words, *, alone: bool) -> str | None:
    """Return the text that `field` asks for, or None. `alone` says that the field is the only one."""
    asked = fold(about(field))
    for hints, pattern in (
        (("mail", "correo"), _EMAIL),
        (("phone", "telefon", "telefono", "mobile", "handy"), _PHONE),
        (("link", "url", "website"), _LINK),
        (("order number", "order id", "reference", "number", "nummer", "numero"), _REFERENCE),
    ):
        if any(hint in asked for hint in hints):
            found = pattern.search(text)
            return found[found.lastindex or 0].strip() if found else None
    if re.search(r"\b(?:name|nombre)\b", asked) and (introduced := _INTRODUCTION.search(text)):
        return introduced[1]
    if listed := _listed(field.description):
        return _mentioned(listed, text, words)
    if quoted := _QUOTED.search(text):
        return quoted[1].strip()
    short = text.strip().rstrip(".!")
    return short if alone and len(short.split()) <= _LONGEST_ALONE and not short.endswith("?") else None


def _listed(description: str) -> list[str]:
    """Return the values that a description such as "size: small, medium or large" lists; none for a sentence."""
    _, colon, after = description.rpartition(":")
    options = [option.strip() for option in _OPTIONS.split(after if colon else description)]
    options = [option for option in options if option]
    return options if len(options) > 1 and all(len(option.split()) <= 2 for option in options) else []


def _mentioned(options: list[str], text: str, words: Words) -> str | None:
    """Return the option that `text` names, the longest if one is part of another."""
    said = f" {' '.join(words.stem(token) for token in words.tokens(text))} "
    for option in sorted(options, key=len, reverse=True):
        if f" {' '.join(words.stem(token) for token in words.tokens(option))} " in said:
            return option
    return None
