"""From documents to a Flow: one workflow and the subflows it reaches, checked, frozen and named by a digest."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import orjson

from botflow.errors import UsageError
from botflow.flow.checking.check import examine
from botflow.flow.document import Document, nowhere, shape
from botflow.flow.graph import Edge, Flow, Interrupt, Node
from botflow.flow.problems import FlowProblems, Problem, Report
from botflow.flow.templates.template import Templates
from botflow.flow.translating.spoken_texts import closest
from botflow.flow.typed_document import Linked, NodeSpecs


def compile_flow(documents: Mapping[str, Mapping[str, Any]], root: str, node_types: NodeSpecs) -> Flow:
    """Compile the document `root`, and those of `documents` that it reaches as subflows.

    Documents are plain JSON, in canonical form or with sugar. Raises FlowProblems with everything that is wrong.
    """
    if root not in documents:
        raise UsageError(f"there is no document {root!r} to compile", code="flow.unknown")
    shaped = _shape_all(documents)
    linked: dict[str, Linked] = {}
    problems: list[Problem] = []
    waiting = [root]
    while waiting:
        name = waiting.pop()
        if name in linked or name not in shaped:
            continue
        report = Report(name, nowhere)
        linked[name] = examine(shaped[name], node_types, shaped, report)
        problems += report.problems
        waiting += linked[name].workflows
    if any(problem.severity == "error" for problem in problems):
        raise FlowProblems(problems)
    reached = {name: _canonical(item) for name, item in sorted(linked.items())}
    digest = hashlib.sha256(orjson.dumps({"root": root, "documents": reached}, option=orjson.OPT_SORT_KEYS)).hexdigest()
    reads_contact = any(item.reads_contact for item in linked.values())
    main = linked.pop(root) if root not in _references(linked) else linked[root]
    templates = {name: Templates() for name in (root, *linked)}

    def spoken_in(tag: str, translations: Mapping[str, Flow]) -> Flow:
        below = {name: _freeze(item, digest, tag, templates[name], reads_contact) for name, item in linked.items()}
        return _freeze(main, digest, tag, templates[root], reads_contact, below, translations)

    return spoken_in(main.document.language, {tag: spoken_in(tag, {}) for tag in main.document.languages})


def _shape_all(documents: Mapping[str, Mapping[str, Any]]) -> dict[str, Document]:
    shaped = {}
    for name, raw in documents.items():
        report = Report(name, nowhere)
        document = shape(raw, report)
        if document is None:
            raise FlowProblems(report.problems)
        shaped[name] = document
    return shaped


def _references(linked: Mapping[str, Linked]) -> set[str]:
    return {name for item in linked.values() for name in item.workflows}


def _canonical(linked: Linked) -> dict[str, Any]:
    """Return the input of the digest: the same however the document is written (sugar, case, order of edges)."""
    plain = linked.document.to_json()
    for node in plain["nodes"]:
        properties = linked.nodes[node["id"]].properties
        node["properties"] = properties.model_dump(mode="json", by_alias=True, exclude_unset=True)
        for tag, translated in linked.nodes[node["id"]].translations.items():
            node[f"properties ({tag})"] = translated.properties.model_dump(
                mode="json", by_alias=True, exclude_unset=True
            )
    plain["edges"] = sorted([edge.source, edge.handle, edge.target, edge.link.edge.data] for edge in linked.edges)
    return plain


def _freeze(
    linked: Linked,
    digest: str,
    tag: str,
    templates: Templates,
    reads_contact: bool,
    subflows: Mapping[str, Flow] = MappingProxyType({}),
    translations: Mapping[str, Flow] = MappingProxyType({}),
) -> Flow:
    """Return the flow in the language of its document that is closest to `tag`."""
    own = linked.document.language
    tag = closest(tag, (own, *linked.document.languages)) or own
    document = linked.document if tag == own else linked.document.spoken_in(tag)
    nodes = {}
    for node in linked.nodes.values():
        properties, language = node.spoken_in(tag)
        nodes[node.id] = Node(
            id=node.id,
            type=node.spec.name,
            properties=properties,
            language=language,
            label=node.placed.label,
            position=(node.placed.position.x, node.placed.position.y) if node.placed.position else None,
            retry=node.placed.retry,
            time_limit_s=node.placed.time_limit,
            credential=node.placed.credential,
        )
    return Flow(
        id=document.id,
        name=document.name or document.id,
        mode=document.execution_mode,
        language=document.language,
        written_in=own,
        region=document.region,
        apology=document.apology,
        theme=document.theme,
        chat=document.chat,
        policy=document.policy(),
        variables=dict(document.variables),
        nodes=nodes,
        edges=tuple(
            Edge(
                id=edge.id,
                source=edge.source,
                source_handle=edge.handle,
                target=edge.target,
                target_handle=edge.link.edge.target_handle,
                data=edge.link.edge.data,
            )
            for edge in linked.edges
        ),
        interrupts=tuple(
            Interrupt(
                id=item.id,
                target=item.target,
                match=item.match,
                pattern=item.pattern,
                intent=item.intent,
                examples=item.examples,
            )
            for item in document.interrupts
        ),
        subflows=subflows,
        translations=translations,
        detects_language=document.detect_language,
        templates=templates,
        digest=digest,
        kept_outputs=linked.kept_outputs,
        targets=linked.targets,
        triggers=tuple(nodes[node.id] for node in linked.triggers),
        contact_fields=dict(document.contact_fields),
        reads_contact=reads_contact,
        heard_ends=frozenset(
            status for node in linked.triggers for status in node.spec.hears_ends(nodes[node.id].properties)
        ),
    )
