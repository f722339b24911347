"""Held messages and what operators do about them. Everything here needs the API key.

    GET  /api/v1/outbounds?state=held       what nobody sends until somebody decides, oldest first
    POST /api/v1/outbounds/{id}/release     send it after all, as if for the first time
    POST /api/v1/outbounds/{id}/drop        give it up

An id is `<session>.<version>.<index>`; `after` the last one of a page come the next.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any, Literal

from starlette.types import Receive, Scope, Send

from botflow.errors import RejectedInbound
from botflow.interfaces import HeldStore
from botflow.records.outbounds import HeldPart
from botflow.web.api.query import parse_query
from botflow.web.asgi import send_json
from botflow.web.context import desk_of

PAGE = 50
LARGEST_PAGE = 200
# What the columns hold.
LARGEST = (2**63 - 1, 2**31 - 1, 2**15 - 1)
_ID = re.compile(r"([0-9]{1,19})\.([0-9]{1,10})\.([0-9]{1,5})")


class ListOutbounds:
    """Answers with `{"outbounds": [...]}`."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        desk = desk_of(scope)
        desk.gate.require_api_key(scope)
        given = parse_query(scope, ("state", "limit", "after"))
        if given.get("state") != "held":
            raise RejectedInbound("only held messages are listed", code="query.invalid", hint="add ?state=held")
        after = given.get("after")
        found = await desk.runtime.database.held.held(
            _limit(given.get("limit", str(PAGE))), None if after is None else part_id(after)
        )
        await send_json(send, 200, {"outbounds": [_shown(part) for part in found]})


class DecideOutbound:
    """Releases or drops one part: 200 with `{"id", "state"}`; 409 when it is not held any more."""

    def __init__(self, decision: Literal["release", "drop"]) -> None:
        self._decision = decision

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        desk = desk_of(scope)
        desk.gate.require_api_key(scope)
        part = part_id(scope["path_params"]["id"])
        if not await self._decide(desk.runtime.database.held)(part):
            raise RejectedInbound(
                "this message is not held",
                code="outbound.not_held",
                hint="GET /api/v1/outbounds?state=held lists those that are",
                status=409,
            )
        state = "ready" if self._decision == "release" else "failed"
        await send_json(send, 200, {"id": ".".join(map(str, part)), "state": state})

    def _decide(self, store: HeldStore) -> Callable[[tuple[int, int, int]], Awaitable[bool]]:
        return store.release_held if self._decision == "release" else store.drop_held


def part_id(text: str) -> tuple[int, int, int]:
    """Read an id; RejectedInbound `outbound.invalid_id` when it is none."""
    match = _ID.fullmatch(text)
    found = (int(match[1]), int(match[2]), int(match[3])) if match else None
    if found is None or any(number > largest for number, largest in zip(found, LARGEST, strict=True)):
        raise RejectedInbound(
            "this is not the id of a message",
            code="outbound.invalid_id",
            hint="an id is <session>.<version>.<index>, for example 7.3.0",
        )
    return found


def _limit(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > 9 or not int(text):
        raise RejectedInbound("limit is not a positive number", code="query.invalid", hint="for example limit=50")
    return min(int(text), LARGEST_PAGE)


def _shown(part: HeldPart) -> dict[str, Any]:
    return {
        "id": ".".join(map(str, part.id)),
        "state": "held",
        "workflow": part.workflow,
        "channel": part.channel,
        "from": part.sender,
        "to": part.recipient,
        "text": part.text,
        "code": part.error_code,
        "attempts": part.attempts,
        "createdAt": part.created_at,
    }
