"""Where addresses that people of an organization write may lead: those of webhooks, and of their provider accounts.

Such an address could lead into the network of the deployment: to its database, or to the metadata service of its cloud.
So it is checked twice: its form when it is saved, and every address that its name has when a connection is made. A
connection goes to a checked address: a second resolution could give another one.
"""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache, partial
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, urlsplit

Network = IPv4Network | IPv6Network
LONGEST_URL = 2_000
MOST_RESOLVED = 32  # names at once
MOST_ADDRESSES = 3  # of a name, that are tried
PUBLIC_ONLY = (
    "give an https address that the public internet reaches; operators allow others by BOTFLOW_WEBHOOK_NETWORKS"
)
_NAT64 = IPv6Network("64:ff9b::/96")
# Not public, though some releases of Python count them as global: the protocol assignments in which a cloud has its
# metadata service, the address by which another cloud reaches its machines' agents, and site-local addresses.
_NOT_PUBLIC: tuple[Network, ...] = (
    IPv4Network("192.0.0.0/24"),
    IPv4Network("168.63.129.16/32"),
    IPv6Network("fec0::/10"),
)
# What a resolver reads as an IPv4 address in another form: 2130706433, 0x7f000001, 127.1, 0177.0.0.1.
_NUMBER = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)\.?", re.IGNORECASE | re.ASCII)


class TargetRefused(OSError):
    """No connection may be made there; `code` says why, as webhooks call it. An OSError, as one that an HTTP client
    expects of a connection that fails."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.code = name


class UnknownHost(TargetRefused):
    """The name has no address, or none now."""


def check_url(url: str, networks: Sequence[Network]) -> SplitResult:
    """Return the parts of a URL that may be written, as far as that can be said without resolving its name;
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
    if not parts.hostname.isascii():  # clients write such names in different ways, some as numbers
        raise TargetRefused("webhook.url", "its host must be written in ASCII, an international name as xn--...")
    if parts.scheme == "http" and not networks:
        raise TargetRefused("webhook.not_https", "it must begin with https://")
    _check_numeric(parts.hostname, parts.scheme, networks)
    return parts


def check_address(address: IPv4Address | IPv6Address, scheme: str, networks: Sequence[Network]) -> None:
    """TargetRefused unless the address is public and reached by https, or one of the networks that are allowed."""
    inner = _embedded(address)
    if _is_within(inner, networks):
        return
    if not inner.is_global or inner.is_multicast or inner.is_reserved or _is_within(inner, _NOT_PUBLIC):
        raise TargetRefused("webhook.private_address", f"{address} is no address of the public internet")
    if scheme != "https":
        raise TargetRefused("webhook.not_https", "it must begin with https://")


async def checked_addresses(parts: SplitResult, networks: Sequence[Network]) -> list[str]:
    """Resolve the name of a URL, and return its first addresses; TargetRefused if any of its addresses is refused."""
    assert parts.hostname is not None, "it was checked"
    resolve = partial(socket.getaddrinfo, parts.hostname, port_of(parts), type=socket.SOCK_STREAM)
    try:
        found = await asyncio.get_running_loop().run_in_executor(_resolvers(), resolve)
    except (OSError, UnicodeError):
        raise UnknownHost("webhook.unknown_host", f"the name {parts.hostname} cannot be resolved") from None
    addresses = list(dict.fromkeys(str(place[4][0]) for place in found))
    for address in addresses:
        check_address(ip_address(address.partition("%")[0]), parts.scheme, networks)
    return addresses[:MOST_ADDRESSES]


@cache
def _resolvers() -> ThreadPoolExecutor:
    """Return threads of their own: a name whose server is silent holds one for half a minute, and the event loop's
    threads have other work."""
    return ThreadPoolExecutor(MOST_RESOLVED, thread_name_prefix="names")


def port_of(parts: SplitResult) -> int:
    """Return the port that a connection goes to."""
    return parts.port or (443 if parts.scheme == "https" else 80)


def _check_numeric(host: str, scheme: str, networks: Sequence[Network]) -> None:
    """Check a host that is an address, and refuse one that some clients would read as an address."""
    with suppress(ValueError):
        return check_address(ip_address(host.partition("%")[0]), scheme, networks)
    if _NUMBER.fullmatch(host.rstrip(".").rpartition(".")[2]):
        raise TargetRefused("webhook.url", f"{host} is a number: write an address as 192.0.2.1, or a name")


def _is_within(address: IPv4Address | IPv6Address, networks: Sequence[Network]) -> bool:
    return any(address.version == network.version and address in network for network in networks)


def _embedded(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """Return the IPv4 address that an IPv6 address leads to; the address itself if it does not."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address
