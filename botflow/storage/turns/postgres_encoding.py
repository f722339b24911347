"""Encodes turns for Postgres: one JSON array of turns, read by COMMIT and by both forms of FINISH.

One parameter instead of twenty arrays: the driver's cost is one `orjson.dumps`, and the state is included unchanged.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from botflow.records.leases import Finishing
from botflow.records.outbounds import OutboundPart
from botflow.records.turns import TurnCommit
from botflow.storage.turns.execution_change import execution_change
from botflow.storage.turns.row_mapping import (
    answer_row,
    hands_over,
    inbound_content,
    inbound_provider,
    pinned_version,
    said_by,
    state_with_trace,
    takes_messages,
    timeout_s,
    trace_for_send,
    trace_of,
    wake_until,
)

# `id` is NULL for a session that has no row yet; `version` is the one that was read. `seq` and the fields after it are
# for FINISH: the inbound's seq, the attempt that holds it, its new state, the answers not yet journalled, and the
# process that takes the next inbound, or NULL.
READ_TURNS = """
json_to_recordset(%s::json) AS r(
  n int, id bigint, workflow_id bigint, channel text, external_id text, version int, key text, kind text,
  provider text, content jsonb, received_at timestamptz, seed bigint, flow_version int, state jsonb, pinned int,
  status text, timeout_s float8, wake_until timestamptz, keeps bool, parked bool, trace json, execution uuid,
  execution_status text, started bool, error jsonb, output jsonb,
  variables jsonb, began text, parts jsonb, hands_over bool, by_token bool,
  seq int, attempt int, outcome text, answers jsonb, takes_messages bool, owner text)
"""

# An ignored inbound, and one that does not end the wait, do not change the deadline; an opt-out ends it.
WAKE_AT = """
CASE WHEN held.parked THEN NULL WHEN held.status = 'ignored' OR held.keeps THEN s.wake_at
     ELSE coalesce(held.wake_until, now() + make_interval(secs => held.timeout_s)) END
"""

# Columns that the rest of a commit needs, from `held`.
CARRIED = """
held.key, held.kind, held.provider, held.content, held.received_at, held.seed, held.flow_version, held.status,
held.trace, held.execution, held.execution_status, held.started, held.error,
held.output, held.variables, held.began, held.parts
"""

# The rows that follow a moved session, from `done`.
WRITE_TURN = """
t AS (
  INSERT INTO turns (session_id, at, seq, version, status, trace)
  SELECT id, now(), seq, version, status, trace FROM done),
o AS (
  INSERT INTO outbounds (session_id, created_at, version, index, attempts, seq, state, body, segments)
  SELECT d.id, now(), d.version, p.index, 0, d.seq, p.state, p.body, p.segments
  FROM done d, jsonb_to_recordset(d.parts) AS p(index int, state text, body jsonb, segments int)),
e AS (
  INSERT INTO executions (id, session_id, started_at, ended_at, flow_version, status, error, output, variables, began)
  SELECT execution, id, now(), CASE WHEN execution_status <> 'waiting' THEN now() END, flow_version,
         execution_status, error, output, variables, began
  FROM done WHERE started
  ON CONFLICT (id) DO UPDATE SET status = excluded.status, ended_at = excluded.ended_at,
    flow_version = excluded.flow_version, error = excluded.error, output = excluded.output,
    variables = excluded.variables),
x AS (
  UPDATE executions e SET status = d.execution_status, ended_at = now(), error = d.error, output = d.output,
    variables = d.variables
  FROM done d WHERE e.id = d.execution AND d.started IS NOT TRUE AND d.execution_status IS NOT NULL)
"""


def encode(commits: Sequence[TurnCommit]) -> str:
    """Return the JSON that READ_TURNS reads; `n` is the position."""
    return orjson.dumps([_turn(n, commit) for n, commit in enumerate(commits)]).decode()


def encode_finishing(finishing: Sequence[Finishing]) -> str:
    """Return the JSON that READ_TURNS reads for turns that were accepted before; `n` is the position."""
    rows = []
    for n, each in enumerate(finishing):
        row = _turn(n, each.commit)
        row["seq"], row["attempt"], row["outcome"] = each.turn.seq, each.attempt, each.outcome
        row["takes_messages"], row["owner"] = takes_messages(each.commit), each.owner
        if each.answers:
            row["answers"] = [answer_row(answer) for answer in each.answers]
        rows.append(row)
    return orjson.dumps(rows).decode()


def _turn(n: int, commit: TurnCommit) -> dict[str, Any]:
    read, inbound, turn = commit.read, commit.inbound, commit.turn
    workflow, channel, external_id = read.key
    row: dict[str, Any] = {
        "n": n,
        "version": read.session.version,
        "key": inbound.key,
        "kind": inbound.kind,
        "provider": inbound_provider(inbound),
        "content": inbound_content(inbound, external_id),
        "received_at": inbound.received_at,
        "seed": inbound.seed,
        "flow_version": commit.flow_version,
        "state": orjson.Fragment(turn.state),
        "pinned": pinned_version(commit),
        "status": turn.status,
        "timeout_s": timeout_s(commit),
        "parked": commit.parked,
        "trace": trace_of(commit),
    }
    if read.has_row:
        row["id"] = read.id
    else:
        row["workflow_id"], row["channel"], row["external_id"] = workflow, channel, external_id
    if (change := execution_change(commit)) is not None:
        row["execution"], row["execution_status"], row["started"] = change.execution, change.status, change.is_new
        row["began"], row["error"] = change.began, change.error
        row["output"], row["variables"] = change.output, change.variables
    if (until := wake_until(commit)) is not None:
        row["wake_until"] = until
    if commit.by_token:
        row["by_token"] = True
    if turn.keeps_deadline:
        row["keeps"] = True
    if commit.parts:
        row["parts"] = [_part(commit, index, part) for index, part in enumerate(commit.parts)]
        row["hands_over"] = hands_over(commit)
    if commit.trace:
        _add_trace(row, commit)
    return row


def _add_trace(row: dict[str, Any], commit: TurnCommit) -> None:
    """Store the context of the turn's trace where something later belongs to it."""
    row["state"] = orjson.Fragment(state_with_trace(commit))
    for part, stored in zip(commit.parts, row.get("parts", ()), strict=True):
        stored["body"] |= trace_for_send(commit.trace, part)


def _part(commit: TurnCommit, index: int, part: OutboundPart) -> dict[str, Any]:
    body = part.message.to_json()
    if part.message.node:
        body |= said_by(commit, part)
    row = {"index": index, "state": part.state, "body": body}
    if part.segments is not None:
        row["segments"] = part.segments
    return row
