"""What surrounds the endpoints: origins, health, secrets, unexpected failures, what only --dev serves."""

from __future__ import annotations

import asyncio
import os
import stat
from pathlib import Path
from typing import Any

import httpx2
import pytest
from itsdangerous import URLSafeTimedSerializer
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from botflow.errors import ProviderError, UsageError
from botflow.settings import Settings
from botflow.web.auth.deployment_keys import deployment_keys
from tests.local_client import local_client
from tests.servers import Server
from tests.web.site import SECRET, Site, open_site

ORIGIN = "https://shop.example"
PREFLIGHT = {"access-control-request-method": "POST", "access-control-request-headers": "authorization,content-type"}


async def test_only_allowed_origins_may_read_the_chat(sqlite_url: str) -> None:
    async with open_site(sqlite_url, botflow_allowed_origins=(ORIGIN,)) as site:
        path = "/chat/order/sessions"
        asked = await site.client.options(path, headers={"origin": ORIGIN, **PREFLIGHT})
        opened = await site.client.post(path, headers={"origin": ORIGIN})
        refused = await site.client.post("/chat/nowhere/sessions", headers={"origin": ORIGIN})
        strange = await site.client.options(path, headers={"origin": "https://evil.example", **PREFLIGHT})
        unread = await site.client.post(path, headers={"origin": "https://evil.example"})
        elsewhere = await site.client.get("/readyz", headers={"origin": ORIGIN})

    assert asked.status_code == 200
    assert (strange.status_code, strange.json()["code"]) == (400, "cors.refused")
    assert "authorization" in asked.headers["access-control-allow-headers"]
    for answer in (asked, opened, refused):
        assert answer.headers["access-control-allow-origin"] == ORIGIN
        assert answer.headers["vary"].split(",")[0] == "Origin"
        assert "access-control-allow-credentials" not in answer.headers
    for answer in (strange, unread, elsewhere):
        assert "access-control-allow-origin" not in answer.headers


async def test_health_and_readiness(site: Site) -> None:
    alive = await site.client.get("/healthz")
    ready = await _ready(site)

    assert (alive.status_code, alive.json()) == (200, {"status": "ok"})
    assert ready.json() == {"status": "ready", "components": {"database": "ok", "worker": "ok"}, "warnings": []}


async def test_without_dev_there_is_no_page_that_a_workflow_does_not_have(sqlite_site: Site) -> None:
    for path in ("/", "/dev/workflows", "/chat/order/", "/favicon.ico"):
        answer = await sqlite_site.client.get(path)
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.status_code == 404


async def test_in_dev_the_page_has_a_strict_policy_and_names_the_workflows(sqlite_url: str) -> None:
    async with open_site(sqlite_url, dev=True) as site:
        pages = [await site.client.get(path) for path in ("/", "/chat/order/")]
        served = await site.client.get("/dev/workflows")

    for page in pages:
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "<script>" not in page.text
        assert "style=" not in page.text
    shown = [(each["id"], each["name"]) for each in served.json()["workflows"]]
    assert shown == [("order", "Pizza order"), ("talk", "Talk")]


async def test_an_expired_token_is_refused(sqlite_site: Site) -> None:
    visitor = await sqlite_site.visit()
    signed = URLSafeTimedSerializer(SECRET, salt="botflow.session")
    assert signed.loads_unsafe(visitor.opened["token"])[1] is not None  # readable, so nothing secret stands in it
    old = visitor.opened["token"].split(".")
    old[1] = "AAAAAA"

    answer = await sqlite_site.client.get("/chat/order/messages", headers={"authorization": f"Bearer {'.'.join(old)}"})

    assert (answer.status_code, answer.json()["code"]) == (401, "token.invalid")
    assert answer.headers["www-authenticate"] == "Bearer"


def test_without_a_secret_key_the_server_does_not_start_outside_of_dev() -> None:
    with pytest.raises(UsageError, match="BOTFLOW_SECRET_KEY") as refused:
        deployment_keys(Settings(), dev=False)
    assert refused.value.code == "settings.secret_key_missing"


@pytest.mark.parametrize("secret", ["a" * 40, "abc" * 20, "a b c d e " * 5, "0123456789abcdef0123456789abcdef"])
def test_a_secret_that_can_be_guessed_is_only_for_this_machine(secret: str) -> None:
    settings = Settings(botflow_secret_key=secret)
    for weak, host in ((settings, "192.0.2.1"), (settings, ""), (_public(settings), "127.0.0.1")):
        with pytest.raises(UsageError) as refused:
            deployment_keys(weak, dev=True, host=host)
        assert refused.value.code == "settings.secret_key_weak"
        assert secret not in str(refused.value)
    assert deployment_keys(settings, dev=False, host="127.0.0.1").can_be_guessed


