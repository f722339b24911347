"""Encodes turns for SQLite: the statements that move a session and write the rows that follow, one by one."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from botflow.engine.inbound import Inbound
from botflow.records.outbounds import OutboundPart
from botflow.records.sessions import SessionKey
from botflow.records.turns import TurnCommit, TurnId
from botflow.storage.engines.column_types import utc_text
from botflow.storage.turns.execution_change import execution_change
from botflow.storage.turns.row_mapping import (
    inbound_content,
    inbound_provider,
    pinned_version,
    said_by,
    state_with_trace,
    timeout_s,
    trace_for_send,
    trace_of,
    wake_until,
)

# An ignored inbound, and one that does not end the wait, do not change the deadline; an opt-out ends it.
MOVED = """
  flow_version = :pinned, updated_at = :now, parked = :parked, state = :state,
  wake_at = CASE WHEN :parked THEN NULL WHEN :status = 'ignored' OR :keeps THEN s.wake_at ELSE :wake_at END
"""

INSERT_INBOUND = """
INSERT INTO inbounds (session_id, received_at, seed, seq, flow_version, attempt, state, kind, key, provider, content,
  reply_by)
VALUES (:session, :received_at, :seed, :seq, :flow_version, 0, :inbound_state, :kind, :key, :provider, :content,
  :reply_by)
"""

INSERT_TURN = """
INSERT INTO turns (session_id, at, seq, version, status, trace) VALUES (?, ?, ?, ?, ?, ?)
"""

INSERT_PART = """
INSERT INTO outbounds (session_id, created_at, version, "index", attempts, seq, state, body, segments)
VALUES (?, ?, ?, ?, 0, ?, ?, ?, ?)
"""

# The row of an execution that was requested exists.
INSERT_EXECUTION = """
INSERT INTO executions (status, error, output, variables, ended_at, id, session_id, started_at, flow_version, began)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET status = excluded.status, ended_at = excluded.ended_at,
  flow_version = excluded.flow_version, error = excluded.error, output = excluded.output,
  variables = excluded.variables
"""

UPDATE_EXECUTION = """
UPDATE executions SET status = ?, error = ?, output = ?, variables = ?, ended_at = ? WHERE id = ?
"""


def now(offset_s: float = 0.0) -> str:
    """Return this machine's time as the database stores it, plus an offset in seconds."""
    return utc_text(datetime.now(UTC) + timedelta(seconds=offset_s))


def json_text(value: Any) -> str | None:
    """Return a JSON column's text; NULL for None."""
    return None if value is None else orjson.dumps(value).decode()


def key_values(key: SessionKey) -> dict[str, Any]:
    """Return the parameters that identify the session."""
    return {"workflow": key.workflow, "channel": key.channel, "external_id": key.external_id}


def moved_values(commit: TurnCommit) -> dict[str, Any]:
    """Return the parameters of MOVED, and the version that was read."""
    seconds, until = timeout_s(commit), wake_until(commit)
    return {
        "version": commit.read.session.version,
        "pinned": pinned_version(commit),
        "now": now(),
        "parked": commit.parked,
        "state": (state_with_trace(commit) if commit.trace else commit.turn.state).decode(),
        "status": commit.turn.status,
        "keeps": commit.turn.keeps_deadline,
        "wake_at": utc_text(datetime.fromisoformat(until)) if until else None if seconds is None else now(seconds),
    }


def inbound_values(inbound: Inbound, key: SessionKey, flow_version: int, trace: str = "") -> dict[str, Any]:
    """Return the parameters of INSERT_INBOUND that the inbound itself knows."""
    return {
        "received_at": utc_text(inbound.received_at),
        "seed": inbound.seed,
        "flow_version": flow_version,
        "kind": inbound.kind,
        "key": inbound.key,
        "provider": inbound_provider(inbound),
        "content": json_text(inbound_content(inbound, key.external_id, trace)),
    }


def write_turn(connection: sqlite3.Connection, turn: TurnId, commit: TurnCommit) -> None:
    """Insert the turn, its outbounds and its execution's beginning or end."""
    version = commit.read.session.version + 1
    at = now()
    connection.execute(
        INSERT_TURN, (turn.session, at, turn.seq, version, commit.turn.status, json_text(trace_of(commit)))
    )
    connection.executemany(
        INSERT_PART,
        [
            (turn.session, at, version, index, turn.seq, part.state, _body(commit, part), part.segments)
            for index, part in enumerate(commit.parts)
        ],
    )
    if (change := execution_change(commit)) is None:
        return
    columns = (
        change.status,
        json_text(change.error),
        json_text(change.output),
        json_text(change.variables),
        None if change.status == "waiting" else at,
        UUID(change.execution).hex,
    )
    if change.is_new:
        connection.execute(INSERT_EXECUTION, (*columns, turn.session, at, commit.flow_version, change.began))
    else:
        connection.execute(UPDATE_EXECUTION, columns)


def _body(commit: TurnCommit, part: OutboundPart) -> str | None:
    body = part.message.to_json() | trace_for_send(commit.trace, part)
    if part.message.node:
        body |= said_by(commit, part)
    return json_text(body)
