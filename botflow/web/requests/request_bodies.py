"""Request bodies, read up to a limit; those that are not complete yet are bounded in number and in bytes.

A body that came in one piece with its head is not counted: it holds no memory that waits for its client.
The time that a body may take is bounded by `http_protocol`, and here behind any other server.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from http import HTTPStatus

from starlette.types import Message, Receive, Scope

from botflow.errors import RejectedInbound
from botflow.web.asgi import Disconnected, header
from botflow.web.problem import Refused

MOST_PER_ADDRESS = 50
MOST_BYTES = 64 * 1024 * 1024  # of all incomplete bodies of this process
BODY_WITHIN_S = 10.0
LEAST_RATE = 8 * 1024  # of a file that takes longer, in bytes per second
_RETRY = {"retry-after": "2"}


class OpenBodies:
    """The incomplete bodies of this process: how many of each address, and how many bytes of them are held."""

    def __init__(
        self,
        *,
        most_per_address: int = MOST_PER_ADDRESS,
        most_bytes: int = MOST_BYTES,
        within_s: float | None = None,
    ) -> None:
        """`within_s` bounds the time of a body, in seconds; None where the server bounds it: a timer costs a turn a
        hundredth of its time."""
        self.within_s = within_s
        self._most_per_address = most_per_address
        self._most_bytes = most_bytes
        self._open: Counter[str] = Counter()
        self._bytes = 0

    def deadline_s(self, began_s: float, came: int) -> float | None:
        """Return until when the next bytes of a file must come, by the event loop's clock, when `came` are here."""
        return None if self.within_s is None else began_s + self.within_s + came / LEAST_RATE

    @contextmanager
    def place(self, address: str) -> Iterator[Pieces]:
        """Count a body of `address`; 429 `body.too_many` when it has too many that are incomplete."""
        if self._open[address] >= self._most_per_address:
            raise Refused(
                "your address sends too many bodies at once",
                code="body.too_many",
                hint="send each body at once, or fewer of them",
                status=HTTPStatus.TOO_MANY_REQUESTS,
                headers=_RETRY,
            )
        self._open[address] += 1
        pieces = Pieces(self)
        try:
            yield pieces
        finally:
            pieces.clear()
            self._open[address] -= 1
            if not self._open[address]:
                del self._open[address]

    def hold(self, size: int) -> None:
        """Count bytes; 503 `body.full` when all incomplete bodies together are too large."""
        if self._bytes + size > self._most_bytes:
            raise Refused(
                "this server receives too much at once",
                code="body.full",
                hint="nothing was stored: send the same request again after as many seconds as Retry-After says",
                status=HTTPStatus.SERVICE_UNAVAILABLE,
                headers=_RETRY,
            )
        self._bytes += size

    def let_go(self, size: int) -> None:
        self._bytes -= size


class Pieces:
    """The pieces of one body so far."""

    def __init__(self, bodies: OpenBodies) -> None:
        self._bodies = bodies
        self._content = bytearray()

    @property
    def size(self) -> int:
        return len(self._content)

    def add(self, piece: bytes, limit: int) -> None:
        if self.size + len(piece) > limit:
            raise _too_large(limit)
        self._bodies.hold(len(piece))
        self._content += piece

    def joined(self) -> bytes:
        return bytes(self._content)

    def clear(self) -> None:
        """Let go of the pieces so far."""
        self._bodies.let_go(self.size)
        self._content.clear()


async def read_body(scope: Scope, receive: Receive, limit: int) -> bytes:
    """Return the request's body; RejectedInbound `body.too_large` as soon as it exceeds `limit` bytes, and
    `body.too_slow` when it is not complete in time."""
    declared = header(scope, b"content-length")
    if declared is not None and declared.isdigit() and int(declared[:18]) > limit:
        raise _too_large(limit)
    desk = scope["state"]["desk"]
    bodies: OpenBodies = desk.bodies
    if bodies.within_s is None:
        return await _read(scope, receive, limit, bodies)
    try:
        async with asyncio.timeout(bodies.within_s):
            return await _read(scope, receive, limit, bodies)
    except TimeoutError:
        raise _too_slow() from None


async def _read(scope: Scope, receive: Receive, limit: int, bodies: OpenBodies) -> bytes:
    message = await receive()
    if message["type"] == "http.request" and not message.get("more_body", False):
        body: bytes = message.get("body", b"")
        if len(body) > limit:
            raise _too_large(limit)
        return body
    with bodies.place(scope["state"]["desk"].address_of(scope)) as pieces:
        while message["type"] == "http.request":
            pieces.add(message.get("body", b""), limit)
            if not message.get("more_body", False):
                return pieces.joined()
            message = await receive()
    raise Disconnected


async def read_in_pieces(scope: Scope, receive: Receive, limit: int, piece: int) -> AsyncGenerator[bytes]:
    """Yield the request's body in pieces of `piece` bytes or a little more, the last one of any size; only one piece is
    held at a time. RejectedInbound `body.too_large` as soon as the body exceeds `limit` bytes, and `body.too_slow` when
    it stays behind the least rate."""
    declared = header(scope, b"content-length")
    if declared is not None and declared.isdigit() and int(declared[:18]) > limit:
        raise _too_large(limit)
    desk = scope["state"]["desk"]
    bodies: OpenBodies = desk.bodies
    before, began_s = 0, asyncio.get_running_loop().time()
    with bodies.place(desk.address_of(scope)) as pieces:
        more = True
        while more:
            message = await _receive_until(receive, bodies.deadline_s(began_s, before + pieces.size))
            if message["type"] != "http.request":
                raise Disconnected
            more = message.get("more_body", False)
            pieces.add(message.get("body", b""), limit - before)
            if pieces.size >= piece or (pieces.size and not more):
                before += pieces.size
                yield pieces.joined()
                pieces.clear()


async def _receive_until(receive: Receive, deadline_s: float | None) -> Message:
    try:
        async with asyncio.timeout_at(deadline_s):
            return await receive()
    except TimeoutError:
        raise _too_slow() from None


def _too_slow() -> Refused:
    return Refused(
        "the request's body did not come in time",
        code="body.too_slow",
        hint="nothing was stored: send the same request again, the whole body at once",
        status=HTTPStatus.REQUEST_TIMEOUT,
        headers={"connection": "close"},
    )


def _too_large(limit: int) -> RejectedInbound:
    return RejectedInbound(
        f"the body is larger than {limit} bytes", code="body.too_large", hint="send less at once", status=413
    )
