"""Values that say themselves what they are: "my name is Anna", "order 4711", "city: Paris".

They count beside words that are not known, too, unless one of these may take them back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from botflow.engine.text_folding import fold
from botflow.nodes.answers.lexicons.lexicon import words as word_set
from botflow.runtime.offline_model.extraction.fields import Sought
from botflow.runtime.offline_model.extraction.introductions import find_introduction
from botflow.runtime.offline_model.extraction.references import find_reference
from botflow.runtime.offline_model.extraction.words import retracting, turning
from botflow.runtime.offline_model.features import Words

_LABELLED = re.compile(r"(?:^|(?<=[,;.\n]))\s*([^\W\d_][\w -]{0,40}?)\s*[:=]\s*([^,;:=\n]{1,100})")
_CLAUSE_ENDS = ",;.!?\n"
_ALTERNATIVES = (["or"], ["oder"], ["o"], ["u"], ["ou"])
_BEING = word_set("is are was were ist war es est")


class Explicit(NamedTuple):
    """A value of a field and its place in the text. `is_sure`: no word may take it back."""

    field: str
    value: str | int
    start: int
    end: int
    is_sure: bool


def explicit_values(fields: Sequence[Sought], text: str, words: Words) -> list[Explicit]:
    """Return the values that say what they are; of two at one place, and of two for one field, none."""
    found = [*_names(fields, text, words), *_references(fields, text, words), *_labelled(fields, text, words)]
    return [
        one
        for one in found
        if not any(other is not one and other.start < one.end and one.start < other.end for other in found)
        and sum(other.field == one.field for other in found) == 1
    ]


def _names(fields: Sequence[Sought], text: str, words: Words) -> Iterator[Explicit]:
    names = [field for field in fields if field.is_name]
    introduced = find_introduction(text, words.language) if names else None
    if introduced is None:
        return
    beside = fold(f"{text[: introduced.start]} {text[introduced.end :]}").split()
    is_sure = turning(words.language).isdisjoint(beside)
    parts = introduced.name.split()
    for field in names:
        if not field.part:
            yield Explicit(field.name, introduced.name, introduced.start, introduced.end, is_sure)
        elif len(parts) > 1 or field.part == "first":
            value = parts[0] if field.part == "first" else " ".join(parts[1:])
            yield Explicit(field.name, value, introduced.start, introduced.end, is_sure)


def _references(fields: Sequence[Sought], text: str, words: Words) -> Iterator[Explicit]:
    for field in fields:
        found = find_reference(field, text, words) if field.is_reference else None
        if found is None:
            continue
        value = _typed(found.value, field)
        if value is None or _is_asked(text, found.end):
            continue
        before = _clause_before(text, found.start)
        is_sure = turning(words.language).isdisjoint(before)
        behind = fold(text[found.end :]).split()
        is_sure = is_sure and retracting(words.language).isdisjoint(behind) and behind[:1] not in _ALTERNATIVES
        yield Explicit(field.name, value, found.start, found.end, is_sure)


def _typed(value: str, field: Sought) -> str | int | None:
    if field.type == "text":
        return value
    return int(value) if value.isascii() and value.isdecimal() else None


def _is_asked(text: str, end: int) -> bool:
    """Say whether a question asks whether this is the reference: "is my order 4711?"."""
    behind = text[end:].strip()
    first = fold(text[: end + 1]).split()[:1]
    return behind.startswith("?") and bool(first) and first[0] in _BEING


def _clause_before(text: str, start: int) -> list[str]:
    begins = max(text.rfind(sign, 0, start) for sign in _CLAUSE_ENDS) + 1
    return fold(text[begins:start]).split()


def _labelled(fields: Sequence[Sought], text: str, words: Words) -> Iterator[Explicit]:
    """Yield the free texts behind their own words and a colon: "city: Paris"."""
    free = [field for field in fields if field.is_free or field.is_name]
    for match in _LABELLED.finditer(text) if free else ():
        label = frozenset(fold(match[1]).split())
        named = [field for field in free if label and label <= field.words]
        is_sure = turning(words.language).isdisjoint(fold(match[2]).split())
        if len(named) == 1 and match[2].strip():
            yield Explicit(named[0].name, match[2].strip().rstrip(".!"), match.start(1), match.end(), is_sure)
