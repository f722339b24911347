"""Answers: token keys. Written by `python -m docs.generate`: do not edit it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenKey:
    """A trusted key. A token's header names it as `kid`."""

    id: str
    name: str
    algorithm: Literal["ES256", "RS256"]
    role: Role
    public_key: str
    created_at: datetime
    revoked_at: datetime | None


Role: TypeAlias = Literal["viewer", "operator", "editor", "owner"]
