"""What people think of the workflow's messages: POST says it, and the history shows what they said.

Only where the workflow asks for it: `chat: {feedback: true}`. A person has one value for each message of their own
conversation, the last one that was stored; the same request again changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator
from starlette.types import Receive, Scope, Send

from botflow.errors import RejectedInbound
from botflow.records.feedback import LONGEST_COMMENT, FeedbackValue, GivenFeedback
from botflow.service.models import Body, Wrong
from botflow.storage.feedback import Feedback
from botflow.web.asgi import send_json
from botflow.web.auth.callers import Visitor
from botflow.web.chat.body import LARGEST_BODY, Id, without_nul
from botflow.web.chat.history import LARGEST, LARGEST_INDEX
from botflow.web.context import desk_of
from botflow.web.requests.json_body import parse_body
from botflow.web.requests.rate_limits import FEEDBACK_PER_ADDRESS, FEEDBACK_PER_SESSION, STORED_PER_ADDRESS, Use
from botflow.web.requests.request_bodies import read_body

_MESSAGE_ID = re.compile(r"([0-9]{1,10})\.([0-9]{1,5})")


def _message_id(text: str) -> str:
    if not _MESSAGE_ID.fullmatch(text):
        raise Wrong("*.invalid", "is no id of a message of the workflow", "send the `id` that the message has")
    return text


def _value(given: object) -> object:
    if given not in ("up", "down", None):
        raise Wrong("*.invalid", 'is neither "up" nor "down"', "send null to take back what was said")
    return given


class FeedbackBody(Body):
    """What the person thinks of a message, None for nothing (any more). Without a `comment` that of the same value
    stays."""

    example = '{"messageId": "3.0", "value": "up"}'

    message_id: Annotated[str, AfterValidator(_message_id)]
    value: Annotated[FeedbackValue | None, BeforeValidator(_value)]
    comment: Annotated[str, Field(max_length=LONGEST_COMMENT), AfterValidator(without_nul)] | None = None
    external_id: Id | None = None

    @model_validator(mode="after")
    def _has_value_for_comment(self) -> Self:
        if self.value is None and self.comment:
            raise Wrong("comment.alone", "a comment needs a value", 'send "up" or "down" with it')
        return self

    @property
    def message(self) -> tuple[int, int]:
        return _place(self.message_id)

    @property
    def given(self) -> GivenFeedback:
        return GivenFeedback(value=self.value, comment=self.comment.strip() if self.comment is not None else None)


class GiveFeedback:
    """POST /chat/{workflow}/feedback: 200 once it is stored, also if nothing has changed."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        desk = desk_of(scope)
        live = desk.runtime.flows.get(scope["path_params"]["workflow"])
        caller = await desk.caller(scope, live.slug)
        if not live.flow.chat.feedback:
            raise RejectedInbound(
                f"the workflow {live.slug!r} asks for no feedback",
                code="feedback.off",
                hint="add it to the workflow's document: chat: {feedback: true}",
                status=404,
            )
        body = await read_body(scope, receive, LARGEST_BODY)
        posted = parse_body(body, FeedbackBody)
        if isinstance(caller, Visitor):
            address = desk.address_of(scope)
            await desk.limiter.check(
                Use(FEEDBACK_PER_ADDRESS, address),
                Use(FEEDBACK_PER_SESSION, caller.external_id),
                Use(STORED_PER_ADDRESS, address, len(body)),
            )
        stored = await desk.session_of(caller, posted.external_id or "", live.slug)
        version, index = posted.message
        is_possible = version <= LARGEST and index <= LARGEST_INDEX
        given = desk.runtime.database.feedback.give
        if not is_possible or not await given(stored.id, (version, index), posted.given):
            raise RejectedInbound(
                f"this conversation has no message {posted.message_id}",
                code="message.unknown",
                hint=f"send the id of a message of GET /chat/{live.slug}/messages whose direction is out",
                status=404,
            )
        await send_json(send, 200, {"messageId": posted.message_id, "value": posted.value})


async def show_feedback(feedback: Feedback, session: int, messages: Sequence[dict[str, Any]]) -> None:
    """Add to messages of a history what their person thinks of them."""
    places = {message["id"]: _place(message["id"]) for message in messages if message["direction"] == "out"}
    if not places:
        return
    versions = [version for version, _ in places.values()]
    values = await feedback.values(session, min(versions), max(versions))
    for message in messages:
        if value := values.get(places.get(message["id"], (0, 0))):
            message["feedback"] = value


def _place(wire_id: str) -> tuple[int, int]:
    version, _, index = wire_id.partition(".")
    return int(version), int(index)
