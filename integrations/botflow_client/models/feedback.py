"""Answers: feedback. Written by `python -m docs.generate`: do not edit it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageFeedback:
    """What a person thinks of a message, whose id this has, too. `node` is what said the message, with the workflow
    in front if it belongs to a subflow (`refund/ask_reason`), and `version` that of the workflow. Both are null for
    a message that no node said, or that was said before the workflow asked for feedback. `author` is the person who
    wrote it in a handoff. `updatedAt` is when they changed the value or the comment last.
    """

    id: str
    session: str
    workflow: str
    channel: str
    external_id: str
    node: str | None
    version: int | None
    value: Literal["up", "down"]
    comment: str | None
    text: str
    author: str | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeFeedback:
    """How many people found messages of this node, in this version, good and bad. Both are null for messages that no
    node said, or that were said before the workflow asked for feedback.
    """

    workflow: str
    node: str | None
    version: int | None
    up: int
    down: int
