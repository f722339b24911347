"""/v1/responses: the answer of one turn, at once or as events, and again by its id.

Its output is one message, because clients join the texts of several without a space between them.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from starlette.types import Receive, Scope, Send

from botflow.errors import ProviderError
from botflow.records.turns import TurnId
from botflow.web.asgi import send_json
from botflow.web.auth.callers import Visitor
from botflow.web.chat.history import message_json
from botflow.web.chat.turn_stream import Ended, Happening, position_of
from botflow.web.context import Desk, desk_of
from botflow_protocols.callers import Speaker, speaker_of
from botflow_protocols.event_stream import COMMENT, RUNNING, failure_of, send_events, until_gone
from botflow_protocols.growing_text import BETWEEN, GrowingText
from botflow_protocols.markdown import Markdown
from botflow_protocols.openai.asked import Asked, read_response
from botflow_protocols.openai.models import NAME, require_caller
from botflow_protocols.openai.response_events import ResponseEvents, error_event, message_item, response_json
from botflow_protocols.openai.response_ids import (
    ResponseId,
    parse_response_id,
    person_of,
    response_id,
    unknown_response,
)
from botflow_protocols.openai.turns import people_named, turn_of


class Respond:
    """POST /v1/responses."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        desk = desk_of(scope)
        await require_caller(desk, scope)
        asked = await read_response(scope, receive)
        previous = parse_response_id(asked.previous) if asked.previous else None
        before = await person_of(desk, previous) if previous else None
        named = (before, _conversation(asked), *people_named(scope, asked))
        speaker = await speaker_of(desk, scope, asked.named("model"), NAME, *named)
        if previous is not None and not _is_of(previous, before, speaker):
            raise unknown_response(asked.previous)
        turn = turn_of(desk, scope, speaker, asked, previous.seq if previous else None)
        head = response_json(speaker, asked.previous, created=desk.runtime.clock.now().timestamp())
        markdown = Markdown(desk.base_of(scope))
        if asked.streams:
            await send_events(desk, receive, send, _events(speaker, turn, head, markdown), error=error_event)
            return
        await send_json(send, 200, await until_gone(desk, receive, _response(speaker, turn, head, markdown)))


class ShowResponse:
    """GET /v1/responses/{response}: the answer to a turn, also one that a client has lost."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        desk = desk_of(scope)
        text = scope["path_params"]["response"]
        await require_caller(desk, scope)
        named = parse_response_id(text)
        person = await person_of(desk, named)
        speaker = await speaker_of(desk, scope, named.workflow, NAME, person)
        position = await position_of(desk, speaker.live, speaker.caller, speaker.external_id)
        if not _is_of(named, person, speaker) or not position.session:
            raise unknown_response(text)
        await send_json(send, 200, await _stored(desk, scope, speaker, TurnId(position.session, named.seq), text))


async def _stored(desk: Desk, scope: Scope, speaker: Speaker, turn: TurnId, text: str) -> dict[str, Any]:
    try:
        receipt = await desk.runtime.database.turns.receipt(turn)
    except ProviderError as failure:
        if failure.code == "inbound.unknown":
            raise unknown_response(text) from None
        raise
    links, markdown = desk.links.of(turn.session, scope), Markdown(desk.base_of(scope))
    said = [markdown(message_json(outbound, links)) for outbound in receipt.outbounds if not outbound.message.to]
    head = response_json(speaker, "", created=desk.runtime.clock.now().timestamp())
    if receipt.state == "new":
        return {**head, "id": text}
    item = message_item(speaker, turn, BETWEEN.join(one for one in said if one))
    return {**head, "id": text, "status": "completed", "output": [item]}


async def _response(
    speaker: Speaker, turn: AsyncGenerator[TurnId | Happening | Ended], head: dict[str, Any], markdown: Markdown
) -> dict[str, Any]:
    text = GrowingText(markdown)
    output: list[Any] = []
    async with aclosing(turn):
        async for happening in turn:
            if isinstance(happening, TurnId):
                head = {**head, "id": response_id(speaker, happening)}
            elif not isinstance(happening, Ended):
                text.take(happening)
            elif happening.status == "running":
                raise RUNNING
            else:
                output = [message_item(speaker, happening.turn, text.whole())]
    return {**head, "status": "completed", "output": output}


async def _events(
    speaker: Speaker, turn: AsyncGenerator[TurnId | Happening | Ended], head: dict[str, Any], markdown: Markdown
) -> AsyncGenerator[bytes]:
    text = GrowingText(markdown)
    events: ResponseEvents | None = None
    try:
        async with aclosing(turn):
            async for happening in turn:
                if isinstance(happening, TurnId):
                    events = ResponseEvents(
                        {**head, "id": response_id(speaker, happening)}, message_item(speaker, happening, "")
                    )
                    yield events.begin()
                    continue
                assert events is not None
                if not isinstance(happening, Ended):
                    piece = text.take(happening)
                    yield events.add(piece) if piece else COMMENT
                elif happening.status == "running":
                    raise RUNNING
                else:
                    rest = text.rest()
                    yield (events.add(rest) if rest else b"") + events.end(text.whole())
    except Exception as failure:
        if events is None:
            raise
        yield events.fail(failure_of(failure))


def _conversation(asked: Asked) -> str | None:
    """Return the conversation that a request names, which is that of a person."""
    conversation = asked.body.get("conversation")
    if isinstance(conversation, dict):
        conversation = conversation.get("id")
    return conversation if isinstance(conversation, str) else None


def _is_of(response: ResponseId, person: str | None, speaker: Speaker) -> bool:
    """Say whether a response is in the conversation of the speaker. `person` is the response's, None for a visitor's,
    which is that of the token."""
    is_own = isinstance(speaker.caller, Visitor) if person is None else person == speaker.external_id
    return is_own and response.workflow == speaker.live.slug
