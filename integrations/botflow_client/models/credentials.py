"""Answers: credentials. Written by `python -m docs.generate`: do not edit it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias


@dataclass(frozen=True, slots=True, kw_only=True)
class PageOfModule:
    """PageOfModule."""

    items: list[Module]
    next: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """A named set of a module. Sensitive fields are masked; `user` is null for one of the whole organization.

    `readable` is false when its fields cannot be opened with the present BOTFLOW_SECRET_KEY: then none is shown.
    """

    id: str
    module: str
    name: str
    user: str | None
    is_active: bool
    is_default: bool
    fields: dict[str, str | int | float | bool]
    readable: bool
    revision: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """A module, and the fields that its sets have."""

    id: str
    name: str
    fields: list[ModuleField]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleField:
    """A field of a module. A sensitive one is never shown again."""

    id: str
    name: str
    description: str
    type: FieldType
    validation: FieldRules
    sensitive: bool
    required: bool
    default: str | int | float | bool | None


FieldType: TypeAlias = Literal["string", "number", "boolean", "select", "url"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRules:
    """What a value must be: `pattern` is a regular expression for all of it."""

    required: bool
    pattern: str | None
    max_length: int
    options: list[str] | None
