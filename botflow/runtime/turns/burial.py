"""What becomes of an inbound that breaks every attempt: a person is told, a run fails and says so to its parent."""

from __future__ import annotations

import orjson

from botflow.engine.closed_turns import leave_as_it_is
from botflow.engine.effects import CancelRuns, Effect, ReportEnd, SendMessage
from botflow.engine.events import ExecutionFailed
from botflow.engine.inbound import RUN, Inbound
from botflow.engine.session import Parent, Session
from botflow.engine.turn import Turn
from botflow.records import StoredSession


def burial(stored: StoredSession, inbound: Inbound, words: str, attempts: int) -> Turn:
    """Return the turn of a dead inbound. A conversation stays where it waited, and apologises; a run is over.

    So is a conversation that takes no messages where it stands: what it waited for may never come again, and its person
    would be heard by nobody.
    """
    before, is_run = stored.session, stored.key.channel == RUN
    apology = () if stored.parked or is_run else (SendMessage(text=words),)
    if not is_run and (before.wait is None or "message" in before.wait.accepts):
        return leave_as_it_is(before, "dead", apology)
    after = Session(version=before.version + 1, address=before.address)
    node = before.frames[-1].node if before.frames else ""
    message = f"the turn broke in each of {attempts} attempts"
    failure = ExecutionFailed(node=node, code="attempt.dead", message=message)
    return Turn(
        session=after,
        state=orjson.dumps(after.to_json()),
        status="failed",
        events=(failure,),
        messages=apology,
        effects=(*_cancelled(before), *_news(before.parent or _parent_in(inbound), failure)),
        execution=before.execution or inbound.new_execution_id,
        failure=failure,
    )


def _cancelled(before: Session) -> tuple[Effect, ...]:
    """Return what ends the runs that it waited for: nobody hears of them any more."""
    return (CancelRuns(group=before.wait.group),) if before.wait and before.wait.group else ()


def _parent_in(inbound: Inbound) -> Parent | None:
    parent = inbound.parameters.get("parent") if inbound.kind == "trigger" else None
    return Parent(**parent) if parent else None


def _news(parent: Parent | None, failure: ExecutionFailed) -> tuple[Effect, ...]:
    if parent is None:
        return ()
    error = {"node": failure.node, "code": failure.code, "message": failure.message}
    return (ReportEnd(**parent.to_json(), status="failed", error=error),)
