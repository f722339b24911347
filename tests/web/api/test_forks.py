"""Forks over HTTP: one for each key, of the caller's own executions, with their place in lists, logs and audit log."""

from __future__ import annotations

import asyncio
from typing import Any

from sqlalchemy import select

from botflow.storage.tables.service import audit_log
from tests.web.api.calls import answered, call, call_at, foreign_service, key_of, outcome
from tests.web.api.test_executions import until
from tests.web.site import ORDER, Site, open_site

PRICE = """
id: price
executionMode: single
variables: {size: small}
nodes:
  - {id: start, type: trigger, actionType: manual, next: cost}
  - id: cost
    type: logic
    actionType: set
    properties: {variables: {cost: "{{ 9 if size == 'large' else 5 }}"}}
    next: end
  - {id: end, type: logic, actionType: end, properties: {output: "{{ size }} costs {{ cost }}"}}
"""


async def test_a_run_is_forked_over_http(database_url: str) -> None:
    async with open_site(database_url, flows=(PRICE,)) as site:
        made = await call(site, "POST", "/workflows/price/executions", {"input": {}})
        original = await until(site, made.json()["id"], "completed")
        id = original["id"]
        steps = (await call(site, "GET", f"/executions/{id}/steps")).json()["steps"]
        assert [(step["node"], step["canFork"]) for step in steps] == [("start", True), ("cost", True), ("end", True)]
        wanted = {"step": 2, "variables": {"size": "large"}}
        answers = await asyncio.gather(
            *(call(site, "POST", f"/executions/{id}/fork", {**wanted, "key": "one"}) for _ in range(4))
        )
        assert {answer.status_code for answer in answers} == {202}, [answer.text for answer in answers]
        [fork] = {answer.json()["id"] for answer in answers}
        ended = await until(site, fork, "completed")
        assert (ended["output"], ended["trigger"]) == ("large costs 9", "fork")
        assert ended["forkedFrom"] == {"executionId": id, "step": 2}
        assert (await call(site, "GET", f"/executions/{id}")).json() == original
        log = (await call(site, "GET", f"/executions/{fork}/logs")).json()["items"]
        assert log[0]["event"] == "forked"
        twice = [await call(site, "POST", f"/executions/{id}/fork", wanted, idempotency_key="k") for _ in range(2)]
        assert twice[0].json()["id"] == twice[1].json()["id"] != fork
        listed = (await call(site, "GET", "/workflows/price/executions")).json()["items"]
        assert len(listed) == 3
        assert await _forked(site) == sorted([fork, twice[0].json()["id"]])
        await _refused(site, id)


async def _refused(site: Site, id: str) -> None:
    """Check who and what is refused, with which words."""
    foreign = await key_of(await foreign_service(site))
    path, one = f"/executions/{id}/fork", {"step": 1}
    assert outcome(await call(site, "POST", path, one, key=foreign)) == (404, "execution.unknown")
    assert outcome(await call(site, "POST", "/executions/none/fork", one)) == (404, "execution.unknown")
    wrong: tuple[tuple[dict[str, Any], tuple[int, str]], ...] = (
        ({"step": 4}, (404, "step.unknown")),
        ({"step": 1, "version": 7}, (404, "version.unknown")),
        ({"step": 1, "key": "botflow.fork:x"}, (422, "trigger.key")),
        ({"step": 1, "variables": {"a": "\u0000"}}, (422, "input.not_json")),
    )
    for body, expected in wrong:
        assert outcome(await call(site, "POST", path, body)) == expected


async def _forked(site: Site) -> list[str]:
    mine = select(audit_log.c.subject).where(audit_log.c.action == "execution.forked")
    found = await site.runtime.database.engine.read(lambda connection: connection.execute(mine).scalars().all())
    return sorted(subject.removeprefix("execution:") for subject in found)


