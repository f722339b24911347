"""Inbounds and turns for storage tests, as the engine and the runtime would make them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from typing import Any

import orjson

from botflow.engine.effects import SendMessage
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
    flow_version: int = 7,
    variables: dict[str, Any] | None = None,
    parked: bool = False,
) -> TurnCommit:
    """A turn after which the flow waits; the first one starts an execution."""
    version = read.session.version + 1
    execution = read.session.execution or inbound.new_execution_id
    session = Session(
        version=version,
        frames=(Frame(node="ask", variables=variables or {}),),
        wait=Wait(token=str(version), alarms=(Alarm(timeout_s),) if timeout_s is not None else ()),
        execution=execution,
    )
    turn = Turn(
        session=session,
        state=orjson.dumps(session.to_json()),
        status="waiting",
        events=(ExecutionStarted("start"),),
        messages=tuple(part.message for part in parts),
        execution=execution,
        started=not read.session.execution,
    )
    return TurnCommit(read=read, inbound=inbound, turn=turn, parts=parts, flow_version=flow_version, parked=parked)


def ended(read: StoredSession, inbound: Inbound, *parts: OutboundPart) -> TurnCommit:
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
