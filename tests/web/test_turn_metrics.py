"""What turns, steps, executions, models and actions leave in the metrics, on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from botflow import Plugin, Properties, action
from botflow.engine.asks import Answer, AskModel
from botflow.errors import ProviderError
from botflow.interfaces import OnDelta
from botflow.runtime.process.timing import Timing
from botflow.runtime.process.worker import WorkerOptions
from tests.metric_samples import Samples
from tests.storage.statements import noted_statements
from tests.web.site import API_KEY, ORDER, TALK, HeldModel, Site, open_site

KEY = {"authorization": f"Bearer {API_KEY}"}
STOCK = """
botflow: 1
id: stock
nodes:
  - {id: start, type: chatbot, actionType: message_received, next: look}
  - {id: look, type: shop, actionType: stock, properties: {item: "{{ $input.text }}"}, on: {next: there, error: gone}}
  - {id: there, type: chatbot, actionType: say, properties: {text: "We have it."}}
  - {id: gone, type: chatbot, actionType: say, properties: {text: "We do not know."}}
"""
BREAKS = """
botflow: 1
id: breaks
nodes:
  - {id: start, type: chatbot, actionType: message_received, next: look}
  - {id: look, type: shop, actionType: stock, properties: {item: none}}
"""
WAITS = """
botflow: 1
id: waits
executionMode: single
nodes:
  - {id: start, type: trigger, actionType: manual, next: rest}
  - {id: rest, type: logic, actionType: wait, properties: {for: 1h}}
