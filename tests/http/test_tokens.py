"""OAuth client credentials: one token for a credential, renewed in time, shared with nobody."""

from __future__ import annotations

import asyncio
from base64 import b64decode
from collections.abc import Callable
from typing import Any

from botflow_http.node import HttpRequest
from botflow_http.tokens import MOST_KEPT, Token, Tokens

from tests.http.calls import ask
from tests.http.service import Heard, Service, answer, open_service


class Login:
    """Gives tokens t1, t2, ... by the client credentials grant, and an API that takes those that are valid."""

    def __init__(self, service: Service, *, expires_in: Any = 3600) -> None:
        self.given = 0
        self.valid: set[str] = set()
        self.expires_in = expires_in
        self.url = f"{service.url}/token"
        service.answers["/token"] = self._give
        service.answers["/api"] = self._check

    def fields(self, **more: str) -> dict[str, str]:
        return {"tokenUrl": self.url, "clientId": "shop", "clientSecret": "a-client-secret", **more}

    def _give(self, heard: Heard) -> bytes:
        self.given += 1
        token = f"token-number-{self.given}"
        self.valid.add(token)
        return answer({"access_token": token, "token_type": "Bearer", "expires_in": self.expires_in})

    def _check(self, heard: Heard) -> bytes:
        token = heard.headers["authorization"].removeprefix("Bearer ")
        return answer({"with": token}) if token in self.valid else answer({"why": "who?"}, status=401)


async def test_a_token_is_fetched_once_and_hidden() -> None:
    async with open_service() as service:
        login, node, hidden = Login(service), HttpRequest(), list[str]()
        for _ in range(3):
            output = await ask(f"{service.url}/api", credential=login.fields(), account="a", node=node, hidden=hidden)
            assert output["body"] == {"with": "token-number-1"}
        assert (login.given, set(hidden)) == (1, {"token-number-1"})
        await asyncio.gather(
            *(ask(f"{service.url}/api", credential=login.fields(), account="b", node=node) for _ in range(20))
        )
        assert login.given == 2


async def test_the_client_proves_itself_in_the_header_or_in_the_form() -> None:
    async with open_service() as service:
        login = Login(service)
        fields = login.fields(clientId="sh op", scope="read write", audience="api")
        await ask(f"{service.url}/api", credential=fields)
        await ask(f"{service.url}/api", credential={**fields, "sends": "form"})
        header, form = (heard for heard in service.heard if heard.path == "/token")
        assert b64decode(header.headers["authorization"].removeprefix("Basic ")) == b"sh+op:a-client-secret"
        assert header.body == b"grant_type=client_credentials&scope=read+write&audience=api"
        assert "authorization" not in form.headers
        assert b"client_id=sh+op&client_secret=a-client-secret" in form.body


async def test_a_401_renews_the_token_once() -> None:
    async with open_service() as service:
        login, node = Login(service), HttpRequest()
        url, fields = f"{service.url}/api", login.fields()
        await ask(url, credential=fields, node=node)
        login.valid.clear()
        assert (await ask(url, credential=fields, node=node))["body"] == {"with": "token-number-2"}
        service.answers["/api"] = answer({"why": "never"}, status=401)
        service.heard.clear()
        output = await ask(url, credential=fields, node=node, method="POST", json={})
        assert (output["code"], output["status"]) == ("http.status", 401)
        assert service.paths() == ["/api", "/token", "/api"]


async def test_many_that_get_a_401_at_once_renew_the_token_once() -> None:
    async with open_service() as service:
        login, node = Login(service), HttpRequest()
        url, fields = f"{service.url}/api", login.fields()
        await ask(url, credential=fields, node=node)
        login.valid.clear()
        outputs = await asyncio.gather(*(ask(url, credential=fields, node=node) for _ in range(30)))
        assert [output["status"] for output in outputs] == [200] * 30
        assert login.given == 2


