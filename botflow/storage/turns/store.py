"""The stores of turns on both databases: `TurnStore` for one session's turns, `LeaseStore` for who runs which inbound.

These are contracts for the two implementations in this directory; they are not for plugins. Every write is fenced by
what it read: a session by its version, an inbound by the attempt that holds it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol

from sqlalchemy import Connection

from botflow.records.leases import Accepted, Arrival, Beat, DueWait, Finished, Finishing, Lease, LeaseId, Seen, Share
from botflow.records.queues import QueueName
from botflow.records.sessions import SessionKey, StoredSession
from botflow.records.turns import JournalledAnswer, Receipt, TurnCommit, TurnId


class TurnStore(Protocol):
    """Sessions and their turns. Raises ProviderError `database.unavailable` when the database is away."""

    async def load(self, key: SessionKey) -> StoredSession:
        """Return the session; when there is none, a new one without a row and with version 0."""

    async def load_by_id(self, session: int) -> StoredSession | None: ...

    async def find(self, session: SessionKey, provider_key: str) -> Receipt | None:
        """Return the receipt of the inbound with this key in this session; None when there is none."""

    async def receipt(self, turn: TurnId) -> Receipt:
        """Return the receipt of an inbound; ProviderError `inbound.unknown` when there is none."""

    async def commit(self, commit: TurnCommit) -> TurnId | None:
        """Commit a turn that asked nothing, together with others that wait at this moment: inbound (state done),
        session WHERE version = read AND nothing queued, turn, outbounds, execution, wake_at = now() + timeout.

        None when a fence refused it, the session was locked, it is a duplicate, or it would hand parts over while the
        sender has earlier ones. A session without a row is created, unless it exists by now.
        """

    async def accept(self, arrival: Arrival) -> Accepted | Receipt | None:
        """Store an inbound as new. If its session was idle and takes it, it is leased to `arrival.owner`, attempt 1.

        A duplicate changes only `reply_by`, and returns the existing receipt. None when it came by a token that was
        revoked.
        """

    async def answers(self, turn: TurnId) -> list[JournalledAnswer]: ...

    async def keep(self, turn: TurnId, attempt: int, answers: Sequence[JournalledAnswer]) -> bool:
        """Journal answers; False, and nothing is written, unless the inbound is new and this attempt's."""

    async def finish(self, finishing: Finishing) -> Finished | None:
        """Commit a leased turn WHERE state = 'new' AND attempt = own AND session version = read; moves done_seq on,
        and leases the session's next inbound to the same process. None when a fence refused it.

        The same with outcome "dead" (the fourth attempt) or "stale": the commit then holds an apology or nothing.
        """

    def commit_on(self, connection: Connection, commit: TurnCommit) -> TurnId | None:
        """`commit` in the transaction of `connection`, for a change of consent."""

    def accept_on(self, connection: Connection, arrival: Arrival) -> Accepted | None:
        """`accept` in the transaction of `connection`, for a change of consent; None for a duplicate."""

    def finish_on(self, connection: Connection, finishing: Finishing) -> Finished | None:
        """`finish` in the transaction of `connection`, for a change of consent."""


class LeaseStore(Protocol):
    """Which process runs which inbound. A process that has not beaten for `dead_after_s` counts as dead."""

    async def beat(
        self,
        owner: str,
        queues: Collection[QueueName],
        leases: Sequence[LeaseId],
        dead_after_s: float,
        cannot_run: Collection[int] = (),
    ) -> Beat:
        """Report that the process is alive, runs these `leases` and cannot run these versions; return what it must
        know."""

    async def claim(
        self,
        owner: str,
        limit: int,
        queues: Collection[QueueName],
        *,
        suspects: bool = False,
        without: Collection[int] = (),
    ) -> list[Lease]:
        """Take up to `limit` inbounds that wait to be claimed, one per session, by priority, then age: attempt + 1.
        Those that would run on a version in `without` are left to other processes.

        An inbound that has been begun three times is returned with attempt 4: bury it. Inbounds whose attempts died
        twice are claimed only with `suspects`, and then no others are.
        """

    async def take(self, owner: str, session: int, *, suspects: bool = False, again: bool = True) -> Lease | None:
        """Take the session's next inbound (a message received before a timeout's due time goes first) unless another
        process has it; with `again`, one that `owner` has is begun again. None when there is nothing to take. Without
        `suspects`, an inbound whose attempts died twice is not taken."""

    async def has_suspects(self, session: int) -> bool:
        """True if a new inbound of the session has been begun twice."""

    async def let_go(self, owner: str, turns: Sequence[TurnId]) -> int:
        """Make these inbounds of the process claimable; the attempts count. Returns the number of inbounds."""

    async def give_back(self, owner: str, lease: LeaseId) -> None:
        """Make an inbound claimable that this process leased and cannot run; the attempt does not count. Nothing
        happens if the lease is not the process's any more."""

    async def release(self, owner: str) -> int:
        """Make all inbounds of a process that stops claimable, and delete its row. The attempts it cut off do not
        count; their journalled answers are kept. Returns the number of inbounds."""

    async def recover(self, owner: str, dead_after_s: float) -> int:
        """Make the inbounds of dead processes claimable; the attempts count. Returns the number of dead processes."""

    async def due_waits(self, limit: int, share: Share) -> list[DueWait]:
        """Return sessions whose wait is over by the database's clock, the longest overdue first. Nothing is locked."""

    async def look(self, owner: str, dead_after_s: float) -> Seen:
        """Return what there is to do, in one statement."""
