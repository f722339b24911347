"""The stream of a conversation: a WebSocket that gets each page of activities as it comes, and says nothing itself."""

from __future__ import annotations

import asyncio
import math
from typing import Any

import orjson
import structlog
from starlette.types import Receive, Scope, Send

from botflow.errors import ProviderError
from botflow.runtime.process.failure_facts import log_failure
from botflow.runtime.turns.signals import Mailbox, Typing, Woken
from botflow.web.auth.admission import Admission
from botflow.web.auth.callers import Visitor
from botflow.web.chat.history import query_fields
from botflow.web.chat.session_stream import HEARTBEAT_S, READ_WITHIN_S, Ended
from botflow.web.chat.spoken import spoken_flow
from botflow.web.context import Desk, conversation_status, desk_of
from botflow_protocols.callers import Speaker
from botflow_protocols.direct_line import DIRECT_LINE
from botflow_protocols.direct_line.activities import Shape
from botflow_protocols.direct_line.members import check_person, member_of
from botflow_protocols.direct_line.reading import read_set, shape_of
from botflow_protocols.direct_line.watermark import Watermark
from botflow_protocols.websocket.lifetime import Closing, live_until_one_ends
from botflow_protocols.websocket.wire import REFUSED, SocketWire

MOST_FRAMES = 1_000  # of a client, which has nothing to say but that it is there, three times a minute


class FollowActivities:
    """conversations/{conversation}/stream, by a ticket or by credentials in the header."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        desk = desk_of(scope)
        fields = query_fields(scope)
        speaker = await _member(desk, scope, fields.get("ticket", ""))
        mark = Watermark.parse(fields.get("watermark", ""))
        stored = await desk.session_of(speaker.caller, speaker.named, speaker.live.slug)
        with desk.streams.place(stored.id, speaker.address), desk.news.watch(stored.id):
            wire = SocketWire(send)
            await wire.accept()
            admission = desk.admission_of(scope, speaker.caller, speaker.live.slug)
            stream = _Stream(desk, shape_of(desk, scope, speaker, stored.id), mark, wire, admission)
            await live_until_one_ends(desk, wire, stream.run(), _listen(receive), asyncio.Lock())


async def _member(desk: Desk, scope: Scope, ticket: str) -> Speaker:
    """Return whose stream is opened; RejectedInbound and Refused for anyone else."""
    if not ticket:
        return await member_of(desk, scope)
    live = spoken_flow(desk, scope["path_params"]["workflow"], DIRECT_LINE)
    caller = await desk.stream_caller(scope, live.slug, ticket)
    assert isinstance(caller, Visitor)
    person = check_person(caller, scope["path_params"]["conversation"])
    return Speaker(live=live, caller=caller, external_id=person, address=desk.address_of(scope))


async def _listen(receive: Receive) -> Closing | None:
    """Read until the client leaves. It only shows that it is there, by empty frames."""
    for _ in range(MOST_FRAMES):
        if (await receive())["type"] == "websocket.disconnect":
            return None
    return REFUSED, "this stream takes no messages: post them"


class _Stream:
    """Writes activities as they come."""

    def __init__(self, desk: Desk, shape: Shape, mark: Watermark, wire: SocketWire, admission: Admission) -> None:
        self._desk = desk
        self._shape = shape
        self._mark = mark
        self._wire = wire
        self._admission = admission

    async def run(self) -> Ended:
        session = self._shape.links.session
        with self._desk.runtime.hub.listen(session) as mailbox:  # before the first read: no signal is missed
            try:
                while await self._catch_up(session):
                    await self._pass_on_typing(mailbox)
            except TimeoutError:
                return "stuck"
            except ProviderError as failure:
                log_failure(structlog.get_logger("botflow.web"), "stream_interrupted", failure)
                return "interrupted"
        return "revoked"

    async def _catch_up(self, session: int) -> bool:
        """Write what is after the watermark; False when the reader may not read on, or the session was erased."""
        stored = await self._desk.runtime.database.turns.load_by_id(session)
        if stored is None or not await self._admission.holds_for(stored):
            return False
        if conversation_status(stored) == "running":
            self._desk.news.is_running(session)
        is_all = False
        while not is_all:
            page = await read_set(self._desk, self._shape, stored, self._mark)
            is_all, self._mark = page.is_all, page.watermark
            if page.activities:
                await self._write(page.to_json())
        return True

    async def _pass_on_typing(self, mailbox: Mailbox) -> None:
        """Write that the workflow or a person is writing, once until there is more to read; then return."""
        has_written = False
        while True:
            wait_s = min(HEARTBEAT_S if self._admission.needs_beats else math.inf, self._admission.left_s)
            signal = await mailbox.get(wait_s if wait_s < math.inf else None)
            if signal is None or isinstance(signal, Woken):
                return
            if not has_written:
                has_written = True
                person = signal.person if isinstance(signal, Typing) else ""
                await self._write({"activities": [self._shape.typing(person)], "watermark": str(self._mark)})

    async def _write(self, shown: dict[str, Any]) -> None:
        async with asyncio.timeout(READ_WITHIN_S):
            await self._wire.text(orjson.dumps(shown).decode())
