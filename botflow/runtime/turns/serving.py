"""What a session's task and its attempts share while this process runs the session."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import Literal

from botflow.records.leases import Lease, LeaseId

# The next action of a session's task after an attempt: `begin again` what failed, `look on` for an inbound that was
# stored while the turn was being committed, or `give back` what this process cannot run.
Next = Lease | Literal["begin again", "look on", "give back"] | None


@dataclass(slots=True, eq=False)
class Serving:
    """One session that this process runs: the state shared by its task and its attempts.

    `lease` is None between two attempts, while the next inbound is looked up. `claimed` is a lease that a claim brought
    while the task was committing a turn or looking for the next one. `is_in_line`: it waits for the quarantine, to take
    a suspect. `is_lost`: by a beat, another process has the lease now. `is_last`: the process stops, so the next one is
    not leased.
    """

    session: int
    lease: LeaseId | None = None
    claimed: Lease | None = None
    task: asyncio.Task[None] | None = None
    is_finishing: bool = False
    is_in_line: bool = False
    is_lost: bool = False
    is_last: bool = False


def carried_on(following: Next, trace: str) -> Next:
    """Give the next stretch of a run the trace of the one before it."""
    if not trace or not isinstance(following, Lease) or following.queued.inbound.kind != "resume":
        return following
    return following._replace(queued=replace(following.queued, trace=following.queued.trace or trace))
