"""`/chat/{workflow}/ai-sdk`: POST says the last message and streams its answer, GET returns the conversation; below it
GET `{chat}/stream` resumes an answer that is under way."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from botflow.errors import RejectedInbound
from botflow.web.asgi import NO_STORE, send_bytes, send_json
from botflow.web.chat.turn_stream import follow_newest, position_of
from botflow.web.context import Desk, desk_of
from botflow_protocols.ai_sdk.asked import read_asked
from botflow_protocols.ai_sdk.chunks import chunks, error_chunk
from botflow_protocols.ai_sdk.history import ui_messages
from botflow_protocols.callers import Speaker, speaker_of
from botflow_protocols.event_stream import send_events
from botflow_protocols.sent_messages import turn_of

NAME = "ai-sdk"
HEADERS = ((b"x-vercel-ai-ui-message-stream", b"v1"),)


def routes() -> Sequence[BaseRoute]:
    return (
        Route("/chat/{workflow}/ai-sdk", Chat(), methods=["POST", "GET"]),
        Route("/chat/{workflow}/ai-sdk/{chat}/stream", Resume(), methods=["GET"]),
    )


class Chat:
    """/chat/{workflow}/ai-sdk."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        desk = desk_of(scope)
        speaker = await _speaker(desk, scope)
        if scope["method"] == "POST":
            await self._answer(desk, speaker, scope, receive, send)
            return
        position = await position_of(desk, speaker.live, speaker.caller, speaker.external_id)
        links = desk.links.of(position.session, scope)
        messages = await ui_messages(desk, position.session, links, desk.base_of(scope)) if position.session else []
        await send_json(send, 200, {"messages": messages})

    async def _answer(self, desk: Desk, speaker: Speaker, scope: Scope, receive: Receive, send: Send) -> None:
        asked = await read_asked(scope, receive)
        position = await position_of(desk, speaker.live, speaker.caller, speaker.external_id)
        if asked.message is not None:
            turn = turn_of(desk, scope, speaker, asked.message, position)
        elif position.heard:
            turn = follow_newest(desk, scope, speaker.live, speaker.caller, speaker.external_id, position)
        else:
            raise RejectedInbound(
                "there is no answer to give again", code="session.unknown", hint="send a message first", status=404
            )
        stream = chunks(speaker, turn, desk.base_of(scope))
        await send_events(desk, receive, send, stream, error=error_chunk, headers=HEADERS)


class Resume:
    """GET /chat/{workflow}/ai-sdk/{chat}/stream: 204 when no answer is under way."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        desk = desk_of(scope)
        speaker = await _speaker(desk, scope)
        position = await position_of(desk, speaker.live, speaker.caller, speaker.external_id)
        # The stream of a HEAD would be written to no one.
        if not position.is_running or not position.heard or scope["method"] == "HEAD":
            await send_bytes(send, 204, b"", NO_STORE)
            return
        turn = follow_newest(desk, scope, speaker.live, speaker.caller, speaker.external_id, position)
        stream = chunks(speaker, turn, desk.base_of(scope))
        await send_events(desk, receive, send, stream, error=error_chunk, headers=HEADERS)


async def _speaker(desk: Desk, scope: Scope) -> Speaker:
    return await speaker_of(desk, scope, scope["path_params"]["workflow"], NAME)
