"""Limits per address count the caller behind a trusted proxy, and the peer itself behind any other."""

from __future__ import annotations

import pytest

from tests.web.site import open_site

SESSIONS = "/chat/order/sessions"
MOST = 120  # sessions of one address within a minute


async def test_callers_behind_a_trusted_proxy_have_limits_of_their_own(sqlite_url: str) -> None:
    async with open_site(sqlite_url, botflow_trusted_proxies="127.0.0.1") as site:
        site.hold_the_minute()
        for number in range(MOST + 5):
            forwarded = {"x-forwarded-for": f"198.51.100.{number}, 203.0.113.5"}  # the left one is its own invention
            last = await site.client.post(SESSIONS, headers=forwarded)
        other = await site.client.post(SESSIONS, headers={"x-forwarded-for": "203.0.113.6"})

    assert (last.status_code, other.status_code) == (429, 201)


async def test_forwarded_headers_of_other_peers_are_ignored(sqlite_url: str) -> None:
    async with open_site(sqlite_url) as site:
        site.hold_the_minute()
        for number in range(MOST + 5):
            last = await site.client.post(SESSIONS, headers={"x-forwarded-for": f"198.51.100.{number}"})

    assert last.status_code == 429


async def test_an_ignored_header_is_logged_once(sqlite_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    async with open_site(sqlite_url) as site:
        for _ in range(3):
            await site.client.post(SESSIONS)
        assert "forwarded_header_ignored" not in capsys.readouterr().out
        for _ in range(3):
            await site.client.post(SESSIONS, headers={"x-forwarded-for": "203.0.113.5"})

    assert capsys.readouterr().out.count("forwarded_header_ignored") == 1


async def test_an_ipv6_network_is_one_caller(sqlite_url: str) -> None:
    async with open_site(sqlite_url, botflow_trusted_proxies="127.0.0.0/8, 10.0.0.0/8") as site:
        site.hold_the_minute()
        for number in range(MOST + 5):
            last = await site.client.post(SESSIONS, headers={"x-forwarded-for": f"2001:db8:1:2::{number:x}"})
        other = await site.client.post(SESSIONS, headers={"x-forwarded-for": "2001:db8:1:3::1"})

    assert (last.status_code, other.status_code) == (429, 201)
