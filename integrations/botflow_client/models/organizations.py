"""Answers: organizations. Written by `python -m docs.generate`: do not edit it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization:
    """An organization: no other organization sees its workflows, people and keys."""

    id: str
    name: str
