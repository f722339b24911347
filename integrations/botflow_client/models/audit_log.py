"""Answers: audit log. Written by `python -m docs.generate`: do not edit it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change. `actor` is `key:NAME`, `user:ADDRESS`, `token:APPLICATION:PERSON`, `command line:USER` or
    BOTFLOW_API_KEY; `subject` is what was changed, such as `workflow:pizza`.
    """

    id: int
    at: datetime
    actor: str
    address: str
    action: str
    subject: str
    before: Any
    after: Any
