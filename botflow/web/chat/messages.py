"""The chat over HTTP: open a session, say something, read the conversation. A message is the hot path.

A visitor is anonymous and carries a signed token; a server sends the API key and names the person. Either way one
`messageId` of one person is one turn, however often it is posted.
"""

from __future__ import annotations

import secrets
from typing import Any

from starlette.types import Receive, Scope, Send

from botflow.engine.inbound import CHAT, Inbound, Media
from botflow.errors import RejectedInbound
from botflow.records.sessions import VISITOR, SessionKey
from botflow.records.turns import Receipt
from botflow.runtime.served_flows import LiveFlow
from botflow.seeds import new_seed
from botflow.web.asgi import send_json
from botflow.web.auth.callers import Caller, Visitor, external_id_of, external_id_refused
from botflow.web.chat.body import LARGEST_BODY, Opening, Posted
from botflow.web.chat.history import Query, message_json, read_page
from botflow.web.context import Desk, conversation_status, desk_of, person_of
from botflow.web.requests.json_body import parse_body
from botflow.web.requests.rate_limits import (
    BYTES_OF_A_MESSAGE,
    MESSAGES_PER_ADDRESS,
    MESSAGES_PER_SESSION,
    READS_PER_SESSION,
    SESSIONS_PER_ADDRESS,
    STORED_PER_ADDRESS,
    Use,
)
from botflow.web.requests.request_bodies import read_body


class Messages:
    """/chat/{workflow}/messages: POST says something, GET reads the conversation."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] == "POST":
            await self._post(scope, receive, send)
        else:
            await self._read(scope, send)

    async def _post(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 200 with the turn's messages, or 202 when it takes longer than the deadline, or when too many
        requests of the session or the address wait already."""
        desk = desk_of(scope)
        live = desk.runtime.flows.get(scope["path_params"]["workflow"])
        caller = await desk.caller(scope, live.slug)
        body = await read_body(scope, receive, LARGEST_BODY)
        posted = parse_body(body, Posted)
        external_id = external_id_of(caller, posted.external_id or "", live.slug)
        address = None
        if isinstance(caller, Visitor):
            address = desk.address_of(scope)
            await desk.limiter.check(
                Use(MESSAGES_PER_ADDRESS, address),
                Use(MESSAGES_PER_SESSION, external_id),
                Use(STORED_PER_ADDRESS, address, len(body) + BYTES_OF_A_MESSAGE),
            )
        inbound = Inbound(
            kind="message",
            # The prefix separates a visitor's ids from our own keys, such as a timeout's.
            key=f"m:{posted.message_id or secrets.token_urlsafe(16)}",
            received_at=desk.runtime.clock.now(),
            seed=new_seed(),
            channel=CHAT,
            provider=CHAT,
            sender=external_id,
            text=posted.text or "",
            payload=posted.pressed(),
            media=await _media(desk, scope, live, external_id, posted) if posted.media else (),
            location=posted.location.place() if posted.location else None,
        )
        with desk.waits.place(f"{live.slug}:{external_id}", address, desk.runtime.timing.chat_reply_s) as within_s:
            receipt = await desk.runtime.receiver.receive(
                live, external_id, inbound, reply_within_s=within_s, by_token=address is not None
            )
        await send_json(send, 202 if receipt.state == "new" else 200, await _reply(desk, scope, caller, receipt))

    async def _read(self, scope: Scope, send: Send) -> None:
        """Answer with a page of the conversation, both directions, for a reloaded page."""
        desk = desk_of(scope)
        slug = scope["path_params"]["workflow"]
        caller = await desk.caller(scope, slug)
        query = Query.of(scope)
        if isinstance(caller, Visitor):
            await desk.limiter.check(Use(READS_PER_SESSION, caller.external_id))
        stored = await desk.session_of(caller, query.external_id, slug)
        page = await read_page(desk.runtime.database.transcripts, stored.id, query, desk.links.of(stored.id, scope))
        session = _session_name(caller, stored.id)
        status = {"status": conversation_status(stored), **person_of(stored)}
        await send_json(send, 200, {"sessionId": session, **status, **page})


class OpenSession:
    """POST /chat/{workflow}/sessions: 201 with a token for a new visitor, and the greeting if the flow has one."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        desk = desk_of(scope)
        live = desk.runtime.flows.get(scope["path_params"]["workflow"])
        body = await read_body(scope, receive, LARGEST_BODY)
        if body.strip() and parse_body(body, Opening).model_fields_set:
            raise external_id_refused()
        address = desk.address_of(scope)
        desk.warn_of_proxy(scope)
        await desk.limiter.check(
            Use(SESSIONS_PER_ADDRESS, address), Use(STORED_PER_ADDRESS, address, BYTES_OF_A_MESSAGE)
        )
        external_id = VISITOR + secrets.token_urlsafe(18)
        inbound = Inbound(
            kind="opened",
            key="opened",
            received_at=desk.runtime.clock.now(),
            seed=new_seed(),
            channel=CHAT,
            provider=CHAT,
            sender=external_id,
        )
        with desk.waits.place(external_id, address, desk.runtime.timing.chat_reply_s) as within_s:
            receipt = await desk.runtime.receiver.receive(live, external_id, inbound, reply_within_s=within_s)
        visitor = Visitor(live.slug, external_id)
        reply = await _reply(desk, scope, visitor, receipt)
        await send_json(send, 201, {**reply, "token": desk.gate.sign(visitor)})


async def _media(desk: Desk, scope: Scope, live: LiveFlow, external_id: str, posted: Posted) -> tuple[Media, ...]:
    """Return the files that the message names, which are kept from now on; they must be those of its own session."""
    files = await desk.runtime.database.files.send(SessionKey(live.workflow, CHAT, external_id), posted.media)
    if len(files) < len(posted.media):
        raise RejectedInbound(
            "the message names a file that is not in this conversation",
            code="media.unknown",
            hint=f"send the file first, by POST /chat/{live.slug}/files, and name its id",
            status=422,
        )
    links = [(desk.links.of(file.session, scope), file) for file in files]
    return tuple(
        Media(url=link.given(live.slug, file), content_type=file.content_type, name=file.name, size=file.size)
        for link, file in links
    )


async def _reply(desk: Desk, scope: Scope, caller: Caller | None, receipt: Receipt) -> dict[str, Any]:
    """Return a turn's response: its messages to the session's own person, and the conversation's status."""
    links = desk.links.of(receipt.id.session, scope)
    return {
        "sessionId": _session_name(caller, receipt.id.session),
        "status": await _status(desk, receipt),
        "messages": [message_json(outbound, links) for outbound in receipt.outbounds if not outbound.message.to],
    }


def _session_name(caller: Caller | None, number: int) -> str:
    """Return the session's number for those with the API key, who find it in `botflow sessions` too."""
    return caller.session_name if isinstance(caller, Visitor) else str(number)


async def _status(desk: Desk, receipt: Receipt) -> str:
    """Return `running`, `waiting`, `completed` or `failed`. An ignored inbound does not change the session's status."""
    if receipt.state == "new":
        return "running"
    if receipt.state == "dead":
        return "failed"
    if receipt.status and receipt.status != "ignored":
        return receipt.status
    stored = await desk.runtime.database.turns.load_by_id(receipt.id.session)
    return conversation_status(stored) if stored is not None else "completed"
