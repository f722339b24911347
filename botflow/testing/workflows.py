"""Compiles what a test gives as a flow: a file, a text, a builder, a plain document, or a compiled flow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TypeVar

from botflow.engine.node_type import NodeType
from botflow.errors import FlowError, UsageError
from botflow.flow.building.flow import Flow as Builder
from botflow.flow.checking.check import examine
from botflow.flow.compile import compile_flow
from botflow.flow.document import Document, SourceDocument, nowhere, parse, shape
from botflow.flow.graph import Flow
from botflow.flow.problems import FlowProblems, Problem, Report
from botflow.nodes import built_in
from botflow.plugins import Plugin, installed_plugins, node_types_of
from botflow.runtime.template_files import with_templates
from botflow.runtime.translation_files import with_translations
from botflow.testing.simulated.channels import SimulatedChannels

SUFFIXES = (".yaml", ".yml", ".json")
T = TypeVar("T")
FlowSource = str | Path | Mapping[str, object] | Builder | Flow


@dataclass(frozen=True, slots=True, kw_only=True)
class Workflows:
    """Compiled flows by id; `main` is the one under test, the others may be run by it or listen to events. `channels`
    are those of the plugins."""

    main: Flow
    flows: Mapping[str, Flow]
    node_types: Mapping[str, NodeType]
    channels: SimulatedChannels = field(default_factory=SimulatedChannels)


def load_workflows(flow: FlowSource, others: Iterable[FlowSource] = (), plugins: Sequence[Plugin] = ()) -> Workflows:
    """Compile `flow` and `others` with the node types of botflow, of installed plugins and of `plugins`.

    Raises FlowProblems when a document is wrong, FlowError for a file without a flow, UsageError for any other value.
    A given plugin overrides an installed one of the same name.
    """
    here = [*_installed_besides(plugins), *plugins]
    node_types = node_types_of(here, built_in())
    documents: dict[str, Mapping[str, object]] = {}
    flows: dict[str, Flow] = {}
    main = ""
    for place, given in enumerate((flow, *others)):
        if isinstance(given, Flow):
            _check_types(given, node_types)
            _add(flows, given.id, given)
            main = main or given.id
            continue
        found = _read(given, f"flow {place + 1}" if place else "the flow", node_types)
        for name, document in found.items():
            _add(documents, name, document)
        main = main or next(iter(found))
    _check_texts(documents, node_types)
    plain = {name: dict(document) for name, document in documents.items()}
    flows |= {name: compile_flow(plain, name, node_types) for name in plain}
    return Workflows(main=flows[main], flows=flows, node_types=node_types, channels=SimulatedChannels(here))


def _installed_besides(given: Sequence[Plugin]) -> list[Plugin]:
    names = {plugin.name for plugin in given}
    return [plugin for plugin in _installed() if plugin.name not in names]


@cache  # searching the installed plugins takes longer than a conversation
def _installed() -> tuple[Plugin, ...]:
    return installed_plugins()


def _read(
    given: str | Path | Mapping[str, object] | Builder, name: str, node_types: Mapping[str, NodeType]
) -> Mapping[str, Mapping[str, object]]:
    """Return the documents in the given value, by their ids, the main one first."""
    match given:
        case Builder():
            return given.documents()
        case Mapping():
            return {str(given.get("id", name)): given}
        case str() if _is_text(given):
            written = _Written(parse(given, name=name))
        case str() | Path():
            written = _Written(with_translations(_read_file(Path(given)), node_types))
        case _:
            raise UsageError(
                f"a {type(given).__name__} is no flow",
                code="simulator.flow",
                hint="give it a path, a document's text, a botflow.Flow, or a compiled flow",
            )
    return {written.source.document.id: written}


class _Written(dict[str, object]):
    """A document in canonical form, with the text that it was read from."""

    def __init__(self, source: SourceDocument) -> None:
        super().__init__(source.to_json())
        self.source = source


def _is_text(given: str) -> bool:
    """Say whether a string is a document rather than its path: a document has several lines, or braces."""
    return "\n" in given or given.lstrip().startswith("{")


def _read_file(path: Path) -> SourceDocument:
    if path.suffix == ".py":
        raise UsageError(
            f"{path} is a Python file", code="simulator.flow", hint="import it, and give the Simulator its `flow`"
        )
    if path.suffix not in SUFFIXES:
        raise UsageError(
            f"{path} is no flow file", code="simulator.flow", hint=f"its name must end in {', '.join(SUFFIXES)}"
        )
    try:
        return with_templates(parse(path.read_text(encoding="utf-8"), name=str(path)), path)
    except OSError as failure:
        raise UsageError(f"{path} cannot be read: {failure.strerror}", code="file.unreadable") from None
    except UnicodeDecodeError:
        raise FlowError(f"{path} is not UTF-8 text", code="file.encoding") from None


def _check_texts(documents: Mapping[str, Mapping[str, object]], node_types: Mapping[str, NodeType]) -> None:
    """Raise FlowProblems, with lines, for what is wrong with a document that is a text; compiling finds the rest."""
    texts = [document.source for document in documents.values() if isinstance(document, _Written)]
    others = {name: _shaped(name, document) for name, document in documents.items()}
    problems: list[Problem] = []
    for source in texts:
        report = Report(source.name, source.place)
        examine(source.document, node_types, others, report)
        problems += report.problems
    if any(problem.severity == "error" for problem in problems):
        raise FlowProblems(problems)


def _shaped(name: str, document: Mapping[str, object]) -> Document:
    if isinstance(document, _Written):
        return document.source.document
    report = Report(name, nowhere)
    shaped = shape(document, report)
    if shaped is None:
        raise FlowProblems(report.problems)
    return shaped


def _check_types(flow: Flow, node_types: Mapping[str, NodeType]) -> None:
    """Check that the node types of a compiled flow, which it knows by name only, are installed."""
    for graph in (flow, *flow.subflows.values()):
        for node in graph.nodes.values():
            if node.type not in node_types:
                raise UsageError(
                    f"the node {node.id!r} is of the type {node.type!r}, which is not here",
                    code="simulator.node_type",
                    hint="give the Simulator the plugin that brings it: plugins=[...]",
                )


def _add(into: dict[str, T], name: str, item: T) -> None:
    if name in into:
        raise UsageError(f"two flows have the id {name!r}", code="workflow.twice", hint="give one of them another id")
    into[name] = item
