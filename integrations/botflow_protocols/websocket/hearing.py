"""What a client says over a WebSocket: each frame is one message, and is answered by a receipt or a refusal."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Any

import orjson
from starlette.types import Receive, Scope

from botflow.errors import RejectedInbound
from botflow.records.turns import InboundState, Receipt, TurnId
from botflow.web.auth.callers import Caller, Visitor
from botflow.web.chat.body import Posted
from botflow.web.chat.saying import say
from botflow.web.chat.spoken import spoken_flow
from botflow.web.context import Desk
from botflow.web.problem import problem_of
from botflow.web.requests.json_body import parse_body
from botflow_protocols.websocket import WEBSOCKET
from botflow_protocols.websocket.lifetime import Closing
from botflow_protocols.websocket.wire import NOT_TEXT, REFUSED, SocketWire

MOST_REFUSED = 50  # one after the other: a client that goes on does not read what it is told
LONGEST_NAMED = 200  # of a messageId that a refusal repeats
_STATES: dict[InboundState, str] = {"new": "running", "done": "done", "stale": "done", "dead": "failed"}


class Hearing:
    """Receives the messages of one client. `between_messages` is held while one is received."""

    def __init__(
        self,
        desk: Desk,
        scope: Scope,
        caller: Caller,
        external_id: str,
        wire: SocketWire,
    ) -> None:
        self._desk = desk
        self._scope = scope
        self._caller = caller
        self._external_id = external_id
        self._wire = wire
        self._refused = 0
        self.between_messages = asyncio.Lock()

    async def listen(self, receive: Receive) -> Closing | None:
        """Read until the client leaves, or must be sent away: then return the code and the reason to close with."""
        while (message := await receive())["type"] != "websocket.disconnect":
            text = message.get("text")
            if text is None:
                return NOT_TEXT, "send messages as text frames of JSON"
            async with self.between_messages:
                await self._hear(text.encode())
            if self._refused >= MOST_REFUSED:
                return REFUSED, "too many refused messages"
        return None

    async def _hear(self, frame: bytes) -> None:
        try:
            receipt = await self._receive(frame)
        except Exception as failure:
            problem = problem_of(failure, self._scope)
            if problem is None:
                raise
            self._refused += 1
            shown: dict[str, Any] = {**_named(frame), "problem": orjson.loads(problem.body())}
            if "retry-after" in problem.headers:
                shown["retryAfter"] = int(problem.headers["retry-after"])
            await self._wire.event("refused", shown)
        else:
            self._refused = 0
            state = _STATES[receipt.state]
            await self._wire.event("receipt", {**_named(frame), "turn": receipt.id.seq, "state": state})

    async def _receive(self, frame: bytes) -> Receipt:
        """Store a message, and run its turn if that asks nothing; a longer one is not waited for."""
        posted = parse_body(frame, Posted)
        if posted.message_id is None:
            raise RejectedInbound(
                "the message has no messageId",
                code="message_id.missing",
                hint="give each message its own, such as crypto.randomUUID(), and keep it when you send it again",
                status=HTTPStatus.UNPROCESSABLE_ENTITY,
            )
        if self._external_id and posted.external_id is None:
            posted = posted.model_copy(update={"external_id": self._external_id})
        if isinstance(self._caller, Visitor):
            self._desk.check_visitor(self._caller)
        else:
            await self._desk.caller(self._scope, self._scope["path_params"]["workflow"])  # is the key in force still?
        live = spoken_flow(self._desk, self._scope["path_params"]["workflow"], WEBSOCKET)
        overload = self._desk.runtime.overload
        overload.enter("callers")
        try:
            return await say(
                self._desk, self._scope, live, self._caller, posted, size=len(frame), on_stored=_followed_by_stream
            )
        finally:
            overload.leave("callers")


def _followed_by_stream(_: TurnId) -> None:
    """Nothing: the client's stream is told by itself what the turn says."""


def _named(frame: bytes) -> dict[str, str]:
    """Return the messageId that the frame names, for its sender to know it by; {} without a readable one."""
    try:
        name = orjson.loads(frame).get("messageId")
    except (orjson.JSONDecodeError, AttributeError):
        return {}
    return {"messageId": name[:LONGEST_NAMED]} if isinstance(name, str) else {}
