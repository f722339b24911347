"""A document joined with its node types: properties are values, every edge has a handle. Checker and compiler share it.

Parts that do not join are reported and left out, so that later checks still find the other problems.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from pydantic import BaseModel, ValidationError

from botflow.errors import FlowError, did_you_mean
from botflow.flow.contact_fields import CONTACT, contact_field_of
from botflow.flow.document import Document, Link
from botflow.flow.fields import Text, texts
from botflow.flow.message_template import PROPERTY, MessageTemplate
from botflow.flow.node_spec import NodeSpec, Outputs
from botflow.flow.placed import PlacedNode
from botflow.flow.problems import Path, Report
from botflow.flow.reading.schema_problems import report_invalid
from botflow.flow.templates.template import node_references
from botflow.flow.templates.tokens import TemplateRefused
from botflow.flow.translating.node_translations import Translation, texts_in, translation, written_at
from botflow.flow.translating.spoken_texts import DocumentLanguages

NodeSpecs = Mapping[str, NodeSpec]


@dataclass(frozen=True, kw_only=True)
class LinkedNode:
    """A node with its type and its properties as a value; `path` is its path in the document."""

    placed: PlacedNode
    path: Path
    spec: NodeSpec
    properties: BaseModel
    handles: tuple[str, ...]
    waits: bool
    rests: bool
    speaks: bool
    sends: bool
    bodies: tuple[str, ...]
    branches: tuple[str, ...]
    sets: tuple[str, ...]
    outputs: Outputs | None
    languages: DocumentLanguages
    translations: Mapping[str, Translation]
    written: Mapping[str, Any]
    """The properties as they are written, with the texts that a template brought."""

    @property
    def id(self) -> str:
        return self.placed.id

    @property
    def is_trigger(self) -> bool:
        return self.spec.category == "trigger"

    @cached_property
    def texts(self) -> tuple[Text, ...]:
        """Every string in the properties, in every language; paths start at the document's root."""
        found = list(texts(self.properties)) if not self.translations else self.texts_in(self.languages.own)
        for tag in self.translations:
            found += self.texts_in(tag)
        inside = (*self.path, "properties")
        return tuple(replace(text, path=(*inside, *self.path_of(text.path))) for text in found)

    def is_brought(self, path: Path) -> bool:
        """Say whether a template has brought the text at the path of a property."""
        return self.spec.takes_template and PROPERTY in self.placed.properties and path[0] in TEMPLATE_FIELDS

    def path_of(self, path: Path) -> Path:
        """Return the path of a property; of one that a template brought, the path of the template's name."""
        return (PROPERTY, *path) if self.is_brought(path) else path

    def spoken_in(self, tag: str) -> tuple[BaseModel, str]:
        """Return the properties in a language of the document, and the language that they are in: a node with a missing
        text speaks the document's own."""
        known = self.translations.get(tag)
        return (self.properties, self.languages.own) if known is None or known.missing else (known.properties, tag)

    def tag_at(self, path: Path, tag: str) -> str:
        """Return the language of the text at a path when `tag` is wanted; "" for a text without languages."""
        return written_at(self.written, path, replace(self.languages, wanted=tag))[1]

    def texts_in(self, tag: str) -> list[Text]:
        """Return the strings of the properties in a language of the document; their paths start at the properties."""
        properties = self.properties if tag == self.languages.own else self.translations[tag].properties
        return list(texts_in(properties, self.written, replace(self.languages, wanted=tag)))


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedEdge:
    """An edge between two nodes that exist, with its handle."""

    link: Link
    id: str
    source: str
    handle: str
    target: str


