"""Redirections: off, or followed up to a bound; secrets and bodies stay at the origin that the flow names."""

from __future__ import annotations

from typing import Any

from tests.http.calls import ask
from tests.http.service import Service, answer, open_service

TOKEN = {"token": "a-secret-token"}
OK = answer({"ok": 1})
CODES = ("http.redirect", "http.url", "http.unknown_host")


def to(url: str, status: int = 302) -> bytes:
    return answer(status=status, headers={"location": url})


async def test_a_redirection_is_an_error_unless_it_may_be_followed() -> None:
    async with open_service() as service:
        service.answers |= {"/": to("/next"), "/next": OK}
        output = await ask(f"{service.url}/")
        assert (output["code"], output["status"], output["headers"]["location"]) == ("http.redirect", 302, "/next")
        assert service.paths() == ["/"]
        assert (await ask(f"{service.url}/", redirects=1))["body"] == {"ok": 1}


async def test_a_loop_ends_at_the_bound() -> None:
    async with open_service() as service:
        service.answers |= {"/a": to("/b"), "/b": to("/a")}
        output = await ask(f"{service.url}/a", redirects=5)
        assert (output["code"], output["status"], len(service.heard)) == ("http.redirect", 302, 6)


async def test_within_one_origin_method_and_body_follow_the_standard() -> None:
    async with open_service() as service:
        expected = {
            301: ("GET", b""),
            302: ("GET", b""),
            303: ("GET", b""),
            307: ("POST", b'{"a":1}'),
            308: ("POST", b'{"a":1}'),
        }
        for status, (method, body) in expected.items():
            service.answers |= {"/": to("/next", status), "/next": OK}
            await ask(f"{service.url}/", method="POST", json={"a": 1}, redirects=1, credential=TOKEN)
            last = service.heard[-1]
            assert (last.path, last.method, last.body) == ("/next", method, body), status
            assert last.headers["authorization"] == "Bearer a-secret-token"


async def test_another_origin_gets_neither_credential_nor_headers_nor_body() -> None:
    async with open_service() as service, open_service() as other:
        secrets: list[tuple[dict[str, Any], str]] = [
            (TOKEN, "authorization"),
            ({"username": "ann", "password": "a-password"}, "authorization"),
            ({"header": "X-Api-Key", "value": "a-secret-key"}, "x-api-key"),
        ]
        for credential, name in secrets:
            for status in (301, 302, 303, 307, 308):
                service.answers["/"] = to(f"{other.url}/there", status)
                other.answers["/there"] = OK
                headers = {"X-Own": "mine", "Cookie": "a=b"}
                output = await ask(f"{service.url}/", credential=credential, redirects=2, headers=headers)
                assert output["body"] == {"ok": 1}
                assert name in service.heard[-1].headers
                assert not {name, "x-own", "cookie"} & other.heard[-1].headers.keys()
        await _refuses_bodies(service, other)


async def _refuses_bodies(service: Service, other: Service) -> None:
    other.heard.clear()
    for status in (307, 308):
        service.answers["/"] = to(f"{other.url}/there", status)
        output = await ask(f"{service.url}/", method="POST", json={"a": 1}, redirects=2)
        assert output["code"] == "http.redirect"
    service.answers["/"] = to(f"{other.url}/there", 302)
    await ask(f"{service.url}/", method="POST", json={"a": 1}, redirects=2, idempotencyKey=True)
    [heard] = other.heard
    assert (heard.method, heard.body) == ("GET", b"")
    assert not {"content-type", "idempotency-key"} & heard.headers.keys()


async def test_what_has_left_its_origin_gets_no_secret_when_it_comes_back() -> None:
    async with open_service() as service, open_service() as other:
        service.answers |= {"/": to(f"{other.url}/"), "/back": OK}
        other.answers["/"] = to(f"{service.url}/back")
        assert (await ask(f"{service.url}/", credential=TOKEN, redirects=3))["body"] == {"ok": 1}
        assert "authorization" not in service.heard[-1].headers


async def test_a_location_that_is_no_address_is_an_error() -> None:
    async with open_service() as service:
        for location in ("http://[", "http://a b/", "mailto:ann@example.com", "http://:99999/"):
            service.answers["/"] = to(location)
            assert (await ask(f"{service.url}/", redirects=3))["code"] in CODES, location
