"""Addresses that organizations write: none leads into the network of the deployment, by whatever form or name."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from typing import Any

import pytest
from botflow_openai import plugin as openai
from botflow_twilio import plugin as twilio

from botflow.clock import SystemClock
from botflow.engine.asks import Answer
from botflow.interfaces import Sent
from botflow.outgoing_targets import Network, TargetRefused, check_url
from tests.openai.test_model import REPLY
from tests.stand_ins.openai import OpenAIStandIn
from tests.stand_ins.twilio import TwilioStandIn
from tests.twilio.test_rest import part
from tests.web.api.calls import call, outcome
from tests.web.site import ORDER, open_site

HERE: tuple[Network, ...] = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
# Hosts that lead to this machine, or to the metadata service of a cloud, without a name.
PRIVATE: tuple[str, ...] = (
    "127.0.0.1",
    "169.254.169.254",
    "10.0.0.7",
    "0.1.2.3",
    "[::1]",
    "[::]",
    "[fe80::1%25eth0]",
    "[fd00::1]",
)
PRIVATE += ("[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]")
NUMBERS = ("2130706433", "0x7f000001", "017700000001", "127.1", "0x7f.0.0.1", "0177.0.0.1", "127.0.0.1.", "2130706433.")
TRICKS = ("127.0.0.1\\@example.com", "example.com@127.0.0.1", "１２７.０.０.１", "127。0。0。1", "exam ple.com", "")
NAMES = {  # what a resolver answers
    "here.example.com": "127.0.0.1",
    "metadata.example.com": "169.254.169.254",
    "six.example.com": "::1",
    "mapped.example.com": "::ffff:127.0.0.1",
    "both.example.com": "93.184.216.34 127.0.0.1",
}


def resolve_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the names above be resolved, and others as ever."""
    resolve = socket.getaddrinfo

    def answered(host: Any, *args: Any, **kwargs: Any) -> Any:
        found = NAMES.get(host.decode() if isinstance(host, bytes) else host, host)
        return [each for one in str(found).split() for each in resolve(one, *args, **kwargs)]

    monkeypatch.setattr(socket, "getaddrinfo", answered)


@contextmanager
def redirecting(target: str, heard: list[str]) -> Iterator[str]:
    """Serve redirections to `target` that keep the method; the paths of the requests are `heard`."""

    class Redirect(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append(self.path)
            self.send_response(307)
            self.send_header("location", target + self.path)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Redirect)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


async def asked(url: str, networks: tuple[Network, ...]) -> Answer:
    """Ask the model of an organization at this base address."""
    model = openai.open_model({"OPENAI_API_KEY": "sk-local-0123456789abcdef", "OPENAI_BASE_URL": url}, networks)
    assert model is not None
    try:
        return await model.answer(REPLY)
    finally:
        await model.close()


async def sent(url: str, networks: tuple[Network, ...]) -> Sent:
    """Send a message by the Twilio account of an organization at this address."""
    account = {"TWILIO_ACCOUNT_SID": "AC" + "0a" * 16, "TWILIO_AUTH_TOKEN": "a" * 32, "TWILIO_API_URL": url}
    channel = twilio.open_channel(account, SystemClock(), networks)
    assert channel is not None
    try:
        return await channel.send(part("Hello"), None)
    finally:
        await channel.close()


@pytest.mark.parametrize("host", [*PRIVATE, *NUMBERS, *TRICKS])
def test_a_private_address_is_refused_in_every_form(host: str) -> None:
    with pytest.raises(TargetRefused):
        check_url(f"https://{host}/v1", ())
    with pytest.raises(TargetRefused):
        check_url(f"http://{host}/v1", (ip_network("192.0.2.0/24"),))


def test_public_names_and_addresses_and_allowed_networks_may_be_written() -> None:
    for url in ("https://api.example.com/v1", "https://93.184.216.34:8443/", "https://3com.com/", "https://1.example/"):
        check_url(url, ())
    for url in ("http://127.0.0.1:9009/v1", "https://[::1]/", "https://[::ffff:127.0.0.1]/"):
        check_url(url, HERE)


