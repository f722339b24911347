"""What a turn's commit looks like to SQLite: the rows that follow a moved session, inside one transaction."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import ColumnElement, insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from botflow.records import TurnCommit, TurnId
from botflow.storage.engine import Engine
from botflow.storage.rows import execution_status, failure_of, pinned_version, timeout_s, trace_of
from botflow.storage.tables import executions, outbounds, sessions, turns


def moved_session(engine: Engine, commit: TurnCommit) -> dict[str, Any]:
    """Return the session's columns after the turn."""
    return {
        "version": commit.read.session.version + 1,
        "flow_version": pinned_version(commit),
        "wake_at": wake_at(engine, commit),
        "updated_at": engine.now(),
        "parked": commit.parked,
        "state": orjson.loads(commit.turn.state),
    }


def wake_at(engine: Engine, commit: TurnCommit) -> ColumnElement[Any] | None:
    """Return the new deadline. What an ignored inbound leaves alone is the deadline; an opt-out ends it."""
    if commit.parked:
        return None
    if commit.turn.status == "ignored":
        return sessions.c.wake_at if commit.read.id else None
    seconds = timeout_s(commit)
    return None if seconds is None else engine.now(seconds)


async def write_turn(engine: Engine, connection: AsyncConnection, turn: TurnId, commit: TurnCommit) -> None:
    """Insert the turn, its outbounds and its execution's beginning or end."""
    version = commit.read.session.version + 1
    now = engine.now()
    await connection.execute(
        insert(turns).values(
            session_id=turn.session,
            at=now,
            seq=turn.seq,
            version=version,
            status=commit.turn.status,
            trace=trace_of(commit),
        )
    )
    if commit.parts:
        rows = [
            {
                "session_id": turn.session,
                "created_at": now,
                "version": version,
                "index": index,
                "attempts": 0,
                "seq": turn.seq,
                "state": part.state,
                "body": part.message.to_json(),
            }
            for index, part in enumerate(commit.parts)
        ]
        await connection.execute(insert(outbounds).values(rows))
    await _write_execution(engine, connection, turn, commit)


async def _write_execution(engine: Engine, connection: AsyncConnection, turn: TurnId, commit: TurnCommit) -> None:
    status = execution_status(commit)
    if status is None:
        return
    ended = {"status": status, "error": failure_of(commit), "ended_at": None if status == "waiting" else engine.now()}
    execution = UUID(commit.turn.execution)
    if commit.turn.started:
        begun = {"session_id": turn.session, "started_at": engine.now(), "flow_version": commit.flow_version}
        await connection.execute(insert(executions).values(id=execution, **begun, **ended))
    else:
        await connection.execute(update(executions).where(executions.c.id == execution).values(**ended))
