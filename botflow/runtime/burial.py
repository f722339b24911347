"""What becomes of an inbound that breaks every attempt: a person is told, a run fails and says so to its parent."""

from __future__ import annotations

import orjson

from botflow.engine.effects import Effect, ReportEnd, SendMessage
from botflow.engine.events import ExecutionFailed
from botflow.engine.inbound import RUN, Inbound
from botflow.engine.session import Parent, Session
from botflow.engine.turn import Turn
from botflow.engine.unmoved import leave_as_it_is
from botflow.records import StoredSession


def burial(stored: StoredSession, inbound: Inbound, words: str, attempts: int) -> Turn:
    """Return the turn of a dead inbound. A conversation stays where it waited, and apologises; a run is over."""
    if stored.key.channel != RUN:
        return leave_as_it_is(stored.session, "dead", () if stored.parked else (SendMessage(text=words),))
    before = stored.session
    after = Session(version=before.version + 1)
    node = before.frames[-1].node if before.frames else ""
    message = f"the turn broke in each of {attempts} attempts"
    failure = ExecutionFailed(node=node, code="attempt.dead", message=message)
    return Turn(
        session=after,
        state=orjson.dumps(after.to_json()),
        status="failed",
        events=(failure,),
        messages=(),
        effects=_news(before.parent or _parent_in(inbound), failure),
        execution=before.execution or inbound.new_execution_id,
        failure=failure,
    )


def _parent_in(inbound: Inbound) -> Parent | None:
    parent = inbound.parameters.get("parent") if inbound.kind == "trigger" else None
    return Parent(**parent) if parent else None


def _news(parent: Parent | None, failure: ExecutionFailed) -> tuple[Effect, ...]:
    if parent is None:
        return ()
    error = {"node": failure.node, "code": failure.code, "message": failure.message}
    return (ReportEnd(**parent.to_json(), status="failed", error=error),)
