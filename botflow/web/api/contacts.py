"""PUT /api/v1/contacts/{channel}/{address}: data about a contact, for all workflows. It needs the API key.

So far only the time zone, which quiet hours use; without it, that of the number or of the workflow is used.
"""

from __future__ import annotations

from http import HTTPStatus

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request

from botflow.errors import RejectedInbound
from botflow.flow.policy import TimeZone
from botflow.interfaces import normal_address
from botflow.web.api.api_key import principal_of
from botflow.web.context import desk_of
from botflow.web.json_body import without_mark
from botflow.web.request_bodies import read_body
from botflow.web.rest.json_response import ApiResponse

LARGEST_BODY = 4 * 1024
LONGEST = 200


class Known(BaseModel):
    """The body."""

    model_config = ConfigDict(extra="forbid")

    zone: TimeZone | None = Field(alias="timeZone")


async def put_contact(request: Request) -> ApiResponse:
    """Answer with `{"channel", "address", "timeZone"}`."""
    desk = desk_of(request.scope)
    channel, address = request.path_params["channel"], request.path_params["address"]
    if channel not in desk.runtime.channels or len(address) > LONGEST or "\0" in address:
        raise RejectedInbound(
            f"there are no addresses on a channel {channel[:32]!r}",
            code="contact.address",
            hint=f"channels are {', '.join(sorted(desk.runtime.channels)) or 'not configured here'}",
            status=HTTPStatus.NOT_FOUND,
        )
    address = normal_address(desk.runtime.channels, channel, address)
    zone = _zone(await read_body(request.scope, request.receive, LARGEST_BODY))
    await desk.runtime.contacts.set_time_zone(principal_of(request).organization, channel, address, zone)
    return ApiResponse({"channel": channel, "address": address, "timeZone": zone})


def _zone(body: bytes) -> str | None:
    """Read the body; RejectedInbound `contact.invalid`."""
    try:
        return Known.model_validate(orjson.loads(without_mark(body))).zone
    except (orjson.JSONDecodeError, ValidationError) as problem:
        raise RejectedInbound(
            "the body must say the time zone, or that there is none",
            code="contact.invalid",
            hint='for example {"timeZone": "Europe/Berlin"}, or {"timeZone": null}',
            status=HTTPStatus.UNPROCESSABLE_ENTITY,
        ) from problem
