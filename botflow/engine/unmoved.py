"""A turn that no node took: the inbound is recorded, and the session stays where it waits."""

from __future__ import annotations

from dataclasses import replace

import orjson

from botflow.engine.effects import SendMessage
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
