"""The HTTP session of the SDK within bounds: of bytes, as the SDK reads a whole answer into memory, and of networks, as
neither an organization's API address nor an upload address in its answers may lead into the network of the deployment.

Imports aiohttp, so it is imported with the SDK, not before.
"""

from __future__ import annotations

import socket
from collections.abc import Sequence
from ipaddress import ip_address
from typing import Any

from aiohttp import (
    AddrInfoType,
    ClientError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    TCPConnector,
    TraceConfig,
)

from botflow.outgoing_targets import Network, check_address

LARGEST = 2 * 1024 * 1024
CONNECT_S = 10.0
LONGEST_S = 120.0  # of a request with an upload


class AnswerTooLarge(Exception):
    """An answer has more than `LARGEST` bytes."""


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


class Redirected(ClientError):
    """An answer leads elsewhere. Slack's do not, and another server should get neither token nor file."""


async def _refuse(*redirect: Any) -> None:
    raise Redirected


def bounded_session(scheme: str, networks: Sequence[Network] | None) -> ClientSession:
    """Return a session; with `networks`, one that reaches no other private networks."""

    def checked_socket(place: AddrInfoType) -> socket.socket:
        """Open a socket for an address after its check; aiohttp reports TargetRefused as ClientConnectorError."""
        family, kind, protocol, _, address = place
        check_address(ip_address(str(address[0]).partition("%")[0]), scheme, networks or ())
        return socket.socket(family, kind, protocol)

    connector = None if networks is None else TCPConnector(socket_factory=checked_socket)
    tracing = TraceConfig()
    tracing.on_request_redirect.append(_refuse)
    return ClientSession(
        response_class=BoundedResponse,
        connector=connector,
        timeout=ClientTimeout(total=LONGEST_S, connect=CONNECT_S),
        cookie_jar=DummyCookieJar(),
        trace_configs=[tracing],
    )
