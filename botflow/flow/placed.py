"""The parts of a document: nodes and edges in their places, ways out of any question, and their ids."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from botflow.flow.duration import Duration
from botflow.flow.fields import CAMEL_CASE
from botflow.flow.policy import Retry
from botflow.flow.reading.react_flow import flat_edge, flat_node
from botflow.flow.translating.spoken_texts import in_one_language

_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_NODE_ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:-]{0,63}")


def _slug(text: str) -> str:
    if not _SLUG.fullmatch(text):
        raise PydanticCustomError(
            "id.invalid",
            "{text} is no id: at most 64 of a-z 0-9 - _, the first a letter or digit",
            {"text": repr(text)},
        )
    return text


def _node_id(text: str) -> str:
    if not _NODE_ID.fullmatch(text):
        raise PydanticCustomError(
            "id.invalid",
            "{text} is no id: at most 64 of A-Z a-z 0-9 _ - . :, the first a letter, digit or _",
            {"text": repr(text[:80])},
        )
    return text


Slug = Annotated[str, AfterValidator(_slug)]
NodeId = Annotated[str, AfterValidator(_node_id)]
Handle = Annotated[str, Field(min_length=1, max_length=64)]
CredentialName = Annotated[str, Field(min_length=1, max_length=64)]


class Position(BaseModel):
    """Where an editor draws a node."""

    model_config = CAMEL_CASE

    x: float = Field(allow_inf_nan=False)
    y: float = Field(allow_inf_nan=False)


class PlacedNode(BaseModel):
    """A node as written. `next` and `on` are short forms for edges."""

    model_config = CAMEL_CASE

    id: NodeId
    """The node's name, unique in the flow: `A-Z a-z 0-9 _ - . :`, at most 64 characters."""
    type: str
    """The first half of the node type, such as `chatbot`."""
    action_type: str
    """The second half of the node type, such as `ask`."""
    label: str = ""
    """A name for people."""
    position: Position | None = None
    """Where an editor draws the node: `{x, y}`."""
    properties: dict[str, Any] = Field(default_factory=dict)
    """What the node type needs; see the node types."""
    retry: Retry | None = None
    """How often a failing node is tried again, before it leaves by `error`: `{attempts, delay, backoff}`. Not for the
    runs that `logic.run` and `logic.parallel` start."""
    time_limit: Duration | None = None
    """How long each request of the node to the outside world may take."""
    credential: CredentialName | None = None
    """The credential whose secret fields the node's action gets."""
    next: str | None = None
    """The node after this one: an edge from its first handle."""
    on: dict[Handle, str] = Field(default_factory=dict)
    """Edges from its handles: `{handle: node}`."""

    @property
    def type_name(self) -> str:
        return f"{self.type}.{self.action_type}"

    def to_json(self) -> dict[str, Any]:
        """Return the canonical form without `next` and `on`: their edges are the document's."""
        return self.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude={"next", "on"})

    @model_validator(mode="before")
    @classmethod
    def _accept_react_flow(cls, raw: Any) -> Any:
        return flat_node(raw)


class PlacedEdge(BaseModel):
    """An edge as written."""

    model_config = CAMEL_CASE

    id: str = Field(default="", max_length=256)
    """The edge's name."""
    source: str
    """The node where the edge begins."""
    source_handle: Handle | None = None
    """The handle by which it leaves. Without it: the first one."""
    target: str
    """The node where the edge ends."""
    target_handle: str | None = None
    """Kept for editors; it has no effect."""
    data: dict[str, Any] = Field(default_factory=dict)
    """Kept for editors; it has no effect."""

    def to_json(self) -> dict[str, Any]:
        """Return the canonical form."""
        return self.model_dump(mode="json", by_alias=True, exclude_defaults=True)

    @model_validator(mode="before")
    @classmethod
    def _accept_react_flow(cls, raw: Any) -> Any:
        return flat_edge(raw)


InterruptWords = Annotated[
    tuple[Annotated[str, Field(min_length=1)], ...],
    BeforeValidator(in_one_language, json_schema_input_type=tuple[str, ...] | dict[str, tuple[str, ...]]),
]


class PlacedInterrupt(BaseModel):
    """A way out of any question: keywords, a pattern, an intent or examples, and the node it leads to."""

    model_config = CAMEL_CASE

    id: NodeId
    """The interrupt's name."""
    match: InterruptWords = ()
    """Words: the message is one of them."""
    pattern: str | None = None
    """A regular expression (RE2) that finds something in the message."""
    intent: Annotated[str, Field(min_length=1)] | None = None
    """A description; a model decides whether the message means it."""
    examples: InterruptWords = ()
    """Messages that people write for it, beside `intent` or instead of it. The built-in model needs them."""
    target: str
    """The node to which the interrupt leads. When the part that begins there ends, the question is asked again."""
