"""Starts a run: writes its rows on the caller's connection, so that it begins with the caller's commit or not at all.

Plain statements on SQLAlchemy's own (synchronous) Connection, which every engine has, sync or async and with any
driver: `await connection.run_sync(start_run, start)` for an AsyncConnection. A run is a session of the channel `run`,
the trigger as its first inbound, and a pending execution. Workers find the inbound at their next look, within a second.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, insert, select

from botflow.engine.inbound import RUN, Inbound
from botflow.records.runs import RunStart as RunStart
from botflow.records.runs import StartedRun as StartedRun
from botflow.seeds import new_seed
from botflow.storage.engines.dialects import clock_time, upsert
from botflow.storage.tables import executions, inbounds, sessions
from botflow.storage.turns.row_mapping import inbound_content


def start_run(connection: Connection, start: RunStart) -> StartedRun:
    """Write the run's rows within the caller's transaction."""
    received_at, seed = clock_time(connection), new_seed()
    inbound = Inbound(
        kind="trigger",
        key="trigger",
        received_at=received_at,
        seed=seed,
        channel=RUN,
        parameters={**start.parameters, "trigger": start.trigger, "input": start.input},
    )
    execution = inbound.new_execution_id
    external_id = start.key or execution
    session = connection.execute(
        upsert(connection, sessions).on_conflict_do_nothing().returning(sessions.c.id),
        {
            "workflow_id": start.workflow,
            "channel": RUN,
            "external_id": external_id,
            "version": 0,
            "last_seq": 1,
            "done_seq": 0,
            "parked": False,
            "state": {},
            "created_at": received_at,
            "updated_at": received_at,
        },
    ).scalar()
    if session is None:
        known = find_run(connection, start.workflow, start.key)
        assert known is not None, "a run that has the key was in the way"
        return known
    connection.execute(
        insert(inbounds), new_inbound(inbound, session, 1, start.flow_version, start.priority or 0, start.trace)
    )
    connection.execute(insert(executions), _execution(start, execution, session, received_at))
    return StartedRun(execution=execution, session=session, is_new=True, input=start.input)


def new_inbound(
    inbound: Inbound, session: int, seq: int, flow_version: int, priority: int, trace: str = ""
) -> dict[str, Any]:
    """Return the row of an inbound that waits to be claimed."""
    return {
        "session_id": session,
        "seq": seq,
        "received_at": inbound.received_at,
        "seed": inbound.seed,
        "flow_version": flow_version,
        "attempt": 0,
        "state": "new",
        "kind": inbound.kind,
        "key": inbound.key,
        "content": inbound_content(inbound, inbound.sender, trace),
        "priority": priority,
    }


def find_run(connection: Connection, workflow: int, key: str) -> StartedRun | None:
    """Return the workflow's run that was started with this key."""
    columns = (executions.c.id, executions.c.session_id, executions.c.status, executions.c.input)
    row = connection.execute(
        select(*columns)
        .join(sessions, sessions.c.id == executions.c.session_id)
        .where(
            sessions.c.workflow_id == workflow,
            sessions.c.channel == RUN,
            sessions.c.external_id == key,
            executions.c.trigger.is_not(None),
        )
    ).one_or_none()
    if row is None:
        return None
    return StartedRun(execution=str(row.id), session=row.session_id, is_new=False, status=row.status, input=row.input)


def _execution(start: RunStart, execution: str, session: int, now: datetime) -> dict[str, Any]:
    parent = start.parent
    return {
        "id": UUID(execution),
        "session_id": session,
        "started_at": now,
        "flow_version": start.flow_version,
        "status": "pending",
        "trigger": start.trigger,
        "priority": start.priority,
        "user_name": start.user_name,
        "input": start.input,
        "metadata": dict(start.metadata) if start.metadata else None,
        "parent_session": parent.session if parent else None,
        "parent_token": parent.group if parent else None,
        "parent_branch": parent.branch if parent else None,
    }
