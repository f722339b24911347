"""What is compared after each act, in one form for both sides."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from botflow.engine.effects import SendMessage
from botflow.engine.session import Session

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT[0-9:.]+(?:Z|[+-]\d\d:?\d\d)?")
# Ids of sessions and of waits, and moments, differ between two worlds that are equal otherwise.
_NAMES = frozenset(
    {"session", "token", "group", "awaitedBy", "until", "id", "created", "lastSeen", "execution", "since"}
)


@dataclass(frozen=True, kw_only=True)
class Turned:
    """One turn: its status, and the events that it recorded."""

    status: str
    events: Sequence[Any]


@dataclass(frozen=True, kw_only=True)
class Held:
    """One session: whose it is, where it is, what its turns did and what they said."""

    workflow: str
    channel: str
    person: str
    is_parked: bool
    node: str
    state: Any
    turns: Sequence[Turned]
    messages: Sequence[Any]

    @property
    def name(self) -> tuple[str, str, str, str]:
        return (self.workflow, self.channel, self.person, repr(self.turns))


@dataclass(frozen=True, kw_only=True)
class Seen:
    """Everything that stands after an act. `refusal` is the code with which the act was refused."""

    refusal: str = ""
    sessions: Sequence[Held] = ()
    contacts: Mapping[str, Any] = field(default_factory=dict)


def plain(value: Any) -> Any:
    """Return JSON without what differs between two worlds."""
    match value:
        case Mapping():
            return {name: "*" if name in _NAMES and each else plain(each) for name, each in value.items()}
        case list() | tuple():
            return [plain(each) for each in value]
        case str():
            return _MOMENT.sub("<moment>", _ID.sub("<id>", value))
        case _:
            return value


def said(message: SendMessage) -> Any:
    """Return a message as its person gets it."""
    shown = plain(message.to_json())
    shown.pop("sender", None)  # the runtime writes it down with the message
    return shown


def state_of(session: Session) -> Any:
    """Return what a session keeps: its frames, notes, variables, and what it waits for."""
    return plain({name: each for name, each in session.to_json().items() if name != "address"})


def event_of(event: Sequence[Any]) -> Any:
    """Return an event without the numbers of sessions: a list of its kind and its facts."""
    return plain(list(event))
