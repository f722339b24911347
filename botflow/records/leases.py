"""Leases: the records that turn stores and runtime exchange about which process runs which inbound."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from botflow.engine.inbound import Inbound
from botflow.records.sessions import SessionKey, StoredSession
from botflow.records.turns import InboundState, JournalledAnswer, StoredInbound, TurnCommit, TurnId
from botflow.values import value


@value(frozen=True, slots=True, kw_only=True)
class Arrival:
    """An inbound to accept. `owner` is the process that would run it, None when that has no room or takes no turns;
    `parked` is the opt-out state for a session that the inbound creates. `by_token`: a visitor sent it, whose token may
    have been revoked. `trace` is the context of the trace that it arrives in; "" when nothing is recorded."""

    key: SessionKey
    inbound: Inbound
    flow_version: int
    reply_within_s: float = 0.0
    owner: str | None = None
    parked: bool = False
    by_token: bool = False
    trace: str = ""


@value(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A stored inbound: the session's `version` at that moment, and whether it is leased to the calling process."""

    turn: TurnId
    version: int
    is_ours: bool


class Lease(NamedTuple):
    """An inbound that this process runs: its session as it was read, and the attempt that fences every write."""

    session: StoredSession
    queued: StoredInbound


class LeaseId(NamedTuple):
    """What names a lease in the database."""

    turn: TurnId
    attempt: int


@value(frozen=True, slots=True, kw_only=True)
class Finishing:
    """A leased turn to commit: `outcome` is the state its inbound is left in, `answers` are those not journalled yet.

    `owner` also gets the lease of the session's next inbound; None for a process that stops.
    """

    turn: TurnId
    attempt: int
    commit: TurnCommit
    outcome: InboundState = "done"
    answers: tuple[JournalledAnswer, ...] = ()
    owner: str | None = None


@value(frozen=True, slots=True, kw_only=True)
class Finished:
    """A committed turn: the session's next inbound, if that is leased to us now. With `must_look` another inbound was
    stored while the statement ran, which it could not see."""

    next: Lease | None = None
    must_look: bool = False


class Worker(NamedTuple):
    """A process that lives: what it takes, none of it if it only serves requests, and the versions it cannot run."""

    queues: frozenset[str]
    cannot_run: frozenset[int]


@value(frozen=True, slots=True, kw_only=True)
class Beat:
    """The result of a beat: the database's time; leases that the process has lost; inbounds that are its own in the
    database but that it does not know of; how many other processes take turns, and how many of them come before it;
    all other processes that live."""

    now: datetime
    lost: tuple[TurnId, ...] = ()
    unknown: tuple[TurnId, ...] = ()
    others: int = 0
    before: int = 0
    workers: tuple[Worker, ...] = ()


@value(frozen=True, slots=True, kw_only=True)
class Seen:
    """Which of a process's loops have something to do. `events` are to be numbered or told, `feeds`
    somebody wants events at all. `flows` changes with the active versions; `others`: this is not
    the only process."""

    timers: bool = False
    claimable: bool = False
    suspects: bool = False
    orphans: bool = False
    effects: bool = False
    outbounds: bool = False
    schedules: bool = False
    campaigns: bool = False
    events: bool = False
    feeds: bool = False
    flows: str = ""
    others: bool = False


class Share(NamedTuple):
    """A process's share of the due waits: the sessions with `id % of == place`."""

    place: int = 0
    of: int = 1


@value(frozen=True, slots=True, kw_only=True)
class DueWait:
    """A session whose wait is over, and since when; `trace` is the context of its last turn's trace, "" for none."""

    session: StoredSession
    due: datetime
    trace: str = ""
