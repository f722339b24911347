"""A conversation in the terminal: one person's inbounds in, the session's messages out, whenever they come."""

from __future__ import annotations

import asyncio
import json
import secrets
from contextlib import suppress

from sqlalchemy import Connection

from botflow.cli.output.conversation import visible_variables
from botflow.cli.output.trace import trace_line
from botflow.cli.terminal.attachments import NotSent, read_file, read_place
from botflow.cli.terminal.prompt import Terminal
from botflow.engine.effects import SendMessage
from botflow.engine.events import ExecutionFailed
from botflow.engine.inbound import CHAT, Inbound, InboundKind, Location, Media
from botflow.engine.speech.written_buttons import button_lines, choices_of
from botflow.records.turns import Receipt
from botflow.runtime.app import Runtime
from botflow.runtime.turns.signals import Delta, Mailbox, Preview
from botflow.seeds import new_seed
from botflow.storage.runs import handoffs
from botflow.storage.runs.handoffs import lock_session

PERSON = "terminal"
REPLY_WITHIN_S = 120.0
WAIT_S = 0.05
LOOK_EVERY_S = 0.5  # polling beside wake-ups, in case one is lost
HELP = """/file PATH          send a picture, PDF, sound or video
/place LAT LON ...  send a place, such as /place 48.2 16.4 Home
/vars   what the flow knows        /trace  the path of the last turn
/return NOTE        play the person to whom the flow has handed off
/help   this                       /quit   leave (or Ctrl-D)"""


