"""The chat over HTTP: open a session, say something, read the conversation. A message is the hot path.

A visitor is anonymous and carries a signed token; a server sends the API key and names the person. Either way one
`messageId` of one person is one turn, however often it is posted.
"""

from __future__ import annotations

from starlette.types import Receive, Scope, Send

from botflow.web.asgi import send_json
from botflow.web.auth.callers import Visitor, external_id_refused
from botflow.web.chat.body import LARGEST_BODY, Opening, Posted
from botflow.web.chat.feedback import show_feedback
from botflow.web.chat.history import Query, read_page
from botflow.web.chat.saying import open_session, reply_json, say, session_name
from botflow.web.chat.signed_users import open_signed_session
from botflow.web.context import conversation_status, desk_of, person_of
from botflow.web.requests.json_body import parse_body
from botflow.web.requests.rate_limits import READS_PER_SESSION, Use
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
        receipt = await say(desk, scope, live, caller, parse_body(body, Posted), size=len(body))
        await send_json(send, 202 if receipt.state == "new" else 200, await reply_json(desk, scope, caller, receipt))

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
        if desk.runtime.flows.get(slug).flow.chat.feedback:
            await show_feedback(desk.runtime.database.feedback, stored.id, page["messages"])
        session = session_name(caller, stored.id)
        status = {"status": conversation_status(stored), **person_of(stored)}
        await send_json(send, 200, {"sessionId": session, **status, **page})


class OpenSession:
    """POST /chat/{workflow}/sessions: 201 with a token for a new visitor, and the greeting if the flow has one; for a
    signed user their conversation."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        desk = desk_of(scope)
        live = desk.runtime.flows.get(scope["path_params"]["workflow"])
        body = await read_body(scope, receive, LARGEST_BODY)
        opening = parse_body(body, Opening) if body.strip() else Opening()
        if opening.model_fields_set - {"identity", "token"}:
            raise external_id_refused()
        if opening.identity is not None:
            await send_json(send, 201, await open_signed_session(desk, scope, live, opening))
            return
        visitor, receipt = await open_session(desk, scope, live)
        reply = await reply_json(desk, scope, visitor, receipt)
        await send_json(send, 201, {**reply, "token": desk.gate.sign(visitor)})
