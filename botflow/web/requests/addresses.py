"""Callers' addresses: whose request it is when a proxy passes it on, and which addresses are counted as one.

`X-Forwarded-For` is believed only when a trusted proxy sends it, because any client can write it. Of its hops the
right-most one that is not a trusted proxy is the caller: everything to the left of it was written by the caller.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from starlette.types import Scope

FORWARDED_FOR = b"x-forwarded-for"
HOME_NETWORK_BITS = 64  # a home or a phone gets a whole IPv6 network of this prefix, and may use each of its addresses
_KEPT = 10_000

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address


class TrustedProxies:
    """The proxies of BOTFLOW_TRUSTED_PROXIES; by default none."""

    def __init__(self, networks: Sequence[Network] = ()) -> None:
        self._networks = tuple(networks)
        self._is_trusted = lru_cache(_KEPT)(self._find)

    def trusts(self, peer: str) -> bool:
        """Say whether `peer`, an address as text, is a trusted proxy."""
        return bool(self._networks) and self._is_trusted(peer)

    def caller(self, scope: Scope) -> str:
        """Return the address that a request's limits count; "" when the server does not know any."""
        client = scope.get("client")
        peer = client[0] if client else ""
        if not self.trusts(peer):
            return counted_as(peer)
        caller = peer
        for hop in _hops_from_the_right(scope):
            address = _without_port(hop)
            if _parsed(address) is None:  # its author cannot be known
                break
            caller = address
            if not self.trusts(address):
                break
        return counted_as(caller)

    def _find(self, text: str) -> bool:
        address = _parsed(text)
        return address is not None and any(address in network for network in self._networks)


@lru_cache(_KEPT)
def counted_as(text: str) -> str:
    """Return the address or network that stands for `text` in counts: an IPv6 address is counted by its /64, an
    IPv4-mapped one as IPv4. What is no address is returned as it is."""
    address = _parsed(text)
    if isinstance(address, IPv6Address):
        return str(IPv6Network((address, HOME_NETWORK_BITS), strict=False))
    return text if address is None else str(address)


def _parsed(text: str) -> Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if not isinstance(address, IPv6Address):
        return address
    return address.ipv4_mapped or IPv6Address(int(address))  # without its scope (fe80::1%eth0)


def _hops_from_the_right(scope: Scope) -> list[str]:
    """Return the hops, the nearest first. Several headers count as one, in their order (RFC 9110, 5.3)."""
    values = [value for name, value in scope["headers"] if name == FORWARDED_FOR]
    return [hop.strip() for hop in b",".join(values).decode("latin-1").split(",") if hop.strip()][::-1]


def _without_port(hop: str) -> str:
    """Return the address of `192.0.2.1:4711`, `[2001:db8::1]:4711` or `[2001:db8::1]`; some proxies write ports."""
    if hop.startswith("["):
        return hop[1:].partition("]")[0]
    host, colon, _ = hop.partition(":")
    return host if colon and hop.count(":") == 1 else hop
