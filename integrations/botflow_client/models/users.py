"""Answers: users. Written by `python -m docs.generate`: do not edit it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from botflow_client.models.token_keys import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person's account. Contacts see the `picture` when the person writes to them."""

    id: str
    email: str
    name: str
    role: Role
    active: bool
    locked_until: datetime | None
    created_at: datetime
    revision: int
    picture: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeUser:
    """An account with its first password, which is shown this once. Its owner changes it after signing in."""

    id: str
    email: str
    name: str
    role: Role
    active: bool
    locked_until: datetime | None
    created_at: datetime
    revision: int
    picture: str | None
    password: str
