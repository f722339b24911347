"""Answers: contacts. Written by `python -m docs.generate`: do not edit it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A person at an address."""

    channel: str
    address: str
    time_zone: str | None
