"""Answers: node types. Written by `python -m docs.generate`: do not edit it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from botflow_client.models.graphs import ShownOutput


@dataclass(frozen=True, slots=True, kw_only=True)
class PageOfNodeType:
    """PageOfNodeType."""

    items: list[NodeType]
    next: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeType:
    """A node type. `handles` and `outputs` are those of the example. `propertiesSchema` is a JSON Schema (2020-12)
    in which each property has its widget as `x-field`. `outputs` is null where its fields are not known.
    """

    name: str
    type: str
    action_type: str
    title: str
    description: str
    notes: list[str]
    category: Literal["trigger", "action"]
    section: str
    icon: str
    version: int
    capabilities: list[Literal["asks the world", "streams", "waits", "idempotent"]]
    handles: list[ShownHandle]
    outputs: list[ShownOutput] | None
    example: dict[str, Any] | None
    properties_schema: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageOfShownOption:
    """PageOfShownOption."""

    items: list[ShownOption]
    next: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownHandle:
    """A way to leave. With `items` there is one for each item of a property, and the name is empty."""

    name: str
    label: str
    items: ItemsOfHandles | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownOption:
    """A value to choose, and what people read instead of it."""

    value: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemsOfHandles:
    """There is a handle for each item of the list `property`: its name and its label are under these keys of the
    item. Without a label, the name is shown.
    """

    property: str
    name: str
    label: str