@pytest.mark.parametrize("name", NAMES)
async def test_a_name_that_leads_to_a_private_address_is_not_connected_to(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve_names(monkeypatch)
    with OpenAIStandIn() as model, TwilioStandIn() as provider:
        for scheme, networks in (("https", ()), ("http", (ip_network("192.0.2.0/24"),))):
            port = model.url.rsplit(":", 1)[1]
            failure = (await asked(f"{scheme}://{name}:{port}", networks)).failure
            assert failure is not None
            assert failure.code == "credential.address"
            message = await sent(f"{scheme}://{name}:{provider.url.rsplit(':', 1)[1]}", networks)
            assert (message.state, message.error_code) == ("held", "credential.address")
        assert (model.calls, provider.sends) == (0, 0)


async def test_a_name_is_resolved_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whose name leads elsewhere after the check would get the connection there."""
    answers = iter(("127.0.0.1", "127.0.0.2"))
    resolve = socket.getaddrinfo

    def turning(host: Any, *args: Any, **kwargs: Any) -> Any:
        is_turning = host == "turning.example.com"
        return resolve(next(answers, "127.0.0.2") if is_turning else host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", turning)
    with OpenAIStandIn() as model:
        answer = await asked(model.url.replace("127.0.0.1", "turning.example.com"), (ip_network("127.0.0.1"),))
        assert answer.failure is None
        assert model.calls == 1


async def test_an_allowed_network_is_reached_by_address_and_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    resolve_names(monkeypatch)
    with OpenAIStandIn() as model, TwilioStandIn() as provider:
        for host in ("127.0.0.1", "here.example.com"):
            answer = await asked(model.url.replace("127.0.0.1", host), HERE)
            assert answer.failure is None, answer
            message = await sent(provider.url.replace("127.0.0.1", host), HERE)
            assert message.state == "sent", message
        assert (model.calls, provider.sends) == (2, 2)


async def test_a_redirection_is_not_followed() -> None:
    inside: list[str] = []
    asked_at: list[str] = []
    with redirecting("http://127.0.0.1:1", inside) as internal, redirecting(internal, asked_at) as named:
        assert (await asked(f"{named}/v1", HERE)).failure is not None
        assert (await sent(named, HERE)).state != "sent"
    assert (len(asked_at), inside) == (2, [])


async def test_a_name_without_an_address_is_a_passing_trouble() -> None:
    answer = await asked("https://no-such-name.invalid/v1", ())
    assert answer.failure is not None
    assert answer.failure.code == "model.unreachable"


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_a_credential_may_not_lead_into_the_network_of_the_deployment(database_url: str) -> None:
    account = {"accountSid": "AC" + "0a" * 16, "authToken": "a" * 32}
    async with open_site(database_url, flows=(ORDER,)) as site:
        new = {"module": "twilio", "name": "Sales", "fields": account}
        made = (await call(site, "POST", "/credentials", new)).json()["id"]
        for url in ("http://api.example.com", "https://127.0.0.1", "https://169.254.169.254/", "https://2130706433"):
            change = {"fields": {"apiUrl": url}}
            assert outcome(await call(site, "PATCH", f"/credentials/{made}", change)) == (422, "credential.address")
            other = {"module": "twilio", "name": "Two", "fields": {**account, "apiUrl": url}}
            refused = await call(site, "POST", "/credentials", other)
            assert outcome(refused) == (422, "credential.address")
            assert "BOTFLOW_WEBHOOK_NETWORKS" in refused.json()["hint"]
        model = {"module": "openai", "name": "M", "fields": {"apiKey": "sk-0123456789", "baseUrl": "https://[::1]/v1"}}
        assert outcome(await call(site, "POST", "/credentials", model)) == (422, "credential.address")
