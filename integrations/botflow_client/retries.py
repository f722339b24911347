"""When a call is sent again: never if that could do twice what was asked for once.

| outcome | sent again |
|---|---|
| no connection | always: nothing was sent |
| 429 | always: the call was not carried out |
| an answer that was lost; 502, 503, 504 | GET, and POST: its Idempotency-Key makes the second one harmless |
| 409 `idempotency.unfinished` after a lost answer | the first one may be under way: ask for its answer |

A server that asks for more patience than `longest_pause_s` gets none: its refusal is raised at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from random import uniform

from botflow_client.errors import NoAnswer, refusal
from botflow_client.request import Request

FIRST_PAUSE_S = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer, read to its end. The names of the headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Retries:
    """How often a call is sent at most, and how long to wait for the next time at most."""

    attempts: int = 4
    longest_pause_s: float = 30.0

    def pause_s(self, request: Request, outcome: Reply | NoAnswer, attempt: int) -> float | None:
        """Return how long to wait before the request is sent again; None if it must not be."""
        if attempt >= self.attempts or not _may_repeat(request, outcome, attempt):
            return None
        # By chance, so that callers who were refused together do not return together.
        pause_s = FIRST_PAUSE_S * 2 ** (attempt - 1) * uniform(0.5, 1.0)
        if isinstance(outcome, Reply):
            pause_s = max(pause_s, retry_after_s(outcome.headers) or 0.0)
        return pause_s if pause_s <= self.longest_pause_s else None


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Return the seconds of Retry-After, which is a number or a date."""
    asked = headers.get("retry-after")
    if asked is None:
        return None
    try:
        return max(float(asked), 0.0)
    except ValueError:
        pass
    try:
        until = parsedate_to_datetime(asked)
    except ValueError:
        return None
    return max((until.replace(tzinfo=until.tzinfo or UTC) - datetime.now(UTC)).total_seconds(), 0.0)


def _may_repeat(request: Request, outcome: Reply | NoAnswer, attempt: int) -> bool:
    if isinstance(outcome, NoAnswer):
        return request.is_repeatable or not outcome.may_have_arrived
    match outcome.status:
        case 429:
            return True
        case 502 | 503 | 504:
            return request.is_repeatable
        case 409 if attempt > 1:
            return refusal(409, outcome.content, None).code == "idempotency.unfinished"
    return False
