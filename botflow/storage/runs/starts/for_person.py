"""Starts an execution in one person's own session, on the caller's connection (see start.py)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Connection, insert, select, update

from botflow.engine.inbound import Inbound
from botflow.records.queues import MESSAGE_PRIORITY
from botflow.records.sessions import SessionKey
from botflow.seeds import new_seed
from botflow.storage.engines.dialects import clock_time, upsert
from botflow.storage.runs.starts.start import StartedRun, new_inbound
from botflow.storage.tables import executions, inbounds, sessions
from botflow.storage.turns.row_mapping import is_session

Refusal = Literal["busy", "stopped"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonStart:
    """An execution to start for a person; `address` is our own number or name that its messages come from.

    `parameters` are the trigger inbound's; `user_name` and `metadata` are stored with the execution, for its readers.
    `is_stopped`: the person has opted out, perhaps in another workflow. `trace` is the context of its trace.
    """

    session: SessionKey
    flow_version: int
    parameters: Mapping[str, Any]
    address: str = ""
    key: str = ""
    user_name: str | None = None
    metadata: Mapping[str, Any] | None = None
    is_stopped: bool = False
    trace: str = ""


def start_for_person(connection: Connection, start: PersonStart) -> StartedRun | Refusal:
    """Write a pending execution and queue its trigger; the session's row is locked until the caller's transaction ends.

    Returns `busy` when an execution is under way or an inbound is queued, `stopped` when the person has opted out. A
    known `key` returns the execution that it started.
    """
    now = clock_time(connection)
    session = _locked(connection, start, now)
    known = start.key and _known(connection, session.id, start.key)
    if known:
        return known
    if session.parked or start.is_stopped:
        return "stopped"
    if session.state.get("frames") or session.last_seq != session.done_seq:
        return "busy"
    inbound = Inbound(
        kind="trigger",
        key=start.key or f"trigger:{secrets.token_hex(8)}",
        received_at=now,
        seed=new_seed(),
        channel=start.session.channel,
        sender=start.session.external_id,
        address=start.address,
        parameters=dict(start.parameters),
    )
    connection.execute(
        insert(inbounds),
        new_inbound(inbound, session.id, session.last_seq + 1, start.flow_version, MESSAGE_PRIORITY, start.trace),
    )
    connection.execute(update(sessions).where(sessions.c.id == session.id).values(last_seq=session.last_seq + 1))
    connection.execute(insert(executions), _execution(start, inbound, session.id))
    return StartedRun(execution=inbound.new_execution_id, session=session.id, is_new=True)


def own_address(connection: Connection, session: SessionKey) -> str:
    """Return our own address that the person wrote to last; "" without such a session."""
    state = connection.execute(select(sessions.c.state).where(is_session(session))).scalar()
    return str((state or {}).get("address", ""))


def _execution(start: PersonStart, inbound: Inbound, session: int) -> dict[str, Any]:
    return {
        "id": UUID(inbound.new_execution_id),
        "session_id": session,
        "started_at": inbound.received_at,
        "flow_version": start.flow_version,
        "status": "pending",
        "began": start.parameters["trigger"],
        "user_name": start.user_name,
        "input": start.parameters.get("input"),
        "metadata": dict(start.metadata) if start.metadata else None,
    }


def _locked(connection: Connection, start: PersonStart, now: datetime) -> Any:
    """Return the person's session, made if necessary, and lock it against turns and other triggers."""
    key = start.session
    made = {"version": 0, "last_seq": 0, "done_seq": 0, "parked": start.is_stopped, "state": {}}
    identity = {"workflow_id": key.workflow, "channel": key.channel, "external_id": key.external_id}
    row = {**identity, **made, "created_at": now, "updated_at": now}
    connection.execute(upsert(connection, sessions).on_conflict_do_nothing(), row)
    columns = (sessions.c.id, sessions.c.last_seq, sessions.c.done_seq, sessions.c.parked, sessions.c.state)
    return connection.execute(select(*columns).where(is_session(key)).with_for_update(key_share=True)).one()


def _known(connection: Connection, session: int, key: str) -> StartedRun | None:
    """Return what the trigger with this key started."""
    columns = (inbounds.c.received_at, inbounds.c.seed)
    row = connection.execute(select(*columns).where(inbounds.c.session_id == session, inbounds.c.key == key)).first()
    if row is None:
        return None
    inbound = Inbound(kind="trigger", key=key, received_at=row.received_at, seed=row.seed, channel="")
    execution = inbound.new_execution_id
    found = select(executions.c.status, executions.c.input).where(executions.c.id == UUID(execution))
    begun = connection.execute(found).one()
    return StartedRun(execution=execution, session=session, is_new=False, status=begun.status, input=begun.input)
