"""How the chat receives what a person says and opens a session, whatever wire it came by."""

from __future__ import annotations

import secrets
from typing import Any

from starlette.types import Scope

from botflow.engine.inbound import CHAT, Inbound, Media
from botflow.errors import RejectedInbound
from botflow.records.sessions import VISITOR, SessionKey
from botflow.records.turns import Receipt
from botflow.runtime.served_flows import LiveFlow
from botflow.runtime.turns.receive import OnStored
from botflow.seeds import new_seed
from botflow.web.auth.callers import Caller, Visitor, external_id_of
from botflow.web.chat.body import Posted
from botflow.web.chat.history import message_json
from botflow.web.context import Desk, conversation_status
from botflow.web.requests.rate_limits import (
    BYTES_OF_A_MESSAGE,
    MESSAGES_PER_ADDRESS,
    MESSAGES_PER_SESSION,
    SESSIONS_PER_ADDRESS,
    STORED_PER_ADDRESS,
    Use,
)


async def say(
    desk: Desk,
    scope: Scope,
    live: LiveFlow,
    caller: Caller | None,
    posted: Posted,
    *,
    size: int,
    on_stored: OnStored | None = None,
) -> Receipt:
    """Receive a message of `size` bytes and wait for its turn; the receipt is `new` when that takes longer than the
    deadline, or than its first step if the caller follows the turn: that is what `on_stored` is for.

    RejectedInbound and Refused for what may not be said.
    """
    external_id = external_id_of(caller, posted.external_id or "", live.slug)
    address = None
    if isinstance(caller, Visitor):
        address = desk.address_of(scope)
        await desk.limiter.check(
            Use(MESSAGES_PER_ADDRESS, address),
            Use(MESSAGES_PER_SESSION, external_id),
            Use(STORED_PER_ADDRESS, address, size + BYTES_OF_A_MESSAGE),
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
    if on_stored is not None:
        return await desk.runtime.receiver.receive(
            live, external_id, inbound, reply_within_s=0.0, by_token=address is not None, on_stored=on_stored
        )
    with desk.waits.place(f"{live.slug}:{external_id}", address, desk.runtime.timing.chat_reply_s) as within_s:
        return await desk.runtime.receiver.receive(
            live, external_id, inbound, reply_within_s=within_s, by_token=address is not None
        )


async def open_session(desk: Desk, scope: Scope, live: LiveFlow) -> tuple[Visitor, Receipt]:
    """Open a session for a new anonymous visitor, and wait for the greeting; Refused above the limits, and
    `identity.required` where only signed users may chat."""
    address = desk.address_of(scope)
    desk.warn_of_proxy(scope)
    await desk.limiter.check(Use(SESSIONS_PER_ADDRESS, address), Use(STORED_PER_ADDRESS, address, BYTES_OF_A_MESSAGE))
    visitor = Visitor(live.slug, VISITOR + secrets.token_urlsafe(18))
    desk.check_visitor(visitor)
    return visitor, await greet(desk, scope, live, visitor.external_id)


async def greet(desk: Desk, scope: Scope, live: LiveFlow, external_id: str) -> Receipt:
    """Begin the person's conversation, and wait for the greeting; a repetition waits for the same one."""
    inbound = Inbound(
        kind="opened",
        key="opened",
        received_at=desk.runtime.clock.now(),
        seed=new_seed(),
        channel=CHAT,
        provider=CHAT,
        sender=external_id,
    )
    with desk.waits.place(
        f"{live.slug}:{external_id}", desk.address_of(scope), desk.runtime.timing.chat_reply_s
    ) as within_s:
        return await desk.runtime.receiver.receive(live, external_id, inbound, reply_within_s=within_s, by_token=True)


async def reply_json(desk: Desk, scope: Scope, caller: Caller | None, receipt: Receipt) -> dict[str, Any]:
    """Return a turn's response: its messages to the session's own person, and the conversation's status."""
    links = desk.links.of(receipt.id.session, scope)
    return {
        "sessionId": session_name(caller, receipt.id.session),
        "status": await _status(desk, receipt),
        "messages": [message_json(outbound, links) for outbound in receipt.outbounds if not outbound.message.to],
    }


def session_name(caller: Caller | None, number: int) -> str:
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
