"""Whose request it is: forwarded headers count only from trusted proxies, and IPv6 networks count as one."""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from botflow.web.requests.addresses import TrustedProxies, counted_as

PROXIES = TrustedProxies([ip_network("10.0.0.0/8"), ip_network("192.0.2.7"), ip_network("fd00::/8")])


def caller(peer: str | None, *forwarded: str, proxies: TrustedProxies = PROXIES) -> str:
    headers = [(b"host", b"bots.example.com"), *((b"x-forwarded-for", each.encode()) for each in forwarded)]
    return proxies.caller({"client": (peer, 4711) if peer else None, "headers": headers})


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("10.1.2.3", ["203.0.113.5"], "203.0.113.5"),
        ("10.1.2.3", ["1.1.1.1, 203.0.113.5"], "203.0.113.5"),  # the caller wrote the left one
        ("10.1.2.3", ["1.1.1.1", "203.0.113.5"], "203.0.113.5"),
        ("10.1.2.3", ["203.0.113.5, 192.0.2.7, 10.9.9.9"], "203.0.113.5"),
        ("10.1.2.3", ["203.0.113.5", "10.9.9.9"], "203.0.113.5"),
        ("10.1.2.3", ["10.4.4.4, 10.5.5.5"], "10.4.4.4"),  # a caller within the trusted networks
        ("10.1.2.3", [], "10.1.2.3"),
        ("10.1.2.3", [""], "10.1.2.3"),
        ("10.1.2.3", [" , ,"], "10.1.2.3"),
        ("10.1.2.3", ["unknown"], "10.1.2.3"),
        ("10.1.2.3", ["203.0.113.5, nonsense, 10.9.9.9"], "10.9.9.9"),
        ("10.1.2.3", ["203.0.113.5:50123"], "203.0.113.5"),
        ("10.1.2.3", ["[2001:db8:1:2:3::4]:50123"], "2001:db8:1:2::/64"),
        ("10.1.2.3", ["[2001:db8:1:2:3::4]"], "2001:db8:1:2::/64"),
        ("10.1.2.3", ["2001:db8:1:2:3::4"], "2001:db8:1:2::/64"),
        ("::ffff:10.1.2.3", ["203.0.113.5"], "203.0.113.5"),
        ("10.1.2.3", ["::ffff:203.0.113.5"], "203.0.113.5"),
        ("fd00::1", ["203.0.113.5"], "203.0.113.5"),
        ("203.0.113.9", ["203.0.113.5"], "203.0.113.9"),  # no proxy of ours
        ("192.0.2.8", ["203.0.113.5"], "192.0.2.8"),
        (None, ["203.0.113.5"], ""),
    ],
)
def test_the_caller_is_the_right_most_hop_that_is_not_trusted(
    peer: str | None, forwarded: list[str], expected: str
) -> None:
    assert caller(peer, *forwarded) == expected


def test_without_the_setting_forwarded_headers_are_ignored() -> None:
    assert caller("10.1.2.3", "203.0.113.5", proxies=TrustedProxies()) == "10.1.2.3"


def test_what_a_caller_writes_left_of_its_own_address_is_ignored() -> None:
    assert caller("10.1.2.3", "1.1.1.1, 203.0.113.5, 10.9.9.9") == "203.0.113.5"


def test_a_header_of_very_many_hops_costs_one_pass() -> None:
    assert caller("10.1.2.3", ", ".join(["203.0.113.5"] + ["10.0.0.1"] * 200_000)) == "203.0.113.5"


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("203.0.113.5", "203.0.113.5"),
        ("::ffff:203.0.113.5", "203.0.113.5"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::2", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("nonsense", "nonsense"),
    ],
)
def test_ipv6_is_counted_by_network(address: str, counted: str) -> None:
    assert counted_as(address) == counted
