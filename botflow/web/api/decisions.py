"""GET /api/v1/decisions?address=: why messages were or were not sent, newest first. It needs the API key.

Pages are bounded; `before` is the id of the last decision of the previous page.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from botflow.errors import RejectedInbound
from botflow.phone_numbers import normal_number
from botflow.storage.decisions import Decision, Decisions
from botflow.web.api.api_key import principal_of
from botflow.web.api.query import parse_query
from botflow.web.context import desk_of
from botflow.web.rest.json_response import ApiResponse

PAGE = 50
LARGEST_PAGE = 200
LONGEST = 200
LARGEST_ID = 2**63 - 1
LONGEST_SHORT_CODE = 8


async def list_decisions(request: Request) -> ApiResponse:
    """Answer with `{"decisions": [...]}`."""
    query = Query.parse(request)
    organization = principal_of(request).organization
    decisions = Decisions(desk_of(request.scope).runtime.database.within(organization))
    found = await decisions.of_address(organization, query.address, query.channel, query.limit, query.before)
    return ApiResponse({"decisions": [_shown(decision) for decision in found]})


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """The address whose decisions are requested; `channel` "" means all."""

    address: str
    channel: str = ""
    limit: int = PAGE
    before: int | None = None

    @classmethod
    def parse(cls, request: Request) -> Query:
        """Read the query; RejectedInbound `address.missing` or `query.invalid`."""
        given = parse_query(request, ("address", "channel", "limit", "before"))
        written = given.get("address", "")
        # An unescaped plus sign arrives as a blank; so many digits are not a short code.
        is_number = written.strip().isdecimal() and (written.startswith(" ") or len(written) > LONGEST_SHORT_CODE)
        address = normal_number(f"+{written.strip()}" if is_number else written)
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
