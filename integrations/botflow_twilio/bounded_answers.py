"""The SDK's HTTP client within bounds: of bytes, as it reads a whole answer into memory, however large it is; and of
networks, as an organization's API address may not lead into the network of the deployment.

Imports aiohttp, so it is imported with the SDK, not before.
"""

from __future__ import annotations

import logging
import socket
from collections.abc import Sequence
from ipaddress import ip_address
from typing import Any

import orjson
from aiohttp import AddrInfoType, ClientResponse, ClientSession, TCPConnector
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.http.response import Response

from botflow.outgoing_targets import Network, check_address

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


class JsonTwilioHttpClient(AsyncTwilioHttpClient):  # type: ignore[misc]  # the SDK has no types
    """The SDK's client, which also writes a body as JSON where its header says so: the SDK's own writes a form."""

    async def request(self, method: str, url: str, **more: Any) -> Response:
        headers = more.get("headers") or {}
        if headers.get("Content-Type") == "application/json" and isinstance(more.get("data"), dict):
            more["data"] = orjson.dumps(more["data"])
        return await super().request(method, url, **more)


def bounded_client(
    logger: logging.Logger, scheme: str = "https", networks: Sequence[Network] | None = None
) -> AsyncTwilioHttpClient:
    """Return the SDK's HTTP client, with bounded answers; with `networks`, one that reaches no other private networks.

    An event loop must run. The client does not follow redirects.
    """
    client = JsonTwilioHttpClient(pool_connections=False, logger=logger)
    connector = None if networks is None else _checking_connector(scheme, networks)
    client.session = ClientSession(response_class=BoundedResponse, connector=connector)
    return client


def _checking_connector(scheme: str, networks: Sequence[Network]) -> TCPConnector:
    def checked_socket(place: AddrInfoType) -> socket.socket:
        """Open a socket for an address after its check; aiohttp reports TargetRefused as ClientConnectorError."""
        family, kind, protocol, _, address = place
        check_address(ip_address(str(address[0])), scheme, networks)
        return socket.socket(family, kind, protocol)

    return TCPConnector(socket_factory=checked_socket)
