"""Deletes runs that are over, each as a whole, with all that belongs to it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Select, and_, or_, select

from botflow.storage.retention.batch import OPEN_STATES, Batch
from botflow.storage.tables import (
    answers,
    artifacts,
    checkpoints,
    effects,
    executions,
    forks,
    inbounds,
    outbounds,
    recorded_answers,
    sessions,
    turns,
)
from botflow.storage.turns.row_mapping import is_new


def prune_runs(batch: Batch, ids: Collection[int]) -> None:
    """Delete those of these runs that are over."""
    if batch.cutoffs.runs is None:
        return
    ended = _that_are_over(batch.connection, ids, batch.cutoffs.runs)
    if not ended:
        return
    own = select(executions.c.id).where(executions.c.session_id.in_(ended))
    batch.delete(artifacts, artifacts.c.execution_id.in_(own))
    for table in (checkpoints, answers, recorded_answers, forks):
        batch.delete(table, table.c.session_id.in_(ended))
    batch.total.messages += batch.delete(outbounds, outbounds.c.session_id.in_(ended))
    batch.total.messages += batch.delete(inbounds, inbounds.c.session_id.in_(ended))
    batch.total.turns += batch.delete(turns, turns.c.session_id.in_(ended))
    batch.total.executions += batch.delete(executions, executions.c.session_id.in_(ended))
    batch.total.runs += batch.delete(sessions, sessions.c.id.in_(ended))


def _that_are_over(connection: Connection, ids: Collection[int], cutoff: datetime) -> list[int]:
    """Return those of the runs that ended before the cutoff, like those above them. They are locked: no retry can begin
    one meanwhile. One that is busy is left for another time."""
    listed = select(sessions.c.id).where(sessions.c.id.in_(ids)).order_by(sessions.c.id)
    locked = connection.execute(listed.with_for_update(skip_locked=True)).scalars().all()
    is_young = or_(
        and_(executions.c.ended_at.is_(None), ~_is_left_fork(cutoff)),
        executions.c.ended_at >= cutoff,
    )
    above = select(executions.c.parent_session, executions.c.session_id).where(executions.c.session_id.in_(locked))
    of_forks = select(forks.c.session_id, forks.c.from_session).where(forks.c.from_session.in_(locked))
    kept = {
        *_having(connection, {(id, id) for id in locked}, is_young),
        *_having(connection, _pairs(connection, above.where(executions.c.parent_session.is_not(None))), is_young),
        # A fork under way reads the answers of its original.
        *_having(connection, _pairs(connection, of_forks), executions.c.ended_at.is_(None)),
    }
    for to_do in (
        select(effects.c.session_id).where(effects.c.session_id.in_(locked)),
        select(outbounds.c.session_id).where(outbounds.c.session_id.in_(locked), outbounds.c.state.in_(OPEN_STATES)),
        select(inbounds.c.session_id).where(inbounds.c.session_id.in_(locked), is_new()),
    ):
        kept.update(connection.execute(to_do).scalars())
    return [id for id in locked if id not in kept]


def _is_left_fork(cutoff: datetime) -> ColumnElement[bool]:
    """Match a fork of a conversation that has waited for that long: nothing comes to it any more."""
    waits = (sessions.c.id == executions.c.session_id, sessions.c.state["persona"]["channel"].as_string() != "")
    return select(sessions.c.id).where(*waits, sessions.c.updated_at < cutoff).exists()


def _pairs(connection: Connection, selected: Select[int, int]) -> set[tuple[int, int]]:
    return {(other, own) for other, own in connection.execute(selected)}


def _having(connection: Connection, pairs: set[tuple[int, int]], condition: ColumnElement[bool]) -> set[int]:
    """Return the second session of each pair whose first one has such an execution. In two statements, because Postgres
    may read all executions to join them."""
    if not pairs:
        return set()
    firsts = select(executions.c.session_id).where(executions.c.session_id.in_({first for first, _ in pairs}))
    found = set(connection.execute(firsts.where(condition)).scalars())
    return {own for first, own in pairs if first in found}
