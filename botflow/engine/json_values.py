"""Values as JSON keeps them: a session in memory must equal the one that comes back from the database."""

from __future__ import annotations

import re
from math import isfinite
from typing import Any

import orjson

from botflow.errors import FlowError

_EXPONENT = re.compile(rb"[0-9]e\+")  # possibly within a text
_EXPONENT_FROM = 1e16  # from here on orjson writes a fraction with an exponent
_LEAST, _END = -(2.0**63), 2.0**64


def plain_json(value: Any) -> Any:
    """Return `value` as it comes back from the database; FlowError `value.not_json` when it cannot be kept.

    A number that is not finite becomes None, as it would in the database. A fraction that Postgres writes with whole
    digits (1e16) becomes a whole number here too, so that a template shows the same before and after a pause.
    """
    if value is None or isinstance(value, bool):
        return value
    if type(value) is str and value.isascii() and "\x00" not in value:
        return value
    if type(value) is int and -(2**53) <= value <= 2**53:
        return value
    if type(value) is float:
        return _as_stored(value) if isfinite(value) else None
    try:
        kept = orjson.dumps(value)
    except (TypeError, ValueError, RecursionError) as failure:
        raise FlowError(f"a {type(value).__name__} cannot be kept: {failure}", code="value.not_json") from failure
    if has_nul(kept):
        raise FlowError("a text with a NUL character cannot be kept", code="value.not_json")
    return stored_numbers(orjson.loads(kept), kept)


def has_nul(stored: bytes) -> bool:
    """Say whether a text in this JSON holds the character NUL, which no database keeps. orjson writes it as an escape;
    the same characters behind an escaped backslash are none."""
    return b"\\u0000" in stored and b"\\u0000" in stored.replace(rb"\\", b"")


def stored_numbers(value: Any, stored: bytes) -> Any:
    """Return the parsed JSON `stored` with each number as both databases return it."""
    return _with_stored_numbers(value) if _EXPONENT.search(stored) else value


def _with_stored_numbers(value: Any) -> Any:
    if isinstance(value, float):
        return _as_stored(value)
    if isinstance(value, list):
        return [_with_stored_numbers(item) for item in value]
    if isinstance(value, dict):
        return {name: _with_stored_numbers(item) for name, item in value.items()}
    return value


def _as_stored(value: float) -> float | int:
    """Postgres stores a JSON number as a decimal, and writes it without an exponent: 1e16 as a whole number, which its
    reader takes for an integer while it has at most 64 bits."""
    return int(value) if value.is_integer() and abs(value) >= _EXPONENT_FROM and _LEAST <= value < _END else value


def clipped(value: Any, characters: int = 4_000) -> Any:
    """Return plain JSON of `value` for a log: as it is, or its beginning and its length when it is too long."""
    text = orjson.dumps(plain_json(value)).decode()
    return orjson.loads(text) if len(text) <= characters else {"cut": text[:characters], "characters": len(text)}
