"""Asks an execution to end: its next turn runs the nodes at `finally`, and ends it.

The turn is that of the inbound which `state.cancel` names: the one under way, which is taken again up to what it has
asked by now, or one that is queued for this. An effect that is due later ends the execution if it has not ended then.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    Connection,
    Text,
    cast,
    delete,
    exists,
    func,
    insert,
    literal_column,
    or_,
    select,
    type_coerce,
    update,
)

from botflow.records.queues import MESSAGE_PRIORITY
from botflow.records.runs import UNDER_WAY
from botflow.seeds import new_seed
from botflow.storage.engines.dialects import now
from botflow.storage.runs.changes.outside_changes import follow, record
from botflow.storage.runs.changes.session_locks import lock_with_queue
from botflow.storage.tables import answers, effects, executions, inbounds, sessions, workflow_versions
from botflow.storage.turns.row_mapping import is_new

GRACE_S = 300.0  # for all of an execution's `finally`; then it ends at once


def begin_cancelling(connection: Connection, session: int) -> bool:
    """Ask the session's execution to end, True if it is ending already; False when it has no `finally` to run."""
    row = lock_with_queue(connection, session, sessions.c.version, sessions.c.state, sessions.c.flow_version)
    assert row is not None, "its execution is to be cancelled"
    mine = executions.c.session_id == session
    execution = connection.execute(
        select(executions.c.id, executions.c.status).where(mine, executions.c.status.in_(UNDER_WAY))
    ).first()
    if execution is None or execution.status == "cancelling":
        return execution is not None
    begun = _begun(connection, session)
    is_in_body = any(frame.get("kind") == "body" for frame in row.state.get("frames", ()))
    version = row.flow_version or (begun.flow_version if begun is not None else None)
    if not (is_in_body or begun is not None) or version is None or not _has_finally(connection, version):
        return False
    connection.execute(update(sessions).where(sessions.c.id == session).values(version=row.version + 1, paused=False))
    record(connection, session, "cancelling")
    _drop_queued(connection, session, begun.seq if begun is not None else 0)
    seq = begun.seq if begun is not None else _queue(connection, session, version, row.version + 1)
    state = {**row.state, "cancel": seq}
    connection.execute(update(sessions).where(sessions.c.id == session).values(state=state))
    waiting = update(inbounds).where(inbounds.c.session_id == session, is_new())
    connection.execute(waiting.values(owner=None, priority=func.coalesce(inbounds.c.priority, MESSAGE_PRIORITY)))
    connection.execute(update(executions).where(executions.c.id == execution.id).values(status="cancelling"))
    connection.execute(delete(effects).where(effects.c.session_id == session, effects.c.kind == "end"))
    end = {"kind": "end", "body": {"execution": str(execution.id)}}
    follow(connection, session, row.version + 1, [end], after_s=GRACE_S)
    return True


def _begun(connection: Connection, session: int) -> Any:
    """Return the inbound whose turn is under way or was interrupted, or None."""
    has_answers = exists().where(answers.c.session_id == inbounds.c.session_id, answers.c.seq == inbounds.c.seq)
    one = select(inbounds.c.seq, inbounds.c.flow_version).where(
        inbounds.c.session_id == session,
        is_new(),
        inbounds.c.kind != "pause",
        inbounds.c.content["consent"].as_string().is_(None),
        or_(inbounds.c.attempt > 0, has_answers),
    )
    return connection.execute(one.order_by(inbounds.c.seq).limit(1)).first()


def _has_finally(connection: Connection, version: int) -> bool:
    """Say whether the version's documents name a handle `finally`. A text of that name only costs a turn."""
    documents = cast(type_coerce(workflow_versions.c.documents, Text), Text)
    found = select(documents.like('%"finally"%')).where(workflow_versions.c.id == version)
    return bool(connection.execute(found).scalar())


def _drop_queued(connection: Connection, session: int, begun: int) -> None:
    """Let go the pause and the messages that the execution has not answered; opt-outs are part of no execution."""
    dropped = update(inbounds).where(
        inbounds.c.session_id == session,
        is_new(),
        inbounds.c.seq != begun,
        inbounds.c.kind.in_(("message", "pause")),
        inbounds.c.content["consent"].as_string().is_(None),
    )
    connection.execute(dropped.values(state=literal_column("'stale'")))


def _queue(connection: Connection, session: int, flow_version: int, version: int) -> int:
    """Queue the inbound whose turn cancels the execution, and return its seq."""
    counted = update(sessions).where(sessions.c.id == session).values(last_seq=sessions.c.last_seq + 1)
    seq: int = connection.execute(counted.returning(sessions.c.last_seq)).scalar_one()
    row: Mapping[str, Any] = {
        "session_id": session,
        "seq": seq,
        "received_at": now(),
        "seed": new_seed(),
        "flow_version": flow_version,
        "attempt": 0,
        "state": "new",
        "kind": "cancel",
        "key": f"cancel:{version}",
        "content": None,
        "priority": MESSAGE_PRIORITY,
    }
    connection.execute(insert(inbounds).values(**row))
    return seq
