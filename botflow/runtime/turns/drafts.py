"""Drafts show a turn before it is committed: its messages so far, and the reply that is being written.

A draft is a hint, never truth: it may be lost, and the commit's messages replace it. It keeps the order of the turn's
messages: messages from before a model call are shown before the model's text.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from botflow.engine.asks import Ask, AskModel
from botflow.engine.effects import SendMessage
from botflow.interfaces import OnDelta
from botflow.records.sessions import StoredSession
from botflow.records.turns import StoredInbound
from botflow.runtime.turns.signals import Delta, Hub, Preview

GATHER_S = 0.04  # pieces of a reply within this time are sent as one


class Draft:
    """One attempt's draft, for the listeners of its session; nothing where the channel does not stream."""

    def __init__(self, hub: Hub, stored: StoredSession, queued: StoredInbound, *, streams: bool) -> None:
        self._hub = hub
        self._session, self._seq = queued.id
        self._attempt = queued.attempt + queued.restarts
        self._version = stored.session.version + 1
        self._streams = streams
        self._shown = 0

    def show(self, said: Sequence[SendMessage]) -> None:
        """Show the turn's new messages to its person."""
        if not self._streams:
            return
        own = [message for message in said if not message.to]
        self._shown = min(self._shown, len(own))  # a node that is tried again takes back its messages
        if fresh := tuple(own[self._shown :]):
            self._hub.preview(self._session, Preview(self._seq, self._attempt, self._version, self._shown, fresh))
            self._shown = len(own)

    @asynccontextmanager
    async def deltas(self, ask: Ask) -> AsyncIterator[OnDelta | None]:
        """Pass a streamed reply's pieces on, a few hundredths of a second's worth at a time; None for other Asks."""
        if not isinstance(ask, AskModel) or not ask.stream or not self._streams:
            yield None
            return
        pieces: list[str] = []

        def send() -> None:
            if pieces:
                self._hub.delta(self._session, Delta(self._seq, self._attempt, "".join(pieces)))
                pieces.clear()

        async def flush() -> None:
            while True:
                await asyncio.sleep(GATHER_S)
                send()

        async def on_delta(text: str) -> None:
            pieces.append(text)

        flushing = asyncio.create_task(flush())
        try:
            yield on_delta
        finally:
            flushing.cancel()
            send()
