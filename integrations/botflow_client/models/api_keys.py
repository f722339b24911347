"""Answers: api keys. Written by `python -m docs.generate`: do not edit it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """An API key without its secret."""

    id: str
    name: str
    scopes: list[Scope]
    created_by: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeKey:
    """A key that was just made. `key` is shown this once."""

    id: str
    name: str
    scopes: list[Scope]
    created_by: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None
    key: str


Scope: TypeAlias = Literal[
    "workflows:read",
    "workflows:write",
    "executions:read",
    "executions:write",
    "sessions:read",
    "sessions:write",
    "credentials:read",
    "credentials:write",
    "keys:read",
    "keys:write",
    "users:read",
    "users:write",
    "audit:read",
    "events:read",
    "webhooks:read",
    "webhooks:write",
    "people:erase",
    "retention:write",
    "metrics:read",
    "organizations:write",
]
