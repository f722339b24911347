"""From a draft to what is published: the draft and the active versions of the workflows that it runs as subflows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection

from botflow.engine.turn import NodeTypes
from botflow.flow.compile import compile_flow
from botflow.flow.document import nowhere, shape
from botflow.flow.graph import Flow
from botflow.flow.problems import Report
from botflow.flow.typed_document import link
from botflow.storage.service.workflows.drafts import active_documents


class Bundle(NamedTuple):
    """A compiled workflow, and its document with those of its subflows, by id."""

    flow: Flow
    documents: dict[str, Any]


def compile_bundle(
    connection: Connection, organization: int, document: Mapping[str, Any], node_types: NodeTypes
) -> Bundle:
    """Compile a draft; FlowProblems when it has errors. A subflow that has never been published is unknown."""
    documents: dict[str, Any] = {document["id"]: document}
    looked_for = set(documents)
    while wanted := _references(documents, node_types) - looked_for:
        looked_for |= wanted
        documents |= active_documents(connection, organization, sorted(wanted))
    flow = compile_flow(documents, document["id"], node_types)
    return Bundle(flow, {name: documents[name] for name in {document["id"], *flow.subflows}})


def _references(documents: Mapping[str, Any], node_types: NodeTypes) -> set[str]:
    found: set[str] = set()
    for name, plain in documents.items():
        report = Report(name, nowhere)  # compiling reports what is wrong
        document = shape(plain, report)
        if document is not None:
            found |= link(document, node_types, report).workflows.keys()
    return found
