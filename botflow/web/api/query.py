"""Query-string parsing for /api/v1; unknown parameters are rejected."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request

from botflow.errors import RejectedInbound, did_you_mean


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
