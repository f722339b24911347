"""Turns that visit no node: those of ignored, cancelled and dead inbounds."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import orjson

from botflow.engine.effects import CancelRuns, Effect, ReportEnd, SendMessage, TellOfEnd
from botflow.engine.events import ExecutionCancelled, ExecutionFailed, InboundIgnored
from botflow.engine.inbound import Inbound
from botflow.engine.session import Parent, Session
from botflow.engine.turn import Turn


def leave_as_it_is(session: Session, reason: str, messages: tuple[SendMessage, ...] = ()) -> Turn:
    """Return the turn of an inbound that changes nothing: an opt-out, or a dead message with its apology."""
    after = replace(session, version=session.version + 1)
    return Turn(
        session=after,
        state=orjson.dumps(after.to_json()),
        status="ignored",
        events=(InboundIgnored(reason),),
        messages=messages,
        execution=session.execution or "",
    )


def let_go(session: Session, reason: str, heard_ends: Collection[str] = ()) -> Turn:
    """Return the turn that ends an execution whose wait can no longer end: the next message starts a new one.
    `heard_ends` are those that the flow's own triggers hear of, here and below."""
    handoff = session.handoff if not session.awaits_return else None  # a flow's ends with its execution
    after = Session(version=session.version + 1, address=session.address, handoff=handoff, language=session.language)
    group = session.wait.group if session.wait else ""
    return Turn(
        session=after,
        state=orjson.dumps(after.to_json()),
        status="cancelled",
        events=(InboundIgnored(reason),),
        messages=(),
        effects=(
            *((CancelRuns(group=group),) if group else ()),
            *_own(session.execution or "", "cancelled", heard_ends),
        ),
        execution=session.execution or "",
    )


def give_up(
    before: Session,
    inbound: Inbound,
    apology: str,
    attempts: int,
    *,
    is_run: bool,
    heard_ends: Collection[str] = (),
) -> Turn:
    """Return the turn of a dead inbound: all of its attempts failed.

    A conversation keeps its wait and says the apology, unless that is empty; a run fails and reports to its parent.

    A conversation whose wait accepts no messages fails too: that wait may never end, and until then no message of its
    contact would be answered. An execution that is being cancelled is cancelled then, without more of its `finally`.
    """
    if before.cancel or (before.closing is not None and before.closing.is_cancellation):
        return _cancelled_turn(before, inbound, heard_ends)
    messages = (SendMessage(text=apology),) if apology and not is_run else ()
    if not is_run and (before.wait is None or "message" in before.wait.accepts):
        return leave_as_it_is(before, "dead", messages)
    after = Session(version=before.version + 1, address=before.address, language=before.language)
    node = before.frames[-1].node if before.frames else ""
    message = f"the turn broke in each of {attempts} attempts"
    failure = ExecutionFailed(node=node, code="attempt.dead", message=message)
    execution = before.execution or inbound.new_execution_id
    own = () if _is_branch(before, inbound) else _own(execution, "failed", heard_ends, failure)
    return Turn(
        session=after,
        state=orjson.dumps(after.to_json()),
        status="failed",
        events=(failure,),
        messages=messages,
        effects=(*_cancelled(before), *_report(before.parent or _parent_in(inbound), failure), *own),
        execution=execution,
        failure=failure,
    )


def _cancelled_turn(before: Session, inbound: Inbound, heard_ends: Collection[str]) -> Turn:
    after = Session(version=before.version + 1, address=before.address, language=before.language)
    parent = before.parent or _parent_in(inbound)
    told = (ReportEnd(**parent.to_json(), status="cancelled"),) if parent is not None else ()
    execution = before.execution or inbound.new_execution_id
    own = () if _is_branch(before, inbound) else _own(execution, "cancelled", heard_ends)
    return Turn(
        session=after,
        state=orjson.dumps(after.to_json()),
        status="cancelled",
        events=(ExecutionCancelled(),),
        messages=(),
        effects=(*_cancelled(before), *told, *own),
        execution=execution,
    )


def _cancelled(before: Session) -> tuple[Effect, ...]:
    """Return the effect that cancels the runs it waited for: nothing uses their results any more."""
    return (CancelRuns(group=before.wait.group),) if before.wait and before.wait.group else ()


def _parent_in(inbound: Inbound) -> Parent | None:
    parent = inbound.parameters.get("parent") if inbound.kind == "trigger" else None
    return Parent(**parent) if parent else None


def _is_branch(before: Session, inbound: Inbound) -> bool:
    if before.frames:
        return before.frames[0].kind == "branch"
    return inbound.kind == "trigger" and bool(inbound.parameters.get("node"))


def _own(
    execution: str, status: str, heard_ends: Collection[str], failure: ExecutionFailed | None = None
) -> tuple[Effect, ...]:
    if status not in heard_ends or not execution:
        return ()
    return (TellOfEnd(execution=execution, status=status, error=_error_of(failure) if failure else None),)


def _report(parent: Parent | None, failure: ExecutionFailed) -> tuple[Effect, ...]:
    if parent is None:
        return ()
    return (ReportEnd(**parent.to_json(), status="failed", error=_error_of(failure)),)


def _error_of(failure: ExecutionFailed) -> dict[str, str]:
    return {"node": failure.node, "code": failure.code, "message": failure.message}
