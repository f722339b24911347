"""Query-string parsing for /api/v1; unknown parameters are rejected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from starlette.requests import Request

from botflow.errors import RejectedInbound, did_you_mean
from botflow.moment import parse_moment
from botflow.records.runs import STATUSES

_LONGEST_ID = 64


def parse_query(request: Request, known: Sequence[str]) -> dict[str, str]:
    """Return the query's values, the last of each name; RejectedInbound `query.invalid` for an unknown name:
    a filter with a misspelt name would not filter at all."""
    given = dict(request.query_params)
    for name in given:
        if name not in known:
            there_are = f"there are {', '.join(known)}" if known else "this address takes none"
            raise RejectedInbound(
                f"there is no query parameter {name[:40]!r} here",
                code="query.invalid",
                hint=did_you_mean(name, known, there_are),
            )
    return given


def status_in(given: Mapping[str, str]) -> str | None:
    """Return the `status` to list, checked."""
    if (status := given.get("status")) is not None and status not in STATUSES:
        raise invalid(f"status is one of {', '.join(STATUSES)}")
    return status


def workflow_in(given: Mapping[str, str]) -> str | None:
    """Return the `workflow` to list, checked."""
    slug = given.get("workflow")
    if slug is not None and not (0 < len(slug) <= _LONGEST_ID and slug.isprintable()):
        raise invalid(f"workflow is an id of 1 to {_LONGEST_ID} characters")
    return slug


def moment_in(given: Mapping[str, str], name: str) -> datetime | None:
    """Return a date or time in ISO 8601, UTC if it names no zone."""
    text = given.get(name)
    if text is None:
        return None
    try:
        return parse_moment(text, name)
    except ValueError as wrong:
        raise invalid(str(wrong)) from None


def invalid(message: str) -> RejectedInbound:
    """Return the refusal of a parameter's value."""
    return RejectedInbound(message, code="query.invalid", hint="docs/reference/http.md lists the parameters")
