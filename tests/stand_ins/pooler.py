"""A connection pooler, as pgbouncer is before many Postgres: for tests where none can be had.

    with Pooler(postgres.port, mode="transaction") as pooler:
        pooler.url("botflow", user="postgres")

In transaction mode a client has a server's connection for one transaction, and what it leaves in that session is the
next client's; in session mode it has one of its own. Both refuse the start-up parameter `options`, unless the pooler
`ignores_options`, as pgbouncer does (https://www.pgbouncer.org/config.html: `pool_mode`, `ignore_startup_parameters`).
Messages: https://www.postgresql.org/docs/current/protocol-message-formats.html
"""

from __future__ import annotations

import asyncio
import secrets
import struct
import threading
from dataclasses import dataclass, field
from types import TracebackType
from typing import Literal

SSL_REQUEST, GSS_REQUEST, CANCEL_REQUEST = 80_877_103, 80_877_104, 80_877_102
READY, TERMINATE = b"Z", b"X"
ENDS = (b"Q", b"S")  # a query, or a Sync: then the server answers, and says at last that it is ready
IDLE = b"I"
OWN_SERVERS = 2  # connections to Postgres, for each user and database


@dataclass(slots=True)
class _Server:
    """A connection to Postgres, and what it said when it began."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    parameters: bytes


@dataclass(slots=True)
class Pooler:
    """Listens on 127.0.0.1 during a `with` block, before the Postgres at `server_port`, which trusts everybody."""

    server_port: int
    mode: Literal["transaction", "session"]
    ignores_options: bool = False
    port: int = 0
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    _thread: threading.Thread | None = None
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)
    _writers: list[asyncio.StreamWriter] = field(default_factory=list)
    _idle: dict[bytes, asyncio.LifoQueue[_Server]] = field(default_factory=dict)

    def url(self, database: str, *, user: str = "postgres") -> str:
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}"

    def __enter__(self) -> Pooler:
        listening = threading.Event()

        async def listen() -> None:
            server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
            self.port = server.sockets[0].getsockname()[1]
            listening.set()
            async with server:
                await self._stopping.wait()
                server.close()

        def run() -> None:
            asyncio.set_event_loop(self._loop)
            self._loop.run_until_complete(listen())
            self._loop.run_until_complete(self._end())
            self._loop.close()

        self._thread = threading.Thread(target=run, daemon=True)
        self._thread.start()
        assert listening.wait(10)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        assert self._thread is not None
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(10)

    async def _end(self) -> None:
        """Close every connection, and wait until that is so."""
        served = asyncio.all_tasks(self._loop) - {asyncio.current_task(self._loop)}
        for task in served:
            task.cancel()
        await asyncio.gather(*served, return_exceptions=True)
        for writer in self._writers:
            writer.close()
        await asyncio.gather(*(writer.wait_closed() for writer in self._writers), return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.append(writer)
        try:
            await self._talk(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        startup = await self._startup(reader, writer)
        if startup is None:
            return
        given = startup[4:].rstrip(b"\0").split(b"\0")
        named = dict(zip(given[::2], given[1::2], strict=True))
        if named.get(b"options") and not self.ignores_options:
            words = b"SFATAL\0VFATAL\0C08P01\0Munsupported startup parameter: options\0\0"
            writer.write(_message(b"E", words))
            await writer.drain()
            return
        user, database = named[b"user"], named.get(b"database", named[b"user"])
        if self.mode == "session":
            own = await self._connect(user, database)
            writer.write(_welcome(own))
            await _pass_on(reader, writer, own)
            return
        servers = await self._servers(user, database)
        first = await servers.get()
        servers.put_nowait(first)
        writer.write(_welcome(first))
        while (message := await _read(reader))[0] != TERMINATE:
            server = await servers.get()
            try:
                await self._transaction(server, message, reader, writer)
            finally:
                servers.put_nowait(server)

    async def _transaction(
        self,
        server: _Server,
        message: tuple[bytes, bytes],
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        """Pass messages on in both directions, until the server is outside of a transaction."""
        while True:
            server.writer.write(_message(*message))
            if message[0] in ENDS:
                while (answer := await _read(server.reader))[0] != READY:
                    writer.write(_message(*answer))
                writer.write(_message(*answer))
                if answer[1] == IDLE:
                    return
            message = await _read(reader)

    async def _servers(self, user: bytes, database: bytes) -> asyncio.LifoQueue[_Server]:
        """Return the idle connections of a user to a database; the last one used is used first."""
        key = user + b"\0" + database
        if key not in self._idle:
            self._idle[key] = asyncio.LifoQueue()
            for _ in range(OWN_SERVERS):
                self._idle[key].put_nowait(await self._connect(user, database))
        return self._idle[key]

    async def _connect(self, user: bytes, database: bytes) -> _Server:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.server_port)
        self._writers.append(writer)
        body = struct.pack("!i", 196_608) + b"user\0" + user + b"\0database\0" + database + b"\0\0"
        writer.write(struct.pack("!i", len(body) + 4) + body)
        parameters = b""
        while (message := await _read(reader))[0] != READY:
            if message[0] == b"E":
                raise ConnectionError(message[1].decode(errors="replace"))
            if message[0] == b"S":
                parameters += _message(*message)
        return _Server(reader, writer, parameters)

    async def _startup(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes | None:
        """Return the start-up message after refusing encryption; None for a request to cancel."""
        while True:
            (size,) = struct.unpack("!i", await reader.readexactly(4))
            body = await reader.readexactly(size - 4)
            (code,) = struct.unpack("!i", body[:4])
            if code in (SSL_REQUEST, GSS_REQUEST):
                writer.write(b"N")
                continue
            return None if code == CANCEL_REQUEST else body


def _welcome(server: _Server) -> bytes:
    """Return what a client is told when it may begin; the key to cancel is none of the server's."""
    return (
        _message(b"R", struct.pack("!i", 0))
        + server.parameters
        + _message(b"K", secrets.token_bytes(8))
        + _message(READY, IDLE)
    )


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, server: _Server) -> None:
    """Pass everything on, until one side ends."""

    async def pump(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        while data := await source.read(65_536):
            target.write(data)
            await target.drain()

    pumps = [asyncio.create_task(pump(reader, server.writer)), asyncio.create_task(pump(server.reader, writer))]
    try:
        await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for each in pumps:
            each.cancel()
        await asyncio.gather(*pumps, return_exceptions=True)
        server.writer.close()


async def _read(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    kind = await reader.readexactly(1)
    (size,) = struct.unpack("!i", await reader.readexactly(4))
    return kind, await reader.readexactly(size - 4)


def _message(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("!i", len(body) + 4) + body
