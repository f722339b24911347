"""A turn that no node took: the inbound is recorded, and the session stays where it waits, or is let go."""

from __future__ import annotations

from dataclasses import replace

import orjson

from botflow.engine.effects import CancelRuns, SendMessage
from botflow.engine.events import InboundIgnored
from botflow.engine.session import Session
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


def let_go(session: Session, reason: str) -> Turn:
    """Return the turn that ends an execution whose wait nothing ends any more: the next message starts another one."""
    after = Session(version=session.version + 1, address=session.address)
    group = session.wait.group if session.wait else ""
    return Turn(
        session=after,
        state=orjson.dumps(after.to_json()),
        status="cancelled",
        events=(InboundIgnored(reason),),
        messages=(),
        effects=(CancelRuns(group=group),) if group else (),
        execution=session.execution or "",
    )
