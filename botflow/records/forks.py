"""Forks of executions, as storage and runtime pass them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any, NamedTuple

from botflow.engine.forks.replay import Recorded
from botflow.engine.inbound import Inbound
from botflow.engine.session import Persona, Session
from botflow.records.turns import TurnId
from botflow.values import value


class Place(NamedTuple):
    """Where in an execution a step begins: in the turn that made the session's version `version`, after so many of its
    events; with 0 events at the checkpoint of that version."""

    version: int
    events: int


@value(frozen=True, slots=True, kw_only=True)
class AskPolicy:
    """What a fork may ask the world. It always asks anew at the nodes `ask_again`; elsewhere it gets the recorded
    answers, and to a question without one it stops, unless it `may_ask`."""

    ask_again: tuple[str, ...] = ()
    may_ask: bool = False

    def to_json(self) -> dict[str, Any]:
        return {"askAgain": list(self.ask_again), "mayAsk": self.may_ask}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> AskPolicy:
        return cls(ask_again=tuple(stored["askAgain"]), may_ask=stored["mayAsk"])


@value(frozen=True, slots=True, kw_only=True)
class Played:
    """What a fork hears: a text, the payload of a quick reply, or, with neither, the timer of its wait."""

    text: str = ""
    payload: str = ""


@value(frozen=True, slots=True, kw_only=True)
class ForkRequest:
    """A fork to make: of which execution, before which of its steps, with which variables set. `version` is the number
    of another version of the workflow, None for the original's. The same `key` again is the same fork. `plays` are the
    messages that a fork of a conversation hears, and the timers that go off in it; None for those of the original."""

    execution: str
    step: int
    variables: Mapping[str, Any] = field(default_factory=dict)
    version: int | None = None
    policy: AskPolicy = AskPolicy()
    key: str = ""
    plays: tuple[Played, ...] | None = None


@value(frozen=True, slots=True, kw_only=True)
class RecordedTurn:
    """A stored turn of an execution. `recorded` is None for a change from outside, which no inbound made. One that
    `was_ignored` has left the session as it was."""

    seq: int
    version: int
    status: str
    recorded: Recorded | None
    was_ignored: bool


@value(frozen=True, slots=True, kw_only=True)
class History:
    """What the state at a place is rebuilt from: the session before the first of `turns`, which lead there.
    `heard_as` is the person of a conversation, as its flow knows them; None for a run."""

    session: Session
    flow_version: int
    turns: tuple[RecordedTurn, ...]
    heard_as: Persona | None


@value(frozen=True, slots=True, kw_only=True)
class Sequel:
    """What a fork of a conversation hears: `first`, which lets it continue within the turn of its step, None for the
    inbound as it is stored, and what comes after it. The turns after the step end with the version `until`."""

    first: Inbound | None
    plays: tuple[Inbound, ...]
    until: int


@value(frozen=True, slots=True, kw_only=True)
class NewFork:
    """A fork to write. Its state is that of `session`, and its first turn takes the inbound of the original's turn
    `begins_in` again; the answers of that turn from the index `asked` on, and those after it, are the recorded ones.

    The large values of the state are those of the execution `kept_of`, and the ones in `kept`, as JSON by name.
    `sequel` is None in a fork of a run.
    """

    request: ForkRequest
    execution: str
    session: Session
    flow_version: int
    place: Place
    begins_in: TurnId
    asked: int
    kept_of: str
    kept: Mapping[str, bytes]
    sequel: Sequel | None = None


@value(frozen=True, slots=True)
class AnswerId:
    """The key of an answer in the journal."""

    session: int
    seq: int
    index: int

    @property
    def name(self) -> str:
        return f"{self.session}.{self.seq}.{self.index}"


@value(frozen=True, slots=True)
class NoAnswer:
    """No recorded answer is left for a question."""


@value(frozen=True, slots=True)
class TakenAnswer:
    """The recorded answer for a question."""

    id: AnswerId
    value: dict[str, Any]
