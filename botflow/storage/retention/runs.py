"""Deletes runs that are over, each as a whole, with all that belongs to it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, or_, select, true

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
    mine = select(sessions.c.id).where(sessions.c.id.in_(ids)).order_by(sessions.c.id)
    locked = connection.execute(mine.with_for_update(skip_locked=True)).scalars().all()
    above = executions.alias("above")
    is_young_above = or_(above.c.ended_at.is_(None), above.c.ended_at >= cutoff)
    of_above = above.c.session_id == executions.c.parent_session, is_young_above
    fork = executions.alias("fork")
    of_fork = forks.c.from_session == executions.c.session_id, fork.c.ended_at.is_(None)
    keeps = or_(
        executions.c.ended_at.is_(None),
        executions.c.ended_at >= cutoff,
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
        kept.update(connection.execute(select(of_session).where(of_session.in_(locked), condition)).scalars())
    return [id for id in locked if id not in kept]