def _public(settings: Settings) -> Settings:
    return settings.model_copy(update={"botflow_public_url": "https://bots.example.com"})


def test_in_dev_a_key_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    settings = Settings(botflow_database_url=f"sqlite:///{tmp_path / 'bot flow.db'}")

    first = deployment_keys(settings, dev=True)

    (kept,) = tmp_path.iterdir()
    assert kept.name == "bot flow.db.secret"
    assert stat.S_IMODE(os.stat(kept).st_mode) == 0o600
    assert deployment_keys(settings, dev=True).all("session tokens") == first.all("session tokens")
    assert len(kept.read_text()) >= 32


@pytest.mark.parametrize(
    ("failure", "status", "code"),
    [
        (RuntimeError("select * from secrets"), 500, "server.error"),
        (ProviderError("postgres at 10.0.0.1 is away", code="database.unavailable", retryable=True), 503, None),
    ],
)
async def test_a_failure_nobody_foresaw_says_nothing_of_itself(
    sqlite_url: str, failure: Exception, status: int, code: str | None
) -> None:
    async def fail(scope: Scope, receive: Receive, send: Send) -> None:
        raise failure

    class Failing:
        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
            await fail(scope, receive, send)

    async with open_site(sqlite_url) as site:
        site.app._routes.router.routes.insert(0, Route("/fails", Failing(), methods=["GET"]))
        answer = await site.client.get("/fails")
        alive = await site.client.get("/healthz")

    problem = answer.json()
    assert (answer.status_code, alive.status_code) == (status, 200)
    assert problem["code"] == (code or "service.unavailable")
    assert str(failure) not in answer.text
    assert "Traceback" not in answer.text
    assert ("id" in problem) == (status == 500)
    assert ("retry-after" in answer.headers) == (status == 503)


async def test_while_the_database_is_away_messages_are_refused_with_retry_after_and_succeed_later(
    postgres_url: str, postgres_server: Server
) -> None:
    async with open_site(postgres_url) as site:
        visitor = await site.visit()
        await _disconnect(site, postgres_server, allow=False)
        try:
            refused = await visitor.post(text="Ann", messageId="m1")
            unready = await site.client.get("/readyz")
        finally:
            await _disconnect(site, postgres_server, allow=True)
        await _ready(site)
        answer = await visitor.post(text="Ann", messageId="m1")

    assert (refused.status_code, refused.json()["code"]) == (503, "service.unavailable")
    assert int(refused.headers["retry-after"]) > 0
    assert unready.status_code == 503
    assert [message["text"] for message in answer.json()["messages"]] == ["What would you like, Ann?"]


async def _ready(site: Site) -> httpx2.Response:
    """Ask /readyz until everything is there; at the beginning the worker still registers itself."""
    async with asyncio.timeout(20):
        while True:
            answer = await site.client.get("/readyz")
            if answer.status_code == 200:
                return answer
            await asyncio.sleep(0.1)


async def _disconnect(site: Site, server: Server, *, allow: bool) -> None:
    """Refuse new connections to the test's database, and end those there are; or allow them again."""
    import psycopg

    name = site.runtime.database.url.rsplit("/", 1)[1].split("?")[0]
    async with await psycopg.AsyncConnection.connect(server.url, autocommit=True) as connection:
        await connection.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS {allow}'.encode())
        await connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))


def _never() -> Any:
    raise AssertionError("the runtime must not be opened")


async def test_a_client_that_leaves_in_the_middle_of_its_body_leaves_no_error(sqlite_site: Site) -> None:
    host, port = sqlite_site.url.removeprefix("http://").split(":")
    _, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"POST /chat/order/messages HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{")
    await writer.drain()
    writer.close()
    await writer.wait_closed()

    async with local_client(base_url=sqlite_site.url) as client:
        assert (await client.get("/healthz")).status_code == 200


async def test_a_range_that_makes_no_sense_is_passed_over(sqlite_url: str) -> None:
    async with open_site(sqlite_url) as site:
        for asked in ("bytes=-", "bytes=5-2", "lines=1-2"):
            script = await site.client.get("/docs/redoc.js", headers={"range": asked})
            assert (script.status_code, script.headers["content-type"]) == (200, "text/javascript; charset=utf-8")
