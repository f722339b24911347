"""Values as JSON keeps them: a session in memory must equal the one that comes back from the database."""

from __future__ import annotations

from math import isfinite
from typing import Any

import orjson

from botflow.errors import FlowError


def plain_json(value: Any) -> Any:
    """Return `value` as it comes back from JSON; FlowError `value.not_json` when JSON cannot hold it.

    A number that is not finite becomes None, as it would in the database.
    """
    if value is None or isinstance(value, bool):
        return value
    if type(value) is str and value.isascii() and "\x00" not in value:
        return value
    if type(value) is int and -(2**53) <= value <= 2**53:
        return value
    if type(value) is float:
        return value if isfinite(value) else None
    try:
        kept = orjson.dumps(value)
    except (TypeError, ValueError, RecursionError) as failure:
        raise FlowError(f"a {type(value).__name__} cannot be kept: {failure}", code="value.not_json") from failure
    if b"\\u0000" in kept:
        raise FlowError("a text with a NUL character cannot be kept", code="value.not_json")
    return orjson.loads(kept)


def clipped(value: Any, characters: int = 4_000) -> Any:
    """Return plain JSON of `value` for a log: as it is, or its beginning and its length when it is too long."""
    text = orjson.dumps(plain_json(value)).decode()
    return orjson.loads(text) if len(text) <= characters else {"cut": text[:characters], "characters": len(text)}
