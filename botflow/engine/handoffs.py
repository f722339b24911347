"""What people do with a conversation that was handed off, as changes of its session. They visit no node.

A flow's handoff (`logic.handoff`) waits for a person with an alarm, is claimed, may be released again, and ends when
the conversation is given back: then an inbound of the kind `returned` resumes the node. A person may also take a
conversation over at any other node, where it goes on when it is given back. Each change moves the version, which fences
a turn under way, and for a flow's handoff the wait's token, so that an alarm which has gone off already is stale.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

from botflow.engine.effects import OpenHandoff
from botflow.engine.inbound import RETURNED
from botflow.engine.session import Handoff, Session

Priority = Literal["low", "normal", "high", "urgent"]
PRIORITIES: tuple[Priority, ...] = ("urgent", "high", "normal", "low")  # in the order in which people see them


def claimed(session: Session, person: str, since: int, picture: str = "") -> Session:
    """Return the session in the hands of `person`, in the place of a person who had it before. `since` counts for one
    that no person had."""
    version = session.version + 1
    former = session.handoff
    handoff = Handoff(
        person=person,
        since=former.since if former is not None and former.since else since,
        version=former.version if former is not None else version,
        picture=picture,
    )
    return replace(_with_new_token(session), version=version, handoff=handoff)


def released(session: Session) -> Session:
    """Return the session of a flow's handoff as it waits for another person; its alarm begins anew."""
    assert session.handoff is not None, "the caller has looked"
    handoff = replace(session.handoff, person="", picture="")
    return replace(_with_new_token(session), version=session.version + 1, handoff=handoff)


def given_back(session: Session) -> Session:
    """Return the session as the flow has it again. One whose flow handed it off waits for its `returned` alone: a
    message comes after that."""
    after = replace(session, version=session.version + 1, handoff=None)
    if session.wait is None or not session.awaits_return:
        return after
    return replace(
        after, wait=replace(session.wait, token=str(after.version), accepts=(RETURNED,), alarms=(), until="")
    )


def told_of(request: OpenHandoff, session: int, url: str) -> dict[str, Any]:
    """Return what people are told of a new handoff. `url` is the address of a conversation, with `{handoff}` and
    `{session}` in the place of their ids."""
    handoff = f"{session}.{request.version}"
    return {
        "id": handoff,
        "session": str(session),
        "queue": request.queue,
        "priority": PRIORITIES[request.priority],
        "note": request.note,
        "summary": dict(request.summary),
        "link": url.replace("{handoff}", handoff).replace("{session}", str(session)),
    }


def _with_new_token(session: Session) -> Session:
    if session.wait is None or not session.awaits_return:
        return session
    return replace(session, wait=replace(session.wait, token=str(session.version + 1)))
