"""The conversation as it happens, for one client: messages, drafts of a turn that is not committed yet, and the
session's status. What they look like on the wire is for a `Wire` to say.

A stream reads the messages from the database by cursor, so it resumes without loss or repetition; signals only say when
to read, and `stream_news` finds what a lost signal would have said. A client that does not read is dropped.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Literal, Protocol

import structlog

from botflow.errors import ProviderError
from botflow.records.outbounds import StoredOutbound
from botflow.runtime.process.failure_facts import log_failure
from botflow.runtime.turns.signals import Delta, Mailbox, Preview, Typing, Woken
from botflow.web.auth.admission import Admission
from botflow.web.chat.file_links import SessionLinks
from botflow.web.chat.history import Cursor, message_json, said_json
from botflow.web.context import Desk, conversation_status, person_of

HEARTBEAT_S = 15.0
READ_WITHIN_S = 10.0  # a client whose buffers stay full for longer is dropped
NO_PERSON: Mapping[str, str] = MappingProxyType({})
PAGE = 100

Ended = Literal["interrupted", "revoked", "stuck"]


class Wire(Protocol):
    """Writes to one client. `needs_beats`: a silent connection must be written to, or proxies cut it."""

    needs_beats: bool

    async def event(self, name: str, shown: Mapping[str, Any], cursor: str) -> None:
        """Write an event. `cursor` is "" for one that nothing can be resumed after."""

    async def beat(self) -> None:
        """Write something that means nothing."""


class Stream:
    """One client's stream of one session, over one wire."""

    def __init__(
        self, desk: Desk, links: SessionLinks, cursor: Cursor | None, wire: Wire, admission: Admission
    ) -> None:
        self._written_at = desk.runtime.clock.monotonic_s()
        self._desk = desk
        self._links = links
        self._session = links.session
        self._cursor = cursor
        self._said: tuple[int, int] = (0, 0)
        self._turn = 0  # the last turn whose messages were written
        self._status: dict[str, str] = {}
        self._wire = wire
        self._admission = admission

    async def run(self) -> Ended:
        """Write until cancelled; returns why it ended: the client does not read, its token or key was revoked, or the
        database is away."""
        with self._desk.runtime.hub.listen(self._session) as mailbox:  # before the first read: no signal is missed
            try:
                await self._find_place()
                while await self._catch_up():
                    await self._pass_on_drafts(mailbox)
                return "revoked"
            except TimeoutError:
                return "stuck"
            except ProviderError as failure:  # the client reconnects, and gets an error if the database is away
                log_failure(structlog.get_logger("botflow.web"), "stream_interrupted", failure)
                return "interrupted"

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
                await self._write("message", shown_message(outbound, self._links), outbound.wire_id)
            if len(page) < PAGE:
                break
        await self._write_status(conversation_status(stored), person_of(stored))
        return True

    async def _pass_on_drafts(self, mailbox: Mailbox) -> None:
        """Write drafts as they come; return when the database should be read again, or the reader's right has ended."""
        clock = self._desk.runtime.clock
        beats = self._wire.needs_beats or self._admission.needs_beats
        while True:
            beats_in_s = self._written_at + HEARTBEAT_S - clock.monotonic_s() if beats else math.inf
            wait_s = min(beats_in_s, self._admission.left_s)
            signal = await mailbox.get(wait_s if wait_s < math.inf else None)
            if isinstance(signal, Woken) or self._admission.left_s <= 0:
                return
            if signal is None:
                await self._within(self._wire.beat())
                if self._admission.needs_beats:
                    return
            elif isinstance(signal, Typing):
                await self._write("typing", {"person": signal.person})
            elif signal.seq > self._turn:
                await self._write_status("running")
                for event, shown in shown_draft(signal, self._links):
                    await self._write(event, shown)

    async def _write_status(self, status: str, person: Mapping[str, str] = NO_PERSON) -> None:
        """Write the status, and who has the conversation instead of the flow, if that is not what was written last."""
        if status == "running":
            self._desk.news.is_running(self._session)
        shown = {"status": status, **person}
        if shown != self._status:
            self._status = shown
            await self._write("status", shown)

    async def _write(self, event: str, shown: Mapping[str, Any], cursor: str = "") -> None:
        await self._within(self._wire.event(event, shown, cursor))

    async def _within(self, writing: Awaitable[None]) -> None:
        async with asyncio.timeout(READ_WITHIN_S):
            await writing
        self._written_at = self._desk.runtime.clock.monotonic_s()


def shown_message(outbound: StoredOutbound, links: SessionLinks) -> dict[str, Any]:
    """Return a `message` event's body."""
    return {**message_json(outbound, links), "turn": outbound.seq, "at": outbound.created_at.isoformat()}


def shown_draft(
    draft: Delta | Preview, links: SessionLinks
) -> Iterator[tuple[Literal["delta", "preview"], dict[str, Any]]]:
    """Yield a piece of a reply, or the messages that the turn said before an Ask, which have their final ids: the name
    and the body of an event for each."""
    place = {"turn": draft.seq, "attempt": draft.attempt}
    if isinstance(draft, Delta):
        yield "delta", {**place, "text": draft.text}
        return
    for index, message in enumerate(draft.messages, start=draft.first):
        yield "preview", {**said_json(f"{draft.version}.{index}", message, links), **place}