class TerminalConversation:
    """Runs until the person leaves. Like the chat page, it remembers shown messages by (version, index)."""

    def __init__(self, runtime: Runtime, workflow: str, terminal: Terminal) -> None:
        self._runtime = runtime
        self._workflow = workflow
        self._terminal = terminal
        self._session = 0
        self._shown = (0, -1)
        self._payloads: tuple[str, ...] = ()
        self._streamed: tuple[int, str] | None = None  # attempt, text so far
        self._previewed: dict[tuple[int, int], SendMessage] = {}  # by (version, index), of a turn under way

    async def run(self) -> None:
        await self._turn("opened")
        with self._runtime.hub.listen(self._session) as mailbox:
            while (line := await self._read(mailbox)) is not None:
                text = line.strip()
                if text == "/quit":
                    return
                if text.startswith(("/file ", "/place ")):
                    await self._attach(text, mailbox)
                elif text.startswith("/"):
                    await self._command(text)
                elif text:
                    await self._turn("message", text, mailbox)

    # -- the person's side

    async def _read(self, mailbox: Mailbox) -> str | None:
        """Return the next line; meanwhile show messages that the flow sends by itself, such as a timeout's."""
        watching = asyncio.create_task(self._watch(mailbox))
        try:
            return await self._terminal.read()
        finally:
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching

    async def _attach(self, line: str, mailbox: Mailbox) -> None:
        """Send a file or a place."""
        command, _, given = line.partition(" ")
        try:
            if command == "/file":
                await self._turn("message", mailbox=mailbox, media=(read_file(given),))
            else:
                await self._turn("message", mailbox=mailbox, location=read_place(given))
        except NotSent as failure:
            self._terminal.note(f"({failure})")

    async def _turn(
        self,
        kind: InboundKind,
        text: str = "",
        mailbox: Mailbox | None = None,
        *,
        media: tuple[Media, ...] = (),
        location: Location | None = None,
    ) -> None:
        """Run the turn of one inbound, streaming its deltas, then show its messages."""
        inbound = Inbound(
            kind=kind,
            key="opened" if kind == "opened" else f"m:{secrets.token_urlsafe(16)}",
            received_at=self._runtime.clock.now(),
            seed=new_seed(),
            channel=CHAT,
            provider=CHAT,
            sender=PERSON,
            text=text,
            payload=self._payload(text),
            media=media,
            location=location,
        )
        self._payloads = ()
        live = self._runtime.flows.get(self._workflow)  # its file may have been saved meanwhile
        receiving = asyncio.create_task(
            self._runtime.receiver.receive(live, PERSON, inbound, reply_within_s=REPLY_WITHIN_S)
        )
        if mailbox is not None:
            await self._stream(mailbox, receiving)
        receipt = await receiving
        self._session = receipt.id.session
        await self._show_new()
        if await self._is_handed_off():
            self._terminal.note("(the conversation waits for a person; /return NOTE plays that person)")
        elif receipt.state == "new":
            self._terminal.note("(still at work; the answer will appear here)")
        elif receipt.status == "failed" or receipt.state == "dead":
            self._terminal.note(await self._failure())

    async def _failure(self) -> str:
        """Return why the execution of the last turn failed."""
        turns = await self._runtime.database.transcripts.traces(self._session, 1)
        failed = [event for event in turns[-1].events if event[0] == ExecutionFailed.kind] if turns else []
        return f"(the execution {trace_line(failed[-1])})" if failed else "(the execution failed)"

    def _payload(self, text: str) -> str:
        """Return the payload of the quick reply that a bare number picks."""
        picked = int(text) if text.isascii() and text.isdigit() else 0
        return self._payloads[picked - 1] if 0 < picked <= len(self._payloads) else ""

    # -- the flow's side

    async def _watch(self, mailbox: Mailbox) -> None:
        while True:
            await mailbox.woken(LOOK_EVERY_S)
            await self._show_new()

    async def _stream(self, mailbox: Mailbox, receiving: asyncio.Task[Receipt]) -> None:
        """Show deltas until the turn is over. A retried attempt starts its text again, on a new line."""
        self._streamed = None
        while not receiving.done():
            listening = asyncio.create_task(mailbox.get(LOOK_EVERY_S))
            await asyncio.wait({receiving, listening}, return_when=asyncio.FIRST_COMPLETED)
            if not listening.done():
                listening.cancel()
                continue
            signal = listening.result()
            if isinstance(signal, Preview):
                self._show_preview(signal)
            elif isinstance(signal, Delta):
                if self._streamed is not None and self._streamed[0] != signal.attempt:
                    self._terminal.stream("")
                    self._streamed = None
                self._streamed = (signal.attempt, (self._streamed[1] if self._streamed else "") + signal.text)
                self._terminal.stream(signal.text)
        if self._streamed is not None:
            self._terminal.stream("")

    def _show_preview(self, preview: Preview) -> None:
        """Show messages of a turn that has not ended; a retried turn shows one again only if it differs."""
        for index, message in enumerate(preview.messages, start=preview.first):
            if self._previewed.get((preview.version, index)) != message:
                self._previewed[preview.version, index] = message
                self._show_message(message)

    async def _show_new(self) -> None:
        for outbound in await self._runtime.database.transcripts.messages_after(self._session, self._shown, 100):
            self._shown = (outbound.version, outbound.index)
            if self._previewed.get(self._shown) != outbound.message:
                self._show_message(outbound.message)
        self._previewed.clear()

    def _show_message(self, message: SendMessage) -> None:
        if self._streamed is not None and self._streamed[1] == message.text:
            self._streamed = None  # it is on the screen already
        elif message.text:
            self._terminal.say(message.text)
        for medium in message.media:
            self._terminal.say(f"[{medium.content_type or 'media'}] {medium.url}")
        for line in button_lines(message):
            self._terminal.say(line)
        if choices := choices_of(message):
            self._payloads = tuple(reply.payload for reply in choices)

    async def _is_handed_off(self) -> bool:
        stored = await self._runtime.database.turns.load_by_id(self._session)
        return stored is not None and stored.session.handoff is not None

    # -- commands

    async def _command(self, text: str) -> None:
        command, _, given = text.partition(" ")
        match command:
            case "/return":
                await self._give_back(given.strip())
            case "/vars":
                self._terminal.note(await self._variables())
            case "/trace":
                self._terminal.note(await self._trace())
            case _:
                self._terminal.note(HELP)

    async def _give_back(self, note: str) -> None:
        """Give the conversation back to the flow, as a person does."""

        def give_back(connection: Connection) -> bool:
            locked = lock_session(connection, self._session)
            is_handed_off = locked is not None and locked.session.handoff is not None
            if locked is not None and is_handed_off:
                handoffs.give_back(connection, locked, replay=False, note=note)
            return is_handed_off

        if not await self._runtime.database.engine.write(give_back):
            self._terminal.note("(the flow has the conversation)")
            return
        self._runtime.hub.claimable()
        with suppress(TimeoutError):
            async with asyncio.timeout(REPLY_WITHIN_S):
                while await self._is_at_work():  # noqa: ASYNC110 -- what is in the database sets no event
                    await asyncio.sleep(WAIT_S)
        await self._show_new()

    async def _is_at_work(self) -> bool:
        stored = await self._runtime.database.turns.load_by_id(self._session)
        return stored is not None and stored.last_seq != stored.done_seq

    async def _variables(self) -> str:
        stored = await self._runtime.database.turns.load_by_id(self._session)
        frames = stored.session.frames if stored is not None else ()
        if not frames:
            return "(no conversation is under way; the next message starts one)"
        return json.dumps(visible_variables(frames), indent=2, ensure_ascii=False)

    async def _trace(self) -> str:
        turns = await self._runtime.database.transcripts.traces(self._session, 1)
        events = turns[-1].events if turns else []
        return "\n".join(f"  {trace_line(event)}" for event in events) or "(nothing has happened yet)"
