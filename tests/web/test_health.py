"""Health and metrics, of a web server and of a worker."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Mapping
from itertools import product
from typing import Any

import pytest
from sqlalchemy import text

from botflow import Plugin, Properties, action
from botflow.keyring import Keyring
from botflow.runtime.app import open_runtime
from botflow.runtime.options import RuntimeOptions
from botflow.runtime.process.timing import Timing
from botflow.runtime.process.worker import WorkerOptions
from botflow.settings import Settings
from botflow.web.health import serving_health
from tests.local_client import local_client
from tests.web.site import API_KEY, SECRET, HeldModel, Site, open_site

KEY = {"authorization": f"Bearer {API_KEY}"}
QUEUES = ("turns", "executions")
STOCK = """
botflow: 1
id: stock
nodes:
  - {id: start, type: chatbot, actionType: message_received, next: look}
  - {id: look, type: shop, actionType: stock, properties: {item: bell}}
"""


class Item(Properties):
    item: str


PRIORITIES = ("low", "normal", "high", "critical")


def value(shown: str, name: str) -> float:
    [found] = re.findall(rf"^{re.escape(name)} (\S+)$", shown, re.MULTILINE)
    return float(found)


async def test_metrics_tell_what_waits_and_who_works(site: Site) -> None:
    answer = await site.client.get("/metrics", headers=KEY)
    shown = answer.text
    assert value(shown, "botflow_workers") == 1
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert value(shown, "botflow_database_up") == 1
    assert value(shown, "botflow_sessions_queued") == 0
    for queue, priority in product(QUEUES, PRIORITIES):
        for name in ("waiting", "running", "oldest_seconds"):
            assert value(shown, f'botflow_inbounds_{name}{{priority="{priority}",queue="{queue}"}}') == 0
    assert "botflow_jobs" not in shown
    assert value(shown, "botflow_timers_overdue") == value(shown, "botflow_effects_overdue") == 0
    assert value(shown, "process_resident_memory_bytes") > 0


async def test_metrics_tell_what_runs_and_what_waits_and_for_how_long(database_url: str, model: HeldModel) -> None:
    """One process with room for one conversation; two people's messages wait."""
    async with open_site(database_url, model=model, worker=WorkerOptions(concurrency=1)) as site:
        people = [await site.visit("talk") for _ in range(3)]
        asking = [asyncio.create_task(person.post(text="hi", messageId="m1")) for person in people]
        async with asyncio.timeout(20):
            while True:
                shown = (await site.client.get("/metrics", headers=KEY)).text
                if value(shown, waiting_for("turns")) == 2 and value(shown, oldest_of("turns")) > 0:
                    break
                await asyncio.sleep(0.2)
        assert value(shown, 'botflow_inbounds_running{priority="high",queue="turns"}') == 1
        assert value(shown, "botflow_sessions_queued") == 3
        assert (value(shown, waiting_for("executions")), value(shown, oldest_of("executions"))) == (0, 0)
        model.go_on.set()
        assert {answer.status_code for answer in await asyncio.gather(*asking)} == {200}


async def test_a_web_server_alone_is_ready_and_says_that_nobody_takes_turns(
    postgres_url: str, model: HeldModel
) -> None:
    """It takes messages, and answers those that ask nothing; the others would wait behind any other web server, too."""
    quick = Timing().scaled(0.1)
    async with open_site(postgres_url, worker=None, timing=quick) as web:
        alone = await web.client.get("/readyz")
        shown = (await web.client.get("/metrics", headers=KEY)).text
        assert (alone.status_code, alone.json()["status"]) == (200, "ready")
        assert [warning.partition(":")[0] for warning in alone.json()["warnings"]] == [
            f"no process takes {queue}" for queue in ("turns", "executions", "effects")
        ]
        assert value(shown, "botflow_workers") == 0
        async with open_site(postgres_url, timing=quick, worker=WorkerOptions(queues=("turns", "executions"))):
            await until_warned(web, ["no process takes effects"])
        await until_warned(web, [f"no process takes {queue}" for queue in ("turns", "executions", "effects")])


