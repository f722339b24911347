"""Headers in, bytes out: raw ASGI, because a chat message is the hot path. `request_bodies` reads bodies."""

from __future__ import annotations

from typing import Any

import orjson
from starlette.types import Scope, Send

JSON_TYPE = (b"content-type", b"application/json")
NO_STORE = (b"cache-control", b"no-store")


class Disconnected(Exception):
    """The client went away before its request was complete; no response can be sent."""


def header(scope: Scope, name: bytes) -> str | None:
    """Return a request header's value; `name` in lower case."""
    for key, value in scope["headers"]:
        if key == name:
            return str(value, "latin-1")
    return None


async def send_json(send: Send, status: int, value: Any) -> None:
    """Answer with `value` as JSON that caches must not store."""
    await send_bytes(send, status, orjson.dumps(value), JSON_TYPE, NO_STORE)


async def send_bytes(send: Send, status: int, body: bytes, *headers: tuple[bytes, bytes]) -> None:
    """Answer with a complete body."""
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [(b"content-length", b"%d" % len(body)), *headers],
        }
    )
    await send({"type": "http.response.body", "body": body})
