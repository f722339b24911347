"""A credential goes to its hosts alone: not where a flow or a redirection says, and a flow that would is refused."""

from __future__ import annotations

from typing import Any

import pytest
from botflow_http.node import HttpRequest

from botflow.engine.asks import Invoke
from botflow.flow.reading.source import Reading
from botflow.outgoing_hosts import may_be_sent_to
from tests.http.calls import LOOPBACK, Context, ask
from tests.http.service import Service, answer, open_service
from tests.http.test_secrets import flow_with
from tests.web.api.calls import call
from tests.web.site import open_site

SECRETS: tuple[dict[str, str], ...] = (
    {"token": "a-secret-4711"},
    {"username": "ann", "password": "a-secret-4711"},
    {"header": "X-Api-Key", "value": "a-secret-4711"},
)
OK = answer({"ok": 1})


@pytest.mark.parametrize(
    ("hosts", "url", "expected"),
    [
        ("api.example.com", "https://api.example.com/a?b=c", True),
        ("API.example.com.", "https://api.EXAMPLE.com./", True),
        ("a.example, api.example.com b.example", "https://api.example.com", True),
        ("api.example.com", "https://api.example.com:443/", True),
        ("api.example.com", "https://api.example.com:8443/", False),
        ("api.example.com:8443", "https://api.example.com:8443/", True),
        ("api.example.com:8443", "https://api.example.com/", False),
        ("api.example.com", "https://api.example.com.evil.example/", False),
        ("api.example.com", "https://evil.example/api.example.com", False),
        ("api.example.com", "https://api.example.com@evil.example/", False),
        ("api.example.com", "https://evil.example\\@api.example.com/", False),
        ("api.example.com", "https://evil.example?@api.example.com/", False),
        ("example.com", "https://api.example.com/", False),
        ("*.example.com", "https://api.example.com/", True),
        ("*.example.com", "https://a.b.example.com/", True),
        ("*.example.com", "https://example.com/", False),
        ("*.example.com", "https://evilexample.com/", False),
        ("*.com:444", "https://a.com/", False),
        ("127.0.0.1:90", "http://127.0.0.1:90/", True),
        ("[::1]:90", "http://[::1]:90/", True),
        ("[::1]", "https://[::2]/", False),
        ("*", "https://anything.example:1/", True),
        ("*.", "https://evil.example/", False),
        ("*:443", "https://evil.example/", False),
        (".", "https://evil.example/", False),
        ("", "https://evil.example/", False),
        ("api.example.com", "https://[/", False),
        ("api.example.com", "https://api.example.com:99999/", False),
        ("api.example.com", "", False),
    ],
)
def test_an_address_is_one_of_the_hosts_or_is_not(hosts: str, url: str, expected: bool) -> None:
    assert may_be_sent_to({"hosts": hosts}, url) is expected


def test_a_credential_without_hosts_goes_anywhere() -> None:
    assert may_be_sent_to({"token": "a"}, "https://anything.example/")


async def test_no_secret_leaves_for_another_host() -> None:
    async with open_service() as service, open_service() as other:
        other.answers["/"] = OK
        for secret in SECRETS:
            fields = {**secret, "hosts": _host(service)}
            output = await ask(f"{other.url}/", credential=fields)
            assert (output.get("code"), output["status"]) == ("credential.host", None)
            assert "a-secret-4711" not in str(output)
        assert other.heard == []


async def test_a_redirection_takes_no_secret_to_another_host_or_scheme() -> None:
    async with open_service() as service, open_service() as other:
        other.answers["/there"] = OK
        for secret in SECRETS:
            service.answers["/"] = answer(status=302, headers={"location": f"{other.url}/there"})
            fields = {**secret, "hosts": f"{_host(service)} {_host(other)}"}
            assert (await ask(f"{service.url}/", credential=fields, redirects=1))["body"] == {"ok": 1}
        assert [heard for heard in other.heard if "a-secret-4711" in str(heard) or "YW5u" in str(heard)] == []


async def test_no_token_is_fetched_for_a_host_that_may_not_have_it() -> None:
    async with open_service() as service, open_service() as other:
        service.answers["/token"] = answer({"access_token": "a-secret-4711"})
        other.answers["/"] = OK
        fields = {"tokenUrl": f"{service.url}/token", "clientId": "a", "clientSecret": "b", "hosts": _host(service)}
        assert (await ask(f"{other.url}/", credential=fields)).get("code") == "credential.host"
        assert (service.heard, other.heard) == ([], [])


async def test_each_request_is_asked_anew_and_no_account_gets_the_token_of_another() -> None:
    node = HttpRequest()
    async with open_service() as service, open_service() as other:
        service.answers |= {"/": OK, "/token": answer({"access_token": "a-secret-4711"})}
        fields = {"tokenUrl": f"{service.url}/token", "clientId": "a", "clientSecret": "b"}
        for account, hosts in (("one", _host(service)), ("two", _host(service)), ("one", _host(other))):
            asked = Invoke(type="http.request", properties={"url": f"{service.url}/"}, variables={}, key="1.1.1")
            await node.invoke(asked, Context(asked, {**fields, "hosts": hosts}, account, LOOPBACK))
        assert service.paths() == ["/token", "/", "/token", "/"]


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_a_flow_that_sends_a_credential_elsewhere_is_not_published(database_url: str) -> None:
    async with open_service() as service, open_site(database_url, botflow_flow_networks=("127.0.0.1",)) as site:
        missing = await _store(site, "One", {"token": "a-secret-4711"})
        assert (missing.status_code, missing.json()["code"]) == (422, "credential.missing_field")
        assert "hosts" in missing.text
        wrong = await _store(site, "One", {"token": "a-secret-4711", "hosts": "https://api.example.com"})
        assert (wrong.status_code, wrong.json()["code"]) == (422, "credential.field")
        made = await _store(site, "Set of http_bearer", {"token": "a-secret-4711", "hosts": "api.example.com"})
        assert made.json()["fields"] == {"token": made.json()["fields"]["token"], "hosts": "api.example.com"}
        document = _document(service.url)
        created = await call(site, "POST", "/workflows", document)
        assert created.status_code == 201, created.text
        warned = (await call(site, "POST", "/workflows/http-bearer/validate")).json()
        assert [(each["code"], each["severity"]) for each in warned["problems"]] == [("credential.host", "warning")]
        refused = await call(site, "POST", "/workflows/http-bearer/publish", {})
        assert refused.status_code == 422, refused.text
        assert [each["code"] for each in refused.json()["problems"]] == ["credential.host"]
        assert refused.json()["problems"][0]["path"] == "nodes[1].properties.url"
        canary = await call(site, "POST", "/workflows/http-bearer/canaries", {"percent": 10})
        assert canary.status_code >= 400, canary.text
        hosts = {"fields": {"hosts": f"api.example.com, {_host(service)}"}}
        changed = await call(site, "PATCH", f"/credentials/{made.json()['id']}", hosts)
        assert changed.status_code == 200, changed.text
        assert (await call(site, "POST", "/workflows/http-bearer/publish", {})).status_code == 200


async def _store(site: Any, name: str, fields: dict[str, str]) -> Any:
    return await call(site, "POST", "/credentials", {"module": "http_bearer", "name": name, "fields": fields})


def _document(url: str) -> Any:
    return Reading(flow_with("http_bearer", url), "http-bearer.yaml").value


def _host(service: Service) -> str:
    return service.url.removeprefix("http://")
