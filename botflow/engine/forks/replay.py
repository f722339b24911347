"""Takes a turn again from what is stored of it, whole or up to one of its visits, and proves that it is the same turn.

A turn is a function of the session, the inbound and the answers, so nothing is asked again and nothing follows. It is
refused unless it asks the very questions that were answered, and records the very events that were recorded.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import field, replace
from typing import Any

import orjson

from botflow.engine.ask_json import answer_from_json, fingerprint
from botflow.engine.asks import Answer, AskHistory, Pause
from botflow.engine.effects import SendMessage
from botflow.engine.events import ContactRead, Event
from botflow.engine.forks.beginning import said_before
from botflow.engine.forks.question import as_stored
from botflow.engine.inbound import Inbound
from botflow.engine.limits import Limits
from botflow.engine.person.contact import Contact
from botflow.engine.session import Session
from botflow.engine.turn import NodeTypes, Turn, take_turn
from botflow.errors import FlowError
from botflow.flow.graph import Flow
from botflow.values import value

_LIMITS = Limits()


class NotReplayable(FlowError):
    """The stored answers do not give the stored turn: the node types or the engine have changed since, or the step is
    no place where an execution can continue."""

    code = "fork.not_exact"


@value(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What is stored of a turn: its inbound, its trace, and by their index its answers, as (fingerprint, JSON)."""

    inbound: Inbound
    trace: Sequence[Sequence[Any]]
    answers: Mapping[int, tuple[str, Mapping[str, Any]]]


@value(frozen=True, slots=True, kw_only=True)
class Stopped:
    """The session before a visit of the turn, and how many Asks came before it. `kept` are the large values that the
    turn has made until then, as JSON by name, `said` its messages, and `heard` the inbound as its nodes have read it;
    None between two turns."""

    session: Session
    asked: int = 0
    kept: Mapping[str, bytes] = field(default_factory=dict)
    said: tuple[SendMessage, ...] = ()
    heard: Inbound | None = None


def replay(
    flow: Flow, session: Session, recorded: Recorded, node_types: NodeTypes
) -> Generator[AskHistory, Answer, Session]:
    """Return the session after the turn. Yields what the journal does not have: the conversation's history."""
    turn, _ = yield from _take(flow, session, recorded, node_types, _LIMITS)
    _check(turn.events, recorded.trace)
    return turn.session


def replay_until(
    flow: Flow, session: Session, recorded: Recorded, node_types: NodeTypes, events: int
) -> Generator[AskHistory, Answer, Stopped]:
    """Return the session before the visit that follows the turn's first `events` events."""
    turn, asked = yield from _take(flow, session, recorded, node_types, replace(_LIMITS, stops_after=events))
    if turn.status != "running" or turn.session.closing is not None or len(turn.events) != events + 1:
        raise NotReplayable("no execution can continue there: a loop, a subflow or a `finally` is in between")
    _check(turn.events[:events], recorded.trace[:events])
    return Stopped(session=turn.session, asked=asked, kept=turn.kept, said=turn.messages, heard=turn.heard)


def _take(
    flow: Flow, session: Session, recorded: Recorded, node_types: NodeTypes, limits: Limits
) -> Generator[AskHistory, Answer, tuple[Turn, int]]:
    index = 0

    said, contact = said_before(recorded.inbound), _contact_of(recorded.trace)
    turn = take_turn(flow, session, recorded.inbound, node_types, limits, said=said, contact=contact)
    try:
        ask = next(turn)
        while True:
            known = recorded.answers.get(index)
            if known is not None and known[0] == fingerprint(ask):
                answer = answer_from_json(known[1])
            elif isinstance(ask, Pause):
                answer = Answer()
            elif isinstance(ask, AskHistory):
                answer = yield ask
            else:
                raise NotReplayable(f"the node {ask.node!r} asks another question than the one that was answered")
            index += 1
            ask = turn.send(answer)
    except StopIteration as finished:
        return finished.value, index


def _contact_of(trace: Sequence[Sequence[Any]]) -> Contact | None:
    """Return the person as the turn has read them, None for a turn that read nothing of them."""
    read = next((event[1] for event in trace if event[0] == ContactRead.kind), None)
    return Contact.from_json(read) if read is not None else None


def _check(events: Sequence[Event], trace: Sequence[Sequence[Any]]) -> None:
    """Raise NotReplayable unless these events are those of the trace."""
    if as_stored(orjson.loads(orjson.dumps([event.to_json() for event in events]))) != as_stored(trace):
        raise NotReplayable("the nodes before the step do not take the way again that they took")
