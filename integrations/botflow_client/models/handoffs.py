"""Answers: handoffs. Written by `python -m docs.generate`: do not edit it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Handoff:
    """A conversation that waits for a person, or that a person has or had. `nodeId` and `queue` are null when a
    person took it over unasked. `summary` holds variables of the flow, and `results` names those that the person may
    fill in. `opted_out`: its contact wants no messages, and so it waits for nobody until they want them again.
    """

    id: str
    session: str
    workflow: str
    channel: str
    external_id: str
    state: Literal["waiting", "claimed", "opted_out", "returned", "timed_out", "cancelled"]
    queue: str | None
    priority: Literal["low", "normal", "high", "urgent"]
    node_id: str | None
    note: str
    summary: dict[str, Any]
    results: list[str]
    person: str | None
    claimed_by: str | None
    requested_at: datetime
    claimed_at: datetime | None
    first_claimed_at: datetime | None
    ended_at: datetime | None
    returned_note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoffTimes:
    """The handoffs that flows have asked for on one day (UTC) in one queue. `claimed` and `returned` count those
    that a person took and gave back, `abandoned` those that ended before a person had taken them. One that waits
    still is only among the `requested`.
    """

    day: str
    queue: str
    requested: int
    claimed: int
    returned: int
    abandoned: int
    until_claimed: WaitTimes
    until_returned: WaitTimes


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitTimes:
    """Seconds since the request: half of them waited no longer than `median`, and 95 of 100 no longer than `p95`;
    null when there is none.
    """

    median: float | None
    p95: float | None
