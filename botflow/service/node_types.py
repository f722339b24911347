"""The node types that this server has, for forms, lists and programs. They are the same for every organization."""

from __future__ import annotations

from asyncio import to_thread
from typing import TYPE_CHECKING, Any

from botflow.errors import RejectedInbound, did_you_mean
from botflow.flow.forms.node_metadata import metadata_of
from botflow.flow.graph import Category
from botflow.flow.node_spec import Capability, NodeSpec, OutputType
from botflow.service.models import Page, Shown

if TYPE_CHECKING:  # `botflow nodes` needs no server
    from botflow.engine.turn import NodeTypes as KnownTypes
    from botflow.runtime.app import Runtime


class ItemsOfHandles(Shown):
    """There is a handle for each item of the list `property`: its name and its label are under these keys of the
    item. Without a label, the name is shown."""

    property: str
    name: str
    label: str


class ShownHandle(Shown):
    """A way to leave. With `items` there is one for each item of a property, and the name is empty."""

    name: str
    label: str
    items: ItemsOfHandles | None


class ShownOutput(Shown):
    """A field of the output, which templates read as `{{ $node.name }}`."""

    name: str
    type: OutputType
    description: str


class NodeType(Shown):
    """A node type. `handles` and `outputs` are those of the example. `propertiesSchema` is a JSON Schema (2020-12) in
    which each property has its widget as `x-field`. `outputs` is null where its fields are not known."""

    name: str
    type: str
    action_type: str
    title: str
    description: str
    notes: list[str]
    category: Category
    section: str
    icon: str
    version: int
    capabilities: list[Capability]
    handles: list[ShownHandle]
    outputs: list[ShownOutput] | None
    example: dict[str, Any] | None
    properties_schema: dict[str, Any]


class NodeTypes:
    """The node types of this server, botflow's own and those of plugins.

    The first call reads their docstrings from their sources, for some tenths of a second, outside of the event loop.
    """

    def __init__(self, runtime: Runtime) -> None:
        self._known = runtime.node_types

    async def get_node_types(self) -> Page[NodeType]:
        """Return every node type, all on one page."""
        return Page(items=await to_thread(shown_node_types, self._known))

    async def get_node_type(self, name: str) -> NodeType:
        """Return a node type by its whole name, such as `chatbot.ask`; RejectedInbound `node_type.unknown` (404)."""
        return await to_thread(find_node_type, self._known, name)


def shown_node_types(known: KnownTypes) -> list[NodeType]:
    return [shown_node_type(each) for each in known.values()]


def find_node_type(known: KnownTypes, name: str) -> NodeType:
    """Return a node type by its whole name; RejectedInbound `node_type.unknown` (404)."""
    if name not in known:
        hint = did_you_mean(name, known, "the node types are listed without a name")
        raise RejectedInbound(f"there is no node type {name[:64]!r}", code="node_type.unknown", hint=hint, status=404)
    return shown_node_type(known[name])


def shown_node_type(node_type: NodeSpec) -> NodeType:
    return NodeType.model_validate(metadata_of(node_type))
