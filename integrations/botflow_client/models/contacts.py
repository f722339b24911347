"""Answers: contacts. Written by `python -m docs.generate`: do not edit it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactProfile:
    """A person at all of their addresses. `fields` are the declared ones that have a value."""

    id: int
    name: str | None
    language: str | None
    time_zone: str | None
    fields: dict[str, Any]
    groups: list[str]
    addresses: list[AddressOfContact]
    created_at: datetime
    updated_at: datetime
    last_seen_at: datetime | None
    revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactImport:
    """What an import did, or with `dryRun` would do. `problems` are the first hundred of the `refused` rows."""

    rows: int
    created: int
    changed: int
    unchanged: int
    refused: int
    dry_run: bool
    problems: list[ImportProblem]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactGroup:
    """A group of contacts."""

    id: int
    name: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredFields:
    """All declared fields, by name."""

    items: list[DeclaredField]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredField:
    """A field that contacts may have."""

    name: str
    type: str
    choices: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A person at an address."""

    channel: str
    address: str
    time_zone: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressOfContact:
    """An address of a person, and whether it has opted out of messages."""

    channel: str
    address: str
    stopped: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportProblem:
    """Why a row was not imported. `line` is the line of the file where the row ends; the header is in line 1."""

    line: int
    code: str
    message: str
