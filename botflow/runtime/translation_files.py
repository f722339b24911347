"""The PO files beside a flow file: `shop.de.po` and `shop.pt-BR.po` are translations of `shop.yaml`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from botflow.errors import FlowError, UsageError
from botflow.flow.document import SourceDocument
from botflow.flow.locale_codes import checked_language
from botflow.flow.node_spec import NodeSpec
from botflow.flow.problems import FlowProblems, Problem
from botflow.flow.translating.fold import Catalog, folded
from botflow.flow.translating.po_file import read_po, translated

SUFFIX = ".po"


def translations_of(flow_file: Path) -> Iterator[tuple[str, Path]]:
    """Yield the languages into which a flow file is translated, with their files, by language."""
    beside = (path for path in flow_file.parent.glob(f"*{SUFFIX}") if path.is_file())
    named = ((path.name.removesuffix(SUFFIX).rpartition("."), path) for path in sorted(beside))
    yield from ((tag, path) for (stem, _, tag), path in named if stem == flow_file.stem)


def read_translation(path: Path) -> str:
    """Return the text of a PO file; UsageError, or FlowError, for one that cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as failure:
        raise UsageError(f"{path} cannot be read: {failure.strerror}", code="file.unreadable") from None
    except UnicodeDecodeError:
        raise FlowError(f"{path} is not UTF-8 text", code="file.encoding", hint="save it as UTF-8") from None


def with_translations(source: SourceDocument, node_types: Mapping[str, NodeSpec]) -> SourceDocument:
    """Return a flow file's document with the translations beside it; FlowProblems for a broken PO file."""
    file = Path(source.name)
    found = list(translations_of(file)) if file.suffix != ".py" else []  # it may hold several flows
    if not found:
        return source
    catalogs = [_catalog(tag, path) for tag, path in found]
    return folded(source, catalogs, node_types)


def _catalog(tag: str, path: Path) -> Catalog:
    try:
        checked_language(tag)
    except ValueError as wrong:
        raise FlowProblems(
            [Problem(code="translation.broken", severity="error", message=str(wrong), file=str(path), line=1, column=1)]
        ) from None
    return Catalog(tag=tag, name=str(path), translated=translated(read_po(read_translation(path), str(path))))
