"""Tokens and conversations. A Direct Line token is a session token; the secret is an API key.

Without credentials, or with an API key, `tokens/generate` and `conversations` open a session for a new visitor, as
POST /chat/{workflow}/sessions does. With a session token its conversation is found again. A token is not changed by its
refresh: it is valid for as long as it was.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from starlette.types import Receive, Scope, Send

from botflow.web.asgi import header, send_json
from botflow.web.auth.callers import Visitor, required
from botflow.web.chat.history import query_fields
from botflow.web.chat.saying import open_session
from botflow.web.chat.spoken import spoken_flow
from botflow.web.context import Desk, desk_of
from botflow.web.requests.request_bodies import read_body
from botflow_protocols.callers import speaker_of
from botflow_protocols.direct_line import DIRECT_LINE
from botflow_protocols.direct_line.members import conversation_of, member_of
from botflow_protocols.direct_line.watermark import Watermark

REFRESH_S = 1_800  # clients ask for a fresh token before this time is over
LARGEST_BODY = 16 * 1024  # of a request whose body names a user: it counts for nothing


class GenerateToken:
    """POST tokens/generate."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        visitor, token = await _visitor(desk_of(scope), scope, receive, may_be_anonymous=True)
        await send_json(send, 200, _conversation(visitor, token))


class RefreshToken:
    """POST tokens/refresh."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        visitor, token = await _visitor(desk_of(scope), scope, receive)
        await send_json(send, 200, _conversation(visitor, token))


class StartConversation:
    """POST conversations."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        desk = desk_of(scope)
        visitor, token = await _visitor(desk, scope, receive)
        stream = _stream_url(desk, scope, visitor, Watermark())
        await send_json(send, 201, {**_conversation(visitor, token), "streamUrl": stream})


class Reconnect:
    """GET conversations/{conversation}: a new address of the stream, after a watermark. A server has none: it polls,
    or opens the stream with its key in the header."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        desk = desk_of(scope)
        speaker = await member_of(desk, scope)
        await desk.session_of(speaker.caller, speaker.named, speaker.live.slug)
        mark = Watermark.parse(query_fields(scope).get("watermark", ""))
        if not isinstance(speaker.caller, Visitor):
            await send_json(send, 200, {"conversationId": conversation_of(speaker.external_id)})
            return
        stream = _stream_url(desk, scope, speaker.caller, mark)
        await send_json(send, 200, {**_conversation(speaker.caller, _token(scope)), "streamUrl": stream})


async def _visitor(
    desk: Desk, scope: Scope, receive: Receive, *, may_be_anonymous: bool = False
) -> tuple[Visitor, str]:
    """Return the visitor of the request and their token: a new one for an API key, and for a caller without
    credentials where that may be."""
    live = spoken_flow(desk, scope["path_params"]["workflow"], DIRECT_LINE)
    await read_body(scope, receive, LARGEST_BODY)
    caller = await desk.caller(scope, live.slug)
    if isinstance(caller, Visitor):
        speaker = await speaker_of(desk, scope, live.slug, DIRECT_LINE)
        await desk.session_of(speaker.caller, "", live.slug)
        return caller, _token(scope)
    if caller is None and not may_be_anonymous:
        required(caller, live.slug)
    visitor, _ = await open_session(desk, scope, live)
    return visitor, desk.gate.sign(visitor)


def _conversation(visitor: Visitor, token: str) -> dict[str, Any]:
    return {"conversationId": conversation_of(visitor.external_id), "token": token, "expires_in": REFRESH_S}


def _token(scope: Scope) -> str:
    """Return the session token that the request came with."""
    return (header(scope, b"authorization") or "").partition(" ")[2].strip()


def _stream_url(desk: Desk, scope: Scope, visitor: Visitor, mark: Watermark) -> str:
    """Return an address that opens the stream once, within a minute: a WebSocket of a browser sends no header."""
    base = "ws" + desk.base_of(scope).removeprefix("http")
    path = f"/chat/{visitor.workflow}/directline/v3/directline/conversations/{conversation_of(visitor.external_id)}"
    return f"{base}{path}/stream?watermark={mark}&ticket={quote(desk.tickets.sign(visitor).text)}"
