"""Signed users: a person whom a site vouches for opens the chat, and takes their anonymous conversation along.

A conversation that they have already continues, without a second greeting. What becomes of the anonymous one is decided
by one transaction (`storage.people.sign_ins`), so a repetition, or another tab at the same moment, finds it done.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from starlette.types import Scope

from botflow.crash_points import reach
from botflow.engine.inbound import CHAT
from botflow.records.sessions import SessionKey
from botflow.runtime.served_flows import LiveFlow
from botflow.runtime.turns.receive import check_token
from botflow.storage.people.sign_ins import Joined, SignIn, sign_in
from botflow.web.auth.session_tokens import Visitor
from botflow.web.auth.user_tokens import SignedUser
from botflow.web.chat.body import Opening
from botflow.web.chat.saying import greet, reply_json
from botflow.web.context import Desk, conversation_status
from botflow.web.problem import Refused
from botflow.web.requests.rate_limits import BYTES_OF_A_MESSAGE, SESSIONS_PER_ADDRESS, STORED_PER_ADDRESS, Use


async def open_signed_session(desk: Desk, scope: Scope, live: LiveFlow, opening: Opening) -> dict[str, Any]:
    """Return the answer for a person with a token of their site; Refused and RejectedInbound as `UserTokens.read`."""
    address = desk.address_of(scope)
    await desk.limiter.check(Use(SESSIONS_PER_ADDRESS, address), Use(STORED_PER_ADDRESS, address, BYTES_OF_A_MESSAGE))
    user = await desk.users.read(live, opening.identity or "")
    key = SessionKey(live.workflow, CHAT, user.subject)
    check_token(await desk.runtime.database.turns.load(key))  # before anything of the anonymous conversation is moved
    joined = await _sign_in(desk, live, user, _anonymous(desk, live, opening.token))
    visitor = Visitor(live.slug, user.subject, user.expires_at, user.credential)
    return {
        **await _conversation(desk, scope, live, visitor),
        "token": desk.gate.sign(visitor),
        "expiresAt": datetime.fromtimestamp(user.expires_at, UTC).isoformat(),
        "takenAlong": joined is not None and joined.how == "taken",
    }


async def _sign_in(desk: Desk, live: LiveFlow, user: SignedUser, anonymous: str) -> Joined | None:
    """Store who the person is, unless there is nothing to store."""
    if not anonymous and not user.values:
        return None
    wanted = SignIn(
        organization=live.organization,
        workflow=live.workflow,
        external_id=user.subject,
        anonymous=anonymous,
        values=user.values,
    )
    joined = await desk.runtime.database.within(live.organization).write(sign_in, wanted)
    if joined is not None:
        reach("identity.signed_in")
        desk.runtime.hub.claimable()  # a turn that was under way is taken again
        desk.runtime.hub.wake((joined.session,))  # streams of the old token end
    return joined


async def _conversation(desk: Desk, scope: Scope, live: LiveFlow, visitor: Visitor) -> dict[str, Any]:
    """Return the person's conversation, or greet them in a new one."""
    stored = await desk.runtime.database.turns.load(SessionKey(live.workflow, CHAT, visitor.external_id))
    if not stored.has_row:
        return await reply_json(desk, scope, visitor, await greet(desk, scope, live, visitor.external_id))
    return {"sessionId": visitor.session_name, "status": conversation_status(stored), "messages": []}


def _anonymous(desk: Desk, live: LiveFlow, token: str | None) -> str:
    """Return whom an anonymous visitor's token identifies; "" for one that opens nothing here, or not any more: the
    person signs in all the same."""
    if token is None:
        return ""
    try:
        visitor = desk.gate.visitor(token)
    except Refused:
        return ""
    return visitor.external_id if visitor.workflow == live.slug and not visitor.vouched_by else ""
