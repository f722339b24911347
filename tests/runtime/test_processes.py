"""Whole processes of botflow on one Postgres: they hear of each other's work at once, and leave it when they stop.

An hour lies between two looks of each, so whatever happens within seconds was told to them.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

import psycopg
import pytest

from botflow.engine.inbound import Inbound
from botflow.errors import ProviderError
from botflow.flow.compile import compile_flow
from botflow.keyring import Keyring
from botflow.nodes.custom.action import action
from botflow.plugins import Plugin
from botflow.records.turns import Receipt
from botflow.runtime.app import Runtime, node_types, open_runtime
from botflow.runtime.options import RuntimeOptions
from botflow.runtime.process.timing import Timing
from botflow.runtime.process.worker import WorkerOptions
from botflow.settings import Settings
from tests.engine.conversation import START
from tests.runtime.bot_without_worker import THINKING, texts
from tests.runtime.bot_world import Question
from tests.runtime.inbound_rows import lease, process_ids
from tests.runtime.until import until
from tests.storage.aged_rows import age_process, inbound_rows

HOUR_S = 3600.0
DEAF = Timing(look_s=HOUR_S, poll_s=HOUR_S)  # without signals nothing would be found
SECRET = "test-secret-key-0123456789-0123456789"
SEEDS = count(1)


@dataclass(slots=True)
class Asked:
    """What a process's actions are asked; each waits until the test lets it go on."""

    questions: list[str] = field(default_factory=list)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)

    def plugin(self) -> Plugin:
        @action("test.ask")
        async def ask(properties: Question, variables: Mapping[str, Any]) -> str:
            self.questions.append(properties.question)
            await self.go_on.wait()
            return f"{properties.question}!"

        return Plugin(name="asked", node_types=(ask,))


@dataclass(frozen=True, slots=True)
class Process:
    """One process, and what its actions are asked."""

    runtime: Runtime
    asked: Asked

    async def hear(self, text: str, key: str, person: str = "ann", within_s: float = 20.0) -> Receipt:
        inbound = Inbound(
            kind="message",
            key=key,
            received_at=datetime.now(UTC),
            seed=next(SEEDS),
            channel="chat",
            provider="chat",
            sender=person,
            text=text,
        )
        live = self.runtime.flows.get("root")
        return await self.runtime.receiver.receive(live, person, inbound, reply_within_s=within_s)


@asynccontextmanager
async def process(
    url: str,
    *,
    worker: WorkerOptions | None = WorkerOptions(),  # noqa: B008 -- a frozen value
    timing: Timing = DEAF,
) -> AsyncIterator[Process]:
    asked = Asked()
    plugin = asked.plugin()
    documents = {"root": {"botflow": 1, "id": "root", "nodes": [{**START, "next": THINKING[0]["id"]}, *THINKING]}}
    flow = compile_flow(documents, "root", node_types([plugin]))
    options = RuntimeOptions(
        settings=Settings(botflow_database_url=url),
        keyring=Keyring(SECRET),
        flows=[(flow, documents)],
        worker=worker,
        migrate=False,
        plugins=[plugin],
        timing=timing,
    )
    async with open_runtime(options) as runtime:
        await asyncio.sleep(0.5)  # it listens, and its first look is over
        yield Process(runtime, asked)


async def test_a_worker_hears_at_once_of_a_message_that_another_process_received(postgres_url: str) -> None:
    async with process(postgres_url, worker=None) as web, process(postgres_url) as worker:
        worker.asked.go_on.set()
        async with asyncio.timeout(10):
            heard = [texts(await web.hear("hi", f"m{number}")) for number in range(3)]
        assert heard == [["first! second!"]] * 3
        assert web.asked.questions == []


async def test_a_pair_of_messages_that_come_together_never_waits_for_a_look(postgres_url: str) -> None:
    async with process(postgres_url, worker=None) as web, process(postgres_url) as worker:
        worker.asked.go_on.set()
        pairs = [web.hear("hi", f"m{number}", person=f"p{person}") for person in range(30) for number in range(2)]
        async with asyncio.timeout(20):
            receipts = await asyncio.gather(*pairs)
        assert {tuple(texts(receipt)) for receipt in receipts} == {("first! second!",)}
        assert len(worker.asked.questions) == 2 * 60


async def test_a_full_process_claims_at_once_when_it_has_room_again(postgres_url: str) -> None:
    async with process(postgres_url, worker=WorkerOptions(concurrency=2)) as only:
        hearing = [asyncio.create_task(only.hear("hi", "m1", person=f"p{number}")) for number in range(6)]
        await until(lambda: len(only.asked.questions) == 2)
        only.asked.go_on.set()
        async with asyncio.timeout(10):
            receipts = await asyncio.gather(*hearing)
        assert {tuple(texts(receipt)) for receipt in receipts} == {("first! second!",)}


