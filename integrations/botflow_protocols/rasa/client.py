"""One client of Rasa's Socket.IO channel, whatever its transport: `session_request`, `user_uttered`, and the stream of
its session as `bot_uttered`.

The `session_id` that `session_confirm` hands out is a session token. A widget keeps it and sends it with its next
`session_request`; any other id, such as one of the widget's own making, begins a new anonymous session.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any

import orjson
from starlette.types import Scope

from botflow.errors import RejectedInbound
from botflow.records.turns import TurnId
from botflow.web.auth.callers import Visitor
from botflow.web.chat.body import Posted
from botflow.web.chat.history import LARGEST, Cursor
from botflow.web.chat.saying import open_session, say
from botflow.web.chat.session_stream import Stream
from botflow.web.chat.spoken import spoken_flow
from botflow.web.context import Desk
from botflow.web.problem import problem_of
from botflow.web.requests.json_body import parse_fields
from botflow.web.requests.rate_limits import READS_PER_SESSION, Use
from botflow_protocols.rasa import RASA, packets
from botflow_protocols.rasa.messages import bot_messages
from botflow_protocols.rasa.messages import said_fields as said
from botflow_protocols.rasa.outbox import Outbox

MOST_REFUSED = 50  # one after the other: a client that goes on does not read what it is told
NEWEST = Cursor(None, LARGEST)


class RasaClient:
    """`outbox` holds what it is to be told. It holds a place among the streams of this process until `close`."""

    needs_beats = False  # the transport has pings of its own

    def __init__(self, desk: Desk, scope: Scope) -> None:
        """Refused when too many streams are open."""
        self.outbox = Outbox()
        self.sid = secrets.token_urlsafe(20)
        self.workflow: str = scope["path_params"]["workflow"]
        self._desk = desk
        self._scope = scope
        self._visitor: Visitor | None = None
        self._token = ""
        self._following: asyncio.Task[None] | None = None
        self._refused = 0
        self._place = ExitStack()
        self._place.enter_context(desk.streams.place(f"rasa {self.sid}", desk.address_of(scope)))

    async def close(self) -> None:
        self._place.close()
        self.outbox.close()
        if self._following is not None:
            self._following.cancel()
            await asyncio.gather(self._following, return_exceptions=True)

    async def hear(self, text: str) -> None:
        """Take one packet; what is wrong with it is told by the event `refused`. One who reads nothing is closed."""
        try:
            await self._hear(text)
        except TimeoutError:
            self.outbox.close()

    async def _hear(self, text: str) -> None:
        if text == packets.PONG:
            return
        if text == packets.CLOSE:
            self.outbox.close()
            return
        try:
            await self._take(packets.read_packet(text))
        except Exception as failure:
            problem = problem_of(failure, self._scope)
            if problem is None:
                raise
            self._refused += 1
            if self._refused >= MOST_REFUSED:
                self.outbox.close()
            self.outbox.put(packets.event("refused", orjson.loads(problem.body())))
        else:
            self._refused = 0

    async def _take(self, packet: packets.Packet) -> None:
        match packet:
            case packets.Packet(kind="connect", content=auth):
                self.outbox.put(packets.connected(self.sid))
                if isinstance(auth, dict) and isinstance(auth.get("token"), str):
                    self._visitor_of(auth["token"])
            case packets.Packet(kind="disconnect"):
                self.outbox.close()
            case packets.Packet(kind="event", content=["session_request", *given]):
                await self._confirm(_first(given))
                self._acknowledge(packet)
            case packets.Packet(kind="event", content=["user_uttered", *given]):
                await self._utter(_first(given))
                self._acknowledge(packet)
            case _:
                raise RejectedInbound(
                    "this server takes session_request and user_uttered", code="event.unknown", hint="send one of them"
                )

    def _acknowledge(self, packet: packets.Packet) -> None:
        if packet.ack:
            self.outbox.put(packets.acknowledged(packet.ack, {"status": "ok"}))

    # -- the session

    async def _confirm(self, given: Mapping[str, Any]) -> None:
        await self._begin(given)
        self.outbox.put(packets.event("session_confirm", self._token))

    async def _begin(self, given: Mapping[str, Any]) -> Visitor:
        """Return whose session it is: the one that it has, that of a token, or a new one; and follow it."""
        if self._visitor is not None and self._following is not None:
            return self._visitor
        live = spoken_flow(self._desk, self.workflow, RASA)
        named = given.get("session_id")
        if self._visitor is None and isinstance(named, str):
            self._visitor_of(named)
        after: Cursor | None = None
        if self._visitor is None:
            self._visitor, _ = await open_session(self._desk, self._scope, live)
            self._token = self._desk.gate.sign(self._visitor)
        else:
            seen = given.get("after")
            after = Cursor.parse(seen) if isinstance(seen, str) else NEWEST
        await self._desk.limiter.check(Use(READS_PER_SESSION, self._visitor.external_id))
        await self._follow(self._visitor, after)
        return self._visitor

    def _visitor_of(self, token: str) -> None:
        """Take a session token; nothing, for what is none: a widget may have made an id of its own. Refused
        `identity.expired`: a signed user does not become an anonymous one."""
        try:
            visitor = self._desk.gate.visitor(token)
        except RejectedInbound as refusal:
            if refusal.code == "identity.expired":
                raise
            return
        if visitor.workflow == self.workflow:
            self._desk.check_visitor(visitor)
            self._visitor, self._token = visitor, token

    async def _follow(self, visitor: Visitor, after: Cursor | None) -> None:
        stored = await self._desk.session_of(visitor, "", visitor.workflow)
        address = self._desk.address_of(self._scope)
        self._place.close()
        self._place.enter_context(self._desk.streams.place(stored.id, address))
        self._place.enter_context(self._desk.news.watch(stored.id))
        admission = self._desk.admission_of(self._scope, visitor, visitor.workflow)
        stream = Stream(self._desk, self._desk.links.of(stored.id, self._scope), after, self, admission)
        self._following = asyncio.create_task(self._run(stream), name="rasa stream")

    async def _run(self, stream: Stream) -> None:
        """Follow the session until the client or the server ends it."""
        try:
            await stream.run()
        finally:
            self.outbox.close()

    # -- messages

    async def _utter(self, given: Mapping[str, Any]) -> None:
        visitor = await self._begin(given)
        self._desk.check_visitor(visitor)
        message, unique = given.get("message"), given.get("message_id")
        if not isinstance(message, str):
            raise RejectedInbound(
                "the message is not a text", code="message.invalid", hint='send {"message": "hello"}', status=422
            )
        posted = parse_fields({**said(message), **({"messageId": unique} if unique is not None else {})}, Posted)
        live = spoken_flow(self._desk, visitor.workflow, RASA)
        overload = self._desk.runtime.overload
        overload.enter("callers")
        try:
            await say(self._desk, self._scope, live, visitor, posted, size=len(message), on_stored=_followed_by_stream)
        finally:
            overload.leave("callers")

    # -- the wire of its stream

    async def event(self, name: str, shown: Mapping[str, Any], cursor: str) -> None:
        if name != "message":
            return  # Rasa knows no drafts: the message itself follows
        base = self._desk.base_of(self._scope)
        for piece in bot_messages(shown, base.removesuffix(self._scope.get("root_path", ""))):
            uttered: dict[str, Any] = {"text": piece.text} if piece.text else {}
            if piece.image:
                uttered["attachment"] = {"type": "image", "payload": {"src": piece.image}}
            if piece.buttons:
                uttered["quick_replies"] = [
                    {"content_type": "text", "title": title, "payload": payload} for title, payload in piece.buttons
                ]
            self.outbox.put(packets.event("bot_uttered", {**uttered, "metadata": {"id": cursor}}))

    async def beat(self) -> None:
        """Nothing: see `needs_beats`."""


def _first(given: list[Any]) -> Mapping[str, Any]:
    """Return what came with an event: an object, or nothing."""
    return given[0] if given and isinstance(given[0], dict) else {}


def _followed_by_stream(_: TurnId) -> None:
    """Nothing: the client's stream is told by itself what the turn says."""
