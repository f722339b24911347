"""A version that only a share of the new executions of a workflow gets, as storage, runtime and service pass it."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Literal

from botflow.values import value

CanaryState = Literal["running", "promoted", "aborted", "replaced"]
"""`replaced`: another version was made active by a file or a command, which ended the canary."""
CanaryEnd = Literal["promote", "abort"]


@value(frozen=True, slots=True, kw_only=True)
class Share:
    """Who begins in the version `version` (its id): `percent` of all keys. The rest begins in the active version.

    A key is what a session is found by: a person's external id, or the key of a run. Nothing else decides, so that all
    processes agree without asking each other, and a person who begins again is in the same arm. A higher percentage
    adds keys and takes none away. The canary's own id is hashed too: another canary begins with other people.
    """

    canary: int
    workflow: int
    version: int
    percent: int

    def has(self, key: str) -> bool:
        digest = hashlib.blake2b(f"{self.workflow}:{self.canary}:{key}".encode(), digest_size=8).digest()
        return int.from_bytes(digest) * 100 >> 64 < self.percent


@value(frozen=True, slots=True, kw_only=True)
class CanaryRecord:
    """A canary. `version` and `base` are ids of versions, the one on trial and the one that was active when it began;
    `number` and `base_number` are their numbers. `publication` moves the sessions of an end by plan."""

    id: int
    workflow: int
    state: CanaryState
    version: int
    number: int
    base: int
    base_number: int
    percent: int
    revision: int
    author: str
    created_at: datetime
    ended_at: datetime | None
    publication: int | None
