"""Answers: organizations. Written by `python -m docs.generate`: do not edit it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization:
    """An organization: no other organization sees its workflows, people and keys."""

    id: str
    name: str
    revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """After how many days what is over is deleted, null as the deployment keeps it. `longestDays` is the most that
    the deployment allows for conversations, runs and files. `revision` is 0 until the first decision.
    """

    conversation_days: int | None
    run_days: int | None
    file_days: int | None
    event_days: int | None
    decision_days: int | None
    audit_log_days: int | None
    longest_days: int
    revision: int
    updated_by: str | None
    updated_at: datetime | None
