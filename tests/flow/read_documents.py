"""How the flow tests read documents: files beside them, and the node types that botflow brings."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from botflow.flow.checking.check import check
from botflow.flow.compile import compile_flow
from botflow.flow.document import SourceDocument, parse
from botflow.flow.graph import Flow
from botflow.flow.problems import FlowProblems, Problem
from botflow.plugins import installed_plugins, words_answered
from tests.node_types import EVERY

DOCUMENTS = Path(__file__).parent / "documents"
NODE_TYPES = EVERY
ANSWERED = words_answered(installed_plugins())


def read(name: str) -> SourceDocument:
    """Return the document in the file `name`."""
    return parse((DOCUMENTS / name).read_text(encoding="utf-8"), name=name)


def write(text: str) -> SourceDocument:
    """Return the document that an indented string holds."""
    return parse(dedent(text).lstrip("\n"), name="flow.yaml")


def compiled(source: SourceDocument) -> Flow:
    """Return the flow of a document without subflows."""
    return compile_flow({source.document.id: source.to_json()}, source.document.id, NODE_TYPES)


def problems(text: str, **others: str) -> list[Problem]:
    """Return all that is wrong with a document, whether it can be read or not; `others` are its subflows by id."""
    try:
        return check(write(text), NODE_TYPES, {name: write(other) for name, other in others.items()}, ANSWERED)
    except FlowProblems as failure:
        return list(failure.problems)


def found(text: str, **others: str) -> list[tuple[str, str, int]]:
    """Return severity, code and line of each problem."""
    return [(problem.severity, problem.code, problem.line) for problem in problems(text, **others)]
