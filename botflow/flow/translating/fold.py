"""Puts the translations of PO files into the document of their flow, as an author would write them there."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from typing import Any

from pydantic.alias_generators import to_snake

from botflow.flow.document import SourceDocument, nowhere, shape
from botflow.flow.problems import FlowProblems, Path, Problem, Report
from botflow.flow.translating.entries import Entry, entries, words_of
from botflow.flow.translating.po_file import Translated
from botflow.flow.typed_document import NodeSpecs, link
from botflow.values import value


@value(frozen=True, slots=True, kw_only=True)
class Catalog:
    """The translations of one PO file by their keys; `name` is the file's, for messages."""

    tag: str
    name: str
    translated: Mapping[str, Translated]


def folded(source: SourceDocument, catalogs: list[Catalog], node_types: NodeSpecs) -> SourceDocument:
    """Return the document with these translations, and with warnings of those that are not used.

    What the document says itself in a language comes first. FlowProblems if the document is none with them.
    """
    linked = link(source.document, node_types, Report(source.name, nowhere))
    found = {entry.key: entry for entry in entries(linked)}
    raw = deepcopy(source.reading.value)
    own = source.document.language
    raw["languages"] = list(
        dict.fromkeys((*source.document.languages, *(each.tag for each in catalogs if each.tag != own)))
    )
    problems: list[Problem] = []
    for catalog in catalogs:
        for key, translated in catalog.translated.items():
            entry = found.get(key)
            unused = _why_unused(entry, translated, catalog.tag)
            if unused:
                problems.append(_warning(catalog, translated, f"{key}: {unused}"))
            elif entry is not None and translated.text:
                _put(raw, entry, own, catalog.tag, translated.text)
    report = Report(source.name, source.place)
    document = shape(raw, report)
    if document is None:
        raise FlowProblems(report.problems)
    document = document.with_templates_of(source.document)  # some are read from files
    return replace(source, document=document, problems=tuple(problems))


def _why_unused(entry: Entry | None, translated: Translated, tag: str) -> str:
    if entry is None:
        return "the flow has no such text"
    if not translated.text:
        return ""
    if tag in entry.translations:
        return "the flow itself has this text in the language" if entry.translations[tag] != translated.text else ""
    if translated.original != entry.text:
        return "the original has changed since it was translated"
    return "the translation is fuzzy: it is not used until it is reviewed" if translated.is_fuzzy else ""


def _warning(catalog: Catalog, translated: Translated, message: str) -> Problem:
    return Problem(
        code="translation.unused",
        severity="warning",
        message=message,
        hint="botflow translations merge brings the file up to date" if "fuzzy" not in message else "remove the flag",
        file=catalog.name,
        line=translated.line,
        column=1,
    )


def _put(raw: Any, entry: Entry, own: str, tag: str, text: str) -> None:
    """Write a translation beside its original."""
    holder, last = _parent(raw, entry.path)
    written = holder[last]
    translation: Any = words_of(text) if entry.kind == "words" else text
    if entry.kind == "choice":
        choice = written if isinstance(written, dict) else {"id": written, "label": {own: written}}
        choice["label"].setdefault(tag, translation)
        holder[last] = choice
    elif isinstance(written, dict):
        written.setdefault(tag, translation)
    else:
        holder[last] = {own: written, tag: translation}


def _parent(raw: Any, path: Path) -> tuple[Any, str | int]:
    """Return what holds the last step of a path, and that step as it is written there."""
    for step in path[:-1]:
        raw = raw[_spelt(raw, step)]
        if isinstance(raw, dict) and isinstance(raw.get("data"), dict) and "properties" in raw["data"]:
            raw = raw["data"]  # a React Flow node
    return raw, _spelt(raw, path[-1])


def _spelt(raw: Any, step: str | int) -> str | int:
    return to_snake(step) if isinstance(step, str) and step not in raw else step
