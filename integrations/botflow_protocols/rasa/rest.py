"""POST /chat/{workflow}/rasa/webhooks/rest/webhook: a message in, the messages of its turn out, as a list.

`sender` is the person for a caller with an API key. For a visitor with a session token it counts for nothing, and a
caller without either is refused. `metadata.messageId` makes a message unique: sent again, it is the same turn.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.types import Receive, Scope, Send

from botflow.errors import RejectedInbound
from botflow.web.asgi import send_json
from botflow.web.chat.body import LARGEST_BODY, Posted
from botflow.web.chat.history import message_json
from botflow.web.chat.saying import say
from botflow.web.context import desk_of
from botflow.web.requests.json_body import parse_fields, parse_object
from botflow.web.requests.request_bodies import read_body
from botflow_protocols.callers import speaker_of
from botflow_protocols.rasa import RASA
from botflow_protocols.rasa.messages import BotMessage, bot_messages, said_fields

DEEPEST = 12
EXAMPLE = '{"sender": "ann", "message": "hello"}'


class Webhook:
    """Answers 200 with a list. A turn that takes longer than a request may wait is a 504: its answer is read by sending
    the same message again."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        desk = desk_of(scope)
        body = await read_body(scope, receive, LARGEST_BODY)
        given = parse_object(body, DEEPEST, EXAMPLE)
        sender = given.get("sender")
        speaker = await speaker_of(
            desk, scope, scope["path_params"]["workflow"], RASA, sender if isinstance(sender, str) else None
        )
        posted = _posted(given, speaker.named)
        receipt = await say(desk, scope, speaker.live, speaker.caller, posted, size=len(body))
        if receipt.state == "new":
            raise _running()
        links = desk.links.of(receipt.id.session, scope)
        origin = desk.base_of(scope).removesuffix(scope.get("root_path", ""))
        recipient = sender if isinstance(sender, str) else speaker.external_id
        own = [message_json(outbound, links) for outbound in receipt.outbounds if not outbound.message.to]
        await send_json(
            send, 200, [_rest_json(recipient, piece) for shown in own for piece in bot_messages(shown, origin)]
        )


class IsAlive:
    """GET /chat/{workflow}/rasa/webhooks/rest/: what Rasa answers there."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send_json(send, 200, {"status": "ok"})


def _posted(given: Mapping[str, Any], named: str) -> Posted:
    message, metadata = given.get("message"), given.get("metadata")
    if not isinstance(message, str):
        raise RejectedInbound("the message is not a text", code="message.invalid", hint=f"send {EXAMPLE}", status=422)
    unique = metadata.get("messageId") if isinstance(metadata, dict) else None
    fields = {**said_fields(message), **({"messageId": unique} if unique is not None else {})}
    return parse_fields({**fields, **({"externalId": named} if named else {})}, Posted)


def _rest_json(recipient: str, piece: BotMessage) -> dict[str, Any]:
    shown: dict[str, Any] = {"recipient_id": recipient}
    if piece.text:
        shown["text"] = piece.text
    if piece.image:
        shown["image"] = piece.image
    if piece.buttons:
        shown["buttons"] = [{"title": title, "payload": payload} for title, payload in piece.buttons]
    return shown


def _running() -> RejectedInbound:
    return RejectedInbound(
        "the answer takes longer than this request may wait; its turn goes on",
        code="turn.running",
        hint="send the same message again, with the same metadata.messageId: its answer comes",
        status=504,
    )
