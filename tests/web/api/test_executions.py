"""Executions over HTTP: started, watched, changed; and every wrong request told what is wrong with it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from itertools import pairwise
from typing import Any

import httpx2
import pytest

from botflow import Properties, action
from botflow.engine.asks import Answer, AskModel
from botflow.engine.node_type import ActionContext
from botflow.interfaces import OnDelta
from botflow.plugins import Plugin
from tests.web.site import API_KEY, Site, open_site

JOB = """
botflow: 1
id: job
name: Job
executionMode: single
nodes:
  - id: start
    type: trigger
    actionType: manual
    properties: {schema: {name: {}, rest: {type: boolean, required: false}}}
    next: greet
  - {id: greet, type: test, actionType: greet, properties: {name: "{{ $input.name }}"}, next: fork}
  - id: fork
    type: conditional
    actionType: branch
    properties: {cases: [{handle: rest, when: "$input.rest"}]}
    on: {rest: rest, else: end}
  - {id: rest, type: logic, actionType: wait, properties: {for: 1h}, next: end}
  - {id: end, type: logic, actionType: end, properties: {output: {text: "{{ $greet.text }}"}}}
"""
HEADERS = {"authorization": f"Bearer {API_KEY}"}
NOBODY = "00000000-0000-7000-8000-000000000000"


class Greeting(Properties):
    """Whom to greet."""

    name: str


@action("test.greet")
async def greet(properties: Greeting, variables: Any, context: ActionContext) -> dict[str, Any]:
    context.log("warning", f"greeting {properties.name}")
    await context.progress(0.5, "half way")
    await context.save("card.txt", f"Dear {properties.name}".encode(), "text/plain")
    if properties.name == "large":
        return {"text": "x" * 300_000}
    if properties.name == "fail":
        raise RuntimeError("no greeting today")
    return {"text": f"Hello {properties.name}."}


PLUGIN = Plugin(name="greetings", node_types=(greet,))


async def call(site: Site, method: str, path: str, body: Any = None) -> httpx2.Response:
    return await site.client.request(method, f"/api/v1{path}", json=body, headers=HEADERS)


async def start(site: Site, body: dict[str, Any], workflow: str = "job") -> str:
    answer = await call(site, "POST", f"/workflows/{workflow}/executions", body)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


async def until(site: Site, execution: str, *statuses: str) -> dict[str, Any]:
    async with asyncio.timeout(20):
        while True:
            found: dict[str, Any] = (await call(site, "GET", f"/executions/{execution}")).json()
            if found["status"] in statuses:
                return found
            await asyncio.sleep(0.02)


@pytest.fixture
async def job_site(sqlite_url: str) -> AsyncIterator[Site]:
    async with open_site(sqlite_url, flows=(JOB,), plugins=(PLUGIN,)) as opened:
        yield opened


async def test_an_output_that_is_nothing_is_null_in_the_api(database_url: str) -> None:
    document = JOB.replace('{text: "{{ $greet.text }}"}', '"{{ $greet.nosuch }}"')
    assert document != JOB
    async with open_site(database_url, flows=(document,), plugins=(PLUGIN,)) as site:
        done = await until(site, await start(site, {"input": {"name": "Ann"}}), "completed")
    assert done["output"] is None


async def test_a_run_from_its_start_to_its_output(database_url: str) -> None:
    async with open_site(database_url, flows=(JOB,), plugins=(PLUGIN,)) as site:
        body = {"input": {"name": "Ann"}, "priority": "high", "key": "k1", "metadata": {"ticket": 7}}
        first = await start(site, body)
        assert await start(site, body) == first
        done = await until(site, first, "completed")
        steps = (await call(site, "GET", f"/executions/{first}/steps")).json()
        logs = (await call(site, "GET", f"/executions/{first}/logs?level=warning")).json()["items"]
        every = (await call(site, "GET", f"/executions/{first}/logs")).json()["items"]
        artifacts = (await call(site, "GET", f"/executions/{first}/artifacts")).json()["items"]
        card = await call(site, "GET", f"/executions/{first}/artifacts/card.txt")
        listed = (await call(site, "GET", "/executions?workflow=job&status=completed&limit=5")).json()["items"]
    assert (done["output"], done["priority"], done["key"]) == ({"text": "Hello Ann."}, "high", "k1")
    assert done["metadata"] == {"ticket": 7}
    assert (done["asks"], done["retries"], done["progress"]["note"]) == (1, 0, "half way")
    assert done["durationS"] > 0
    assert [(step["node"], step["status"]) for step in steps["steps"]] == [
        ("start", "completed"),
        ("greet", "completed"),
        ("fork", "completed"),
        ("end", "completed"),
        ("rest", "skipped"),
    ]
    assert (steps["steps"][1]["output"], steps["steps"][1]["asks"]) == ({"text": "Hello Ann."}, 1)
    assert [(entry["level"], entry["message"]) for entry in logs] == [("warning", "greeting Ann")]
    assert [entry["event"] for entry in every][:2] == ["log", "started"]
    assert [(artifact["key"], artifact["size"]) for artifact in artifacts] == [("card.txt", 8)]
    assert (card.content, card.headers["content-type"]) == (b"Dear Ann", "text/plain")
    assert card.headers["content-disposition"] == "attachment"
    assert [execution["id"] for execution in listed] == [first]


async def test_a_result_that_is_too_large_for_an_answer_is_kept_as_an_artifact(sqlite_url: str) -> None:
    async with open_site(sqlite_url, flows=(JOB,), plugins=(PLUGIN,)) as site:
        execution = await start(site, {"input": {"name": "large"}})
        await until(site, execution, "completed")
        steps = (await call(site, "GET", f"/executions/{execution}/steps")).json()["steps"]
        kept = steps[1]["output"]
        content = await call(site, "GET", f"/executions/{execution}/artifacts/{kept['artifact']}")
    assert kept["size"] == len(content.content) > 300_000
    assert content.json() == {"text": "x" * 300_000}


async def test_pausing_resuming_cancelling_and_retrying(database_url: str) -> None:
    async with open_site(database_url, flows=(JOB,), plugins=(PLUGIN,)) as site:
        execution = await start(site, {"input": {"name": "Ann", "rest": True}})
        waiting = await until(site, execution, "waiting")
        assert (waiting["node"], waiting["wakesAt"] is not None) == ("rest", True)
        for change, status in (("pause", "paused"), ("resume", "waiting"), ("cancel", "cancelled")):
            answer = await call(site, "POST", f"/executions/{execution}/{change}")
            assert (answer.status_code, answer.json()["status"]) == (200, status), answer.text
        again = await call(site, "POST", f"/executions/{execution}/retry", {"checkpoint": "start"})
        assert again.status_code == 200
        waiting = await until(site, execution, "waiting")
        assert waiting["retries"] == 1
        events = [
            entry["event"]
            for entry in (await call(site, "GET", f"/executions/{execution}/logs?level=info")).json()["items"]
        ]
    assert [event for event in events if event in ("paused", "resumed", "cancelled", "taken_up")] == [
        "paused",
        "resumed",
        "cancelled",
        "taken_up",
    ]


GUARDED = """
id: guarded
executionMode: single
nodes:
  - {id: start, type: trigger, actionType: manual, next: guard}
  - {id: guard, type: logic, actionType: try, on: {try: rest, finally: undo}}
  - {id: rest, type: logic, actionType: wait, properties: {for: 1h}}
  - {id: undo, type: logic, actionType: wait, properties: {for: 1h}}
