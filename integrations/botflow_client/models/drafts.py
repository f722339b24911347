"""Answers: drafts. Written by `python -m docs.generate`: do not edit it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowDraft:
    """A workflow's draft: the document that the next publication makes a version of. Each of its edges has an id."""

    id: str
    revision: int
    document: dict[str, Any]
    updated_by: str
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Validation:
    """What the checker says of a document."""

    valid: bool
    problems: list[Finding]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One finding of the checker. Errors keep a draft from being published; warnings do not.

    `file` is the workflow that it is in; `path` leads to the place in its document.
    """

    code: str
    severity: Literal["error", "warning"]
    message: str
    file: str = ""
    hint: str = ""
    node: str = ""
    path: str = ""
