"""GET /api/v1/decisions?address=: why somebody was or was not written to, newest first. It needs the API key.

Pages are bounded; `before` is the id of the last decision that was read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.types import Receive, Scope, Send

from botflow.errors import RejectedInbound
from botflow.storage.decisions import Decision
from botflow.web.api.query import parse_query
from botflow.web.asgi import send_json
from botflow.web.context import desk_of

PAGE = 50
LARGEST_PAGE = 200
LONGEST = 200
LARGEST_ID = 2**63 - 1


class ListDecisions:
    """Answers with `{"decisions": [...]}`."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        desk = desk_of(scope)
        desk.gate.require_api_key(scope)
        query = Query.parse(scope)
        found = await desk.runtime.decisions.of_address(query.address, query.channel, query.limit, query.before)
        await send_json(send, 200, {"decisions": [_shown(decision) for decision in found]})


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Whose decisions are asked for; `channel` "" means all."""

    address: str
    channel: str = ""
    limit: int = PAGE
    before: int | None = None

    @classmethod
    def parse(cls, scope: Scope) -> Query:
        """Read the query; RejectedInbound `address.missing` or `query.invalid`."""
        given = parse_query(scope, ("address", "channel", "limit", "before"))
        # An unescaped plus sign is a blank by the time it arrives.
        address = given.get("address", "").strip()
        address = f"+{address}" if address.isdecimal() else address
        if not address or len(address) > LONGEST or "\0" in address:
            raise RejectedInbound(
                "this needs the address that the decisions are about",
                code="address.missing",
                hint="add ?address=%2B15551234567",
            )
        before = given.get("before")
        return cls(
            address=address,
            channel=given.get("channel", "")[:LONGEST].replace("\0", ""),
            limit=min(_number("limit", given.get("limit", str(PAGE))), LARGEST_PAGE),
            before=None if before is None else _number("before", before),
        )


def _number(name: str, text: str) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > 19 or not 1 <= int(text) <= LARGEST_ID:
        raise RejectedInbound(
            f"{name} is not a positive whole number", code="query.invalid", hint=f"for example {name}=50"
        )
    return int(text)


def _shown(decision: Decision) -> dict[str, Any]:
    full = {
        "id": decision.id,
        "at": decision.at,
        "channel": decision.channel,
        "address": decision.address,
        "kind": decision.kind,
        "reason": decision.reason,
        "session": decision.session,
        "subject": decision.subject,
        "detail": dict(decision.detail),
    }
    return {name: value for name, value in full.items() if value not in ("", None, {})}
