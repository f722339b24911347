"""A bound of bytes for Twilio's answers: the SDK reads a whole answer into memory, however large it is.

Imports aiohttp, so it is imported with the SDK, not before.
"""

from __future__ import annotations

import logging

from aiohttp import ClientResponse, ClientSession
from twilio.http.async_http_client import AsyncTwilioHttpClient

LARGEST = 8 * 1024 * 1024  # a page of 200 messages has up to 0.6 MB


class AnswerTooLarge(Exception):
    """An answer has more than `LARGEST` bytes; whether the request had an effect is not known."""


class BoundedResponse(ClientResponse):
    """A response whose body is read up to `LARGEST` bytes, after decompression."""

    async def read(self) -> bytes:
        if self._body is None:
            pieces: list[bytes] = []
            size = 0
            async for piece in self.content.iter_any():
                size += len(piece)
                if size > LARGEST:
                    self.close()
                    raise AnswerTooLarge
                pieces.append(piece)
            await super().read()  # reads nothing more, and gives the connection back
            self._body = b"".join(pieces)
        return self._body


def bounded_client(logger: logging.Logger) -> AsyncTwilioHttpClient:
    """Return the SDK's HTTP client, with bounded answers. An event loop must run."""
    client = AsyncTwilioHttpClient(pool_connections=False, logger=logger)
    client.session = ClientSession(response_class=BoundedResponse)
    return client
