"""What follows a leased turn's commit, on SQLite: rows written by the transaction that commits it."""

from __future__ import annotations

import sqlite3
from uuid import UUID

from botflow.records.turns import TurnCommit, TurnId
from botflow.storage.engines.sqlite_threads import rows_of
from botflow.storage.turns.limits import KEPT_CHECKPOINTS
from botflow.storage.turns.run_outcome import Following
from botflow.storage.turns.sqlite_encoding import json_text, now

INSERT_EFFECT = """
INSERT INTO effects (session_id, version, "index", kind, body, attempts, due_at) VALUES (?, ?, ?, ?, ?, 0, ?)
"""

COUNT_RESUME = "UPDATE sessions SET last_seq = last_seq + 1 WHERE id = :session RETURNING last_seq"

INSERT_RESUME = """
INSERT INTO inbounds (session_id, seq, received_at, seed, flow_version, attempt, state, kind, key, content, priority)
SELECT :session, :new_seq, :at, :seed, :flow_version, 0, 'new', 'resume', :key, :content, coalesce(b.priority, 0)
FROM inbounds b WHERE b.session_id = :session AND b.seq = :seq
"""

INSERT_CHECKPOINT = """
INSERT INTO checkpoints (session_id, version, at, node, flow_version, state) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (session_id, version) DO NOTHING
"""

DROP_CHECKPOINTS = f"""
DELETE FROM checkpoints WHERE session_id = :session AND version < (
  SELECT version FROM checkpoints WHERE session_id = :session ORDER BY version DESC LIMIT 1
  OFFSET {KEPT_CHECKPOINTS - 1})
"""

UPDATE_RUN = "UPDATE executions SET status = ?, output = ?, error = ?, variables = ?, ended_at = ? WHERE id = ?"


def write_following(connection: sqlite3.Connection, turn: TurnId, commit: TurnCommit, following: Following) -> None:
    """Write effects, checkpoint and the execution's row, and the inbound that continues a run."""
    version = commit.read.session.version + 1
    at = now()
    connection.executemany(
        INSERT_EFFECT,
        [
            (turn.session, version, index, kind, json_text(body), at)
            for index, (kind, body) in enumerate(following.effects)
        ],
    )
    if (checkpoint := following.checkpoint) is not None:
        connection.execute(
            INSERT_CHECKPOINT,
            (turn.session, checkpoint.version, at, checkpoint.node, commit.flow_version, checkpoint.state.decode()),
        )
        connection.execute(DROP_CHECKPOINTS, {"session": turn.session})
    if following.status is not None:
        connection.execute(
            UPDATE_RUN,
            (
                following.status,
                json_text(following.output),
                json_text(following.error),
                json_text(following.variables),
                at if following.has_ended else None,
                UUID(following.execution).hex,
            ),
        )
    if following.resume_token:
        [[seq]] = rows_of(connection, COUNT_RESUME, {"session": turn.session})
        resume = {
            **turn._asdict(),
            "new_seq": seq,
            "at": at,
            "seed": following.resume_seed,
            "flow_version": commit.flow_version,
            "key": f"resume:{version}",
            "content": json_text({"token": following.resume_token}),
        }
        connection.execute(INSERT_RESUME, resume)
