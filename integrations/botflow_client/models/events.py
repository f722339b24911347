"""Answers: events. Written by `python -m docs.generate`: do not edit it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPage:
    """Events in their order. `next` is the place after them, also when there are no more yet: give it as `after`."""

    items: list[Event]
    next: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """A webhook without its secret. While it is disabled, `disabledReason` says why."""

    id: str
    url: str
    description: str
    types: list[str]
    status: Literal["enabled", "disabled"]
    disabled_at: datetime | None
    disabled_reason: str | None
    created_at: datetime
    updated_at: datetime
    revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeWebhook:
    """A webhook with its new secret, which is shown this once."""

    id: str
    url: str
    description: str
    types: list[str]
    status: Literal["enabled", "disabled"]
    disabled_at: datetime | None
    disabled_reason: str | None
    created_at: datetime
    updated_at: datetime
    revision: int
    secret: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What came of sending an event just now."""

    event: str
    is_received: bool
    status: int | None
    error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What became of an event: `delivered`, `retrying`, or `failed` for good. `status` is that of the last answer."""

    event: str
    type: str
    state: Literal["delivered", "retrying", "failed"]
    attempts: int
    status: int | None
    error: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What happened. `data` has ids and codes, and nothing that a person said."""

    id: str
    type: str
    timestamp: datetime
    data: dict[str, Any]
