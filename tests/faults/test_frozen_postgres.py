"""A Postgres that is stopped while its connections live: nobody hangs, and when it thaws everything goes on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import httpx2
import psutil
import psycopg
import pytest
from structlog.testing import capture_logs

from botflow.storage.migrations.upgrade import migrate
from tests.conftest import database_url
from tests.faults.waiting import until
from tests.servers import Server, start_postgres
from tests.web.site import Site, open_site

DEADLINE_S = 25.0  # a visitor's
GRACE_S = 5.0


@pytest.fixture
def own_postgres() -> Iterator[Server]:
    """A server that no other test shares, with a migrated database `botflow`."""
    with start_postgres() as server:
        if server.process is None:
            raise AssertionError("this test stops its server: unset BOTFLOW_TEST_DATABASE_URL")
        with psycopg.connect(server.url, autocommit=True) as connection:
            connection.execute("CREATE DATABASE botflow")
        migrate(database_url(server, "botflow"))
        yield server


@pytest.fixture
async def site(own_postgres: Server) -> AsyncIterator[Site]:
    async with open_site(database_url(own_postgres, "botflow")) as opened:
        yield opened


@contextmanager
def frozen(server: Server) -> Iterator[None]:
    """Stop the server with all its processes: sockets stay open, and nobody answers."""
    parent = psutil.Process(server.pid)
    everybody = [parent, *parent.children(recursive=True)]
    for process in everybody:
        process.suspend()
    try:
        yield
    finally:
        for process in everybody:
            process.resume()


async def timed(call: asyncio.Future[httpx2.Response]) -> tuple[httpx2.Response, float]:
    loop = asyncio.get_running_loop()
    began_s = loop.time()
    return await call, loop.time() - began_s


async def test_while_postgres_is_frozen_nobody_hangs_and_afterwards_everything_goes_on(
    site: Site, own_postgres: Server
) -> None:
    visitors = [await site.visit() for _ in range(20)]
    site.client.timeout = httpx2.Timeout(60.0)
    with capture_logs(), frozen(own_postgres):
        asked = [timed(asyncio.ensure_future(visitor.post(text="Ann", messageId="m1"))) for visitor in visitors]
        asked += [timed(asyncio.ensure_future(visitors[0].site.client.get("/readyz")))]
        asked += [timed(asyncio.ensure_future(visitors[1].site.client.post("/chat/order/sessions")))]
        asked += [timed(asyncio.ensure_future(site.client.get("/chat/order/messages", headers=visitors[2].headers)))]
        alive, alive_s = await timed(asyncio.ensure_future(site.client.get("/healthz")))
        answers = await asyncio.gather(*asked)
    slowest_s = max(seconds for _, seconds in answers)
    print(
        f"\nPostgres frozen: {len(answers)} requests refused, the slowest after {slowest_s:.1f} s;"
        f" /healthz after {alive_s:.2f} s"
    )
    assert alive.status_code == 200
    assert {answer.status_code for answer, _ in answers} == {503}
    assert all("retry-after" in answer.headers for answer, _ in answers[:20])
    assert slowest_s < DEADLINE_S + GRACE_S

    async def is_ready() -> bool:
        return (await site.client.get("/readyz")).status_code == 200

    await until(is_ready, "the server is ready again", within_s=30.0)
    for visitor in visitors:
        assert await visitor.say("Ann", messageId="m1") == ["What would you like, Ann?"]