async def test_a_workflow_that_nobody_can_run_is_named_until_somebody_can(postgres_url: str) -> None:
    """Its actions came with a file that the processes here were not given."""

    @action("shop.stock")
    async def stock(properties: Item, variables: Mapping[str, Any]) -> int:
        return 4

    plugin = Plugin(name="shop", node_types=(stock,))
    quick = Timing().scaled(0.1)
    async with (
        open_site(postgres_url, flows=(STOCK,), plugins=(plugin,), worker=None, timing=quick) as web,
        open_site(postgres_url, flows=(), timing=quick) as worker,
    ):
        await until_warned(web, ["no worker can run stock"])
        await until_warned(worker, ["no worker can run stock"])
        assert (await worker.client.get("/readyz")).status_code == 200
        async with open_site(postgres_url, flows=(), plugins=(plugin,), timing=quick):
            await until_warned(web, [])
            await until_warned(worker, ["this process cannot run stock, and leaves it to others"])


async def test_a_process_whose_leases_are_not_renewed_is_not_ready(database_url: str) -> None:
    slow = Timing().scaled(15.0)
    async with open_site(database_url, timing=slow) as site:
        assert (await site.client.get("/readyz")).status_code == 200
        site.clock.ahead_s += 3 * slow.beat_s
        answer = await site.client.get("/readyz")
        assert (answer.status_code, answer.json()["components"]["database"]) == (503, "ok")
        await site.runtime.keeper.beat()
        assert (await site.client.get("/readyz")).status_code == 200


def waiting_for(queue: str) -> str:
    return f'botflow_inbounds_waiting{{priority="high",queue="{queue}"}}'


def oldest_of(queue: str) -> str:
    return f'botflow_inbounds_oldest_seconds{{priority="high",queue="{queue}"}}'


async def until_warned(site: Site, warnings: list[str]) -> None:
    """Wait for these warnings, each as far as its colon."""
    found: list[str] = []
    async with asyncio.timeout(20):
        while True:
            found = [each.partition(":")[0] for each in (await site.client.get("/readyz")).json()["warnings"]]
            if found == warnings:
                return
            await asyncio.sleep(0.05)


async def test_metrics_on_the_public_address_take_the_api_key(sqlite_site: Site) -> None:
    visit = await sqlite_site.visit()
    nobody = await sqlite_site.client.get("/metrics")
    wrong = await sqlite_site.client.get("/metrics", headers={"authorization": "Bearer guess"})
    visitor = await sqlite_site.client.get("/metrics", headers=visit.headers)
    assert (nobody.status_code, nobody.json()["code"]) == (401, "token.missing")
    assert (wrong.status_code, wrong.json()["code"]) == (401, "token.invalid")
    assert visitor.status_code == 403


async def test_metrics_are_open_to_a_developer(sqlite_url: str) -> None:
    async with open_site(sqlite_url, dev=True) as site:
        assert (await site.client.get("/metrics")).status_code == 200


async def test_the_database_is_looked_at_once_a_second_however_often_metrics_are_read(
    sqlite_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = 0
    take = sqlite_site.runtime.database.census.take

    async def counted() -> object:
        nonlocal looks
        looks += 1
        return await take()

    monkeypatch.setattr(sqlite_site.runtime.database.census, "take", counted)
    answers = await asyncio.gather(*(sqlite_site.client.get("/metrics", headers=KEY) for _ in range(20)))
    assert {answer.status_code for answer in answers} == {200}
    assert looks <= 2


async def test_metrics_come_without_the_databases_part_when_it_does_not_answer(site: Site) -> None:
    await site.runtime.database.engine.write(
        lambda connection: connection.execute(text("ALTER TABLE effects RENAME TO effects_away"))
    )
    shown = (await site.client.get("/metrics", headers=KEY)).text
    assert value(shown, "botflow_database_up") == 0
    assert value(shown, "botflow_requests_in_flight") == 0
    assert "botflow_inbounds_waiting" not in shown


async def test_a_worker_tells_its_health_at_an_address_of_its_own(database_url: str) -> None:
    options = RuntimeOptions(
        settings=Settings(botflow_database_url=database_url), keyring=Keyring(SECRET), migrate=False
    )
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        async with (
            open_runtime(options) as runtime,
            serving_health(runtime, listening),
            local_client(base_url=url, timeout=10) as client,
        ):
            alive = await client.get("/healthz")
            ready = await client.get("/readyz")
            shown = await client.get("/metrics")
            other = await client.get("/chat/order/messages")
    assert alive.json() == {"status": "ok"}
    assert (ready.status_code, ready.json()["components"]) == (200, {"database": "ok", "worker": "ok"})
    assert value(shown.text, "botflow_database_up") == 1
    assert other.status_code == 404
