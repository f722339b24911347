"""Where webhooks may be sent, and the request itself. An address is what people of an organization write, so it could
lead into the network of the deployment: to its database, or to the metadata service of its cloud.

So the name is resolved here, every address that it has is checked, and the connection goes to a checked address: a
second resolution, by the client, could give another one. Redirects are answers like others, and not followed.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, urlsplit

from botflow.errors import UsageError
from botflow.runtime.events.retry_after import retry_after_s

Network = IPv4Network | IPv6Network
WITHIN_S = 15.0  # for name, connection and answer together
LONGEST_URL = 2_000
MOST_ADDRESSES = 3  # that are tried
# Why an event was not received, as deliveries say it.
ERRORS = {
    "webhook.refused": "the receiver answered with another status than 2xx; redirects are not followed",
    "webhook.timeout": "no answer came within 15 seconds",
    "webhook.no_answer": "the connection broke before the answer",
    "webhook.unreachable": "no connection could be made to any address of the host",
    "observer.failed": "an observer of a plugin raised; the log has the exception",
}
_NAT64 = IPv6Network("64:ff9b::/96")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What came of a request: the status of the answer, or a stable code of why there is none; and for how long the
    receiver wants to get nothing more."""

    status: int | None = None
    error: str | None = None
    retry_after_s: float = 0.0

    @property
    def is_received(self) -> bool:
        return self.error is None


class TargetRefused(Exception):
    """A webhook may not be sent there; `code` says why."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.code = name


def check_url(url: str, networks: Sequence[Network]) -> SplitResult:
    """Return the parts of a URL that a webhook may have, as far as that can be said without resolving its name;
    TargetRefused otherwise."""
    if len(url) > LONGEST_URL or not url.isprintable() or " " in url:
        raise TargetRefused("webhook.url", f"it has blanks, or more than {LONGEST_URL} characters")
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 -- it is parsed when it is read
    except ValueError:
        raise TargetRefused("webhook.url", "it is no URL") from None
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.username is not None or parts.fragment:
        raise TargetRefused("webhook.url", "it must be https://host/path, without user, password and fragment")
    if parts.scheme == "http" and not networks:
        raise TargetRefused("webhook.not_https", "it must begin with https://")
    with suppress(ValueError):  # of a name, which is resolved when it is used
        check_address(ip_address(parts.hostname), parts.scheme, networks)
    return parts


def check_address(address: IPv4Address | IPv6Address, scheme: str, networks: Sequence[Network]) -> None:
    """TargetRefused unless the address is public and reached by https, or one of the networks that are allowed."""
    inner = _embedded(address)
    if any(inner.version == network.version and inner in network for network in networks):
        return
    if not inner.is_global or inner.is_multicast or inner.is_reserved:
        raise TargetRefused("webhook.private_address", f"{address} is no address of the public internet")
    if scheme != "https":
        raise TargetRefused("webhook.not_https", "it must begin with https://")


async def post(url: str, headers: Mapping[str, str], body: bytes, networks: Sequence[Network], now: datetime) -> Sent:
    """Send `body` once, and return what came of it. The answer's body is not read."""
    try:
        async with asyncio.timeout(WITHIN_S):
            parts = check_url(url, networks)
            return await _post_to(parts, await _checked_addresses(parts, networks), headers, body, now)
    except TargetRefused as refused:
        return Sent(error=refused.code)
    except TimeoutError:
        return Sent(error="webhook.timeout")


async def _checked_addresses(parts: SplitResult, networks: Sequence[Network]) -> list[str]:
    assert parts.hostname is not None, "it was checked"
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(parts.hostname, _port(parts), type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise TargetRefused("webhook.unknown_host", f"the name {parts.hostname} cannot be resolved") from None
    addresses = list(dict.fromkeys(str(place[4][0]) for place in found))
    for address in addresses:
        check_address(ip_address(address.partition("%")[0]), parts.scheme, networks)
    return addresses[:MOST_ADDRESSES]


async def _post_to(
    parts: SplitResult, addresses: Sequence[str], headers: Mapping[str, str], body: bytes, now: datetime
) -> Sent:
    try:
        import httpx2
    except ImportError:
        raise UsageError(
            "webhooks cannot be sent from here: a package is missing",
            code="webhook.not_installed",
            hint="pip install 'botflow[service]'",
        ) from None
    sent = {"host": parts.netloc, "content-type": "application/json", "user-agent": "botflow-webhooks", **headers}
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    async with httpx2.AsyncClient(trust_env=False, follow_redirects=False, timeout=WITHIN_S) as client:
        for address in addresses:
            host = f"[{address}]" if ":" in address else address
            request = client.build_request(
                "POST",
                f"{parts.scheme}://{host}:{_port(parts)}{path}",
                headers=sent,
                content=body,
                extensions={"sni_hostname": parts.hostname},  # the certificate must be that of the name
            )
            try:
                answer = await client.send(request, stream=True)
            except (httpx2.ConnectError, httpx2.ConnectTimeout):
                continue  # nothing has been sent: the next address may be reachable
            except httpx2.HTTPError:
                return Sent(error="webhook.no_answer")
            await answer.aclose()
            is_received = HTTPStatus.OK <= answer.status_code < HTTPStatus.MULTIPLE_CHOICES
            wait_s = retry_after_s(answer.status_code, answer.headers.get("retry-after"), now)
            error = None if is_received else "webhook.refused"
            return Sent(status=answer.status_code, error=error, retry_after_s=wait_s)
    return Sent(error="webhook.unreachable")


def _port(parts: SplitResult) -> int:
    return parts.port or (443 if parts.scheme == "https" else 80)


def _embedded(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """Return the IPv4 address that an IPv6 address leads to; the address itself if it does not."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address
