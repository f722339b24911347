"""Where a request may lead: no form of an address, no name and no redirection leads into the deployment's network."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import asynccontextmanager
from ipaddress import ip_network
from typing import Any

import pytest

from botflow.engine.node_type import NodeFailure
from botflow.outgoing_targets import Network
from tests.http.calls import LOOPBACK, ask
from tests.http.service import Service, answer, open_service

ELSEWHERE: tuple[Network, ...] = (ip_network("192.0.2.0/24"),)  # http is allowed somewhere, and not there
REFUSALS = {"http.private_address", "http.url", "http.not_https", "http.redirect", "action.properties"}
# Hosts that lead to 127.0.0.2, where a service listens that nobody may reach.
LOCAL: dict[str, str] = {
    "dotted": "127.0.0.2",
    "decimal": "2130706434",
    "hexadecimal": "0x7f000002",
    "hexadecimal parts": "0x7f.0x0.0x0.0x2",
    "octal": "017700000002",
    "octal parts": "0177.0.0.2",
    "short": "127.2",
    "three parts": "127.0.2",
    "leading zeros": "127.000.000.002",
    "mixed": "0x7f.0.2",
    "overflow": "4425673730",
    "trailing dot": "127.0.0.2.",
    "trailing dot, decimal": "2130706434.",
    "IPv6-mapped": "[::ffff:127.0.0.2]",
    "IPv6-mapped, hexadecimal": "[::ffff:7f00:2]",
    "IPv6-mapped, long": "[0:0:0:0:0:ffff:7f00:0002]",
    "IPv4-compatible": "[::127.0.0.2]",
    "IPv4-translated": "[::ffff:0:127.0.0.2]",
    "NAT64": "[64:ff9b::7f00:2]",
    "NAT64, local": "[64:ff9b:1::7f00:2]",
    "6to4": "[2002:7f00:2::]",
    "Teredo": "[2001:0:7f00:2::1]",
    "unicode digits": "１２７.０.０.２",
    "unicode dots": "127。0。0。2",
    "circled digits": "①②⑦.⓪.⓪.②",
    "blank": "127.0.0.2 .example.com",
    "tab": "127.0.0.2\t",
    "percent": "%31%32%37.0.0.2",
    "NUL": "127.0.0.2\x00.example.com",
    "localhost": "localhost",
    "localhost, trailing dot": "localhost.",
    "localhost, capitals": "LOCALHOST",
    "below localhost": "a.localhost",
}
TRICKS: dict[str, str] = {  # the whole of what stands between scheme and path
    "user": "example.com@127.0.0.2:PORT",
    "user and password": "example.com:443@127.0.0.2:PORT",
    "empty user": "@127.0.0.2:PORT",
    "backslash": "127.0.0.2:PORT\\@example.com",
    "backslash path": "example.com\\@127.0.0.2:PORT",
    "fragment": "127.0.0.2:PORT#@example.com",
    "two ports": "127.0.0.2:PORT:443",
    "no port": "127.0.0.2:",
    "port 0": "127.0.0.2:0",
    "port of Postgres": "127.0.0.2:5432",
    "large port": "127.0.0.2:65536",
    "port in unicode": "127.0.0.2:４４３",
    "unclosed": "[::1",
    "empty": "",
}
PRIVATE: dict[str, str] = {  # no machine of a test is there: that nothing is tried is what counts
    "this network": "0.0.0.0",  # noqa: S104 -- nothing binds to it
    "this network, another": "0.1.2.3",
    "this network, short": "0",
    "IPv6 unspecified": "[::]",
    "IPv6 loopback": "[::1]",
    "IPv6 loopback, long": "[0000:0000:0000:0000:0000:0000:0000:0001]",
    "10/8": "10.0.0.1",
    "172.16/12": "172.16.0.1",
    "172.31": "172.31.255.254",
    "192.168/16": "192.168.1.1",
    "CGNAT": "100.64.0.1",
    "CGNAT, end": "100.127.255.254",
    "metadata": "169.254.169.254",
    "metadata, decimal": "2852039166",
    "metadata, mapped": "[::ffff:169.254.169.254]",
    "metadata, NAT64": "[64:ff9b::a9fe:a9fe]",
    "metadata, 6to4": "[2002:a9fe:a9fe::]",
    "metadata of containers": "169.254.170.2",
    "metadata by IPv6": "[fd00:ec2::254]",
    "metadata in CGNAT": "100.100.100.200",
    "metadata in 192.0.0/24": "192.0.0.192",
    "agents of a cloud": "168.63.129.16",
    "link-local": "169.254.1.1",
    "link-local IPv6": "[fe80::1]",
    "zone id": "[fe80::1%25eth0]",
    "zone id, bare": "[fe80::1%eth0]",
    "zone id of loopback": "[::1%25lo]",
    "unique local": "[fd00::1]",
    "unique local, fc": "[fc00::1]",
    "site-local": "[fec0::1]",
    "documentation": "198.51.100.1",
    "documentation IPv6": "[2001:db8::1]",
    "benchmarking": "198.18.0.1",
    "multicast": "224.0.0.1",
    "multicast IPv6": "[ff02::1]",
    "reserved": "240.0.0.1",
    "broadcast": "255.255.255.255",
    "protocol assignments": "192.0.0.8",
    "discard": "[100::1]",
}
NAMES: dict[str, str] = {  # what a resolver answers
    "localhost": "127.0.0.2",
    "a.localhost": "127.0.0.2",
    "here.example.com": "127.0.0.2",
    "metadata.example.com": "169.254.169.254",
    "six.example.com": "::1",
    "mapped.example.com": "::ffff:127.0.0.2",
    "nat64.example.com": "64:ff9b::7f00:2",
    "both.example.com": "93.184.216.34 127.0.0.2",
    "last.example.com": "2606:2800:21f:cb07:6820:80da:af6b:8b2c 93.184.216.34 10.0.0.1",
}
SCHEMES = ("ftp", "file", "gopher", "dict", "ldap", "ws", "data", "javascript", "unix", "HTTPS+unix", "", "//")


def resolving(monkeypatch: pytest.MonkeyPatch, answers: Callable[[str], str | None]) -> None:
    """Let names have the addresses that a test says; what has none is asked of this machine."""
    resolve = socket.getaddrinfo

    def answered(host: Any, *args: Any, **kwargs: Any) -> Any:
        found = answers(host.decode() if isinstance(host, bytes) else host) or str(host)
        return [each for one in found.split() for each in resolve(one, *args, **kwargs)]

    monkeypatch.setattr(socket, "getaddrinfo", answered)


def matrix(port: int) -> Iterator[tuple[str, str]]:
    """Yield every address that no request may reach, after its kind."""
    for scheme in ("https", "http"):
        for kind, host in {**LOCAL, **PRIVATE, **{name: name for name in NAMES}}.items():
            yield f"{scheme}: {kind}", f"{scheme}://{host}:{port}/inside"
        for kind, host in TRICKS.items():
            yield f"{scheme}: {kind}", f"{scheme}://{host.replace('PORT', str(port))}/inside"
    for scheme in SCHEMES:
        yield f"scheme {scheme}", f"{scheme}://127.0.0.2:{port}/inside" if scheme != "//" else f"//127.0.0.2:{port}/"


async def refusal(url: str, networks: tuple[Network, ...], **properties: Any) -> str:
    """Return the code by which a request is refused; "" for one that was answered."""
    try:
        return str((await ask(url, networks=networks, retries=0, timeout="5s", **properties)).get("code", ""))
    except NodeFailure as refused:
        return refused.code


@asynccontextmanager
async def inside() -> Any:
    """Serve where nobody may come, on 127.0.0.2, and fail if anybody did."""
    async with open_service("127.0.0.2") as service:
        service.answers["/inside"] = answer({"secret": 1})
        yield service
        assert service.connections == 0, service.paths()


def port_of(service: Service) -> int:
    return int(service.url.rpartition(":")[2])


async def test_no_form_of_an_address_leads_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    resolving(monkeypatch, lambda host: NAMES.get(host.rstrip(".").lower()))
    async with inside() as service:
        answers = {
            kind: await refusal(url, ELSEWHERE if url.startswith("http:") else ())
            for kind, url in matrix(port_of(service))
        }
    reached = {kind: code for kind, code in answers.items() if code not in REFUSALS}
    print(f"\nSSRF: refused {len(answers) - len(reached)}/{len(answers)} addresses, connections inside 0")
    assert reached == {}


async def test_no_redirection_leads_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    """From a service that may be reached to one that may not."""
    resolving(monkeypatch, lambda host: NAMES.get(host.rstrip(".").lower()))
    async with inside() as service, open_service() as outside:
        answers: dict[str, str] = {}
        for kind, url in matrix(port_of(service)):
            location = url.encode().decode("latin-1").replace("\x00", "%00")
            outside.answers["/"] = answer(status=302, headers={"location": location})
            answers[kind] = await refusal(outside.url, LOOPBACK, redirects=3)
    followed = {kind: code for kind, code in answers.items() if code not in REFUSALS}
    assert followed.pop("http: empty") == "http.status", "without a host it stays at the service that wrote it"
    print(f"\nSSRF: refused {len(answers) - 1 - len(followed)}/{len(answers) - 1} redirections, connections inside 0")
    assert followed == {}


async def test_a_name_is_resolved_once_for_each_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whose name leads elsewhere after the check would get the connection there."""
    async with open_service() as allowed, open_service("127.0.0.2") as forbidden:
        asked: list[str] = []

        def turning(host: str) -> str | None:
            if host != "turning.example.com":
                return None
            asked.append(host)
            return "127.0.0.1" if len(asked) % 2 else "127.0.0.2"

        resolving(monkeypatch, turning)
        allowed.answers["/"] = answer({"ok": True})
        url = f"http://turning.example.com:{port_of(allowed)}/"
        assert (await ask(url))["body"] == {"ok": True}
        assert len(asked) == 1
        assert await refusal(f"http://turning.example.com:{port_of(forbidden)}/", LOOPBACK) == "http.private_address"
        assert (len(allowed.heard), forbidden.connections) == (1, 0)
        assert allowed.heard[0].headers["host"] == f"turning.example.com:{port_of(allowed)}"


