"""What a leased turn writes besides the ordinary rows: a run's checkpoint and status, and effects of any session.

Both databases write it in the transaction that commits the turn. An ordinary conversation's turn has none of these, so
that its statement stays small.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, assert_never

import orjson

from botflow.engine.effects import (
    CancelRuns,
    CloseHandoff,
    Effect,
    EmitEvent,
    OpenHandoff,
    ReportEnd,
    StartConversation,
    StartRun,
    TellOfEnd,
)
from botflow.engine.inbound import RUN
from botflow.records.runs import EffectKind
from botflow.records.turns import TurnCommit
from botflow.seeds import new_seed
from botflow.storage.turns.execution_change import failure_of, final_variables


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """A checkpoint to keep: the run's state as of `version`, before `node`."""

    version: int
    node: str
    state: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Following:
    """What follows one turn. `resume_token` is for the inbound that continues a run at once; "" without one.

    `status` is None when the execution's row does not change.
    """

    effects: tuple[tuple[EffectKind, dict[str, Any]], ...] = ()
    checkpoint: Reached | None = None
    resume_token: str = ""
    resume_seed: int = 0
    execution: str = ""
    status: str | None = None
    has_ended: bool = False
    output: Any = None
    error: dict[str, Any] | None = None
    variables: Mapping[str, Any] | None = None


def following_of(commit: TurnCommit) -> Following | None:
    """Return what follows this turn; None for an ordinary turn."""
    turn = commit.turn
    is_fork = commit.read.key.is_fork
    effects = tuple(_stored(effect) for effect in turn.effects if not (is_fork and _is_for_others(effect)))
    if turn.session.persona is not None:
        effects = (*effects, ("play", {}))
    if commit.read.key.channel != RUN:
        return Following(effects=effects) if effects else None
    status = _status_of(commit)
    has_ended = status in ("completed", "failed", "cancelled")
    goes_on = turn.status == "running"
    return Following(
        effects=effects,
        checkpoint=_checkpoint_of(commit),
        resume_token=turn.session.wait.token if goes_on and turn.session.wait else "",
        resume_seed=new_seed() if goes_on else 0,
        execution=turn.execution or commit.read.session.execution or "",
        status=status,
        has_ended=has_ended,
        output=turn.output,
        error=failure_of(commit),
        variables=final_variables(commit) if has_ended else None,
    )


def _status_of(commit: TurnCommit) -> str | None:
    """Return the run's new status: after an ignored inbound the one it had before the attempt began."""
    turn = commit.turn
    closing, wait = turn.session.closing, turn.session.wait
    if closing is not None and closing.is_cancellation:
        return "cancelling"
    if turn.status != "ignored":
        return turn.status
    if wait is None:
        return None
    return "running" if "resume" in wait.accepts else "waiting"


def _checkpoint_of(commit: TurnCommit) -> Reached | None:
    """Return the checkpoint of the turn: where the run continues, or where a wait had ended before the run failed.

    A wait for runs is not a checkpoint: they are cancelled by now, so a retry starts them again. Nor is a place within
    the `finally` of an execution that is ending: a retry continues from before its end.
    """
    turn, read = commit.turn, commit.read.session
    if turn.session.closing is not None or read.closing is not None:
        return None
    if turn.status == "running":
        return Reached(version=turn.session.version, node=turn.session.frames[-1].node, state=turn.state)
    waited_for_runs = read.wait is not None and "child_done" in read.wait.accepts
    if turn.status == "failed" and commit.inbound.kind == "timeout" and read.frames and not waited_for_runs:
        return Reached(version=read.version, node=read.frames[-1].node, state=orjson.dumps(read.to_json()))
    return None


def _is_for_others(effect: Effect) -> bool:
    """Match an event, a handoff, an end to tell of, and the start of a run that no node waits for: a fork has none, as
    its original had them."""
    others = EmitEvent | OpenHandoff | CloseHandoff | TellOfEnd
    return isinstance(effect, others) or (isinstance(effect, StartRun) and not effect.group)


def _stored(effect: Effect) -> tuple[EffectKind, dict[str, Any]]:
    match effect:
        case StartRun():
            kind: EffectKind = "start"
        case StartConversation():
            kind = "converse"
        case ReportEnd():
            kind = "done"
        case EmitEvent():
            kind = "emit"
        case CancelRuns():
            kind = "cancel"
        case OpenHandoff():
            kind = "hand_off"
        case CloseHandoff():
            kind = "close_handoff"
        case TellOfEnd():
            kind = "tell_end"
        case _:
            assert_never(effect)
    body = orjson.loads(orjson.dumps(effect))
    if kind == "hand_off" and body["tell"] is None:  # processes of the former release do not know it
        del body["tell"]
    return kind, body
