"""Answers: sessions. Written by `python -m docs.generate`: do not edit it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A person's conversation with a workflow. `active` while an execution is under way; the next message of a
    person whose session is not active begins one. `handed_off`: a person has it, `handedTo`, or it waits for one.
    `revision` counts its changes.
    """

    id: str
    workflow: str
    channel: str
    external_id: str
    user_id: str | None
    active: bool
    status: Literal["handed_off", "opted_out", "paused", "running", "waiting", "idle"]
    current_node_id: str | None
    handed_to: str | None
    turns: int
    revision: int
    wakes_at: datetime | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """A turn of the session, or a change of it by an operator."""

    turn: int
    at: datetime
    status: str
    events: list[TurnEvent]


@dataclass(frozen=True, slots=True, kw_only=True)
class AddedNote:
    """A note that was added; `turn` is its place in the history."""

    session: str
    turn: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidMessage:
    """A person's message, on its way. `id` is that of its first part: a provider may get it in several."""

    id: str
    session: str
    turn: int
    author: str
    parts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionContext:
    """A session's variables, those of the workflow's own graph. `revision` counts the session's changes."""

    session: str
    revision: int
    variables: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokedToken:
    """A visitor's token that is refused from now on."""

    session_id: str
    external_id: str
    revoked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnEvent:
    """What a turn did: a kind, such as `edge`, and its values."""

    kind: str
    values: list[Any]
