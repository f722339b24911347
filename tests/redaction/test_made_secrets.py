"""Secrets that botflow makes or is told by people: each is shown once, to whom it belongs, and is nowhere else (T15).

All operations are called, rightly and wrongly, at the finest level of the log. Then each secret is looked for in what
was answered, logged, and stored: each table of the database, its file, and Redis.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
import redis
from joserfc import jwt
from joserfc.jwk import ECKey
from sqlalchemy import Connection, select
from structlog.testing import capture_logs

from botflow.service.models import Body
from botflow.storage.tables import idempotent_requests, metadata
from botflow.web.app import OPERATIONS
from botflow.web.rest.operation import Operation
from tests.redaction.test_credential_canaries import files_of
from tests.redaction.written_secrets import clear
from tests.web.api.calls import organization_key
from tests.web.api.test_organizations_apart import address_of, body_of, things_of
from tests.web.site import API_KEY, ORDER, SECRET, Site, open_site

MAIL = "ann@example.com"
OF_THE_CLIENT = ("httpx2", "httpcore2")  # the test's own, which calls with the secrets
ORDERED = ("GET", "POST", "PUT", "PATCH", "DELETE")  # what deletes the things comes last


@dataclass(slots=True)
class Sweep:
    """Calls a site, and keeps what it answers; what an answer may show this once is taken out of it."""

    site: Site
    key: str
    secrets: dict[str, str]
    said: list[str] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)

    async def call(
        self, method: str, path: str, body: Any = None, *, shows: Mapping[str, str] | None = None, **more: Any
    ) -> Any:
        """`shows` are the places of secrets in the answer, by their names."""
        headers = {"authorization": f"Bearer {self.key}"} | more.pop("headers", {})
        answer = await self.site.client.request(method, path, json=body, headers=headers, **more)
        self.statuses.append(answer.status_code)
        text = answer.text + repr(answer.headers)
        found = answer.json() if answer.headers.get("content-type", "").endswith("json") else None
        for name, place in (shows or {}).items():
            assert found is not None, text
            self.secrets[name] = found[place]
            text = text.replace(found[place], "")
        self.said.append(text)
        return found

    async def make(self) -> None:
        """Let botflow make a secret of each kind, and tell it some."""
        v1 = "/api/v1"
        given = {"idempotency-key": "a key"}
        await self.call(
            "POST", f"{v1}/keys", {"name": "one", "role": "viewer"}, shows={"API key": "key"}, headers=given
        )
        await self.call("POST", f"{v1}/keys", {"name": "one", "role": "viewer"}, headers=given)
        user = {"email": MAIL, "name": "Ann", "role": "editor"}
        made = await self.call("POST", f"{v1}/users", user, shows={"first password": "password"})
        reset = f"{v1}/users/{made['id']}/reset-password"
        await self.call("POST", reset, shows={"password after a reset": "password"}, headers={"idempotency-key": "r"})
        await self._sign_in()
        workflow = "/api/v1/workflows/theirs"
        await self.call(
            "POST", f"{workflow}/plan", {}, shows={"token of a plan": "token"}, headers={"idempotency-key": "p"}
        )
        await self.call("POST", f"{workflow}/publish", {"token": self.secrets["token of a plan"] + "x"})
        await self.call("POST", "/chat/order/sessions", shows={"visitor's token": "token"})
        visitor = {"authorization": "Bearer " + self.secrets["visitor's token"]}
        await self.call("POST", "/chat/order/messages", {"text": "hi"}, headers=visitor)
        await self._trust()

    async def _sign_in(self) -> None:
        password = {"email": MAIL, "password": self.secrets["password after a reset"]}
        self.secrets["wrong password"] = "canary of a wrong password/4711"
        await self.call("POST", "/auth/sign-in", {**password, "password": self.secrets["wrong password"]})
        self.site.client.cookies.clear()
        signed_in = await self.site.client.post("/auth/sign-in", json=password)
        assert signed_in.status_code == 200, signed_in.text
        [self.secrets["cookie"]] = self.site.client.cookies.values()
        self.secrets["CSRF token"] = signed_in.json()["csrfToken"]
        self.secrets["chosen password"] = "canary of a chosen password/4711"
        change = {"password": password["password"], "newPassword": self.secrets["chosen password"]}
        headers = {"x-csrf-token": self.secrets["CSRF token"], "authorization": ""}
        await self.call("POST", "/auth/password", {**change, "newPassword": "short"}, headers=headers)
        await self.call("POST", "/auth/password", change, headers=headers)
        self.site.client.cookies.clear()

    async def _trust(self) -> None:
        """Trust a key whose owner first sends the private half by mistake, and call with its tokens."""
        pair = ECKey.generate_key("P-256")
        private = pair.as_pem(private=True).decode()
        self.secrets["private key"] = max(private.splitlines(), key=len)
        trusted = {"name": "Intranet", "algorithm": "ES256", "role": "viewer"}
        await self.call("POST", "/api/v1/token-keys", {**trusted, "publicKey": private})
        public = pair.as_pem(private=False).decode()
        made = await self.call("POST", "/api/v1/token-keys", {**trusted, "publicKey": public})
        token = jwt.encode({"alg": "ES256", "kid": made["id"]}, {"sub": "ann", "role": "viewer"}, pair)
        self.secrets["token of an application"] = token.rpartition(".")[2]
        await self.call("GET", "/api/v1/workflows", headers={"authorization": f"Bearer {token}"})

    async def use_all(self, things: Mapping[str, str]) -> None:
        """Call each operation as it should be, with secrets where none belong, and with each secret as the key."""
        for number, operation in enumerate(sorted(OPERATIONS, key=lambda each: ORDERED.index(each.method))):
            path, body = address_of(operation, things), body_of(operation)
            once = {"idempotency-key": f"once {number}"} if operation.method == "POST" else {}
            for wrong in self._wrong(operation):
                await self.call(operation.method, path, wrong, headers=once)
            separator = "&" if "?" in path else "?"
            token = self.secrets["API key"]
            await self.call(operation.method, f"{path}{separator}token={token}", headers={"authorization": "Bearer x"})
            if operation.is_secret:  # they show new secrets, which are known from `make`
                continue
            await self.call(operation.method, path, body, headers=once)
            await self.call(operation.method, path, body, headers=once)
        for secret in self.secrets.values():
            await self.call("GET", "/api/v1/workflows", headers={"authorization": f"Bearer {secret}x"})

    def _wrong(self, operation: Operation) -> Iterable[Any]:
        """Yield bodies with all secrets: under names that are unknown, and where another type is expected."""
        if operation.body is None:
            return
        fields = operation.body.model_fields.values()
        values = list(self.secrets.values())
        yield dict(self.secrets)
        if issubclass(operation.body, Body):  # a flow document's problems quote the wrong texts to their author
            yield {item.alias or "id": values for item in fields}
        yield {item.alias or "id": dict(self.secrets) for item in fields}


def rows_of(connection: Connection) -> str:
    """Return every column of every row, bytes as text: what a dump of the database has."""
    rows = [row for table in metadata.sorted_tables for row in connection.execute(select(table))]
    return "\n".join(
        value.decode("latin-1") if isinstance(value, bytes) else json.dumps(value, default=str, ensure_ascii=False)
        for row in rows
        for value in row
    )


def redis_rows(url: str) -> str:
    with redis.Redis.from_url(url) as client:
        keys = list(client.scan_iter("*"))
        return "\n".join(f"{key!r} {client.dump(key)!r}" for key in keys)


async def test_no_secret_is_where_it_was_not_given(
    database_url: str, redis_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    own = {"deployment's API key": API_KEY, "deployment's secret key": SECRET}
    settings: dict[str, Any] = {"botflow_public_url": None, "botflow_redis_url": redis_url}
    with capture_logs() as logs:
        async with open_site(database_url, flows=(ORDER,), **settings) as site:
            key = await organization_key(site, "theirs")
            things = await things_of(site, key)
            sweep = Sweep(site, key, secrets=own | {"organization's API key": key.split("_", 2)[2]})
            await sweep.make()
            await sweep.use_all(things)
            rows = await site.runtime.database.engine.read(rows_of)
            kept = await site.runtime.database.engine.read(
                lambda connection: connection.execute(select(idempotent_requests.c.body)).scalars().all()
            )
            places = {
                "answers": "\n".join(sweep.said),
                "log": repr(logs),
                "log of libraries": "\n".join(
                    record.getMessage() for record in caplog.records if not record.name.startswith(OF_THE_CLIENT)
                ),
                "rows": rows,
                "stored answers": "\n".join(body.decode("latin-1") for body in kept if body),
                "Redis": redis_rows(redis_url),
            }
    places["files"] = files_of(database_url)
    sweep.secrets["API key"] = sweep.secrets["API key"].split("_", 2)[2]  # its id is shown

    assert places["stored answers"]
    assert places["Redis"]
    assert len(sweep.secrets) == 14
    hits = [
        (place, name) for place, text in places.items() for name, secret in sweep.secrets.items() if clear(secret, text)
    ]
    sizes = {place: len(text) for place, text in places.items()}
    print(f"{len(sweep.secrets)} secrets, {len(sweep.said)} answers of {len(OPERATIONS)} operations, {sizes}, {hits=}")
    assert hits == []
