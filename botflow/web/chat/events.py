"""The conversation as it happens, over SSE: messages, drafts of a turn that is not committed yet, and
the session's status.

A stream reads the messages from the database by cursor, so it resumes after `Last-Event-ID` without loss or repetition;
signals only say when to read, and `stream_news` finds what a lost signal would have said. Streams are counted and
bounded, and a client that does not read is dropped.

Not by sse-starlette, whose framing and pings would save some forty lines: it replaces uvicorn's exit handler when it is
imported, polls for the end of the server twice a second, writes every event into the debug log, and takes three times
the CPU time of an event (67 to 22 microseconds here) and three times the memory of a stream (31 to 11 kB).
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping
from types import MappingProxyType
from typing import Any

import orjson
import structlog
from starlette.types import Receive, Scope, Send

from botflow.errors import ProviderError
from botflow.runtime.process.failure_facts import log_failure
from botflow.runtime.turns.signals import Delta, Mailbox, Preview, Typing, Woken
from botflow.web.asgi import header
from botflow.web.auth.admission import Admission
from botflow.web.auth.callers import Visitor
from botflow.web.chat.file_links import SessionLinks
from botflow.web.chat.history import Cursor, Query, message_json, said_json
from botflow.web.context import Desk, conversation_status, desk_of, person_of
from botflow.web.requests.rate_limits import READS_PER_SESSION, Use

HEARTBEAT_S = 15.0
READ_WITHIN_S = 10.0  # a client whose buffers stay full for longer is dropped
NO_PERSON: Mapping[str, str] = MappingProxyType({})
PAGE = 100
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),  # nginx would hold events back
]


class Events:
    """GET /chat/{workflow}/events."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        desk = desk_of(scope)
        slug = scope["path_params"]["workflow"]
        caller = await desk.caller(scope, slug)
        query = Query.of(scope)
        last = header(scope, b"last-event-id")
        cursor = Cursor.parse(last) if last else query.after
        address = None
        if isinstance(caller, Visitor):
            address = desk.address_of(scope)
            await desk.limiter.check(Use(READS_PER_SESSION, caller.external_id))
        stored = await desk.session_of(caller, query.external_id, slug)
        if scope["method"] == "HEAD":  # its stream would never end
            await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
            await send({"type": "http.response.body", "body": b""})
            return
        with desk.streams.place(stored.id, address), desk.news.watch(stored.id):
            links = desk.links.of(stored.id, scope)
            stream = Stream(desk, links, cursor, send, desk.admission_of(scope, caller, slug))
            await _first_of(stream.run(), _disconnected(receive), desk.streams.closed())
            await stream.end()


class Stream:
    """One client's stream of one session."""

    def __init__(
        self, desk: Desk, links: SessionLinks, cursor: Cursor | None, send: Send, admission: Admission
    ) -> None:
        self._written_at = desk.runtime.clock.monotonic_s()
        self._desk = desk
        self._links = links
        self._session = links.session
        self._cursor = cursor
        self._said: tuple[int, int] = (0, 0)
        self._turn = 0  # the last turn whose messages were written
        self._status: dict[str, str] = {}
        self._send = send
        self._admission = admission
        self._is_stuck = False

    async def run(self) -> None:
        """Write until cancelled; returns when the client does not read, or may not read on."""
        with self._desk.runtime.hub.listen(self._session) as mailbox:  # before the first read: no signal is missed
            try:
                await self._write_start()
                await self._find_place()
                while await self._catch_up():
                    await self._pass_on_drafts(mailbox)
            except TimeoutError:
                self._is_stuck = True
            except ProviderError as failure:  # the client reconnects, and gets an error if the database is away
                log_failure(structlog.get_logger("botflow.web"), "stream_interrupted", failure)

    async def end(self) -> None:
        """Complete the response, unless the client does not read."""
        if not self._is_stuck:
            await self._send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _find_place(self) -> None:
        """Translate a cursor at a person's message to the last message that the workflow said before it."""
        if self._cursor is None:
            return
        if self._cursor.said is not None:
            self._said = self._cursor.said
            return
        transcripts = self._desk.runtime.database.transcripts
        for message in reversed(await transcripts.transcript(self._session, PAGE, self._cursor.heard)):
            if message.direction == "out":
                version, _, index = message.id.partition(".")
                self._said = (int(version), int(index))
                return

    async def _catch_up(self) -> bool:
        """Write every message after the cursor, then the session's status if it changed.

        False, and nothing is written, when the reader may not read on, or the session was erased: a reader that
        connects again finds the one that has begun since. Each turn begins with this read, so no draft is shown after
        it either.
        """
        database = self._desk.runtime.database
        stored = await database.turns.load_by_id(self._session)
        if stored is None or not await self._admission.holds_for(stored):
            return False
        while True:
            page = await database.transcripts.messages_after(self._session, self._said, PAGE)
            for outbound in page:
                self._said = (outbound.version, outbound.index)
                self._turn = max(self._turn, outbound.seq)
                shown = {
                    **message_json(outbound, self._links),
                    "turn": outbound.seq,
                    "at": outbound.created_at.isoformat(),
                }
                await self._write("message", shown, outbound.wire_id)
            if len(page) < PAGE:
                break
        await self._write_status(conversation_status(stored), person_of(stored))
        return True

    async def _pass_on_drafts(self, mailbox: Mailbox) -> None:
        """Write drafts as they come; return when the database should be read again, or the reader's right has ended."""
        clock = self._desk.runtime.clock
        while True:
            beats_in_s = self._written_at + HEARTBEAT_S - clock.monotonic_s()
            signal = await mailbox.get(min(beats_in_s, self._admission.left_s))
            if isinstance(signal, Woken) or self._admission.left_s <= 0:
                return
            if signal is None:
                await self._write_bytes(b":\n\n")
                if self._admission.needs_beats:
                    return
            elif isinstance(signal, Typing):
                await self._write("typing", {"person": signal.person})
            elif signal.seq > self._turn:
                await self._write_status("running")
                await self._write_draft(signal)

    async def _write_draft(self, draft: Delta | Preview) -> None:
        """Write a piece of a reply, or the messages that the turn said before an Ask: they have their final ids."""
        place = {"turn": draft.seq, "attempt": draft.attempt}
        if isinstance(draft, Delta):
            await self._write("delta", {**place, "text": draft.text})
            return
        for index, message in enumerate(draft.messages, start=draft.first):
            await self._write("preview", {**said_json(f"{draft.version}.{index}", message, self._links), **place})

    async def _write_status(self, status: str, person: Mapping[str, str] = NO_PERSON) -> None:
        """Write the status, and who has the conversation instead of the flow, if that is not what was written last."""
        if status == "running":
            self._desk.news.is_running(self._session)
        shown = {"status": status, **person}
        if shown != self._status:
            self._status = shown
            await self._write("status", shown)

    async def _write(self, event: str, shown: dict[str, Any], cursor: str = "") -> None:
        place = f"id: {cursor}\n" if cursor else ""
        await self._write_bytes(f"{place}event: {event}\ndata: ".encode() + orjson.dumps(shown) + b"\n\n")

    async def _write_start(self) -> None:
        await self._send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        await self._write_bytes(b"retry: 1000\n\n")

    async def _write_bytes(self, chunk: bytes) -> None:
        async with asyncio.timeout(READ_WITHIN_S):
            await self._send({"type": "http.response.body", "body": chunk, "more_body": True})
        self._written_at = self._desk.runtime.clock.monotonic_s()


async def _first_of(*waits: Coroutine[Any, Any, None]) -> None:
    """Run until the first one returns; the others are cancelled, and an error is raised."""
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
