"""What a node says in the languages of its document, and which of its texts are missing in one of them.

A node speaks one language: if one of its texts is missing in a language, it speaks the document's own. So no menu is
half in one language, and no question is read in another language than it was asked in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from pydantic import BaseModel
from pydantic.alias_generators import to_snake

from botflow.flow.fields import Text, texts
from botflow.flow.problems import Path
from botflow.flow.templates.template import is_template
from botflow.flow.templates.tokens import Tag, TemplateRefused, scan
from botflow.flow.translating.spoken_texts import DocumentLanguages, fallbacks
from botflow.values import value


@value(frozen=True, slots=True)
class Translation:
    """A node's properties in one language; `missing` are the texts that are not written in it."""

    properties: BaseModel
    missing: tuple[Text, ...]


def translation(
    schema: type[BaseModel], raw: Mapping[str, Any], languages: DocumentLanguages, own: BaseModel
) -> Translation:
    """Return `raw`, whose properties in the document's own language are `own`, in the wanted language."""
    properties = schema.model_validate(raw, context=languages)
    missing = tuple(
        text
        for text in texts(own)
        if text.spoken in ("text", "choice") and needs_words(text.text) and not _is_written(raw, text.path, languages)
    )
    return Translation(properties, missing)


def texts_in(properties: BaseModel, raw: Mapping[str, Any], languages: DocumentLanguages) -> Iterator[Text]:
    """Yield the strings of properties in the wanted language, with their paths in the document; in another language
    than the document's own only those that are written in it."""
    for text in texts(properties):
        path, tag = written_at(raw, text.path, languages) if text.spoken else (text.path, "")
        if tag in fallbacks(languages.wanted) or languages.wanted == languages.own:
            yield replace(text, path=path)


def needs_words(text: str) -> bool:
    """Say whether a text has words outside of its tags: "12 €" and "{{ name }}" are the same in all languages."""
    if not is_template(text):
        return any(map(str.isalpha, text))
    try:
        return any(_has_words(part) for part in scan(text))
    except TemplateRefused:  # the checker says so
        return True


def _has_words(part: str | Tag) -> bool:
    return any(map(str.isalpha, part)) if isinstance(part, str) else any(word.text == "plural" for word in part.words)


def written_at(raw: Any, path: Path, languages: DocumentLanguages) -> tuple[Path, str]:
    """Return where the text at `path` is written in the wanted language, and under which tag; "" for a text without
    languages."""
    walked: list[str | int] = []
    tag = ""
    for step in (*path, None):
        if isinstance(raw, Mapping) and (step is None or isinstance(step, int)):
            tag = next((each for each in fallbacks(languages.wanted) if each in raw), languages.own)
            walked.append(tag)
            raw = raw.get(tag)
        if step is None:
            break
        walked.append(step)
        if isinstance(raw, Mapping):
            raw = raw.get(step, raw.get(to_snake(str(step))))
        elif isinstance(raw, list | tuple) and isinstance(step, int) and step < len(raw):
            raw = raw[step]
        else:
            return path, ""
    return tuple(walked), tag


def _is_written(raw: Mapping[str, Any], path: Path, languages: DocumentLanguages) -> bool:
    return written_at(raw, path, languages)[1] in tuple(fallbacks(languages.wanted))
