"""Operators change sessions while people talk: nothing that a person says is lost, and each change holds."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import select

from botflow.storage.tables import executions, inbounds, sessions
from tests.web.api.calls import answered, call
from tests.web.site import ORDER, TALK, HeldModel, Site, Visit, open_site, texts

WAITING = """
botflow: 1
id: waiting
name: Waiting
variables: {size: medium}
nodes:
  - {id: start, type: chatbot, actionType: message_received, next: ask}
  - id: ask
    type: chatbot
    actionType: ask
    properties: {text: "{{ size }}?", variable: given, timeout: 1h}
    on: {answered: said, timeout: late}
  - {id: said, type: chatbot, actionType: say, properties: {text: "{{ size }} {{ given }}"}}
  - {id: late, type: chatbot, actionType: say, properties: {text: "Too late"}}
"""


@pytest.fixture
async def site(database_url: str) -> AsyncIterator[Site]:
    async with open_site(database_url, flows=(ORDER, WAITING)) as opened:
        yield opened


async def started(site: Site, workflow: str = "waiting", text: str = "hi") -> tuple[Visit, str]:
    visit = await site.visit(workflow)
    await visit.say(text)
    return visit, str(await visit.number())


async def column(site: Site, statement: Any) -> list[Any]:
    rows = await site.runtime.database.engine.read(lambda connection: connection.execute(statement).all())
    return [row[0] for row in rows]


async def test_an_edit_of_the_context_holds_for_the_next_message(site: Site) -> None:
    visit, session = await started(site)
    read = await call(site, "GET", f"/sessions/{session}/context")
    tag = read.headers["etag"]

    edited = await call(
        site,
        "PATCH",
        f"/sessions/{session}/context",
        {"variables": {"size": 30}, "remove": ["x"]},
        if_match=tag,
    )
    late = await call(site, "PATCH", f"/sessions/{session}/context", {"variables": {"size": 1}}, if_match=tag)

    assert read.json()["variables"]["size"] == "medium"
    assert edited.json()["variables"]["size"] == 30
    assert edited.headers["etag"] != tag
    assert (late.status_code, late.json()["code"]) == (412, "session.changed")
    assert await visit.say("pizza") == ["30 pizza"]
    history = (await answered(site, "GET", f"/sessions/{session}/history"))["items"]
    assert {"kind": "edited", "values": ["", "size", "x"]} in [event for each in history for event in each["events"]]


NOT_KEPT: list[tuple[Any, int, str]] = [
    ({"variables": {"size": "x" * 40_000}}, 422, "context.too_large"),  # beside another one of this size
    ({"variables": {"size": "a\x00b"}}, 422, "value.invalid"),
    ({"variables": {"": 1}}, 422, "variables.invalid"),
    ({"context": {}}, 422, "body.unknown_field"),
]


async def test_what_a_turn_could_not_keep_is_refused(site: Site, subtests: pytest.Subtests) -> None:
    _, session = await started(site)
    await answered(site, "PATCH", f"/sessions/{session}/context", {"variables": {"note": "x" * 40_000}})
    before = await site.state_hash()
    for body, status, code in NOT_KEPT:
        with subtests.test(code=code):
            answer = await call(site, "PATCH", f"/sessions/{session}/context", body)

            assert (answer.status_code, answer.json()["code"]) == (status, code)
            assert await site.state_hash() == before


async def test_a_conversation_that_is_over_has_no_context(site: Site) -> None:
    visit, session = await started(site)
    await visit.say("pizza")

    answer = await call(site, "PATCH", f"/sessions/{session}/context", {"variables": {"size": 1}})

    assert (answer.status_code, answer.json()["code"]) == (409, "session.not_active")


async def test_an_edit_during_a_turn_lets_the_turn_run_again_and_counts_no_attempt(database_url: str) -> None:
    talk = TALK.replace("name: Talk", "name: Talk\nvariables: {tone: dry}").replace('"Answer."', '"Be {{ tone }}."')
    model = HeldModel()
    async with open_site(database_url, flows=(talk,), model=model) as site:
        visit = await site.visit("talk")
        await asyncio.sleep(0)
        saying = asyncio.create_task(visit.post(text="hi"))
        await asyncio.wait_for(model.begun.wait(), 10)
        session = str(await visit.number())
        for tone in ("kind", "brief", "warm", "calm", "glad"):  # more edits than attempts
            answer = await call(site, "PATCH", f"/sessions/{session}/context", {"variables": {"tone": tone}})
            if answer.status_code == 409:  # the execution begins with this very turn: there is no context yet
                break
        model.go_on.set()
        said = await saying
        assert texts(said.json()) == ["Let me think about that."]
        assert await column(site, select(inbounds.c.state).where(inbounds.c.kind == "message")) == ["done"]


async def test_edits_and_messages_at_the_same_moment_lose_nothing(site: Site) -> None:
    visit, session = await started(site, "order")

    async def edit(number: int) -> int:
        answer = await call(site, "PATCH", f"/sessions/{session}/context", {"variables": {f"v{number}": number}})
        return answer.status_code

    results = await asyncio.gather(
        *(edit(number) for number in range(8)), *(visit.post(text="Ann", messageId=f"m{n}") for n in range(8))
    )

    assert results[:8] == [200] * 8
    kept = (await answered(site, "GET", f"/sessions/{session}/context"))["variables"]
    assert {f"v{number}": number for number in range(8)}.items() <= kept.items()
    waiting = select(inbounds.c.state).where(inbounds.c.kind == "message", inbounds.c.state != "done")
    for _ in range(200):
        if not await column(site, waiting):
            break
        await asyncio.sleep(0.05)
    assert await column(site, waiting) == []


async def test_a_note_stands_in_the_history_and_changes_nothing_else(site: Site) -> None:
    visit, session = await started(site)

    added = await call(
        site, "POST", f"/sessions/{session}/history", {"text": "Called", "nodeId": "ask", "data": {"by": "phone"}}
    )
    too_large = await call(site, "POST", f"/sessions/{session}/history", {"text": "x", "data": {"a": "x" * 17_000}})

    bare = await call(site, "POST", f"/sessions/{session}/history", {"nodeId": "ask", "data": {"seen": 1}})
    empty = await call(site, "POST", f"/sessions/{session}/history", {"data": {"seen": 1}})

    assert (added.status_code, bare.status_code) == (201, 201)
    assert (empty.status_code, empty.json()["code"]) == (422, "note.empty")
    assert (too_large.status_code, too_large.json()["code"]) == (422, "note.too_large")
    [entry] = [
        each
        for each in (await answered(site, "GET", f"/sessions/{session}/history"))["items"]
        if each["turn"] == added.json()["turn"]
    ]
    assert entry["events"] == [{"kind": "noted", "values": ["ask", "Called", "BOTFLOW_API_KEY", {"by": "phone"}]}]
    assert await visit.say("pizza") == ["medium pizza"]


async def test_a_session_that_is_deactivated_begins_anew_with_the_next_message(site: Site) -> None:
    visit, session = await started(site)

    ended = await answered(site, "POST", f"/sessions/{session}/deactivate")
    again = await answered(site, "POST", f"/sessions/{session}/deactivate")

    assert (ended["active"], ended["status"], ended["wakesAt"], ended["currentNodeId"]) == (False, "idle", None, None)
    assert again == ended
    assert await column(site, select(executions.c.status)) == ["cancelled"]
    assert await column(site, select(sessions.c.wake_at).where(sessions.c.id == int(session))) == [None]
    assert await visit.say("hello") == ["medium?"]


async def test_a_message_at_the_moment_of_the_end_is_answered_or_ends_with_it(site: Site) -> None:
    for _ in range(5):
        visit, session = await started(site)
        said, ended = await asyncio.gather(
            visit.post(text="pizza"), call(site, "POST", f"/sessions/{session}/deactivate")
        )
        assert (said.status_code, ended.status_code) == (200, 200)
        assert texts(said.json()) in (["medium pizza"], ["medium?"])  # before the end, or the first of a new one
        left = select(inbounds.c.state).where(inbounds.c.session_id == int(session), inbounds.c.state == "new")
        assert await column(site, left) == []


async def test_a_turn_under_way_ends_with_its_conversation(database_url: str) -> None:
    model = HeldModel()
    async with open_site(database_url, flows=(TALK,), model=model) as site:
        visit = await site.visit("talk")
        saying = asyncio.create_task(visit.post(text="hi"))
        await asyncio.wait_for(model.begun.wait(), 10)
        session = str(await visit.number())
        ended = await answered(site, "POST", f"/sessions/{session}/deactivate")
        model.go_on.set()
        said = await saying
        assert texts(said.json()) == []
        assert ended["active"] is False
        assert await visit.say("hello") == ["Let me think about that."]