@dataclass(frozen=True, kw_only=True)
class Linked:
    """A document's nodes by id, and its edges."""

    document: Document
    nodes: Mapping[str, LinkedNode]
    edges: tuple[LinkedEdge, ...]

    @cached_property
    def targets(self) -> dict[tuple[str, str], str]:
        return {(edge.source, edge.handle): edge.target for edge in self.edges}

    @cached_property
    def triggers(self) -> tuple[LinkedNode, ...]:
        """The triggers, the most specific first: a channel's own trigger before one for every message."""
        found = [node for node in self.nodes.values() if node.is_trigger]
        return tuple(sorted(found, key=lambda node: _GENERALITY.index(_family(node.placed))))

    @cached_property
    def kept_outputs(self) -> frozenset[str]:
        """The nodes whose output some template or condition reads as `$node.field`."""
        return frozenset(self._references & self.nodes.keys())

    @cached_property
    def reads_contact(self) -> bool:
        """Whether a turn may read or change `$contact`."""
        if CONTACT in self._references and CONTACT not in self.nodes:
            return True
        return any(
            node.spec.reads_contact or any(contact_field_of(name) is not None for name in node.sets)
            for node in self.nodes.values()
        )

    @cached_property
    def _references(self) -> set[str]:
        """What templates and conditions read as `$name`."""
        read = {name for node in self.nodes.values() for text in node.texts for name in _references(text)}
        own = (text for name in ("recap", "corrected_text") for _, text in self.document.texts_of(name))
        read.update(name for text in own for name in _names_in(text, bare=False))
        return read

    @cached_property
    def workflows(self) -> dict[str, list[tuple[LinkedNode, Path]]]:
        """The workflows that nodes refer to, with the nodes and the paths of the references."""
        found: dict[str, list[tuple[LinkedNode, Path]]] = {}
        for node in self.nodes.values():
            for text in node.texts:
                if text.kind == "workflow":
                    found.setdefault(text.text, []).append((node, text.path))
        return found


def _references(text: Text) -> set[str]:
    return _names_in(text.text, bare=text.kind == "condition") if text.kind in ("condition", "template") else set()


def _names_in(text: str, *, bare: bool) -> set[str]:
    try:
        return node_references(text, bare=bare)
    except TemplateRefused:  # what does not parse is reported elsewhere
        return set()


TEMPLATE_FIELDS = frozenset(MessageTemplate.model_fields)
ALIKE = 0.85  # of a node type's name, whose first half is mostly right
_GENERALITY = ("channel", "message_received", "opened")


def _family(node: PlacedNode) -> str:
    return node.action_type if node.type == "chatbot" and node.action_type in _GENERALITY else "channel"


def link(document: Document, node_types: NodeSpecs, report: Report) -> Linked:
    """Join `document` with `node_types`; what is wrong becomes an error in `report`."""
    placed = _unique_nodes(document, report)
    nodes = {}
    languages = DocumentLanguages(document.language, document.languages)
    for node_id, (node, path) in placed.items():
        joined = _link_node(node, path, node_types, document, languages, report)
        if joined is not None:
            nodes[node_id] = joined
    edges = _link_edges(document, set(placed), nodes, report)
    for position, interrupt in enumerate(document.interrupts):
        if interrupt.target not in placed:
            hint = report.guess(interrupt.target, placed)
            path = ("interrupts", position, "target")
            report.error("interrupt.unknown_node", f"there is no node {interrupt.target!r}", path, hint=hint)
    return Linked(document=document, nodes=nodes, edges=edges)


def _unique_nodes(document: Document, report: Report) -> dict[str, tuple[PlacedNode, Path]]:
    placed: dict[str, tuple[PlacedNode, Path]] = {}
    for position, node in enumerate(document.nodes):
        path: Path = ("nodes", position)
        if node.id in placed:
            line = report.line((*placed[node.id][1], "id"))
            hint = f"the first one is in line {line}" if line else ""
            report.error(
                "node.duplicate_id", f"two nodes have the id {node.id!r}", (*path, "id"), hint=hint, node=node.id
            )
        else:
            placed[node.id] = (node, path)
    return placed


