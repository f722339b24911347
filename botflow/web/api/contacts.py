"""PUT /api/v1/contacts/{channel}/{address}: what is known of a person, for all workflows. It needs the API key.

So far that is the time zone, by which quiet hours go; without one, the number's or the workflow's counts.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.types import Receive, Scope, Send

from botflow.errors import RejectedInbound
from botflow.flow.policy import TimeZone
from botflow.web.asgi import read_body, send_json
from botflow.web.context import desk_of

LARGEST_BODY = 4 * 1024
LONGEST = 200


class Known(BaseModel):
    """The body."""

    model_config = ConfigDict(extra="forbid")

    zone: TimeZone | None = Field(alias="timeZone")


class PutContact:
    """Answers with `{"channel", "address", "timeZone"}`."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        desk = desk_of(scope)
        desk.gate.require_api_key(scope)
        channel, address = scope["path_params"]["channel"], scope["path_params"]["address"]
        if channel not in desk.runtime.channels or len(address) > LONGEST or "\0" in address:
            raise RejectedInbound(
                f"there are no addresses on a channel {channel[:32]!r}",
                code="contact.address",
                hint=f"channels are {', '.join(sorted(desk.runtime.channels)) or 'not configured here'}",
                status=HTTPStatus.NOT_FOUND,
            )
        zone = _zone(await read_body(scope, receive, LARGEST_BODY))
        await desk.runtime.contacts.set_time_zone(channel, address, zone)
        shown: dict[str, Any] = {"channel": channel, "address": address, "timeZone": zone}
        await send_json(send, HTTPStatus.OK, shown)


def _zone(body: bytes) -> str | None:
    """Read the body; RejectedInbound `contact.invalid`."""
    try:
        return Known.model_validate(orjson.loads(body)).zone
    except (orjson.JSONDecodeError, ValidationError) as problem:
        raise RejectedInbound(
            "the body must say the time zone, or that there is none",
            code="contact.invalid",
            hint='for example {"timeZone": "Europe/Berlin"}, or {"timeZone": null}',
            status=HTTPStatus.UNPROCESSABLE_ENTITY,
        ) from problem