"""


async def test_a_cancellation_may_be_sent_twice_or_skip_finally(database_url: str) -> None:
    async with open_site(database_url, flows=(GUARDED,)) as site:
        execution = await start(site, {}, workflow="guarded")
        await until(site, execution, "waiting")
        for body, status in ((None, "cancelling"), ({}, "cancelling"), ({"skipFinally": True}, "cancelled")):
            answer = await call(site, "POST", f"/executions/{execution}/cancel", body)
            assert (answer.status_code, answer.json()["status"]) == (200, status), answer.text
        wrong = await call(site, "POST", f"/executions/{execution}/cancel", {"skipFinally": "now"})
        assert (wrong.status_code, wrong.json()["code"]) == (422, "body.wrong_type"), wrong.text


async def test_a_failed_run_says_where_and_why(sqlite_url: str) -> None:
    async with open_site(sqlite_url, flows=(JOB,), plugins=(PLUGIN,)) as site:
        execution = await start(site, {"input": {"name": "fail"}})
        failed = await until(site, execution, "failed")
        steps = (await call(site, "GET", f"/executions/{execution}/steps")).json()
        errors = (await call(site, "GET", f"/executions/{execution}/logs?level=error")).json()["items"]
    assert (failed["error"]["node"], failed["error"]["code"]) == ("greet", "action.crashed")
    assert steps["firstFailed"] == 2
    assert steps["steps"][1]["error"]["code"] == "action.crashed"
    assert [entry["event"] for entry in errors] == ["failed"]


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("POST", "/workflows/nowhere/executions", {}, 404, "workflow.unknown"),
        ("POST", "/workflows/job/executions", {"input": {"name": 7}}, 422, "input.invalid"),
        ("POST", "/workflows/job/executions", {"input": {"name": "a"}, "priority": "now"}, 422, "priority.unknown"),
        ("POST", "/workflows/job/executions", {"input": {"name": "a"}, "key": 7}, 422, "body.wrong_type"),
        ("POST", "/workflows/job/executions", {"input": {"name": "a"}, "version": "1"}, 422, "body.wrong_type"),
        ("POST", "/workflows/job/executions", {"input": {"name": "a"}, "metadata": "x"}, 422, "body.wrong_type"),
        ("POST", "/workflows/job/executions", {"inputs": {}}, 422, "body.unknown_field"),
        ("GET", f"/executions/{NOBODY}", None, 404, "execution.unknown"),
        ("GET", "/executions/nonsense", None, 404, "execution.unknown"),
        ("GET", "/executions/nonsense/steps", None, 404, "execution.unknown"),
        ("GET", "/executions?status=done", None, 400, "query.invalid"),
        ("GET", "/executions?limit=0", None, 400, "query.invalid"),
        ("GET", "/executions?before=x", None, 400, "query.invalid"),
        ("POST", f"/executions/{NOBODY}/pause", None, 404, "execution.unknown"),
        ("POST", f"/executions/{NOBODY}/retry", {"checkpoint": "last"}, 422, "body.wrong_type"),
        ("GET", f"/executions/{NOBODY}/artifacts/x", None, 404, "execution.unknown"),
    ],
)
async def test_a_wrong_request_is_told_what_is_wrong(
    job_site: Site, method: str, path: str, body: Any, status: int, code: str
) -> None:
    answer = await call(job_site, method, path, body)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.headers["content-type"] == "application/problem+json"


async def test_without_the_api_key_nothing_is_shown(job_site: Site) -> None:
    for method, path in (
        ("POST", "/workflows/job/executions"),
        ("GET", "/executions"),
        ("GET", f"/executions/{NOBODY}"),
        ("GET", f"/executions/{NOBODY}/steps"),
        ("GET", f"/executions/{NOBODY}/artifacts/x"),
        ("POST", f"/executions/{NOBODY}/cancel"),
    ):
        answer = await job_site.client.request(method, f"/api/v1{path}")
        assert answer.status_code == 401, path


RETRIED = """
id: retried
executionMode: single
nodes:
  - {id: start, type: trigger, actionType: manual, next: read}
  - id: read
    type: ai
    actionType: extract
    properties: {input: two rooms, fields: {rooms: {type: integer}}}
    on: {done: book, missing: book}
  - {id: book, type: test, actionType: book, next: check}
  - {id: check, type: ai, actionType: extract, properties: {input: fine, fields: {fine: {}}}, on: {done: end}}
  - {id: end, type: logic, actionType: end, properties: {output: "{{ rooms }}"}}