def _link_node(
    node: PlacedNode,
    path: Path,
    node_types: NodeSpecs,
    document: Document,
    languages: DocumentLanguages,
    report: Report,
) -> LinkedNode | None:
    spec = node_types.get(node.type_name)
    if spec is None:
        families = {name.split(".")[0] for name in node_types}
        at = "actionType" if node.type in families else "type"
        siblings = sorted(name for name in node_types if name.startswith(f"{node.type}."))
        known = f"there are: {', '.join(siblings or sorted(node_types))}"
        hint = did_you_mean(node.type_name, node_types, known, likeness=ALIKE)
        report.error(
            "node.unknown_type", f"there is no node type {node.type_name!r}", (*path, at), hint=hint, node=node.id
        )
        return None
    inside = (*path, "properties")
    given = _with_template(node, inside, document, report) if spec.takes_template else node.properties
    if given is None:
        return None
    try:
        properties = spec.properties.model_validate(given, context=languages)
        translations = {
            tag: translation(spec.properties, given, replace(languages, wanted=tag), properties)
            for tag in languages.others
        }
    except ValidationError as failure:
        report_invalid(failure, spec.properties, given, report, family="property", prefix=inside, node=node.id)
        return None
    except FlowError as failure:
        report.error(failure.code, failure.message, inside, hint=failure.hint, node=node.id)
        return None
    return LinkedNode(
        placed=node,
        path=path,
        spec=spec,
        properties=properties,
        handles=spec.handles(properties),
        waits=spec.waits(properties),
        rests=spec.rests(properties),
        speaks=spec.speaks(properties),
        sends=spec.sends(properties),
        bodies=spec.bodies(properties),
        branches=spec.branches(properties),
        sets=spec.sets(properties),
        outputs=spec.outputs(properties),
        languages=languages,
        translations=translations,
        written=given,
    )


def _with_template(node: PlacedNode, inside: Path, document: Document, report: Report) -> dict[str, Any] | None:
    """Return the node's properties with the texts of the template that it names; None when that cannot be done."""
    slug = node.properties.get(PROPERTY)
    if not isinstance(slug, str):
        return node.properties
    if slug not in document.templates:
        hint = did_you_mean(slug, document.templates, f"write templates/{slug}.txt or .html beside the flow")
        message = f"there is no template {slug[:64]!r}"
        report.error("template.unknown", message, (*inside, PROPERTY), hint=hint, node=node.id)
        return None
    brought = document.template_texts(slug)
    if twice := sorted(brought.keys() & node.properties.keys()):
        message = f"the template {slug!r} has a {twice[0]} already"
        report.error("template.twice", message, (*inside, twice[0]), hint="write it in one place", node=node.id)
        return None
    return {**node.properties, **brought}


def _link_edges(
    document: Document, known: set[str], nodes: Mapping[str, LinkedNode], report: Report
) -> tuple[LinkedEdge, ...]:
    edges: dict[tuple[str, str], LinkedEdge] = {}
    ids: set[str] = set()
    for item in document.links():
        edge = item.edge
        for end, path in ((edge.source, item.source), (edge.target, item.target)):
            if end not in known:
                hint = report.guess(end, known)
                report.error("edge.unknown_node", f"there is no node {end!r}", path, hint=hint, node=edge.source)
        source = nodes.get(edge.source)
        if source is None or edge.target not in known:
            continue
        handle = _handle(item, source, report)
        if handle is None:
            continue
        edge_id = edge.id or f"{edge.source}:{handle}"
        if (edge.source, handle) in edges:
            message = f"the handle {handle!r} of {edge.source!r} already leads to {edges[edge.source, handle].target!r}"
            hint = "a handle leads to one node"
            report.error("edge.duplicate_handle", message, item.path, hint=hint, node=edge.source)
        elif edge_id in ids:
            report.error("edge.duplicate_id", f"two edges have the id {edge_id!r}", item.path, node=edge.source)
        elif edge.target in nodes and nodes[edge.target].is_trigger:
            hint = "a trigger starts a run; lead to the node after it"
            report.error("edge.into_trigger", f"{edge.target!r} is a trigger", item.target, hint=hint, node=edge.source)
        else:
            ids.add(edge_id)
            edges[edge.source, handle] = LinkedEdge(
                link=item, id=edge_id, source=edge.source, handle=handle, target=edge.target
            )
    return tuple(edges.values())


def _handle(item: Link, source: LinkedNode, report: Report) -> str | None:
    handle = item.edge.source_handle
    if not source.handles:
        message = f"nothing follows {source.id!r}: {source.spec.name} has no handles"
        report.error("edge.no_handle", message, item.path, hint="remove the edge", node=source.id)
        return None
    if handle is None:
        return source.handles[0]
    if handle not in source.handles:
        known = ", ".join(source.handles)
        report.error(
            "edge.unknown_handle",
            f"{source.id!r} ({source.spec.name}) has no handle {handle!r}",
            item.handle,
            hint=did_you_mean(handle, source.handles, f"it has: {known}"),
            node=source.id,
        )
        return None
    return handle
