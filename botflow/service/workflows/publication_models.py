"""What is said about publications by plan: the moves that are wanted, and what would become of the sessions."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from botflow.runtime.publications.decision import SessionRefusal
from botflow.service.models import Body, Shown

SHOWN_SESSIONS = 5  # of each reason

NodeId = Annotated[str, Field(min_length=1, max_length=200)]
PlainMove = Literal["stay", "same", "restart"]


class MoveTo(Body):
    """Move to another node of the same graph, which asks the same kind of question."""

    to: NodeId


class Planning(Body):
    """What shall become of the sessions at each node, and of all others. A node of a subflow is `subflow/node`."""

    example = '{"moves": {"ask_name": {"to": "ask_full_name"}, "menu": "restart"}, "default": "same"}'

    moves: Annotated[dict[NodeId, PlainMove | MoveTo], Field(default_factory=dict, max_length=1_000)]
    default: PlainMove = "stay"


class Refused(Shown):
    """Sessions that would stay though they should move: why, how many, and the first of them."""

    reason: SessionRefusal
    count: int
    sessions: list[int]


class PlannedNode(Shown):
    """The sessions that wait at a node of a version, and what becomes of them."""

    version: int
    node: str
    waits: int
    action: str
    would_move: int
    refused: list[Refused]


class Preview(Shown):
    """What would become of the sessions that wait, at each node and in sum."""

    workflow: str
    waits: int
    would_move: int
    would_stay: int
    refused: int
    nodes: list[PlannedNode]


class PublicationPreview(Preview):
    """What publishing the draft would do to the sessions that wait."""

    revision: int
    replaces: int | None


class PublicationPlan(PublicationPreview):
    """A preview that can be published: `token` does so, while the draft and the active version are these."""

    token: str
    expires_at: datetime
