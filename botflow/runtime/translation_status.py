"""How far the translations of flow files are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from botflow.flow.document import SourceDocument
from botflow.flow.problems import FlowProblems, Report
from botflow.flow.translating.entries import Entry, entries
from botflow.flow.translating.po_file import read_po, translated
from botflow.flow.typed_document import link
from botflow.runtime.flow_files import FlowFiles, flow_files_of, parsed, read_flow_files
from botflow.runtime.translation_files import read_translation, translations_of


@dataclass(frozen=True, slots=True, kw_only=True)
class TranslationStatus:
    """One language of one flow: `to_review` translations are fuzzy, or their original has changed."""

    flow: str
    language: str
    texts: int
    translated: int
    missing: int
    to_review: int
    file: str

    def to_json(self) -> dict[str, Any]:
        full = asdict(self)
        return {("toReview" if name == "to_review" else name): value for name, value in full.items()}

    def cells(self) -> tuple[str, ...]:
        done = f"{self.translated} of {self.texts}"
        return (self.flow, self.language, done, str(self.missing), str(self.to_review), self.file or "in the flow")


def texts_of_files(paths: Sequence[Path]) -> Iterator[tuple[Path, list[Entry], tuple[str, ...]]]:
    """Yield each flow file with its texts, without those of PO files, and the languages that it names itself."""
    files = read_flow_files(paths)
    for path in flow_files_of(paths):
        if path.suffix != ".py":
            source = parsed(path)
            yield path, _entries(source, files), source.document.languages


def status_of(path: Path) -> list[TranslationStatus]:
    """Return the languages of a flow file, or of all in a folder."""
    files = read_flow_files([path])
    return [row for source in files.sources.values() for row in _status(source, files)]


def _status(source: SourceDocument, files: FlowFiles) -> Iterator[TranslationStatus]:
    beside = dict(translations_of(Path(source.name)))
    found = [entry for entry in _entries(source, files) if entry.is_needed]
    for tag in source.document.languages:
        done = {entry.key for entry in found if tag in entry.translations}
        file = beside.get(tag)
        held = translated(read_po(read_translation(file), str(file))) if file else {}
        waiting = {key for key, each in held.items() if each.text} & ({entry.key for entry in found} - done)
        yield TranslationStatus(
            flow=source.document.id,
            language=tag,
            texts=len(found),
            translated=len(done),
            missing=len(found) - len(done) - len(waiting),
            to_review=len(waiting),
            file=str(file or ""),
        )


def _entries(source: SourceDocument, files: FlowFiles) -> list[Entry]:
    report = Report(source.name, source.place)
    linked = link(source.document, files.node_types, report)
    if report.has_errors:
        raise FlowProblems(report.problems)
    return entries(linked)
