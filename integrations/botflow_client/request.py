"""One call as HTTP has it. The Idempotency-Key is made here, once: all attempts of a call have the same one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any
from urllib.parse import quote, urlencode
from uuid import uuid4

from botflow_client.omit import OMIT

_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """`target` is the path with its query. `is_repeatable`: sent twice, it takes effect once."""

    method: str
    target: str
    headers: Mapping[str, str]
    content: bytes | None
    is_repeatable: bool


def make_request(
    method: str,
    path: str,
    *,
    query: Mapping[str, Any] = _NOTHING,
    body: Any = OMIT,
    if_match: int | None = None,
    idempotency_key: str | None = None,
) -> Request:
    """Return the request of a call. `if_match` is the revision to edit."""
    headers = {}
    if method == "POST":
        headers["Idempotency-Key"] = header_text(idempotency_key or str(uuid4()), "the Idempotency-Key")
    if if_match is not None:
        headers["If-Match"] = f'"{if_match}"'
    content = None
    if body is not OMIT:
        headers["Content-Type"] = "application/json"
        whole = given(body) if isinstance(body, Mapping) else body
        content = json.dumps(whole, default=_encoded, allow_nan=False).encode()  # NaN is no JSON
    asked = {name: _text(value) for name, value in query.items() if value is not None}
    return Request(
        method=method,
        target=f"{path}?{urlencode(asked)}" if asked else path,
        headers=headers,
        content=content,
        is_repeatable=method in ("GET", "POST"),
    )


def given(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that were not left out."""
    return {name: value for name, value in fields.items() if value is not OMIT}


def segment(value: str | int) -> str:
    """Return a value as one segment of a path. ValueError for what would name another path."""
    text = str(value)
    if text in ("", ".", ".."):
        raise ValueError(f"{text!r} cannot stand in an address")
    return quote(text, safe="")


def authorization(key: str) -> Mapping[str, str]:
    """Return the header that a key goes into. The error for a key that cannot be sent does not show it."""
    return {"Authorization": f"Bearer {header_text(key, 'the key')}"}


def header_text(text: str, what: str) -> str:
    """Return a text that goes into a header. The error for one that cannot does not show it: it may be a key."""
    if not text.isascii() or not text.isprintable() or not text.strip():
        raise ValueError(f"{what} is empty, or has characters that no HTTP header can hold")
    return text


def _text(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case datetime():
            return _moment(value)
    return str(value)


def _encoded(value: Any) -> Any:
    if isinstance(value, datetime):
        return _moment(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"a value of type {type(value).__name__} is no JSON")


def _moment(value: datetime) -> str:
    """Return a time as a text. One without a zone is refused: the server would take the caller's hours for UTC."""
    if value.tzinfo is None:
        raise ValueError(f"{value.isoformat()} has no time zone: make it with tz, such as datetime.now(UTC)")
    return value.isoformat()