async def test_no_organization_gets_the_token_of_another_and_no_credential_that_of_its_former_fields() -> None:
    async with open_service() as service:
        login, node = Login(service), HttpRequest()
        seen = [
            (await ask(f"{service.url}/api", credential=fields, account=account, node=node))["body"]["with"]
            for account, fields in (
                ("one", login.fields()),
                ("two", login.fields()),
                ("one", login.fields(clientSecret="another-secret")),
                ("one", login.fields(scope="more")),
                ("one", login.fields()),
            )
        ]
    assert seen == [f"token-number-{number}" for number in (1, 2, 3, 4, 1)]


async def test_a_token_is_renewed_before_it_expires_and_few_are_kept() -> None:
    now_s = 1000.0
    tokens = Tokens(lambda: now_s)
    fetched: list[str] = []

    def fetch(lives_s: float | None) -> Callable[[], Any]:
        async def one() -> Token:
            fetched.append(f"t{len(fetched)}")
            return Token(secret=fetched[-1], lives_s=lives_s)

        return one

    for lives_s, still_s, over_s in ((3600.0, 3569.0, 3570.0), (20.0, 9.0, 10.0), (None, 269.0, 270.0)):
        first = await tokens.token(f"k{lives_s}", fetch(lives_s))
        now_s += still_s
        assert await tokens.token(f"k{lives_s}", fetch(lives_s)) == first
        now_s += over_s - still_s
        assert await tokens.token(f"k{lives_s}", fetch(lives_s)) != first
    for number in range(MOST_KEPT + 50):
        await tokens.token(f"other {number}", fetch(None))
    assert (len(tokens._kept), len(tokens._fetching)) == (MOST_KEPT, 0)


async def test_a_login_that_fails_is_an_error_that_repeats_nothing_of_it() -> None:
    async with open_service() as service:
        login = Login(service)
        for bad in (
            answer({"error": "invalid_client", "seen": "a-client-secret"}, status=401),
            answer({"access_token": ""}),
            answer({"access_token": "a\r\nb: c"}),
            answer({"access_token": 1}),
            answer({"access_token": "abc", "token_type": "mac"}),
            answer([]),
            answer(b"<html>", kind="text/html"),
            answer(b'{"access_token": "' + b"a" * 10_000 + b'"}'),
        ):
            service.answers["/token"] = bad
            output = await ask(f"{service.url}/api", credential=login.fields())
            assert (output["code"], output["status"]) == ("http.token", None), output
            assert "a-client-secret" not in str(output)
        assert set(service.paths()) == {"/token"}, "nothing is asked without a token"
        inside = await ask(f"{service.url}/api", credential={**login.fields(), "tokenUrl": "http://127.0.0.2/token"})
        assert inside["code"] == "http.token"


async def test_a_credential_for_something_else_is_sent_nowhere() -> None:
    others = (
        {"accountSid": "AC1", "authToken": "secret"},
        {"apiKey": "sk-1"},
        {"secret": "x"},
        {"scope": "x"},
        {"header": "Host", "value": "other.example"},
        {"header": "Content-Length", "value": "1"},
    )
    async with open_service() as service:
        for fields in others:
            assert (await ask(f"{service.url}/api", credential=fields))["code"] == "http.credential"
        assert service.connections == 0


async def test_bearer_basic_and_header_are_sent() -> None:
    async with open_service() as service:
        service.answers["/"] = answer({})
        await ask(f"{service.url}/", credential={"token": "a-token"})
        await ask(f"{service.url}/", credential={"username": "Zoë", "password": "p:w"})
        await ask(f"{service.url}/", credential={"header": "X-Api-Key", "value": "k e y"}, headers={"x-api-key": "own"})
        bearer, user, header = (heard.headers for heard in service.heard)
        assert bearer["authorization"] == "Bearer a-token"
        assert b64decode(user["authorization"].removeprefix("Basic ")).decode() == "Zoë:p:w"
        assert header["x-api-key"] == "k e y"
