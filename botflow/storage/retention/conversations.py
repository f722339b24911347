"""Deletes what is over of conversations: turns with what was heard and said in them, executions, and files.

It keeps every session with its variables, so that the flow knows the person when they come back; executions under way,
from their first message on; messages that may still be sent, and their turns; and what a publication would return.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Select, Table, and_, func, or_, select, tuple_

from botflow.storage.retention.batch import OPEN_STATES, ROWS_AT_ONCE, Batch
from botflow.storage.tables import (
    answers,
    artifacts,
    executions,
    file_pieces,
    files,
    handoffs,
    inbounds,
    outbounds,
    publication_sessions,
    publications,
    sessions,
    turns,
    workflows,
)
from botflow.storage.turns.row_mapping import is_new

# Of a message: the turn that answered it, which is another one's in a burst.
_ANSWERED = func.coalesce(inbounds.c.merged_into, inbounds.c.seq)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversations:
    """Some sessions of a workflow. Each method deletes the next rows, and returns the key of the last, None when it has
    come to the end; `after` is that of the last one before."""

    workflow: int
    ids: Collection[int]

    def prune_turns(self, batch: Batch, after: Sequence[Any] | None) -> Sequence[Any] | None:
        """Delete turns with their answers and messages."""
        cutoff = batch.cutoffs.conversations
        if cutoff is None:
            return None
        key = (turns.c.session_id, turns.c.seq)
        is_old = self._is_old(batch, cutoff, turns.c.session_id, turns.c.at)
        of_parts = (outbounds.c.session_id == turns.c.session_id, outbounds.c.seq == turns.c.seq)
        has_open = (
            select(outbounds.c.seq)
            .where(self._is_theirs(outbounds), *of_parts, outbounds.c.state.in_(OPEN_STATES))
            .exists()
        )
        old = select(*key).where(turns.c.session_id.in_(self.ids), is_old, ~has_open)
        keys = _next(batch.connection, old, key, after)
        if keys:
            batch.delete_keys(answers, (answers.c.session_id, answers.c.seq), keys)
            # An operator may have let one of them be sent again since it was looked at.
            settled = outbounds.c.state.not_in(OPEN_STATES)
            batch.total.messages += batch.delete_keys(
                outbounds, (outbounds.c.session_id, outbounds.c.seq), keys, settled
            )
            batch.total.messages += batch.delete_keys(inbounds, (inbounds.c.session_id, _ANSWERED), keys)
            batch.total.turns += batch.delete_keys(turns, key, keys)
        return _last(keys)

    def prune_unanswered(self, batch: Batch, after: Sequence[Any] | None) -> Sequence[Any] | None:
        """Delete messages and timeouts that no turn has answered, nor ever will."""
        cutoff = batch.cutoffs.conversations
        if cutoff is None:
            return None
        key = (inbounds.c.session_id, inbounds.c.seq)
        of_turn = (turns.c.session_id == inbounds.c.session_id, turns.c.seq == _ANSWERED)
        old = select(*key).where(
            inbounds.c.session_id.in_(self.ids),
            inbounds.c.received_at < cutoff,
            ~is_new(),
            ~select(turns.c.seq).where(self._is_theirs(turns), *of_turn).exists(),
        )
        keys = _next(batch.connection, old, key, after)
        if keys:
            batch.total.messages += batch.delete_keys(inbounds, key, keys)
        return _last(keys)

    def prune_executions(self, batch: Batch, after: Sequence[Any] | None) -> Sequence[Any] | None:
        """Delete executions with what they have stored."""
        cutoff = batch.cutoffs.conversations
        if cutoff is None:
            return None
        key = (executions.c.session_id, executions.c.started_at, executions.c.id)
        of_session = executions.c.session_id.in_(self.ids)
        old = select(*key).where(of_session, executions.c.ended_at < cutoff, executions.c.id.not_in(self._kept(batch)))
        keys = _next(batch.connection, old, key, after)
        if keys:
            ids = [id for _, _, id in keys]
            batch.delete(artifacts, artifacts.c.execution_id.in_(ids))
            batch.total.executions += batch.delete(executions, executions.c.id.in_(ids))
        return _last(keys)

    def prune_handoffs(self, batch: Batch, after: Sequence[Any] | None) -> Sequence[Any] | None:
        """Delete handoffs that have ended."""
        cutoff = batch.cutoffs.conversations
        if cutoff is None:
            return None
        key = (handoffs.c.session_id, handoffs.c.version)
        old = select(*key).where(handoffs.c.session_id.in_(self.ids), handoffs.c.ended_at < cutoff)
        keys = _next(batch.connection, old, key, after)
        if keys:
            batch.delete_keys(handoffs, key, keys)
        return _last(keys)

    def prune_files(self, batch: Batch, after: Sequence[Any] | None) -> Sequence[Any] | None:
        """Delete the files that visitors have sent."""
        cutoff = batch.cutoffs.files
        if cutoff is None:
            return None
        key = (files.c.session_id, files.c.id)
        is_old = self._is_old(batch, cutoff, files.c.session_id, files.c.sent_at)
        keys = _next(batch.connection, select(*key).where(files.c.session_id.in_(self.ids), is_old), key, after)
        if keys:
            ids = [id for _, id in keys]
            batch.delete(file_pieces, file_pieces.c.file_id.in_(ids))
            batch.total.files += batch.delete(files, files.c.id.in_(ids))
        return _last(keys)

    def _is_old(
        self, batch: Batch, cutoff: datetime, session: ColumnElement[int], at: ColumnElement[Any]
    ) -> ColumnElement[bool]:
        """Match a moment before the cutoff, but none of an execution that is under way, or ended after the cutoff, or
        that a publication would return."""
        lasts = or_(
            executions.c.ended_at.is_(None),
            executions.c.ended_at >= cutoff,
            executions.c.id.in_(self._kept(batch)),
        )
        of_it = (executions.c.session_id == session, executions.c.started_at <= at, lasts)
        return and_(at < cutoff, ~select(executions.c.id).where(self._is_theirs(executions), *of_it).exists())

    def _is_theirs(self, table: Table) -> ColumnElement[bool]:
        """Match rows of these sessions: said in a subquery too, or Postgres may read all of its table."""
        session: ColumnElement[int] = table.c.session_id
        return session.in_(self.ids)

    def _kept(self, batch: Batch) -> list[UUID]:
        """Return the executions that a publication has ended, and that begin again where they were if it returns."""
        of, to = publication_sessions.c, publications.c
        is_last = and_(to.state == "done", to.to_version == workflows.c.active_version, to.from_version.is_not(None))
        may_return = or_(to.state.in_(("moving", "returning")), is_last)
        moved = (
            select(of.execution_id)
            .join(publications, to.id == of.publication_id)
            .join(workflows, workflows.c.id == to.workflow_id)
            .join(sessions, and_(sessions.c.id == of.session_id, sessions.c.version == of.version))
            .where(
                *(to.workflow_id == self.workflow, may_return, to.plan["onlyFrom"].as_integer().is_(None)),
                *(of.session_id.in_(self.ids), of.state == "moved", of.execution_id.is_not(None)),
            )
        )
        return list(batch.connection.execute(moved).scalars())


def _next(
    connection: Connection, old: Select[Any], key: Sequence[ColumnElement[Any]], after: Sequence[Any] | None
) -> list[tuple[Any, ...]]:
    """Return the keys of the next rows, in their order."""
    if after is not None:
        old = old.where(tuple_(*key) > tuple_(*after))
    return [tuple(row) for row in connection.execute(old.order_by(*key).limit(ROWS_AT_ONCE))]


def _last(keys: Sequence[tuple[Any, ...]]) -> tuple[Any, ...] | None:
    return keys[-1] if len(keys) == ROWS_AT_ONCE else None