"""


class Item(Properties):
    item: str


@action("shop.stock")
async def stock(properties: Item, variables: Mapping[str, Any]) -> int:
    if properties.item == "bell":
        return 4
    raise ProviderError("the shop does not answer", code="shop.away", retryable=False)


class Priced:
    """A model that answers, at a price, whatever it is asked except for `nothing`."""

    name = "priced"

    async def answer(self, ask: AskModel, on_delta: OnDelta | None = None) -> Answer:
        if ask.text == "nothing":
            raise ProviderError("the model is away", code="model.unreachable", retryable=True)
        usage = {"model": "gpt-x", "promptTokens": 100, "completionTokens": 20, "costUsd": 0.002}
        return Answer(value="Certainly.", usage=usage)

    async def close(self) -> None:
        return None


SHOP = Plugin(name="shop", node_types=(stock,), model=lambda _: Priced())


@asynccontextmanager
async def shop(database_url: str) -> AsyncIterator[Site]:
    async with open_site(database_url, flows=(ORDER, TALK, STOCK, BREAKS, WAITS), plugins=(SHOP,)) as site:
        yield site


async def scrape(site: Site) -> Samples:
    return Samples((await site.client.get("/metrics", headers=KEY)).text)


async def test_turns_count_once_by_outcome_and_workflow(database_url: str) -> None:
    async with shop(database_url) as site:
        visit = await site.visit()
        await visit.say("hi", messageId="m1")
        await visit.say("hi", messageId="m1")  # the same turn
        await visit.say("pizza", messageId="m2")
        breaks = await site.visit("breaks")
        await breaks.say("hi")
        found = await scrape(site)
    assert found.value("botflow_turns_total", workflow="order", outcome="waiting") == 2
    assert found.value("botflow_turns_total", workflow="order", outcome="completed") == 1
    assert found.value("botflow_turns_total", workflow="breaks", outcome="failed") == 1
    assert found.value("botflow_turn_duration_seconds_count", outcome="waiting") == 2
    assert 0 < found.value("botflow_turn_duration_seconds_sum", outcome="waiting") < 60


async def test_executions_and_their_steps_and_errors_count(database_url: str) -> None:
    async with shop(database_url) as site:
        visit = await site.visit("stock")
        assert await visit.say("bell") == ["We have it."]
        assert await visit.say("horse") == ["We do not know."]
        await (await site.visit("breaks")).say("hi")
        found = await scrape(site)
    assert found.value("workflow_executions_total", workflow_id="stock", status="completed") == 2
    assert found.value("workflow_executions_total", workflow_id="breaks", status="failed") == 1
    assert found.value("workflow_duration_seconds_count", workflow_id="stock") == 2
    assert 0 <= found.value("workflow_duration_seconds_sum", workflow_id="stock") < 60
    steps = {
        (labels["step_type"], labels["status"]): found.value("workflow_steps_total", **labels)
        for labels in found.labels("workflow_steps_total")
    }
    assert steps == {
        ("chatbot.message_received", "completed"): 3,
        ("chatbot.say", "completed"): 2,
        ("shop.stock", "completed"): 1,
        ("shop.stock", "failed"): 2,
    }
    for kind, count in (("shop.stock", 3), ("chatbot.say", 2)):
        assert found.value("workflow_step_duration_seconds_count", step_type=kind) == count
    assert found.value("workflow_step_duration_seconds_sum", step_type="shop.stock") > 0
    assert found.value("workflow_step_duration_seconds_sum", step_type="chatbot.say") == 0
    errors = [dict(labels) for labels in found.labels("workflow_errors_total")]
    assert sorted(errors, key=lambda labels: labels["workflow_id"]) == [
        {"workflow_id": "breaks", "step_id": "look", "error_type": "network", "error_code": "shop.away"},
        {"workflow_id": "stock", "step_id": "look", "error_type": "network", "error_code": "shop.away"},
    ]
    assert found.value("workflow_errors_total") == 2


async def test_models_count_by_outcome_with_tokens_and_cost(database_url: str) -> None:
    async with shop(database_url) as site:
        visit = await site.visit("talk")
        assert await visit.say("hello") == ["Certainly."]
        assert await visit.say("nothing") == ["I cannot say."]
        found = await scrape(site)
    of_model = {"provider": "priced", "model": "gpt-x"}
    assert found.value("botflow_model_calls_total", **of_model, outcome="ok") == 1
    assert found.value("botflow_model_calls_total", **of_model, outcome="model.unreachable") == 1
    assert found.value("botflow_model_call_duration_seconds_count", **of_model) == 2
    assert found.value("botflow_model_tokens_total", **of_model, kind="prompt") == 100
    assert found.value("botflow_model_tokens_total", **of_model, kind="completion") == 20
    assert found.value("botflow_model_cost_usd_total", **of_model) == 0.002
    assert found.value("botflow_action_calls_total") == 0


async def test_actions_count_by_outcome(database_url: str) -> None:
    async with shop(database_url) as site:
        visit = await site.visit("stock")
        for text in ("bell", "bell", "horse"):
            await visit.say(text)
        found = await scrape(site)
    assert found.value("botflow_action_calls_total", type="shop.stock", outcome="ok") == 2
    assert found.value("botflow_action_calls_total", type="shop.stock", outcome="shop.away") == 1
    assert found.value("botflow_action_call_duration_seconds_count", type="shop.stock") == 3


async def test_a_cancelled_execution_has_ended(database_url: str) -> None:
    async with shop(database_url) as site:
        started = await site.client.post("/api/v1/workflows/waits/executions", json={}, headers=KEY)
        execution = started.json()["id"]
        cancelled = await site.client.post(f"/api/v1/executions/{execution}/cancel", headers=KEY)
        assert cancelled.status_code == 200, cancelled.text
        again = await site.client.post(f"/api/v1/executions/{execution}/cancel", headers=KEY)
        assert (again.status_code, again.json()["status"]) == (200, "cancelled")  # sent twice, counted once
        found = await scrape(site)
    assert found.value("workflow_executions_total", workflow_id="waits", status="cancelled") == 1


async def test_what_is_open_is_counted_in_the_database_once_a_minute(database_url: str) -> None:
    async with open_site(database_url) as site:
        for name in ("Ann", "Bob"):
            await (await site.visit()).say(name)
        assert (await scrape(site)).value("workflow_open_count", status="waiting") == 2
        await (await site.visit()).say("Cay")
        with noted_statements() as sent:
            assert (await scrape(site)).value("workflow_open_count", status="waiting") == 2
        assert [statement for statement, _ in sent if "sum(" in statement and "executions" in statement] == []


async def test_an_execution_is_active_while_the_process_works_on_it(database_url: str, model: HeldModel) -> None:
    async with open_site(database_url, model=model) as site:
        assert (await scrape(site)).value("workflow_active_count") == 0
        asking = asyncio.create_task((await site.visit("talk")).post(text="hi"))
        await model.begun.wait()
        assert (await scrape(site)).value("workflow_active_count") == 1
        model.go_on.set()
        await asking
        async with asyncio.timeout(20):
            while True:
                if (await scrape(site)).value("workflow_active_count") == 0:
                    break
                await asyncio.sleep(0.02)


async def test_a_worker_counts_what_it_claims_and_names_its_queues(postgres_url: str, model: HeldModel) -> None:
    model.go_on.set()
    quick = Timing().scaled(0.2)
    async with (
        open_site(postgres_url, model=model, worker=None, timing=quick) as web,
        open_site(postgres_url, model=model, worker=WorkerOptions(queues=("turns",)), timing=quick) as worker,
    ):
        visit = await web.visit("talk")
        assert (await visit.post(text="hi")).status_code == 200
        of_web, of_worker = await scrape(web), await scrape(worker)
    assert of_worker.value("botflow_claims_total", attempt="1") == 1
    assert of_web.value("botflow_claims_total") == 0
    assert of_worker.value("botflow_turns_total", workflow="talk", outcome="completed") == 1
    assert of_web.value("botflow_turns_total", workflow="talk", outcome="completed") == 0
    queues = ("turns", "executions", "effects")
    assert [of_worker.value("botflow_worker_queue", queue=queue) for queue in queues] == [1, 0, 0]
    assert [of_web.value("botflow_worker_queue", queue=queue) for queue in queues] == [0, 0, 0]
    [build] = of_worker.labels("botflow_build_info")
    assert build["version"]
    assert build["role"] == "application"


async def test_a_message_that_breaks_every_attempt_is_counted_as_given_up(database_url: str) -> None:
    async with open_site(database_url, flows=(ORDER,)) as site:
        visit = await site.visit()
        await visit.say("hi")

        async def broken(*arguments: object, **named: object) -> None:
            raise RuntimeError("+15551234567 is broken")

        original = site.runtime.database.turns.finish
        commit = site.runtime.database.turns.commit
        calls = 0

        async def breaks_three_times(*arguments: Any, **named: Any) -> Any:
            nonlocal calls
            calls += 1
            if calls <= 3:
                await broken()
            return await original(*arguments, **named)

        site.runtime.database.turns.finish = breaks_three_times  # type: ignore[method-assign]  # a real store, which fails
        site.runtime.database.turns.commit = broken  # type: ignore[method-assign]  # likewise
        await visit.post(text="Ann")
        site.runtime.database.turns.commit = commit  # type: ignore[method-assign]
        found = await scrape(site)
    assert found.value("botflow_attempts_failed_total", code="RuntimeError") == 3
    assert found.value("botflow_inbounds_dead_total") == 1


async def test_the_event_loop_is_watched(sqlite_url: str) -> None:
    async with open_site(sqlite_url) as site:
        async with asyncio.timeout(20):
            while True:
                found = await scrape(site)
                if found.value("botflow_event_loop_lag_seconds_count") >= 1:
                    break
                await asyncio.sleep(0.1)
    assert found.value("botflow_event_loop_lag_seconds_bucket", le="+Inf") >= 1


async def test_two_botflows_in_one_process_count_for_themselves(sqlite_url: str, postgres_url: str) -> None:
    async with open_site(sqlite_url) as one, open_site(postgres_url) as other:
        await (await one.visit()).say("hi")
        assert (await scrape(one)).value("botflow_turns_total") > 0
        assert (await scrape(other)).value("botflow_turns_total") == 0
