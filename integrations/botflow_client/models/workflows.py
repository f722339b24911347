"""Answers: workflows. Written by `python -m docs.generate`: do not edit it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Workflow:
    """A workflow. `version` is the number of the version that new executions get, null while none was published;
    `revision` counts the edits of its draft.
    """

    id: str
    name: str
    status: Literal["draft", "active", "inactive", "paused", "archived"]
    execution_mode: Literal["persistent", "single"]
    version: int | None
    revision: int
    under_way: int
    created_at: datetime
    updated_at: datetime
