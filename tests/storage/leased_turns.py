"""Inbounds that tests accept, lease and finish by the stores alone, as the runtime does it."""

from __future__ import annotations

from collections.abc import Sequence

from botflow.engine.inbound import Inbound
from botflow.records.leases import Accepted, Arrival, Finished, Finishing, Lease
from botflow.records.sessions import SessionKey
from botflow.records.turns import InboundState, JournalledAnswer, Receipt, TurnCommit
from botflow.storage.database import Database
from tests.storage.sample_turns import key, message, waiting

ONE, TWO, THREE = "one", "two", "three"  # processes
DEAD_AFTER_S = 10.0


def arrival(
    inbound: Inbound,
    *,
    who: SessionKey | None = None,
    owner: str | None = None,
    reply_within_s: float = 0.0,
    flow_version: int = 7,
    parked: bool = False,
) -> Arrival:
    return Arrival(
        key=who or key(),
        inbound=inbound,
        flow_version=flow_version,
        reply_within_s=reply_within_s,
        owner=owner,
        parked=parked,
    )


async def accept(
    database: Database, inbound: Inbound | str, *, who: SessionKey | None = None, owner: str | None = None
) -> Accepted:
    """Accept an inbound, a message of that key for a text. It must be a new one."""
    accepted = await accept_again(database, inbound, who=who, owner=owner)
    assert isinstance(accepted, Accepted)
    return accepted


async def accept_again(
    database: Database, inbound: Inbound | str, *, who: SessionKey | None = None, owner: str | None = None
) -> Accepted | Receipt:
    """Accept an inbound that may be a duplicate."""
    if isinstance(inbound, str):
        inbound = message(inbound, person=(who or key()).external_id)
    accepted = await database.turns.accept(arrival(inbound, who=who, owner=owner))
    assert accepted is not None
    return accepted


async def leased(
    database: Database, inbound: Inbound | str = "m1", *, who: SessionKey | None = None, owner: str = ONE
) -> Lease:
    """Accept an inbound and begin it, as a process that claims it does: its first attempt."""
    accepted = await accept(database, inbound, who=who)
    lease = await take(database, accepted.turn.session, owner)
    assert (lease.queued.id, lease.queued.attempt) == (accepted.turn, 1)
    return lease


async def take(database: Database, session: int, owner: str = ONE, *, suspects: bool = False) -> Lease:
    """Take the session's next inbound; there must be one for this process."""
    lease = await database.leases.take(owner, session, suspects=suspects)
    assert lease is not None
    return lease


def finishing(
    lease: Lease,
    commit: TurnCommit | None = None,
    *,
    owner: str | None = ONE,
    outcome: InboundState = "done",
    answers: Sequence[JournalledAnswer] = (),
) -> Finishing:
    """What FINISH is given at the end of a leased turn: by default it waits for the next message."""
    return Finishing(
        turn=lease.queued.id,
        attempt=lease.queued.attempt,
        commit=commit or waiting(lease.session, lease.queued.inbound),
        outcome=outcome,
        answers=tuple(answers),
        owner=owner,
    )


async def finish(
    database: Database,
    lease: Lease,
    commit: TurnCommit | None = None,
    *,
    owner: str | None = ONE,
    outcome: InboundState = "done",
    answers: Sequence[JournalledAnswer] = (),
) -> Finished:
    """Finish a leased turn; no fence may refuse it."""
    finished = await database.turns.finish(finishing(lease, commit, owner=owner, outcome=outcome, answers=answers))
    assert finished is not None
    return finished
