"""The checker: everything that can be known to be wrong with a document before anybody talks to it."""

from __future__ import annotations

from collections.abc import Mapping

from botflow.flow.document import Document, SourceDocument
from botflow.flow.fields import Text
from botflow.flow.linked import Linked, NodeSpecs, link
from botflow.flow.problems import Problem, Report
from botflow.flow.template import node_references


def check(source: SourceDocument, node_types: NodeSpecs, subflows: Mapping[str, SourceDocument]) -> list[Problem]:
    """Return every problem of `source`, in the order of its file; `subflows` are the other workflows by id."""
    report = Report(source.name, source.place)
    others = {name: other.document for name, other in subflows.items()}
    examine(source.document, node_types, {source.document.id: source.document, **others}, report)
    return report.problems


def examine(document: Document, node_types: NodeSpecs, documents: Mapping[str, Document], report: Report) -> Linked:
    """Join `document` with its node types and run every check; `check` and `compile_flow` share it."""
    linked = link(document, node_types, report)
    for workflow, references in linked.workflows.items():
        if workflow not in documents:
            for node, path in references:
                report.error("subflow.unknown", f"there is no workflow {workflow!r}", path, node=node.id)
    if not linked.triggers and not report.has_errors:
        report.error("flow.no_trigger", "no node starts this flow", ("nodes",), hint="add chatbot.message_received")
    return linked


def kept_outputs(linked: Linked) -> frozenset[str]:
    """Return the nodes whose output some template or condition reads as `$node.field`."""
    read = {name for node in linked.nodes.values() for text in node.texts for name in _references(text)}
    return frozenset(read & linked.nodes.keys())


def _references(text: Text) -> set[str]:
    if text.kind == "condition":
        return node_references(text.text, bare=True)
    return node_references(text.text, bare=False) if text.kind == "template" else set()
