"""The checker: all errors of a document that can be found before it is served.

`botflow check`, the API and the compiler share it. Errors keep a document from compiling; warnings do not.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from botflow.flow.checking.advice import check_advice
from botflow.flow.checking.bodies import check_bodies
from botflow.flow.checking.contacts import check_contacts
from botflow.flow.checking.conversation import NOBODY_ANSWERS, WordsAnswered, check_conversation
from botflow.flow.checking.persons import check_persons
from botflow.flow.checking.protocols import check_protocols
from botflow.flow.checking.reachability import check_graph
from botflow.flow.checking.starts import check_starts
from botflow.flow.checking.subflows import check_subflows, speaking_nodes, waiting_nodes
from botflow.flow.checking.texts import check_texts
from botflow.flow.checking.translations import check_translations
from botflow.flow.checking.variables import check_variables
from botflow.flow.document import Document, SourceDocument, nowhere
from botflow.flow.problems import Problem, Report
from botflow.flow.typed_document import Linked, NodeSpecs, link


def check(
    source: SourceDocument,
    node_types: NodeSpecs,
    subflows: Mapping[str, SourceDocument],
    answered: WordsAnswered = NOBODY_ANSWERS,
    protocols: Collection[str] | None = None,
) -> list[Problem]:
    """Return every problem of `source`, in the order of its file; `subflows` are the other workflows by id.

    `answered` are, by channel, the words that providers answer themselves; `protocols` are those of chat clients that
    plugins bring, None when that is not known.
    """
    report = Report(source.name, source.place)
    others = {name: other.document for name, other in subflows.items()}
    examine(source.document, node_types, {**others, source.document.id: source.document}, report, answered)
    if protocols is not None:
        check_protocols(source.document, report, protocols)
    return report.problems


def examine(
    document: Document,
    node_types: NodeSpecs,
    documents: Mapping[str, Document],
    report: Report,
    answered: WordsAnswered = NOBODY_ANSWERS,
) -> Linked:
    """Join `document` with its node types and run every check on it; `documents` are all workflows, with this one."""
    linked = link(document, node_types, report)
    is_whole = not report.has_errors
    children = _link_children(linked, node_types, documents)
    waits = waiting_nodes(linked, children)
    returns = any(
        node.properties.get("workflow") == document.id for other in documents.values() for node in other.nodes
    )
    check_conversation(linked, report, waits=waits, answered=answered)
    speaks = speaking_nodes(linked, children)
    check_bodies(linked, report, waits=waits, speaks=speaks)
    check_persons(linked, report, waits=waits, speaks=speaks)
    check_subflows(linked, report, documents=documents, children=children)
    check_texts(linked, report, is_subflow=returns)
    check_contacts(linked, report)
    check_starts(linked, report, node_types=node_types, documents=documents)
    check_advice(linked, report)
    check_translations(linked, report)
    # After an error, nodes would look unreachable and variables unset: report these errors first.
    if len(linked.nodes) == len(document.nodes):
        check_variables(linked, report, documents=documents, children=children)
    if is_whole:
        check_graph(linked, report, returns=returns, waits=waits)
    return linked


def _link_children(linked: Linked, node_types: NodeSpecs, documents: Mapping[str, Document]) -> dict[str, Linked]:
    """Join the workflows that `linked` reaches; their own problems are reported by their own checks."""
    children: dict[str, Linked] = {}
    waiting = list(linked.workflows)
    while waiting:
        name = waiting.pop()
        if name in documents and name not in children:
            children[name] = link(documents[name], node_types, Report(name, nowhere))
            waiting += children[name].workflows
    return children
