"""Sends the head of a response together with the beginning of its body, as ASGI wants it, and as one packet.

uvicorn writes them one after the other: that is two system calls, and the client wakes up for a head without a body.
A head whose body is not there at once goes alone: that of a stream with nothing to say yet, or of an answer to HEAD.
https://asgi.readthedocs.io/en/latest/specs/www.html#response-start-send-event
"""

from __future__ import annotations

import asyncio

_CONTINUE = b"HTTP/1.1 100 "  # answers the head of a request, and has no body


class ResponseWriter:
    """Stands for the transport of one connection while uvicorn writes its responses, one at a time."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._head = b""
        self._has_begun = False

    def write(self, data: bytes) -> None:
        if self._has_begun:
            self._transport.write(self._head + data if self._head else data)
            self._head = b""
        elif data.startswith(_CONTINUE):
            self._transport.write(data)
        else:
            self._has_begun = True
            self._head = data
            self._loop.call_soon(self._send_head)

    def end(self) -> None:
        """Send the head of a response that has no body; the next one begins with its head again."""
        self._has_begun = False
        self._send_head()

    def _send_head(self) -> None:
        if self._head:
            head, self._head = self._head, b""
            if not self._transport.is_closing():
                self._transport.write(head)

    def is_closing(self) -> bool:
        return self._transport.is_closing()

    def close(self) -> None:
        self.end()
        self._transport.close()
