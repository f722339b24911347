"""What is told of executions, sessions and workflows: lifecycle events. They hold ids and codes, no texts of people.

Not to be confused with `engine.events`, the trace of a turn, from which most of them are made.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

EventType = Literal[
    "workflow.queued",  # a run waits for a worker
    "workflow.started",
    "workflow.completed",
    "workflow.failed",
    "workflow.cancelled",
    "workflow.paused",
    "workflow.resumed",
    "workflow.retried",
    "workflow.moved",  # an operator let it go on at another node
    "workflow.published",
    "workflow.rolled_back",
    "workflow.status_changed",
    "step.started",
    "step.ended",
    "handoff.requested",  # a conversation waits for a person
    "campaign.started",  # a conversation began because of a contact's date
    "campaign.missed",
    "session.handed_off",
    "session.returned",
    "message.failed",
    "feedback.given",  # a person of the chat thinks well or badly of a message, or something else than before
    "feedback.taken_back",
    "contact.opted_out",
    "contact.opted_in",
    "webhook.test",
]
EVENT_TYPES: tuple[EventType, ...] = get_args(EventType)
_ID = re.compile(r"evt_([0-9a-f]{16})_([0-9]{1,9})")


@dataclass(frozen=True, slots=True, kw_only=True)
class LifecycleEvent:
    """One event. `id` is the same however often it is told, and names its place in the organization's feed."""

    id: str
    type: str
    timestamp: datetime
    data: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        """Return it as webhooks and the API write it."""
        return {"id": self.id, "type": self.type, "timestamp": self.timestamp.isoformat(), "data": dict(self.data)}


def event_id(token: str, number: int) -> str:
    """Return the id of an event: its feed and its number there."""
    return f"evt_{token}_{number}"


def parse_event_id(id: str) -> tuple[str, int] | None:
    """Return the feed's token and the number; None for a text that is no event's id."""
    found = _ID.fullmatch(id)
    return (found[1], int(found[2])) if found is not None else None
