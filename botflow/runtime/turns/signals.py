"""Listeners of sessions, and how they are woken: in this process, and across processes.

Signals are only hints: a woken listener reads the database, and also polls it in case a signal is lost.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Protocol

import orjson
import structlog

from botflow.engine.effects import SendMessage
from botflow.records.turns import Receipt

LARGEST_PAYLOAD = 7_000  # bytes; Postgres refuses a NOTIFY payload of 8,000
LONGEST_PIECE = LARGEST_PAYLOAD // 8  # characters of a delta; one may be six bytes of JSON
RECEIPTS_KEPT = 16  # of turns that ended here since the listener looked; older ones it reads from the database
MAILBOX_SIZE = 256  # drafts for a slow reader; older ones are dropped, the final message replaces them anyway
GATHER_S = 0.002  # wake-ups within this time are sent as one
FLUSH_S = 1.0


@dataclass(frozen=True, slots=True)
class Woken:
    """The session changed: read it again."""


@dataclass(frozen=True, slots=True)
class Delta:
    """A piece of a reply that is still being written: all of `attempt`'s text so far is the deltas joined."""

    seq: int
    attempt: int
    text: str


@dataclass(frozen=True, slots=True)
class Preview:
    """The messages of a turn from before its ask: from number `first` on, which the commit will make
    `<version>.<number>`. Those of a later `attempt` replace them."""

    seq: int
    attempt: int
    version: int
    first: int
    messages: tuple[SendMessage, ...]


@dataclass(frozen=True, slots=True)
class Typing:
    """The person who has the conversation writes; it holds for some seconds."""

    person: str


Draft = Delta | Preview | Typing
Signal = Woken | Draft


class Transport(Protocol):
    """The transport of signals between processes: Redis pub/sub, or Postgres NOTIFY."""

    async def publish(self, payload: str) -> None: ...

    async def subscribe(self, receive: Callable[[str], None]) -> None:
        """Call `receive` for every payload until cancelled; reconnects by itself."""


class Mailbox:
    """One listener's signals. Wake-ups coalesce; drafts are bounded."""

    def __init__(self) -> None:
        self._drafts: deque[Draft] = deque(maxlen=MAILBOX_SIZE)
        self._receipts: deque[Receipt] = deque(maxlen=RECEIPTS_KEPT)
        self._woken = False
        self._filled = asyncio.Event()

    def put(self, signal: Signal, receipt: Receipt | None = None) -> None:
        if not isinstance(signal, Woken):
            self._drafts.append(signal)
        else:
            self._woken = True
            if receipt is not None:
                self._receipts.append(receipt)
        self._filled.set()

    async def get(self, timeout_s: float | None) -> Signal | None:
        """Return the next signal, drafts first; None when nothing came within `timeout_s`, if that is not None."""
        try:
            async with asyncio.timeout(None if timeout_s is None else max(timeout_s, 0)):
                await self._filled.wait()
        except TimeoutError:
            return None
        if self._drafts:
            signal: Signal = self._drafts.popleft()
        else:
            self._woken = False
            signal = Woken()
        if not self._drafts and not self._woken:
            self._filled.clear()
        return signal

    async def woken(self, timeout_s: float) -> list[Receipt]:
        """Wait until the session changed, or `timeout_s`; return the receipts of turns that this process finished.

        Drafts in between are dropped.
        """
        try:
            async with asyncio.timeout(max(timeout_s, 0)):
                while not self._woken:
                    self._drafts.clear()
                    self._filled.clear()
                    await self._filled.wait()
        except TimeoutError:
            return []
        self._woken = False
        self._filled.clear()
        receipts = list(self._receipts)
        self._receipts.clear()
        return receipts