async def test_a_redirection_to_a_name_that_turns_is_checked_at_its_own_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with inside() as forbidden, open_service() as allowed:
        asked: list[str] = []

        def turning(host: str) -> str | None:
            if host != "turning.example.com":
                return None
            asked.append(host)
            return "127.0.0.1" if len(asked) == 1 else "127.0.0.2"

        resolving(monkeypatch, turning)
        url = f"http://turning.example.com:{port_of(allowed)}/"
        there = f"http://turning.example.com:{port_of(forbidden)}/inside"
        allowed.answers["/"] = answer(status=302, headers={"location": there})
        assert await refusal(url, LOOPBACK, redirects=1) == "http.private_address"
        assert len(asked) == 2


async def test_an_allowed_network_is_reached_by_address_and_by_name_and_nothing_beside_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    resolving(monkeypatch, lambda host: "127.0.0.1" if host == "inner.example.com" else None)
    async with open_service() as service:
        service.answers["/"] = answer("yes")
        for host in ("127.0.0.1", "inner.example.com", "[::ffff:127.0.0.1]"):
            assert (await ask(f"http://{host}:{port_of(service)}/"))["body"] == "yes"
        assert len(service.heard) == 3


async def test_http_is_refused_where_no_network_is_allowed() -> None:
    assert await refusal("http://93.184.216.34/", ()) == "http.not_https"
    assert await refusal("http://93.184.216.34/", LOOPBACK) == "http.not_https"
