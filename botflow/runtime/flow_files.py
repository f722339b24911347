"""Flows to serve: documents in YAML or JSON, folders of them, Python files that hold a `flow` and maybe a `plugin`, or
flows in Python. Templates of messages beside the files become part of the documents.

Those named together are one deployment: each may run the others as subflows.
"""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_file_location
from itertools import islice
from pathlib import Path
from types import CodeType
from typing import Any

from botflow.engine.node_type import NodeType
from botflow.errors import FlowError, UsageError
from botflow.flow.building.flow import Flow as Builder
from botflow.flow.checking.check import check
from botflow.flow.compile import compile_flow
from botflow.flow.document import SourceDocument, parse
from botflow.flow.graph import Flow
from botflow.flow.problems import FlowProblems, Problem
from botflow.nodes import built_in
from botflow.plugins import Plugin, chat_protocols, installed_plugins, node_types_of, words_answered
from botflow.runtime.template_files import with_templates
from botflow.runtime.translation_files import with_translations

DOCUMENTS = (".yaml", ".yml", ".json")
MOST_FILES = 1_000  # in a folder


@dataclass(frozen=True)
class FlowFiles:
    """What was named: documents by workflow id, in the given order, and their plugins."""

    sources: Mapping[str, SourceDocument]
    plugins: tuple[Plugin, ...]

    @cached_property
    def node_types(self) -> Mapping[str, NodeType]:
        return node_types_of([*installed_plugins(), *self.plugins], built_in())

    @cached_property
    def documents(self) -> dict[str, dict[str, Any]]:
        return {name: source.to_json() for name, source in self.sources.items()}

    @cached_property
    def problems(self) -> list[Problem]:
        """The checker's findings, file by file."""
        plugins = [*installed_plugins(), *self.plugins]
        answered, protocols = words_answered(plugins), chat_protocols(plugins)
        found = [
            problem
            for source in self.sources.values()
            for problem in (*check(source, self.node_types, self.sources, answered, protocols), *source.problems)
        ]
        return [_without_line(problem) for problem in found]

    def compiled(self, workflow: str) -> Flow:
        """Compile one of the workflows; FlowProblems, with lines, when anything is wrong with the files."""
        if any(problem.severity == "error" for problem in self.problems):
            raise FlowProblems(self.problems)
        return compile_flow(self.documents, workflow, self.node_types)

    def bundle(self, workflow: str) -> tuple[Flow, dict[str, Any]]:
        """Return a compiled workflow and its documents: its own and those of its subflows."""
        flow = self.compiled(workflow)
        return flow, {name: self.documents[name] for name in {workflow, *flow.subflows}}


def read_flow_files(flows: Sequence[Path | str | Builder], plugins: Sequence[Plugin] = ()) -> FlowFiles:
    """Read flows; UsageError for a file that cannot be read, FlowError for one without a flow. `plugins` bring node
    types, beside the installed ones and those in the files.

    A folder stands for the documents in it, without those in its folders and without Python files.
    """
    sources: dict[str, SourceDocument] = {}
    brought: list[Plugin] = list(plugins)
    for flow in _flows_of(flows):
        found, plugin = (_documents(flow, f"Flow({flow.id!r})"), None) if isinstance(flow, Builder) else _read(flow)
        for source in found:
            workflow = source.document.id
            if workflow in sources:
                raise FlowError(
                    f"{source.name} and {sources[workflow].name} both have the id {workflow!r}",
                    code="workflow.twice",
                    hint="give one of them another id, or name one file at a time",
                )
            sources[workflow] = source
        brought += [plugin] if plugin else []
    files = FlowFiles(sources, tuple(brought))
    return replace(files, sources={name: with_translations(each, files.node_types) for name, each in sources.items()})


def _flows_of(flows: Sequence[Path | str | Builder]) -> Iterator[Path | Builder]:
    """Yield the flows in Python and the files, in their order."""
    for flow in flows:
        if isinstance(flow, Builder):
            yield flow
        else:
            yield from flow_files_of([Path(flow)])


