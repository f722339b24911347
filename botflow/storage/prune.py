"""Deletes what ended long ago: runs as a whole, and of conversations their turns, messages and files.

It keeps every person's session with its variables, so that the flow knows them when they come back; executions under
way, from their first message on; messages that may still be sent, and their turns; the evidence of consent and of every
decision; and the versions of flows.

It goes through the sessions in the order of their ids, a hundred in each transaction, so that no process waits long for
a lock, and the deletions so far are kept when it is stopped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, and_, delete, func, or_, select, true, tuple_

from botflow.engine.inbound import RUN
from botflow.storage.engines.dialects import clock_time
from botflow.storage.engines.driver_errors import provider_errors
from botflow.storage.one_off import engine_of
from botflow.storage.tables import (
    UNSETTLED_STATES,
    answers,
    artifacts,
    checkpoints,
    effects,
    executions,
    file_pieces,
    files,
    forks,
    inbounds,
    outbounds,
    recorded_answers,
    sessions,
    spending,
    turns,
)
from botflow.storage.turns.row_mapping import is_new

AT_ONCE = 100  # sessions in one transaction
OPEN_STATES = (*UNSETTLED_STATES, "held")  # of messages


@dataclass(slots=True)
class Pruned:
    """How many rows were deleted, or would be. `messages` are heard and said, `budgets` what was spent on a day."""

    runs: int = 0
    executions: int = 0
    turns: int = 0
    messages: int = 0
    files: int = 0
    budgets: int = 0


def prune(url: str, older_than: timedelta, *, is_rehearsal: bool = False) -> Pruned:
    """Delete what has been over for that long, and return how much that was; a rehearsal only counts."""
    engine = engine_of(url, options="")  # without our limits: a long conversation may take its time
    total = Pruned()
    last: int | None = 0
    with provider_errors():
        with engine.begin() as connection:
            pruning = _Pruning(connection, clock_time(connection) - older_than, is_rehearsal)
            total.budgets += pruning.old_budgets()
        while last is not None:
            with engine.begin() as connection:
                pruning = _Pruning(connection, pruning.cutoff, is_rehearsal)
                last = pruning.next_sessions(last, total)
    return total


class _Pruning:
    """One transaction of it. Everything that ended before `cutoff` is over for long."""

    def __init__(self, connection: Connection, cutoff: datetime, is_rehearsal: bool) -> None:
        self.cutoff = cutoff
        self._connection = connection
        self._is_rehearsal = is_rehearsal

    def old_budgets(self) -> int:
        """Drop what was spent on a day that is over; a budget of a session's whole life has no day."""
        day = f"{self.cutoff:%Y-%m-%d}"
        return self._delete(spending, spending.c.day != "", spending.c.day < day)

    def next_sessions(self, after: int, total: Pruned) -> int | None:
        """Prune the next sessions, and add to the sum; return the last one's id, None when there are no more."""
        older = select(sessions.c.id, sessions.c.channel).where(sessions.c.id > after)
        older = older.where(sessions.c.created_at < self.cutoff).order_by(sessions.c.id).limit(AT_ONCE)
        found = self._connection.execute(older).all()
        if not found:
            return None
        runs = self._runs_that_are_over([id for id, channel in found if channel == RUN])
        people = [id for id, channel in found if channel != RUN]
        for ids, prune_rows in ((people, self._conversations), (runs, self._runs)):
            if ids:
                prune_rows(ids, total)
        last: int = found[-1].id
        return last

    def _runs_that_are_over(self, ids: Sequence[int]) -> list[int]:
        """Return those of the runs that ended long ago, like those above them. They are locked: no retry can begin one
        meanwhile. One that is busy is left for another time."""
        mine = select(sessions.c.id).where(sessions.c.id.in_(ids)).order_by(sessions.c.id)
        locked = self._connection.execute(mine.with_for_update(skip_locked=True)).scalars().all()
        above = executions.alias("above")
        is_young_above = or_(above.c.ended_at.is_(None), above.c.ended_at >= self.cutoff)
        of_above = above.c.session_id == executions.c.parent_session, is_young_above
        fork = executions.alias("fork")
        of_fork = forks.c.from_session == executions.c.session_id, fork.c.ended_at.is_(None)
        keeps = or_(
            and_(executions.c.ended_at.is_(None), ~self._is_left_fork()),
            executions.c.ended_at >= self.cutoff,
            select(above.c.id).where(*of_above).exists(),
            # A fork under way reads the answers of its original.
            select(fork.c.id).join(forks, forks.c.session_id == fork.c.session_id).where(*of_fork).exists(),
        )
        kept: set[int] = set()
        for of_session, condition in (
            (executions.c.session_id, keeps),
            (effects.c.session_id, true()),
            (outbounds.c.session_id, outbounds.c.state.in_(OPEN_STATES)),
            (inbounds.c.session_id, is_new()),
        ):
            kept.update(self._connection.execute(select(of_session).where(of_session.in_(locked), condition)).scalars())
        return [id for id in locked if id not in kept]

    def _is_left_fork(self) -> ColumnElement[bool]:
        """Match a fork of a conversation that has waited for that long: nothing comes to it any more."""
        waits = (sessions.c.id == executions.c.session_id, sessions.c.state["persona"]["channel"].as_string() != "")
        return select(sessions.c.id).where(*waits, sessions.c.updated_at < self.cutoff).exists()

    def _runs(self, ids: Sequence[int], total: Pruned) -> None:
        """Drop runs with all that belongs to them."""
        own = select(executions.c.id).where(executions.c.session_id.in_(ids))
        self._delete(artifacts, artifacts.c.execution_id.in_(own))
        for table in (checkpoints, answers, recorded_answers, forks):
            self._delete(table, table.c.session_id.in_(ids))
        total.messages += self._delete(outbounds, outbounds.c.session_id.in_(ids))
        total.messages += self._delete(inbounds, inbounds.c.session_id.in_(ids))
        total.turns += self._delete(turns, turns.c.session_id.in_(ids))
        total.executions += self._delete(executions, executions.c.session_id.in_(ids))
        total.runs += self._delete(sessions, sessions.c.id.in_(ids))

    def _conversations(self, ids: Sequence[int], total: Pruned) -> None:
        """Drop their old turns with what was heard and said in them, and the executions that ended long ago."""
        old = self._old_turns(ids)
        old_files = self._old_files(ids)
        own = select(executions.c.id).where(self._is_over(ids))
        answered = func.coalesce(inbounds.c.merged_into, inbounds.c.seq)
        without_turn = and_(
            inbounds.c.received_at < self.cutoff,
            ~is_new(),
            ~select(turns.c.seq).where(turns.c.session_id == inbounds.c.session_id, turns.c.seq == answered).exists(),
        )
        self._delete(artifacts, artifacts.c.execution_id.in_(own))
        self._delete(answers, tuple_(answers.c.session_id, answers.c.seq).in_(old))
        total.messages += self._delete(outbounds, tuple_(outbounds.c.session_id, outbounds.c.seq).in_(old))
        is_old = or_(tuple_(inbounds.c.session_id, answered).in_(old), without_turn)
        total.messages += self._delete(inbounds, inbounds.c.session_id.in_(ids), is_old)
        total.turns += self._delete(turns, tuple_(turns.c.session_id, turns.c.seq).in_(old))
        self._delete(file_pieces, file_pieces.c.file_id.in_(old_files))
        total.files += self._delete(files, files.c.id.in_(old_files))
        total.executions += self._delete(executions, self._is_over(ids))

    def _old_files(self, ids: Sequence[int]) -> Select[tuple[str]]:
        """Select the files that were sent before the cutoff, but none of an execution that is young."""
        return select(files.c.id).where(
            files.c.session_id.in_(ids),
            files.c.sent_at < self.cutoff,
            ~self._is_young(files.c.session_id, files.c.sent_at),
        )

    def _old_turns(self, ids: Sequence[int]) -> Select[tuple[int, int]]:
        """Select the turns before the cutoff, but none of an execution that is young, and none with a message that is
        not settled."""
        of_parts = outbounds.c.session_id == turns.c.session_id, outbounds.c.seq == turns.c.seq
        return select(turns.c.session_id, turns.c.seq).where(
            turns.c.session_id.in_(ids),
            turns.c.at < self.cutoff,
            ~self._is_young(turns.c.session_id, turns.c.at),
            ~select(outbounds.c.seq).where(*of_parts, outbounds.c.state.in_(OPEN_STATES)).exists(),
        )

    def _is_young(self, session: ColumnElement[int], at: ColumnElement[Any]) -> ColumnElement[bool]:
        """Match a moment of an execution that is under way, or ended after the cutoff."""
        lasts = or_(executions.c.ended_at.is_(None), executions.c.ended_at >= self.cutoff)
        return (
            select(executions.c.id)
            .where(executions.c.session_id == session, executions.c.started_at <= at, lasts)
            .exists()
        )

    def _is_over(self, ids: Sequence[int]) -> ColumnElement[bool]:
        return and_(executions.c.session_id.in_(ids), executions.c.ended_at < self.cutoff)

    def _delete(self, table: Table, *conditions: ColumnElement[bool]) -> int:
        if self._is_rehearsal:
            return self._connection.execute(select(func.count()).select_from(table).where(*conditions)).scalar_one()
        return self._connection.execute(delete(table).where(*conditions)).rowcount