class Hub:
    """Wakes listeners of sessions, here at once and elsewhere through the transport."""

    def __init__(self, transport: Transport | None) -> None:
        self._transport = transport
        self._origin = secrets.token_hex(6)
        self._listeners: dict[int, set[Mailbox]] = {}
        self._outgoing: deque[list[Any]] = deque(maxlen=10_000)
        self._pending = asyncio.Event()
        self._on_flows_changed: Callable[[], None] | None = None
        self._on_claimable: Callable[[], None] | None = None
        self._on_erased: Callable[[Sequence[int]], None] | None = None
        self._is_alone = False
        self._log = structlog.get_logger("botflow.hub")

    @contextmanager
    def listen(self, session: int) -> Iterator[Mailbox]:
        """Receive the signals of one session while inside."""
        mailbox = Mailbox()
        self._listeners.setdefault(session, set()).add(mailbox)
        try:
            yield mailbox
        finally:
            listeners = self._listeners[session]
            listeners.discard(mailbox)
            if not listeners:
                del self._listeners[session]

    def on_flows_changed(self, callback: Callable[[], None]) -> None:
        self._on_flows_changed = callback

    def on_claimable(self, callback: Callable[[], None]) -> None:
        """Set the callback for signals, from here or another process, that an inbound can be claimed."""
        self._on_claimable = callback

    def on_erased(self, callback: Callable[[Sequence[int]], None]) -> None:
        """Set the callback for signals, from here or another process, that sessions were erased."""
        self._on_erased = callback

    def seen(self, others: bool) -> None:
        """Learn whether there are other processes: while there are none, session signals are not published.

        A process that has just begun is not seen for a second; until then it polls, as after a lost signal.
        """
        self._is_alone = not others

    def claimable(self) -> None:
        """Tell every process that an inbound waits to be claimed."""
        if self._on_claimable is not None:
            self._on_claimable()
        self._send(["c"])

    def erased(self, sessions: Sequence[int]) -> None:
        """Let every process forget these sessions, and wake their listeners."""
        if self._on_erased is not None:
            self._on_erased(sessions)
        self._send(["e", list(sessions)])
        self.wake(sessions)

    def wake(self, sessions: Iterable[int]) -> None:
        """Wake all listeners of these sessions, in every process."""
        for session in sessions:
            self._deliver(session, Woken())
            self._tell_others(["w", session])

    def wake_here(self, session: int) -> None:
        """Wake this process's listeners of the session."""
        self._deliver(session, Woken())

    def finished(self, receipt: Receipt) -> None:
        """Wake all listeners of the session; a request here that waits for this turn gets its receipt at once."""
        session = receipt.id.session
        self._deliver(session, Woken(), receipt)
        self._tell_others(["w", session])

    def delta(self, session: int, delta: Delta) -> None:
        """Send a piece of a reply to listeners; it may be lost, the final message is not."""
        self._deliver(session, delta)
        for start in range(0, len(delta.text), LONGEST_PIECE):
            self._tell_others(["d", session, delta.seq, delta.attempt, delta.text[start : start + LONGEST_PIECE]])

    def preview(self, session: int, preview: Preview) -> None:
        """Send a turn's messages from before its ask to listeners; like a delta it may be lost."""
        self._deliver(session, preview)
        if self._is_alone:
            return
        said = [message.to_json() for message in preview.messages]
        signal = ["p", session, preview.seq, preview.attempt, preview.version, preview.first, said]
        if len(orjson.dumps(signal)) < LARGEST_PAYLOAD - 100:
            self._send(signal)

    def typing(self, session: int, typing: Typing) -> None:
        """Tell listeners that a person writes; like a delta it may be lost."""
        self._deliver(session, typing)
        self._tell_others(["t", session, typing.person])

    def flows_changed(self) -> None:
        """Tell every process that a workflow has a new version."""
        self._send(["f"])

    async def run(self) -> None:
        """Carry signals to and from other processes until cancelled."""
        if self._transport is None:
            return
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._publish(self._transport.publish))
            tasks.create_task(self._transport.subscribe(self._receive))

    async def flush(self) -> None:
        """Send all pending signals, within a second: the process ends."""
        if self._transport is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(FLUSH_S):
                    await self._publish_all(self._transport.publish)

    def _deliver(self, session: int, signal: Signal, receipt: Receipt | None = None) -> None:
        for mailbox in self._listeners.get(session, ()):
            mailbox.put(signal, receipt)

    def _tell_others(self, signal: list[Any]) -> None:
        if not self._is_alone:
            self._send(signal)

    def _send(self, signal: list[Any]) -> None:
        if self._transport is not None:
            self._outgoing.append(signal)
            self._pending.set()

    async def _publish(self, publish: Callable[[str], Awaitable[None]]) -> None:
        while True:
            await self._pending.wait()
            await asyncio.sleep(GATHER_S)
            self._pending.clear()
            await self._publish_all(publish)

    async def _publish_all(self, publish: Callable[[str], Awaitable[None]]) -> None:
        while self._outgoing:
            try:
                await publish(self._payload())
            except Exception as failure:  # noqa: BLE001 -- a fence: a lost signal costs half a second, not a message
                self._log.debug("signal_lost", reason=type(failure).__name__)

    def _payload(self) -> str:
        """Take as many pending signals as fit one payload."""
        taken: list[list[Any]] = []
        size = 64
        while self._outgoing:
            signal = self._outgoing[0]
            size += len(orjson.dumps(signal)) + 1
            if taken and size > LARGEST_PAYLOAD:
                break
            taken.append(self._outgoing.popleft())
        return orjson.dumps([self._origin, taken]).decode()

    def _receive(self, payload: str) -> None:
        """Deliver another process's signals. The channel is open to others, so unreadable payloads are ignored."""
        try:
            heard = orjson.loads(payload)
        except orjson.JSONDecodeError:
            return
        match heard:
            case [str(origin), list(signals)] if origin != self._origin:
                for signal in signals:
                    self._pass_on(signal)

    def _pass_on(self, signal: object) -> None:
        match signal:
            case ["w", int(session)]:
                self._deliver(session, Woken())
            case ["d", int(session), int(seq), int(attempt), str(text)]:
                self._deliver(session, Delta(seq, attempt, text))
            case ["p", int(session), int(seq), int(attempt), int(version), int(first), list(said)]:
                with suppress(KeyError, TypeError, ValueError, AttributeError):
                    messages = tuple(SendMessage.from_json(each) for each in said)
                    self._deliver(session, Preview(seq, attempt, version, first, messages))
            case ["t", int(session), str(person)]:
                self._deliver(session, Typing(person))
            case ["e", list(sessions)] if self._on_erased is not None:
                self._on_erased([each for each in sessions if isinstance(each, int)])
            case ["c"] if self._on_claimable is not None:
                self._on_claimable()
            case ["f"] if self._on_flows_changed is not None:
                self._on_flows_changed()
            case _:
                pass  # a newer process may know more signals than this one
