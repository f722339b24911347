"""The writes of a turn that changes consent, on both databases: each is one transaction with the change.

A message that opts out takes effect with the statement that stores it, COMMIT or ACCEPT: before everything that is
queued. A message that opts in takes effect with the commit of its turn, COMMIT or FINISH. So a repetition of either is
a duplicate, and changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, select

from botflow.records.leases import Accepted, Arrival, Finished, Finishing
from botflow.records.sessions import SessionKey
from botflow.records.turns import Receipt, TurnCommit, TurnId
from botflow.storage.consent_changes import is_repeated, keep, lock, lock_sessions, may_start, park, start, stop
from botflow.storage.engines.engine import Engine
from botflow.storage.runs.changes.freed_sessions import COLUMNS, free
from botflow.storage.runs.handoffs import finish_word
from botflow.storage.tables import sessions
from botflow.storage.turns.store import TurnStore

OPT_IN = "opt_in.word"


class ConsentTurns:
    """COMMIT, ACCEPT and FINISH with a change of consent. `channels` are those on which the change holds."""

    def __init__(self, engine: Engine, turns: TurnStore) -> None:
        self._engine = engine
        self._turns = turns

    async def commit_stop(self, commit: TurnCommit, reason: str, channels: Sequence[str]) -> TurnId | None:
        """Commit a turn that opts its person out. None when a fence refused it, also when another session has the same
        message, or the turn would confirm an opt-out to a person who has opted out since it was computed."""
        await self._engine.write(keep, commit.read.key, channels)
        return await self._engine.write(_commit_stop, self._turns, commit, reason, channels)

    async def accept_stop(self, arrival: Arrival, reason: str, channels: Sequence[str]) -> Accepted | Receipt | None:
        """Store an inbound that opts its person out, and opt the person out. A duplicate changes nothing."""
        await self._engine.write(keep, arrival.key, channels)
        accepted = await self._engine.write(_accept_stop, self._turns, arrival, reason, channels)
        return await self._turns.accept(arrival) if accepted is None else accepted

    async def commit_start(self, commit: TurnCommit, channels: Sequence[str]) -> TurnId | None:
        """Commit a turn that opts its person in. None when a fence refused it, also when a later message has opted out
        since the turn was computed."""
        return await self._engine.write(_commit_start, self._turns, commit, channels)

    async def finish_start(self, finishing: Finishing, channels: Sequence[str]) -> Finished | None:
        """`commit_start` for a turn whose inbound was accepted before."""
        return await self._engine.write(_finish_start, self._turns, finishing, channels)

    async def start_with_person(
        self, key: SessionKey, turn: TurnId, subject: str, said_at: datetime, channels: Sequence[str]
    ) -> None:
        """Let a stored opt-in of a session that a person has take effect: no turn of it is run until then."""
        await self._engine.write(_start_with_person, key, turn.session, subject, said_at, channels)


def _commit_stop(
    connection: Connection, turns: TurnStore, commit: TurnCommit, reason: str, channels: Sequence[str]
) -> TurnId | None:
    key, subject = commit.read.key, commit.inbound.key
    were_stopped = lock(connection, key, channels)
    is_confirmed_again = commit.parts and key.channel in were_stopped
    if is_confirmed_again or is_repeated(connection, key, commit.read.id, subject):
        return None
    lock_sessions(connection, key, channels, before=True)  # COMMIT locks or makes that of `key`
    turn = turns.commit_on(connection, commit)
    if turn is not None:
        stop(connection, key, subject, reason, channels, parked_already=commit.read.id)
    return turn


def _accept_stop(
    connection: Connection, turns: TurnStore, arrival: Arrival, reason: str, channels: Sequence[str]
) -> Accepted | None:
    key, subject = arrival.key, arrival.inbound.key
    were_stopped = lock(connection, key, channels)
    lock_sessions(connection, key, channels, before=True)  # ACCEPT locks or makes that of `key`
    accepted = turns.accept_on(connection, arrival)
    if accepted is None:
        return None
    if not is_repeated(connection, key, accepted.turn.session, subject):
        stop(connection, key, subject, reason, channels)
    elif key.channel in were_stopped:  # the session may be new
        park(connection, key, (key.channel,))
    else:
        return accepted
    return replace(accepted, version=accepted.version + 1)  # it has been parked


def _commit_start(
    connection: Connection, turns: TurnStore, commit: TurnCommit, channels: Sequence[str]
) -> TurnId | None:
    if not _may_start(connection, commit, channels):
        return None
    turn = turns.commit_on(connection, commit)
    if turn is not None:
        start(connection, commit.read.key, commit.inbound.key, OPT_IN, commit.inbound.received_at, channels)
    return turn


def _finish_start(
    connection: Connection, turns: TurnStore, finishing: Finishing, channels: Sequence[str]
) -> Finished | None:
    commit = finishing.commit
    if not _may_start(connection, commit, channels):
        return None
    finished = turns.finish_on(connection, finishing)
    if finished is not None:
        start(connection, commit.read.key, commit.inbound.key, OPT_IN, commit.inbound.received_at, channels)
    return finished


def _start_with_person(
    connection: Connection, key: SessionKey, session: int, subject: str, said_at: datetime, channels: Sequence[str]
) -> None:
    lock(connection, key, channels)
    lock_sessions(connection, key, channels)
    is_freed = may_start(connection, key, session, subject, said_at)
    if finish_word(connection, session, subject, "opted_in" if is_freed else "opted_out") and is_freed:
        free(connection, connection.execute(select(*COLUMNS).where(sessions.c.id == session)).one())
        start(connection, key, subject, OPT_IN, said_at, channels)


def _may_start(connection: Connection, commit: TurnCommit, channels: Sequence[str]) -> bool:
    """Lock the contact and its sessions, and look again at what the turn was computed from."""
    key, inbound = commit.read.key, commit.inbound
    lock(connection, key, channels)
    lock_sessions(connection, key, channels)
    return may_start(connection, key, commit.read.id, inbound.key, inbound.received_at)
