"""Held messages and what operators do about them. Everything here needs the API key.

    GET  /api/v1/outbounds?state=held       messages that wait for an operator's decision, oldest first
    POST /api/v1/outbounds/{id}/release     send it after all, as if for the first time
    POST /api/v1/outbounds/{id}/drop        do not send it

An id is `<session>.<version>.<index>`; with `after` the last id of a page, the next page.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request

from botflow.errors import RejectedInbound
from botflow.records.outbounds import HeldPart
from botflow.storage.delivery.held import Held
from botflow.web.api.api_key import principal_of
from botflow.web.api.query import parse_query
from botflow.web.context import desk_of
from botflow.web.rest.json_response import ApiResponse

PAGE = 50
LARGEST_PAGE = 200
# The largest values of the columns (bigint, integer, smallint).
LARGEST = (2**63 - 1, 2**31 - 1, 2**15 - 1)
_ID = re.compile(r"([0-9]{1,19})\.([0-9]{1,10})\.([0-9]{1,5})")


async def list_outbounds(request: Request) -> ApiResponse:
    """Answer with `{"outbounds": [...]}`."""
    given = parse_query(request, ("state", "limit", "after"))
    if given.get("state") != "held":
        raise RejectedInbound("only held messages are listed", code="query.invalid", hint="add ?state=held")
    after = given.get("after")
    organization = principal_of(request).organization
    found = await _held(request).held(
        organization,
        _limit(given.get("limit", str(PAGE))),
        None if after is None else part_id(after),
    )
    return ApiResponse({"outbounds": [_shown(part) for part in found]})


async def release_outbound(request: Request) -> ApiResponse:
    """Let a held part be sent: 200 with `{"id", "state"}`; 409 when it is not held any more."""
    return await _decide(request, _held(request).release_held, "ready")


async def drop_outbound(request: Request) -> ApiResponse:
    """Mark a held part as failed; answers like `release_outbound`."""
    return await _decide(request, _held(request).drop_held, "failed")


async def _decide(
    request: Request, decide: Callable[[int, tuple[int, int, int]], Awaitable[bool]], state: str
) -> ApiResponse:
    part = part_id(request.path_params["id"])
    if not await decide(principal_of(request).organization, part):
        raise RejectedInbound(
            "this message is not held",
            code="outbound.not_held",
            hint="GET /api/v1/outbounds?state=held lists those that are",
            status=409,
        )
    return ApiResponse({"id": ".".join(map(str, part)), "state": state})


def _held(request: Request) -> Held:
    return Held(desk_of(request.scope).runtime.database.within(principal_of(request).organization))


def part_id(text: str) -> tuple[int, int, int]:
    """Read an id; RejectedInbound `outbound.invalid_id` when it is malformed."""
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
