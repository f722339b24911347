"""Answers: edges. Written by `python -m docs.generate`: do not edit it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeDetail:
    """An edge with the revision of its draft, null for an edge of a version."""

    id: str
    source: str
    source_handle: str | None
    target: str
    target_handle: str | None
    data: dict[str, Any]
    revision: int | None
