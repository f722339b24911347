"""Answers: erasures. Written by `python -m docs.generate`: do not edit it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """An erasure. `person` is a keyed hash of the names. `providers` counts the messages that each channel's
    provider is to delete. The receipt is there when the state is `done`, and is renewed when a provider has deleted
    messages; `is_genuine` says whether a key of this deployment signed it.
    """

    id: str
    state: str
    stage: str
    person: str
    requested_by: str
    requested_at: datetime
    finished_at: datetime | None
    providers: dict[str, dict[str, int]]
    receipt: dict[str, Any] | None
    signature: str | None
    is_genuine: bool | None
