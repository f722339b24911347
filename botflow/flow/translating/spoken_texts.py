"""Texts in several languages: `{en: How many?, de: Wie viele?}` where a property takes a text that people read.

A document is validated once in each of its languages: a field of the type Spoken then holds the text in that language.
So nodes, templates and readers never see more than one language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, ValidationInfo
from pydantic_core import PydanticCustomError

from botflow.errors import did_you_mean
from botflow.flow.fields import ITEM, LONGEST_ITEM_TEXT, ItemText, Marker
from botflow.languages import base_language
from botflow.values import value

MOST_LANGUAGES = 50
_TAG = "^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$"  # of a language, in a JSON Schema


@value(frozen=True, slots=True)
class DocumentLanguages:
    """A document's own language, the others in which it may be written, and the one that is wanted now."""

    own: str
    others: tuple[str, ...] = ()
    wanted: str = ""

    @property
    def all(self) -> tuple[str, ...]:
        return (self.own, *self.others)

    def choose(self, texts: Mapping[str, Any]) -> Any:
        """Return the text in the wanted language, in that language without its country, or in the document's own."""
        found = (texts[tag] for tag in fallbacks(self.wanted) if tag in texts)
        return next(found, texts[self.own])


ANY_LANGUAGE = DocumentLanguages("")  # for properties without their document: the first text is as good as another


def languages_of(raw: Any) -> DocumentLanguages:
    """Return the languages that a document names, as far as they can be read before it is validated."""
    if not isinstance(raw, Mapping):
        return DocumentLanguages("en")
    own, others = raw.get("language", "en"), raw.get("languages", ())
    known = tuple(each for each in others if isinstance(each, str)) if isinstance(others, list | tuple) else ()
    return DocumentLanguages(own if isinstance(own, str) else "en", known)


def fallbacks(tag: str) -> Iterator[str]:
    """Yield a BCP 47 tag and what it falls back to: `de-AT`, then `de`."""
    while tag:
        yield tag
        tag = tag.rpartition("-")[0]


def closest(tag: str, known: tuple[str, ...]) -> str | None:
    """Return which of `known` a person of the language `tag` reads best: `de-AT`, else `de`, else another `de-…`."""
    by_name = {_folded(each): each for each in reversed(known)}
    for each in fallbacks(_folded(tag)):
        if each in by_name:
            return by_name[each]
    return next((each for each in known if base_language(each) == base_language(tag)), None)


def _folded(tag: str) -> str:
    return tag.strip().replace("_", "-").lower()


def in_one_language(written: Any, info: ValidationInfo) -> Any:
    """Return the text that is wanted of a mapping by language; all else as it is."""
    if not isinstance(written, Mapping):
        return written
    languages = info.context
    if languages == ANY_LANGUAGE:
        is_by_tag = written and all(re.fullmatch(_TAG, str(tag)) for tag in written)
        return next(iter(written.values())) if is_by_tag else written
    if not isinstance(languages, DocumentLanguages) or not (languages.others or languages.own in written):
        return written
    unknown = next((str(each) for each in written if each not in languages.all), None)
    if unknown is not None:
        raise PydanticCustomError(
            "language.unknown",
            "{tag} is none of the flow's languages, {known}",
            {
                "tag": repr(unknown[:40]),
                "known": ", ".join(languages.all),
                "hint": did_you_mean(unknown, languages.all, "name it under languages at the top of the document"),
            },
        )
    if languages.own not in written:
        raise PydanticCustomError(
            "language.own_missing",
            "there is no text in {own}, the flow's own language",
            {"own": languages.own, "hint": f"write it as {{{languages.own}: ...}}"},
        )
    return languages.choose(written)


def by_language(kind: Any) -> BeforeValidator:
    """Let a document have one value of this type, or one for each language."""
    tags = Field(min_length=1, json_schema_extra={"propertyNames": {"pattern": _TAG}})
    return BeforeValidator(in_one_language, json_schema_input_type=kind | Annotated[dict[str, kind], tags])


def is_by_language(schema: Mapping[str, Any]) -> bool:
    """Say whether a JSON Schema is that of values for each language."""
    return schema.get("propertyNames") == {"pattern": _TAG}


Spoken = Annotated[str, Marker("template", spoken="text"), by_language(str)]
"""A text that people read; in a document also one for each language."""
SpokenWords = Annotated[tuple[str, ...], Marker("template", spoken="words"), by_language(tuple[str, ...])]
"""Words that people write; in a document also a list for each language."""
SpokenChoice = Annotated[str, Field(min_length=1, max_length=64), Marker("template", spoken="choice")]
"""A choice that is its own id. Its label in other languages is that of an object `{id, label}`."""
SpokenItemText = Annotated[
    str,
    Field(max_length=LONGEST_ITEM_TEXT),
    Marker("template", also=(ITEM,), spoken="text"),
    by_language(ItemText),
]
"""A text about one element of a list."""
SpokenItemWords = Annotated[
    tuple[ItemText, ...],
    Field(max_length=20),
    Marker("template", also=(ITEM,), spoken="words"),
    by_language(tuple[ItemText, ...]),
]
"""Words for one element of a list."""