def flow_files_of(paths: Sequence[Path]) -> list[Path]:
    """Return the files that FLOW arguments stand for; UsageError for a folder without any, or with very many."""
    found: list[Path] = []
    for path in paths:
        if not path.is_dir():
            found.append(path)
            continue
        files = listed(path)
        if not files:
            hint = f"they end in {', '.join(DOCUMENTS)}; name a Python file itself"
            raise UsageError(f"the folder {path} holds no flow files", code="file.kind", hint=hint)
        if len(files) > MOST_FILES:
            message = f"the folder {path} holds more than {MOST_FILES} flow files"
            raise UsageError(message, code="file.kind", hint="name the files themselves")
        found += files
    return found


def listed(folder: Path) -> list[Path]:
    """Return the documents in a folder by name, at most one more than it may hold."""
    documents = (path for path in folder.iterdir() if path.suffix in DOCUMENTS and path.is_file())
    return sorted(islice(documents, MOST_FILES + 1))


def _read(path: Path) -> tuple[list[SourceDocument], Plugin | None]:
    if path.suffix == ".py":
        return _run(path)
    if path.suffix not in DOCUMENTS:
        raise UsageError(f"{path} is no flow file", code="file.kind", hint="it must end in .yaml, .yml, .json or .py")
    return [parsed(path)], None


def parsed(path: Path) -> SourceDocument:
    """Read one document with the templates beside it, but not the translations; UsageError, or FlowError, if that is
    not possible."""
    try:
        source = parse(path.read_text(encoding="utf-8"), name=str(path))
    except OSError as failure:
        raise UsageError(f"{path} cannot be read: {failure.strerror}", code="file.unreadable") from None
    except UnicodeDecodeError:
        raise FlowError(f"{path} is not UTF-8 text", code="file.encoding", hint="save it as UTF-8") from None
    return with_templates(source, path)


class _AsSaved(SourceFileLoader):
    """Runs what stands in the file now. Python's own cache would take two versions of the same length that are saved
    within one second for the same."""

    def get_code(self, fullname: str) -> CodeType:
        return self.source_to_code(self.get_data(self.path), self.path)


def _run(path: Path) -> tuple[list[SourceDocument], Plugin | None]:
    """Import a Python file, which may import its neighbours, and take `flow` and `plugin` from it."""
    if not path.is_file():
        raise UsageError(f"{path} cannot be read: No such file", code="file.unreadable")
    name = f"botflow_file_{path.stem}"
    spec = spec_from_file_location(name, path, loader=_AsSaved(name, str(path)))
    if spec is None or spec.loader is None:
        raise UsageError(f"{path} cannot be imported", code="file.unreadable")
    module = module_from_spec(spec)
    sys.modules[spec.name] = module  # annotations in it are looked up there
    folder = str(path.resolve().parent)
    if folder not in sys.path:
        sys.path.insert(0, folder)
    try:
        spec.loader.exec_module(module)
    except FlowError:
        raise
    except (Exception, SystemExit) as crash:  # the file is its author's code: any exception is for the author to fix
        line = _line_of(crash, path)
        raise FlowError(f"{type(crash).__name__}: {crash} ({path}{line})", code="file.crashed") from crash
    flow, plugin = getattr(module, "flow", None), getattr(module, "plugin", None)
    if not isinstance(flow, Builder):
        raise FlowError(f"{path} holds no flow", code="file.no_flow", hint="end it with: flow = botflow.Flow(...)")
    if plugin is not None and not isinstance(plugin, Plugin):
        raise FlowError(f"`plugin` in {path} is not a botflow.Plugin", code="plugin.invalid")
    return [with_templates(source, path) for source in _documents(flow, str(path))], plugin


def _documents(flow: Builder, name: str) -> list[SourceDocument]:
    return [parse(json.dumps(document), name=name) for document in flow.documents().values()]


def _line_of(crash: BaseException, path: Path) -> str:
    """Return `:12` for the last line of `path` that led to the crash."""
    steps = [
        step for step in traceback.extract_tb(crash.__traceback__) if Path(step.filename).resolve() == path.resolve()
    ]
    return f":{steps[-1].lineno}" if steps else ""


def _without_line(problem: Problem) -> Problem:
    """Drop the line of a flow built in Python: it would be a line of the document that the file builds."""
    return replace(problem, line=0, column=0) if problem.file.endswith((".py", ")")) else problem
