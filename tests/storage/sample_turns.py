"""Inbounds and turns for storage tests, as the engine and the runtime would make them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from typing import Any

import orjson

from botflow.engine.effects import Effect, SendMessage
from botflow.engine.events import ExecutionCompleted, ExecutionStarted, InboundIgnored
from botflow.engine.inbound import Inbound
from botflow.engine.session import Alarm, Frame, Session, Wait
from botflow.engine.turn import Turn
from botflow.records.outbounds import OutboundPart, OutboundState
from botflow.records.sessions import SessionKey, StoredSession
from botflow.records.turns import TurnCommit

RECEIVED = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
seeds = count(1)


def key(person: str = "ann", *, workflow: int = 1, channel: str = "chat") -> SessionKey:
    return SessionKey(workflow, channel, person)


def message(provider_key: str, text: str = "hi", *, person: str = "ann", **more: Any) -> Inbound:
    """A message as it arrives; the keyword arguments are Inbound's."""
    values: dict[str, Any] = {"channel": "chat", "provider": "chat", "sender": person, "received_at": RECEIVED, **more}
    return Inbound(kind="message", key=provider_key, seed=next(seeds), text=text, **values)


def said(text: str, state: OutboundState = "sent", **more: Any) -> OutboundPart:
    return OutboundPart(message=SendMessage(text=text, **more), state=state)


def waiting(
    read: StoredSession,
    inbound: Inbound,
    *parts: OutboundPart,
    timeout_s: float | None = None,
    until: datetime | None = None,
    flow_version: int = 7,
    variables: dict[str, Any] | None = None,
    parked: bool = False,
    accepts: tuple[str, ...] = ("message",),
    effects: tuple[Effect, ...] = (),
) -> TurnCommit:
    """A turn after which the flow waits for what it `accepts`; the first one starts an execution."""
    version = read.session.version + 1
    execution = read.session.execution or inbound.new_execution_id
    session = Session(
        version=version,
        frames=(Frame(node="ask", variables=variables or {}),),
        wait=Wait(
            token=str(version),
            accepts=accepts,
            alarms=(Alarm(timeout_s),) if timeout_s is not None else (),
            until=until.isoformat() if until else "",
        ),
        execution=execution,
    )
    turn = Turn(
        session=session,
        state=orjson.dumps(session.to_json()),
        status="waiting",
        events=(ExecutionStarted("start"),),
        messages=tuple(part.message for part in parts),
        effects=effects,
        execution=execution,
        started=not read.session.execution,
    )
    return TurnCommit(read=read, inbound=inbound, turn=turn, parts=parts, flow_version=flow_version, parked=parked)


def running(
    read: StoredSession, inbound: Inbound, *, node: str = "next", effects: tuple[Effect, ...] = ()
) -> TurnCommit:
    """A run's turn that goes on at `node` in its next turn, at once."""
    version = read.session.version + 1
    session = Session(
        version=version,
        frames=(Frame(node=node),),
        wait=Wait(token=str(version), accepts=("resume",)),
        execution=read.session.execution or inbound.new_execution_id,
    )
    turn = Turn(
        session=session,
        state=orjson.dumps(session.to_json()),
        status="running",
        events=(ExecutionStarted("start"),),
        messages=(),
        effects=effects,
        execution=session.execution or "",
    )
    return TurnCommit(read=read, inbound=inbound, turn=turn, parts=(), flow_version=7)


def ended(read: StoredSession, inbound: Inbound, *parts: OutboundPart, output: Any = None) -> TurnCommit:
    """A turn that completes the execution."""
    session = Session(version=read.session.version + 1)
    turn = Turn(
        session=session,
        state=orjson.dumps(session.to_json()),
        status="completed",
        events=(ExecutionCompleted(),),
        messages=tuple(part.message for part in parts),
        execution=read.session.execution or inbound.new_execution_id,
        started=not read.session.execution,
        output=output,
    )
    return TurnCommit(read=read, inbound=inbound, turn=turn, parts=parts, flow_version=7)


def ignored(read: StoredSession, inbound: Inbound, *parts: OutboundPart) -> TurnCommit:
    """A turn that changes nothing."""
    session = replace(read.session, version=read.session.version + 1)
    turn = Turn(
        session=session,
        state=orjson.dumps(session.to_json()),
        status="ignored",
        events=(InboundIgnored("stale_timeout"),),
        messages=tuple(part.message for part in parts),
        execution=session.execution or "",
    )
    return TurnCommit(
        read=read, inbound=inbound, turn=turn, parts=parts, flow_version=read.flow_version or 7, parked=read.parked
    )
