"""A person takes a conversation over: the bot is silent, nothing is lost or answered twice, and it goes on after."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select, update

from botflow.storage.tables import inbounds, outbounds, sessions, turns
from tests.web.api.broken_sessions import waiting_session, with_inbound
from tests.web.api.calls import answered, call
from tests.web.api.test_session_changes import WAITING, column, started
from tests.web.chat.event_stream import listening
from tests.web.site import ORDER, TALK, HeldModel, Site, open_site, texts

TO_MARIA = {"person": "Maria"}


@pytest.fixture
async def site(database_url: str) -> AsyncIterator[Site]:
    async with open_site(database_url, flows=(ORDER, WAITING)) as opened:
        yield opened


async def test_the_bot_is_silent_until_the_conversation_is_given_back(site: Site) -> None:
    visit, session = await started(site)

    handed = await answered(site, "POST", f"/sessions/{session}/hand-off", TO_MARIA)
    heard = await visit.post(text="is anybody there?")
    said = await call(site, "POST", f"/sessions/{session}/messages", {"text": "Yes, Maria."})
    history = await visit.history()
    back = await answered(site, "POST", f"/sessions/{session}/return")

    assert (handed["status"], handed["handedTo"], handed["wakesAt"]) == ("handed_off", "Maria", None)
    assert (heard.status_code, heard.json()["messages"], heard.json()["status"]) == (200, [], "waiting")
    assert (said.status_code, said.json()["author"]) == (202, "Maria")
    assert [(each["direction"], each["text"], each.get("author")) for each in history["messages"][-2:]] == [
        ("in", "is anybody there?", None),
        ("out", "Yes, Maria.", "Maria"),
    ]
    assert (back["status"], back["handedTo"], back["currentNodeId"]) == ("waiting", None, "ask")
    assert back["wakesAt"] is not None
    assert await visit.say("pizza") == ["medium pizza"]
    late = await call(site, "POST", f"/sessions/{session}/messages", {"text": "And me?"})
    assert (late.status_code, late.json()["code"]) == (409, "session.not_handed_off")


async def test_a_repeated_message_meanwhile_stays_one(site: Site) -> None:
    visit, session = await started(site)
    await answered(site, "POST", f"/sessions/{session}/hand-off", TO_MARIA)

    first = await visit.post(text="hello", messageId="a")
    again = await visit.post(text="hello", messageId="a")

    assert (first.status_code, again.status_code) == (200, 200)
    messages = (await answered(site, "GET", f"/sessions/{session}/messages"))["items"]
    assert [each["text"] for each in messages if each["direction"] == "in"].count("hello") == 1


async def test_with_replay_the_bot_answers_what_it_has_missed_in_order(site: Site) -> None:
    visit = await site.visit("order")
    session = str(await visit.number())
    await answered(site, "POST", f"/sessions/{session}/hand-off", TO_MARIA)
    await visit.post(text="Ann")
    await answered(site, "POST", f"/sessions/{session}/messages", {"text": "Just tell the bot."})
    await visit.post(text="salad")

    await answered(site, "POST", f"/sessions/{session}/return", {"replay": True})

    for _ in range(100):
        messages = (await visit.history())["messages"]
        if any(each["text"] == "One salad for Ann." for each in messages):
            break
        await asyncio.sleep(0.05)
    said = [each["text"] for each in messages if each["direction"] == "out"]
    assert sorted(said[-3:]) == ["Just tell the bot.", "One salad for Ann.", "What would you like, Ann?"]
    assert await column(site, select(inbounds.c.state).where(inbounds.c.state != "done")) == []


async def test_a_timer_waits_while_a_person_has_the_conversation(site: Site) -> None:
    visit, session = await started(site)
    await answered(site, "POST", f"/sessions/{session}/hand-off", TO_MARIA)
    overdue = update(sessions).where(sessions.c.id == int(session)).values(wake_at=sessions.c.created_at)
    await site.runtime.database.engine.write(lambda connection: connection.execute(overdue) and None)

    await asyncio.sleep(2.5)  # the tick looks at timers every second
    meanwhile = (await visit.history())["messages"]
    back = await answered(site, "POST", f"/sessions/{session}/return")
    await asyncio.sleep(1.5)

    assert [each["text"] for each in meanwhile] == ["hi", "medium?"]
    assert back["wakesAt"] > back["updatedAt"]  # the deadline begins anew
    assert await visit.say("pizza") == ["medium pizza"]


async def test_a_turn_under_way_is_given_up_and_its_message_left_to_the_person(database_url: str) -> None:
    model = HeldModel()
    async with open_site(database_url, flows=(TALK,), model=model) as site:
        visit = await site.visit("talk")
        saying = asyncio.create_task(visit.post(text="hi"))
        await asyncio.wait_for(model.begun.wait(), 10)
        session = str(await visit.number())
        await answered(site, "POST", f"/sessions/{session}/hand-off", TO_MARIA)
        model.go_on.set()
        said = await saying
        assert texts(said.json()) == []
        await answered(site, "POST", f"/sessions/{session}/return", {"replay": True})
        for _ in range(100):
            messages = (await visit.history())["messages"]
            if len(messages) == 2:
                break
            await asyncio.sleep(0.05)
        assert [each["text"] for each in messages] == ["hi", "Let me think about that."]


async def test_messages_that_wait_are_left_to_the_person_at_once(database_url: str) -> None:
    async with open_site(database_url, flows=(ORDER, WAITING), worker=None) as site:
        session = await waiting_session(site)
        await with_inbound(site, session)

        await answered(site, "POST", f"/sessions/{session}/hand-off", TO_MARIA)

        states = select(inbounds.c.state).where(inbounds.c.session_id == session, inbounds.c.key == "late")
        left = select(turns.c.trace).where(turns.c.session_id == session, turns.c.seq == 50)
        assert await column(site, states) == ["done"]
        assert await column(site, left) == [[["ignored", "handed_off"]]]


async def test_messages_at_the_moment_of_a_handoff_are_answered_once_or_not_at_all(site: Site) -> None:
    for _ in range(4):
        visit, session = await started(site, "order")
        handed, *heard = await asyncio.gather(
            call(site, "POST", f"/sessions/{session}/hand-off", TO_MARIA),
            *(visit.post(text="Ann", messageId=f"m{number}") for number in range(4)),
        )
        assert handed.status_code == 200
        assert {answer.status_code for answer in heard} == {200}
        said = [text for answer in heard for text in texts(answer.json())]
        left = select(turns.c.seq).where(turns.c.session_id == int(session), turns.c.status == "ignored")
        assert len(said) + len(await column(site, left)) == 4
        new = select(inbounds.c.seq).where(inbounds.c.session_id == int(session), inbounds.c.state == "new")
        assert await column(site, new) == []


async def test_a_message_whose_sender_read_an_old_copy_is_left_to_the_person(database_url: str) -> None:
    model = HeldModel()
    model.go_on.set()
    async with open_site(database_url, flows=(TALK,), model=model) as site:
        visit = await site.visit("talk")
        await visit.say("hi")
        session = str(await visit.number())
        await answered(site, "POST", f"/sessions/{session}/hand-off", TO_MARIA)
        calls = model.calls
        heard = await asyncio.wait_for(visit.post(text="are you there?"), 5)  # this process has the session of before
        assert (heard.status_code, texts(heard.json())) == (200, [])
        assert model.calls <= calls + 1
        again = await visit.post(text="hello?")
        assert (again.status_code, texts(again.json()), again.json()["status"]) == (200, [], "waiting")


async def test_a_person_speaks_on_the_chats_streams_with_a_name(site: Site) -> None:
    visit, session = await started(site)
    await answered(site, "POST", f"/sessions/{session}/hand-off", TO_MARIA)

    async with listening(visit) as events:
        await answered(site, "POST", f"/sessions/{session}/messages", {"text": "Good morning"})
        seen = await events.until("message", "Good morning")

    assert seen[-1].body["author"] == "Maria"


async def test_a_conversation_that_is_ended_is_not_a_persons_any_more(site: Site) -> None:
    visit, session = await started(site)
    await answered(site, "POST", f"/sessions/{session}/hand-off", TO_MARIA)
    await visit.post(text="bye")

    ended = await answered(site, "POST", f"/sessions/{session}/deactivate")

    assert (ended["status"], ended["handedTo"], ended["active"]) == ("idle", None, False)
    assert await visit.say("hi") == ["medium?"]


async def test_a_paused_execution_stays_paused_when_it_is_given_back(site: Site) -> None:
    visit, session = await started(site)
    [execution] = (await answered(site, "GET", "/executions"))["items"]
    await answered(site, "POST", f"/executions/{execution['id']}/pause")
    await answered(site, "POST", f"/sessions/{session}/hand-off", TO_MARIA)
    heard = await asyncio.wait_for(visit.post(text="hello?"), 5)
    assert (heard.status_code, texts(heard.json())) == (200, [])

    assert (await answered(site, "POST", f"/sessions/{session}/return"))["status"] == "paused"
    await answered(site, "POST", f"/executions/{execution['id']}/resume")

    assert await visit.say("pizza") == ["medium pizza"]


async def test_a_resumed_execution_waits_until_it_is_given_back(site: Site) -> None:
    visit, session = await started(site)
    [execution] = (await answered(site, "GET", "/executions"))["items"]
    await answered(site, "POST", f"/sessions/{session}/hand-off", TO_MARIA)
    await answered(site, "POST", f"/executions/{execution['id']}/pause")
    await answered(site, "POST", f"/executions/{execution['id']}/resume")

    assert await column(site, select(sessions.c.paused).where(sessions.c.id == int(session))) == [True]
    await answered(site, "POST", f"/sessions/{session}/return")
    assert await visit.say("pizza") == ["medium pizza"]


@pytest.mark.parametrize("body", [{}, {"person": ""}, {"person": "a\nb"}, {"person": "x" * 101}, {"name": "Maria"}])
async def test_a_handoff_names_a_person(site: Site, body: dict[str, str]) -> None:
    _, session = await started(site)

    answer = await call(site, "POST", f"/sessions/{session}/hand-off", body)

    assert answer.status_code == 422
    assert await column(site, select(outbounds.c.version).where(outbounds.c.version > 2)) == []
