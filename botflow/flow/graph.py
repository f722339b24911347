"""A compiled flow: frozen nodes and edges, with the look-ups that a turn needs.

A Flow never changes: an execution is pinned to one, and a changed document compiles to another.
It knows no node type's behaviour; that is the engine's business.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel

from botflow.flow.chat_access import ChatAccess
from botflow.flow.contact_fields import ContactField
from botflow.flow.policy import Policy, Retry
from botflow.flow.templates.template import Templates
from botflow.flow.theme import Theme
from botflow.flow.translating.spoken_texts import closest

Category = Literal["trigger", "action"]
ExecutionMode = Literal["persistent", "single"]
JsonObject = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A placed step. `properties` is an instance of its type's schema; `id` is unique in the flow.

    `time_limit_s` bounds each of its calls to the world; `credential` names the secret fields that its action gets.
    `language` is the one that its properties are written in.
    """

    id: str
    type: str
    properties: BaseModel
    language: str = "en"
    label: str = ""
    position: tuple[float, float] | None = None
    retry: Retry | None = None
    time_limit_s: float | None = None
    credential: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """Leaving `source` by `source_handle` leads to `target`."""

    id: str
    source: str
    source_handle: str
    target: str
    target_handle: str | None = None
    data: JsonObject = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Interrupt:
    """A way out of any question: keywords, a pattern or a model's intent lead to `target`, then back.

    `examples` are messages that have the intent.
    """

    id: str
    target: str
    match: tuple[str, ...] = ()
    pattern: str | None = None
    intent: str | None = None
    examples: tuple[str, ...] = ()

    @property
    def has_meaning(self) -> bool:
        """Say whether a model can find it: by a description, or by examples."""
        return bool(self.intent or self.examples)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """One immutable version of a workflow's graph.

    `digest` is the SHA-256 (hex) of the canonical document and of every subflow it reaches, so equal digests mean equal
    behaviour. `kept_outputs` are the nodes whose output some template reads as `$node.field`; others are not stored.
    `contact_fields` are the fields of a contact that the document declares; `reads_contact` says whether it or one of
    its subflows reads or changes the person's contact: a turn of another flow pays nothing for contacts.
    `heard_ends` are the statuses of ended executions that one of its triggers hears of.
    `language` is the one it speaks, `written_in` its own.
    `translations` are the same graph in the other languages that it speaks, by their tags; only a flow in its own
    language has them.
    """

    id: str
    name: str
    mode: ExecutionMode = "persistent"
    language: str = "en"
    written_in: str = "en"
    region: str | None = None
    apology: str | None = None
    theme: Theme | None = None
    chat: ChatAccess = field(default_factory=ChatAccess)
    policy: Policy = field(default_factory=Policy)
    variables: Mapping[str, Any] = field(default_factory=dict)
    nodes: Mapping[str, Node]
    edges: tuple[Edge, ...]
    interrupts: tuple[Interrupt, ...] = ()
    subflows: Mapping[str, Flow] = field(default_factory=dict)
    translations: Mapping[str, Flow] = field(default_factory=dict)
    detects_language: bool = False
    templates: Templates
    digest: str = ""
    kept_outputs: frozenset[str] = frozenset()
    targets: Mapping[tuple[str, str], str]
    triggers: tuple[Node, ...]
    contact_fields: Mapping[str, ContactField] = field(default_factory=dict)
    reads_contact: bool = False
    heard_ends: frozenset[str] = frozenset()

    def target(self, node: str, handle: str) -> str | None:
        """Return the node that `handle` of `node` leads to, or None when nothing is connected."""
        return self.targets.get((node, handle))

    def speaks(self, tag: str) -> str | None:
        """Return the language of the flow that is closest to a BCP 47 tag: `de-AT`, else `de`; None for none."""
        return closest(tag, (self.language, *self.translations))

    def spoken_in(self, tag: str) -> Flow:
        """Return the flow in the language closest to `tag`, else in its own."""
        return self.translations.get(self.speaks(tag) or "", self)

    def scope(self, flow_id: str) -> Flow:
        """Return the flow a frame runs in: this one for "", else the linked subflow (KeyError if unknown)."""
        return self if not flow_id else self.subflows[flow_id]