"""


class Priced:
    """A model whose calls cost more each time: 1, 2, 4 ... cents."""

    name = "priced"

    def __init__(self) -> None:
        self.calls = 0

    async def answer(self, ask: AskModel, on_delta: OnDelta | None = None) -> Answer:
        self.calls += 1
        usage = {"model": "priced-1", "promptTokens": 10 * self.calls, "completionTokens": 1}
        return Answer(value={"rooms": 2, "fine": "yes"}, usage={**usage, "costUsd": 2 ** (self.calls - 1) / 100})

    async def close(self) -> None:
        """Nothing is open."""


class Bookings:
    """A hotel that refuses as often as a test says."""

    def __init__(self, refusals: int) -> None:
        self.refusals = refusals

    def plugin(self) -> Plugin:
        @action("test.book")
        async def book(properties: Properties, variables: Any) -> dict[str, Any]:
            self.refusals -= 1
            if self.refusals >= 0:
                raise RuntimeError("no room today")
            return {"room": 7}

        return Plugin(name="bookings", node_types=(book,), model=lambda _: Priced())


async def steps_after(site: Site, execution: str, *retries: Any) -> list[list[dict[str, Any]]]:
    """Retry the execution from each of `retries`; return the new steps of each attempt, the first one's first."""
    attempts: list[list[dict[str, Any]]] = []
    for checkpoint in (None, *retries):
        if attempts:
            answer = await call(site, "POST", f"/executions/{execution}/retry", {"checkpoint": checkpoint})
            assert answer.status_code == 200, answer.text
        await until(site, execution, "failed", "completed")
        steps = (await call(site, "GET", f"/executions/{execution}/steps")).json()["steps"]
        walked = [step for step in steps if step["status"] != "skipped"]
        attempts.append(walked[sum(map(len, attempts)) :])
    return attempts


