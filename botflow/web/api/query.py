"""What stands behind the question mark of an address of /api/v1."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from urllib.parse import parse_qs

from starlette.types import Scope

from botflow.errors import RejectedInbound


def parse_query(scope: Scope, known: Sequence[str]) -> dict[str, str]:
    """Return the query's values, the last of each name; RejectedInbound `query.invalid` for a name that is not known:
    a filter with a slip in its name would let everything through."""
    written = scope["query_string"].decode("latin-1")
    given = {name: values[-1] for name, values in parse_qs(written, keep_blank_values=True).items()}
    for name in given:
        if name not in known:
            close = get_close_matches(name[:40], known, n=1)
            there_are = f"there are {', '.join(known)}" if known else "this address takes none"
            raise RejectedInbound(
                f"there is no query parameter {name[:40]!r} here",
                code="query.invalid",
                hint=f"did you mean {close[0]}?" if close else there_are,
            )
    return given
