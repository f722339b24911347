"""A transport of httpx2 for addresses that people of an organization write: it connects to checked addresses only, at
the first request and at each redirection that is followed through it.

It keeps no connection: two names may have one address, and a connection that was opened for the first name has proven
nothing about the second one. It reads no proxy from the environment: a proxy would resolve the name again.
"""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from functools import cache

import httpx2

from botflow.outgoing_targets import Network, check_url, checked_addresses

_NO_REUSE = httpx2.Limits(max_keepalive_connections=0)


class CheckedTransport(httpx2.AsyncBaseTransport):
    """Raises TargetRefused before anything is sent to an address that is refused."""

    def __init__(self, networks: Sequence[Network]) -> None:
        self._networks = networks
        self._inner = httpx2.AsyncHTTPTransport(verify=_certificates(), trust_env=False, limits=_NO_REUSE)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send it to the first address of its name that takes a connection; ConnectError if none does."""
        written = request.url
        parts = check_url(str(written.copy_with(path="/", query=None)), self._networks)
        addresses = await checked_addresses(parts, self._networks)
        # The header Host is written, with the name; the certificate must be that of the name.
        request.extensions = {**request.extensions, "sni_hostname": written.host}
        _share_time(request, len(addresses))
        *others, last = addresses
        for address in others:
            try:
                request.url = written.copy_with(host=address)
                return await self._inner.handle_async_request(request)
            except (httpx2.ConnectError, httpx2.ConnectTimeout):
                continue  # nothing has been sent: the next address may be reachable
        request.url = written.copy_with(host=last)
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        await self._inner.aclose()


def _share_time(request: httpx2.Request, addresses: int) -> None:
    """Let all addresses together, each with its connection and the beginning of TLS, take the time to connect."""
    timeout: dict[str, float | None] = dict(request.extensions.get("timeout", {}))
    connect_s = timeout.get("connect")
    if connect_s is not None:
        request.extensions["timeout"] = {**timeout, "connect": connect_s / (2 * addresses)}


@cache  # reading the authorities' certificates takes as long as a hundred requests
def _certificates() -> ssl.SSLContext:
    """Return the authorities that are believed: those of SSL_CERT_FILE or SSL_CERT_DIR, which the operator may set."""
    return httpx2.create_ssl_context(trust_env=True)