def summary(steps: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [(each["node"], each["status"], each["asks"], each["costUsd"]) for each in steps]


def assert_in_order(attempts: list[list[dict[str, Any]]]) -> None:
    """Each step has a node, a type and its own times, and begins when the one before it has ended, or later."""
    every = [step for attempt in attempts for step in attempt]
    assert all(step["node"] and step["type"] and step["startedAt"] and step["endedAt"] for step in every)
    moments = [datetime.fromisoformat(step[name]) for step in every for name in ("startedAt", "endedAt")]
    assert moments == sorted(moments)
    for before, after in pairwise(attempts):
        assert before[-1]["endedAt"] < after[0]["startedAt"]


async def test_a_retry_from_the_start_lists_both_attempts_with_their_times_and_costs(database_url: str) -> None:
    async with open_site(database_url, flows=(RETRIED,), plugins=(Bookings(1).plugin(),)) as site:
        started = await call(site, "POST", "/workflows/retried/executions", {})
        attempts = await steps_after(site, started.json()["id"], "start")

    assert summary(attempts[0]) == [
        ("start", "completed", 0, 0.0),
        ("read", "completed", 1, 0.01),
        ("book", "failed", 1, 0.0),
    ]
    assert summary(attempts[1]) == [
        ("start", "completed", 0, 0.0),
        ("read", "completed", 1, 0.02),
        ("book", "completed", 1, 0.0),
        ("check", "completed", 1, 0.04),
        ("end", "completed", 0, 0.0),
    ]
    assert [step["tokens"]["prompt"] for step in attempts[1]] == [0, 20, 0, 30, 0]
    assert attempts[0][2]["error"] == {"code": "action.crashed", "message": "RuntimeError: no room today"}
    assert attempts[1][2]["error"] is None
    assert_in_order(attempts)


async def test_a_retry_from_a_checkpoint_lists_only_what_ran_again(database_url: str) -> None:
    async with open_site(database_url, flows=(RETRIED,), plugins=(Bookings(2).plugin(),)) as site:
        execution = (await call(site, "POST", "/workflows/retried/executions", {})).json()["id"]
        [checkpoint] = (await until(site, execution, "failed"))["checkpoints"]
        attempts = await steps_after(site, execution, None, checkpoint["version"])

    assert checkpoint["node"] == "book"
    assert [summary(each) for each in attempts] == [
        [("start", "completed", 0, 0.0), ("read", "completed", 1, 0.01), ("book", "failed", 1, 0.0)],
        [("book", "failed", 1, 0.0)],
        [("book", "completed", 1, 0.0), ("check", "completed", 1, 0.02), ("end", "completed", 0, 0.0)],
    ]
    assert_in_order(attempts)