async def test_what_a_process_has_under_way_when_it_stops_runs_in_another_at_once(postgres_url: str) -> None:
    """The message, and the one behind it; the request's own process is a third one, and answers it."""
    impatient = Timing(look_s=HOUR_S, poll_s=HOUR_S, grace_s=0.2)
    async with process(postgres_url, worker=None) as web, AsyncExitStack() as workers:
        stopping = AsyncExitStack()
        stopped = await stopping.enter_async_context(process(postgres_url, timing=impatient))
        first = asyncio.create_task(web.hear("hi", "m1"))
        await until(lambda: stopped.asked.questions == ["first"])
        second = asyncio.create_task(web.hear("and", "m2"))
        other = await workers.enter_async_context(process(postgres_url))
        other.asked.go_on.set()
        assert other.asked.questions == []
        async with asyncio.timeout(10):
            await stopping.aclose()
            receipts = await asyncio.gather(first, second)
        assert [texts(receipt) for receipt in receipts] == [["first! second!"]] * 2
        assert [row.attempt for row in await inbound_rows(web.runtime.database)] == [1, 1]


async def test_a_process_that_stops_finishes_what_it_can_and_leaves_the_rest_at_once(postgres_url: str) -> None:
    async with process(postgres_url, worker=None) as web, AsyncExitStack() as workers:
        stopping = AsyncExitStack()
        stopped = await stopping.enter_async_context(process(postgres_url))
        first = asyncio.create_task(web.hear("hi", "m1"))
        await until(lambda: stopped.asked.questions == ["first"])
        second = asyncio.create_task(web.hear("and", "m2"))
        other = await workers.enter_async_context(process(postgres_url))
        other.asked.go_on.set()
        closing = asyncio.create_task(stopping.aclose())
        await asyncio.sleep(0.2)
        stopped.asked.go_on.set()
        async with asyncio.timeout(10):
            receipts = await asyncio.gather(first, second)
            await closing
        assert [texts(receipt) for receipt in receipts] == [["first! second!"]] * 2
        assert (stopped.asked.questions, other.asked.questions) == (["first", "second"],) * 2


async def test_a_process_that_stops_takes_nothing_more(postgres_url: str) -> None:
    async with process(postgres_url, worker=None) as web:
        stopping = AsyncExitStack()
        stopped = await stopping.enter_async_context(process(postgres_url))
        first = asyncio.create_task(web.hear("hi", "m1"))
        await until(lambda: stopped.asked.questions == ["first"])
        closing = asyncio.create_task(stopping.aclose())
        await asyncio.sleep(0.2)
        await web.hear("hi", "m1", person="bob", within_s=0.5)
        await asyncio.sleep(0.5)
        assert stopped.asked.questions == ["first"]
        stopped.asked.go_on.set()
        await closing
        assert texts(await first) == ["first! second!"]
        assert stopped.asked.questions == ["first", "second"]


@pytest.mark.parametrize("is_worker", [True, False])
async def test_a_process_leaves_no_row_of_itself_behind(database_url: str, is_worker: bool) -> None:
    async with process(database_url, worker=WorkerOptions() if is_worker else None) as only:
        database = only.runtime.database
        assert len(await process_ids(database)) == 1
    async with process(database_url) as next_one:
        assert len(await process_ids(next_one.runtime.database)) == 1


async def test_what_a_killed_process_held_runs_when_its_ten_seconds_are_over(postgres_url: str) -> None:
    async with process(postgres_url, worker=None) as web:
        database = web.runtime.database
        turn = (await web.hear("hi", "m1", within_s=0.0)).id
        await age_process(database, "killed", -HOUR_S)  # alive, however long another process takes for its first look
        assert await database.leases.take("killed", turn.session)
        async with process(postgres_url, timing=Timing(look_s=0.1, poll_s=HOUR_S)) as living:
            living.asked.go_on.set()
            began_s = time.monotonic()
            await age_process(database, "killed", 2.0)
            await asyncio.sleep(0.5)
            held = await lease(database, turn)
            stood_still = time.monotonic() - began_s > 7.0  # then its ten seconds may be over
            assert stood_still or held == ("new", 1, "killed")
            await age_process(database, "killed", 10.5)
            async with asyncio.timeout(10):
                assert texts(await web.hear("hi", "m1")) == ["first! second!"]
            assert (await lease(database, turn))[:2] == ("done", 2)


async def test_a_process_that_lost_its_listener_listens_again(postgres_url: str) -> None:
    async with process(postgres_url, worker=None) as web, process(postgres_url) as worker:
        worker.asked.go_on.set()
        await asyncio.to_thread(_end_backends, postgres_url, "query LIKE 'LISTEN%'")
        await asyncio.sleep(3.0)
        async with asyncio.timeout(10):
            assert texts(await web.hear("hi", "m1")) == ["first! second!"]


async def test_a_process_whose_connections_are_all_reset_goes_on(postgres_url: str) -> None:
    quick = Timing(look_s=0.2, poll_s=0.2)
    async with (
        process(postgres_url, worker=None, timing=quick) as web,
        process(postgres_url, timing=quick) as worker,
    ):
        worker.asked.go_on.set()
        for number in range(3):
            await asyncio.to_thread(_end_backends, postgres_url, "true")
            async with asyncio.timeout(15):
                said: list[str] = []
                while not said:
                    with suppress(ProviderError):  # then it is sent again, as a provider does
                        said = texts(await web.hear("hi", f"m{number}"))
            assert said == ["first! second!"]


def _end_backends(url: str, condition: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            f" WHERE datname = current_database() AND pid <> pg_backend_pid() AND {condition}".encode()
        )
