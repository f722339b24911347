"""Bytes in and out: reads a body up to its limit, answers with JSON. Raw ASGI, because a chat message is the hot path.

It never parses a body; `json_body.py` and `provider_webhooks.py` do.
"""

from __future__ import annotations

from typing import Any

import orjson
from starlette.types import Receive, Scope, Send

from botflow.errors import RejectedInbound

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


async def read_body(scope: Scope, receive: Receive, limit: int) -> bytes:
    """Return the request's body; RejectedInbound `body.too_large` as soon as it exceeds `limit` bytes."""
    declared = header(scope, b"content-length")
    if declared is not None and declared.isdigit() and int(declared[:18]) > limit:
        raise _too_large(limit)
    message = await receive()
    if message["type"] == "http.request" and not message.get("more_body", False):
        return _bounded(message.get("body", b""), limit)
    chunks: list[bytes] = []
    size = 0
    while message["type"] == "http.request":
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > limit:
            raise _too_large(limit)
        chunks.append(chunk)
        if not message.get("more_body", False):
            return b"".join(chunks)
        message = await receive()
    raise Disconnected


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


def _bounded(body: bytes, limit: int) -> bytes:
    if len(body) > limit:
        raise _too_large(limit)
    return body


def _too_large(limit: int) -> RejectedInbound:
    return RejectedInbound(
        f"the body is larger than {limit} bytes", code="body.too_large", hint="send less at once", status=413
    )
