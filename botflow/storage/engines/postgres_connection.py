"""A driver connection whose socket stays registered with the event loop, for the hot statements.

psycopg registers the socket for each wait, removes it afterwards, and also sets a timer; with uvloop that makes a poll
handle per statement and costs a quarter of a short statement's CPU. Between two statements no data is expected on the
socket: if some arrives (the server's end, a notice), the registration ends, and the next statement sees it.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Self, TypeVar

import psycopg
from psycopg import AsyncConnection
from psycopg.abc import PQGen
from psycopg.pq import TransactionStatus
from psycopg.rows import TupleRow
from psycopg.waiting import Ready, Wait

Result = TypeVar("Result")
CANCEL_S = 5.0


@dataclass(slots=True)
class Refusal:
    """Why the last attempt to connect failed; the driver's pool only says that it has no connection."""

    last: psycopg.Error | None = None


class HotConnection(AsyncConnection[TupleRow]):
    """A connection that waits like psycopg's own until `watch` is called, and again after `unwatch`."""

    _loop: asyncio.AbstractEventLoop | None = None
    _socket = -1  # registered with the loop; -1 while it is not
    _ready: asyncio.Future[Ready] | None = None

    @classmethod
    async def connect(cls, conninfo: str = "", *, refusal: Refusal, **options: Any) -> Self:  # type: ignore[override]
        """Connect, and note in `refusal` whether that succeeded."""
        try:
            connection = await super().connect(conninfo, **options)
        except psycopg.Error as failure:
            refusal.last = failure
            raise
        refusal.last = None
        return connection

    def watch(self) -> None:
        """Keep the socket registered from the next wait on; the caller owns the connection until `unwatch`."""
        self._loop = asyncio.get_running_loop()

    def unwatch(self) -> None:
        """Take the socket out of the loop: before the connection is given away or closed."""
        self._unregister()
        self._loop = None

    async def wait(  # the signature is the driver's
        self,
        gen: PQGen[Result],
        interval: float = 0.1,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> Result:
        """Drive one of psycopg's generators to its end; see AsyncConnection.wait."""
        if self._loop is None or timeout is not None:
            return await super().wait(gen, interval, timeout)
        try:
            state = next(gen)
            while True:
                state = gen.send(await self._until_ready(self._loop, state))
                # Most statements wait once. Before another wait the socket is registered again: after an error on the
                # socket libuv reports nothing more for the old registration.
                self._unregister()
        except StopIteration as finished:
            result: Result = finished.value
            return result
        except OSError as failure:
            raise psycopg.OperationalError("connection socket closed") from failure
        except asyncio.CancelledError:
            self.unwatch()
            await self._end_statement(gen)
            raise

    async def _until_ready(self, loop: asyncio.AbstractEventLoop, state: Wait) -> Ready:
        """Wait until the server has sent something, or, while a large statement is being written, can receive more."""
        socket = self.pgconn.socket
        ready: asyncio.Future[Ready] = loop.create_future()
        self._ready = ready
        if self._socket < 0:
            self._socket = socket
            loop.add_reader(socket, self._on_readable)
        if state == Wait.R:
            try:
                return await ready
            finally:
                self._ready = None
        loop.add_writer(socket, self._set_ready, Ready.W)
        try:
            return await ready
        finally:
            self._ready = None
            loop.remove_writer(socket)

    def _on_readable(self) -> None:
        if self._ready is None:
            self._unregister()
        else:
            self._set_ready(Ready.R)

    def _set_ready(self, ready: Ready) -> None:
        if self._ready is not None and not self._ready.done():
            self._ready.set_result(ready)

    def _unregister(self) -> None:
        if self._socket >= 0 and self._loop is not None:
            self._loop.remove_reader(self._socket)
        self._socket = -1

    async def _end_statement(self, gen: PQGen[Result]) -> None:
        """Ask the server to cancel the statement, as psycopg does; if that fails, close the connection."""
        if self.pgconn.transaction_status != TransactionStatus.ACTIVE:
            return
        try:
            await self.cancel_safe(timeout=CANCEL_S)
            with suppress(psycopg.errors.QueryCanceled):
                await super().wait(gen, timeout=CANCEL_S)
        except BaseException:
            self.pgconn.finish()
            raise