async def test_a_conversation_is_forked_over_http_and_nothing_of_the_fork_is_told(database_url: str) -> None:
    async with open_site(database_url, flows=(ORDER,)) as site:
        await answered(site, "GET", "/events")  # a feed begins
        for number, text in enumerate(("hi", "Ann", "pizza")):
            body = {"externalId": "ann", "messageId": f"m{number}", "text": text}
            await call_at(site, "POST", "/chat/order/messages", body)
        [talk] = (await answered(site, "GET", "/workflows/order/executions"))["items"]
        [person] = (await answered(site, "GET", "/workflows/order/sessions"))["items"]
        id, session = talk["id"], person["id"]
        before = [await answered(site, "GET", path) for path in (f"/executions/{id}", f"/sessions/{session}/messages")]
        steps = (await answered(site, "GET", f"/executions/{id}/steps"))["steps"]
        menu = next(step["number"] for step in steps if step["node"] == "menu")
        assert all(step["canFork"] for step in steps if step["status"] != "skipped")
        forked = [
            (await answered(site, "POST", f"/executions/{id}/fork", {"step": menu, **more}))["id"]
            for more in ({}, {"variables": {"name": "Bob"}, "messages": [{"payload": "salad"}, {"text": "hi"}]})
        ]
        said = []
        for fork in forked:
            await until(site, fork, "completed")
            heard = await answered(site, "GET", f"/executions/{fork}/messages")
            said.append([(each["direction"], each["text"], each["state"]) for each in heard["items"][::-1]])
        assert said == [
            [
                ("in", "Ann", "done"),
                ("out", "What would you like, Ann?", "suppressed"),
                ("in", "pizza", "done"),
                ("out", "One pizza for Ann.", "suppressed"),
            ],
            [
                ("in", "Ann", "done"),
                ("out", "What would you like, Bob?", "suppressed"),
                ("in", "salad", "done"),
                ("out", "One salad for Bob.", "suppressed"),
            ],
        ]
        after = [await answered(site, "GET", path) for path in (f"/executions/{id}", f"/sessions/{session}/messages")]
        assert after == before
        assert outcome(await call(site, "GET", f"/executions/{id}/messages")) == (409, "execution.is_conversation")
        retried = await call(site, "POST", f"/executions/{forked[0]}/retry", {"checkpoint": 2})
        assert retried.status_code == 409, retried.text
        [listed] = (await answered(site, "GET", "/workflows/order/sessions"))["items"]
        assert listed["id"] == session
        await _refused_messages(site, id)
        another = await answered(site, "POST", f"/executions/{id}/fork", {"step": menu, "messages": []})
        waiting = await until(site, another["id"], "waiting")
        assert (waiting["node"], waiting["wakesAt"]) == ("menu", None)
        assert (await answered(site, "GET", "/doctor/findings"))["items"] == []
        await _is_told_of(site, id)


async def _refused_messages(site: Site, id: str) -> None:
    """Check who may not read them, and that no fork is where a person can write."""
    foreign = await key_of(await foreign_service(site))
    assert outcome(await call(site, "GET", f"/executions/{id}/messages", key=foreign)) == (404, "execution.unknown")
    assert outcome(await call(site, "POST", f"/executions/{id}/fork", {"step": 1}, key=foreign)) == (
        404,
        "execution.unknown",
    )


async def _is_told_of(site: Site, id: str) -> None:
    """Check that what is told is the conversation's alone, also of what came after the forks."""
    await call_at(site, "POST", "/chat/order/messages", {"externalId": "bob", "messageId": "m", "text": "hi"})

    async def told() -> list[Any]:
        return list((await answered(site, "GET", "/events?limit=100"))["items"])

    async with asyncio.timeout(30):
        while len({each["data"]["session"] for each in await told()}) < 2:  # noqa: ASYNC110 -- another process tells
            await asyncio.sleep(0.05)
    assert {each["data"]["channel"] for each in await told()} == {"chat"}
