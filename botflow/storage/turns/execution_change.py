"""What a conversation's turn changes in its execution's row: its beginning, its end, and the results at its end.

A run's row exists from the request for it, and is written by `run_outcome.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from botflow.engine.events import InboundIgnored
from botflow.engine.inbound import RUN
from botflow.engine.json_values import clipped
from botflow.engine.kept_values import reference
from botflow.engine.limits import Limits
from botflow.engine.session import Session
from botflow.records.turns import TurnCommit
from botflow.storage.turns.row_mapping import shown_variables
from botflow.values import value

_LARGEST_RESULTS = Limits().session_characters


@value(frozen=True, slots=True, kw_only=True)
class ExecutionChange:
    """The columns to write. `is_new`: the execution began with this turn; the row of one that was requested exists.

    `began` is `opened` if the chat was opened by a visitor. `variables` is None while the execution is under way.
    """

    execution: str
    status: str
    is_new: bool
    began: str | None = None
    error: dict[str, Any] | None = None
    output: Any = None
    variables: Mapping[str, Any] | None = None


def execution_change(commit: TurnCommit) -> ExecutionChange | None:
    """Return what the turn changes; None when the row stays as it is."""
    turn, inbound = commit.turn, commit.inbound
    if commit.read.key.channel == RUN:
        return None
    if inbound.kind == "trigger" and not turn.started:
        return _never_begun(commit)
    has_ended = turn.status in ("completed", "failed", "cancelled")
    if not turn.execution or not (has_ended or turn.started):
        return None
    return ExecutionChange(
        execution=turn.execution,
        status=turn.status if has_ended else "waiting",
        is_new=turn.started,
        began="opened" if turn.started and inbound.kind == "opened" else None,
        error=failure_of(commit),
        output=turn.output,
        variables=final_variables(commit) if has_ended else None,
    )


def failure_of(commit: TurnCommit) -> dict[str, Any] | None:
    """Return why the execution failed, in the form of its row."""
    failure = commit.turn.failure
    return {"node": failure.node, "code": failure.code, "message": failure.message} if failure else None


def final_variables(commit: TurnCommit) -> Mapping[str, Any]:
    """Return the variables at the end; each that is large is cut when all together are larger than a session may be."""
    session = commit.read.session
    if commit.turn.variables:
        variables = _with_references(commit.turn.variables, session)
    else:
        variables = shown_variables(session.to_json())
    if len(orjson.dumps(variables)) <= _LARGEST_RESULTS:
        return variables
    return {name: clipped(kept) for name, kept in variables.items()}


def _with_references(variables: Mapping[str, Any], session: Session) -> Mapping[str, Any]:
    """Return the variables with references instead of the large values that were stored before this turn."""
    stored = {id(kept): name for name, kept in session.values.items()}
    if not stored:
        return variables
    return {
        name: reference(stored[id(kept)], session.kept_of) if id(kept) in stored else kept
        for name, kept in variables.items()
    }


def _never_begun(commit: TurnCommit) -> ExecutionChange:
    """Return the end of an execution that was requested, and could not begin when its turn came."""
    failure, reason = failure_of(commit), _reason(commit)
    return ExecutionChange(
        execution=commit.inbound.new_execution_id,
        status="cancelled" if failure is None and reason == "opted_out" else "failed",
        is_new=False,
        error=failure or {"node": "", "code": f"start.{reason}", "message": "the execution could not begin"},
        variables={},
    )


def _reason(commit: TurnCommit) -> str:
    return next((event.reason for event in commit.turn.events if isinstance(event, InboundIgnored)), "ignored")
