"""The first step of a turn: to its end, or to its first Ask. An inbound's receiver takes it; nothing is stored."""

from __future__ import annotations

from collections.abc import Generator
from typing import NamedTuple

from botflow.engine.asks import Answer, Ask
from botflow.engine.effects import SendMessage
from botflow.engine.inbound import Inbound
from botflow.engine.person.contact import Contact
from botflow.engine.session import Session
from botflow.engine.turn import NodeTypes, Turn, take_turn
from botflow.flow.graph import Flow


class Paused(NamedTuple):
    """A turn that waits for the answer to an Ask, with its messages so far and the contact that it has read; `engine`
    continues when we hold the lease."""

    engine: Generator[Ask, Answer, Turn]
    ask: Ask
    said: list[SendMessage]
    contact: Contact | None = None


def first_step(
    flow: Flow, session: Session, inbound: Inbound, node_types: NodeTypes, contact: Contact | None = None
) -> Turn | Paused:
    """Return the whole turn when it asks nothing, else its state at the first Ask."""
    said: list[SendMessage] = []
    engine = take_turn(flow, session, inbound, node_types, said=said, contact=contact)
    try:
        return Paused(engine, next(engine), said, contact)
    except StopIteration as finished:
        turn: Turn = finished.value
        return turn
