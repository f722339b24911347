"""A flow hands a conversation off: people find it, one has it, the bot is silent, and the flow goes on after."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
from sqlalchemy import select, update

from botflow.storage.engines.dialects import now
from botflow.storage.tables import handoffs, inbounds, sessions
from tests.web.api.calls import answered, call, foreign_service, key_of
from tests.web.api.test_session_changes import column
from tests.web.site import Site, Visit, open_site, texts

DESK = """
botflow: 1
id: desk
name: Desk
interrupts: [{id: help, match: [help], target: help}]
nodes:
  - {id: start, type: chatbot, actionType: message_received, next: name}
  - {id: name, type: chatbot, actionType: ask, properties: {text: "Your name?", variable: name}, next: agent}
  - id: agent
    type: logic
    actionType: handoff
    properties:
      {queue: billing, note: "{{ name }} wants money back", priority: high, summary: [name], results: [refund],
       timeout: 1h}
    on: {returned: after, timeout: late}
  - id: after
    type: chatbot
    actionType: ask
    properties: {text: "{{ $agent.person }}: {{ $agent.note }}, {{ refund }} back. OK?"}
    next: bye
  - {id: bye, type: chatbot, actionType: say, properties: {text: Bye.}}
  - {id: late, type: chatbot, actionType: say, properties: {text: Nobody is free.}}
  - {id: help, type: chatbot, actionType: say, properties: {text: I help.}}
"""
MARIA = {"person": "Maria"}


@pytest.fixture
async def site(database_url: str) -> AsyncIterator[Site]:
    async with open_site(database_url, flows=(DESK,)) as opened:
        yield opened


async def waiting(site: Site) -> tuple[Visit, str]:
    """Return a visitor whose conversation waits for a person, and the handoff's id."""
    visit = await site.visit("desk")
    await visit.say("hi")
    assert await visit.say("Ann") == []
    return visit, f"{await visit.number()}.3"


async def listed(site: Site, id: str) -> dict[str, Any]:
    """Return a handoff, as soon as people see it."""
    for _ in range(200):
        answer = await call(site, "GET", f"/handoffs/{id}")
        if answer.status_code == 200:
            return dict(answer.json())
        await asyncio.sleep(0.05)
    raise AssertionError("the handoff was not listed")


async def heard(visit: Visit, wanted: str) -> list[str]:
    """Return what the workflow has said, as soon as that ends with `wanted`."""
    for _ in range(200):
        said = [each["text"] for each in (await visit.history())["messages"] if each["direction"] == "out"]
        if said and said[-1] == wanted:
            return said
        await asyncio.sleep(0.05)
    raise AssertionError(f"{wanted!r} was not said, but {said}")


async def test_a_handoff_is_listed_claimed_written_in_and_returned_while_the_bot_is_silent(site: Site) -> None:
    visit, id = await waiting(site)
    shown = await listed(site, id)
    early = [await visit.post(text="hello?"), await visit.post(text="help")]

    claimed = await answered(site, "POST", f"/handoffs/{id}/claim", MARIA)
    late = await visit.post(text="help")
    await answered(site, "POST", f"/sessions/{shown['session']}/messages", {"text": "Hello Ann."})
    back = await answered(site, "POST", f"/handoffs/{id}/return", {"note": "done", "values": {"refund": 12}})

    about = ("state", "queue", "priority", "nodeId", "note", "summary", "results", "person", "channel")
    assert [shown[name] for name in about] == [
        *("waiting", "billing", "high", "agent", "Ann wants money back", {"name": "Ann"}, ["refund"], None, "chat")
    ]
    assert [texts(each.json()) for each in (*early, late)] == [[], [], []]
    assert (claimed["state"], claimed["person"]) == ("claimed", "Maria")
    assert (back["state"], back["returnedNote"]) == ("returned", "done")
    said = await heard(visit, "Maria: done, 12 back. OK?")
    assert said == ["Your name?", "Hello Ann.", "Maria: done, 12 back. OK?"]
    assert await visit.say("yes") == ["Bye."]
    assert (await answered(site, "GET", "/handoffs"))["items"] == []
    [ended] = (await answered(site, "GET", "/handoffs?state=ended"))["items"]
    assert ended["requestedAt"] <= ended["firstClaimedAt"] <= ended["endedAt"]


async def test_of_claims_at_the_same_moment_one_wins(site: Site) -> None:
    for _ in range(3):
        _, id = await waiting(site)
        await listed(site, id)
        people = [f"agent {number}" for number in range(5)]

        claims = await asyncio.gather(
            *(call(site, "POST", f"/handoffs/{id}/claim", {"person": each}) for each in people)
        )

        won = [each.json()["person"] for each in claims if each.status_code == 200]
        assert len(won) == 1
        assert {each.json()["code"] for each in claims if each.status_code != 200} == {"handoff.claimed"}
        assert (await answered(site, "GET", f"/handoffs/{id}"))["person"] == won[0]
        again = await answered(site, "POST", f"/handoffs/{id}/claim", {"person": won[0]})
        assert again["claimedAt"] == again["firstClaimedAt"]


async def test_another_caller_whose_person_has_the_same_name_does_not_win_too(site: Site) -> None:
    _, id = await waiting(site)
    await listed(site, id)
    await answered(site, "POST", f"/handoffs/{id}/claim", MARIA)
    key = await answered(site, "POST", "/keys", {"name": "another Maria", "role": "operator"})

    answer = await call(site, "POST", f"/handoffs/{id}/claim", MARIA, key=key["key"])

    assert (answer.status_code, answer.json()["code"]) == (409, "handoff.claimed")


async def overdue(site: Site, id: str) -> None:
    due = update(sessions).where(sessions.c.id == int(id.split(".")[0])).values(wake_at=now(-1))
    await site.runtime.database.engine.write(lambda connection: connection.execute(due) and None)


async def test_without_a_claim_the_time_runs_out_and_with_one_it_does_not(site: Site) -> None:
    visit, id = await waiting(site)
    await listed(site, id)
    other, claimed = await waiting(site)
    await listed(site, claimed)
    await answered(site, "POST", f"/handoffs/{claimed}/claim", MARIA)
    await overdue(site, claimed)
    await overdue(site, id)

    await heard(visit, "Nobody is free.")
    for _ in range(200):
        over = await answered(site, "GET", f"/handoffs/{id}")
        if over["state"] == "timed_out":
            break
        await asyncio.sleep(0.05)

    assert over["state"] == "timed_out"
    refused = await call(site, "POST", f"/handoffs/{id}/claim", MARIA)
    assert refused.status_code == 409
    assert refused.json()["code"] == "handoff.over"
    assert (await answered(site, "GET", f"/handoffs/{claimed}"))["state"] == "claimed"
    await answered(site, "POST", f"/handoffs/{claimed}/return")
    assert (await heard(other, "Maria: ,  back. OK?")) == ["Your name?", "Maria: ,  back. OK?"]


async def test_a_paused_execution_that_waits_for_a_person_goes_on_waiting(site: Site) -> None:
    visit, id = await waiting(site)
    await listed(site, id)
    [execution] = (await answered(site, "GET", "/executions"))["items"]
    await answered(site, "POST", f"/executions/{execution['id']}/pause")
    heard_paused = await asyncio.wait_for(visit.post(text="help"), 20)
    await answered(site, "POST", f"/executions/{execution['id']}/resume")

    assert (heard_paused.status_code, texts(heard_paused.json())) == (200, [])
    assert await column(site, select(sessions.c.paused).where(sessions.c.id == int(id.split(".")[0]))) == [False]
    await overdue(site, id)
    assert await heard(visit, "Nobody is free.") == ["Your name?", "Nobody is free."]


async def test_a_timeout_that_was_queued_before_the_claim_is_stale(database_url: str) -> None:
    async with open_site(database_url, flows=(DESK,)) as site:
        visit, id = await waiting(site)
        await listed(site, id)
        session = int(id.split(".")[0])
        await site.runtime.database.engine.write(
            lambda connection: (
                connection.execute(update(sessions).where(sessions.c.id == session).values(paused=True)) and None
            )
        )
        await overdue(site, id)
        await site.runtime.database.engine.write(
            lambda connection: (
                connection.execute(update(sessions).where(sessions.c.id == session).values(paused=False)) and None
            )
        )
        await asyncio.gather(
            site.runtime.database.timers.queue_timeouts([session]), call(site, "POST", f"/handoffs/{id}/claim", MARIA)
        )
        state = (await answered(site, "GET", f"/handoffs/{id}"))["state"]

        if state == "claimed":  # else the time was over before
            await answered(site, "POST", f"/handoffs/{id}/return", {"note": "x"})
            await heard(visit, "Maria: x,  back. OK?")
        states = select(inbounds.c.state).where(inbounds.c.session_id == session, inbounds.c.state == "new")
        for _ in range(100):
            if not await column(site, states):
                break
            await asyncio.sleep(0.05)
        assert await column(site, states) == []


async def test_a_released_or_transferred_handoff_waits_again(site: Site) -> None:
    _, id = await waiting(site)
    await listed(site, id)
    await answered(site, "POST", f"/handoffs/{id}/claim", MARIA)

    released = await answered(site, "POST", f"/handoffs/{id}/release")
    session = await answered(site, "GET", f"/sessions/{released['session']}")
    moved = await answered(site, "POST", f"/handoffs/{id}/transfer", {"queue": "refunds"})
    given = await answered(site, "POST", f"/handoffs/{id}/transfer", {"person": "Luigi"})
    requeued = await answered(site, "POST", f"/handoffs/{id}/transfer", {"queue": "billing"})

    assert (released["state"], released["person"], session["handedTo"]) == ("waiting", None, None)
    assert session["wakesAt"] is not None
    assert [each["state"] for each in (moved, given, requeued)] == ["waiting", "claimed", "waiting"]
    assert [each["queue"] for each in (moved, given, requeued)] == ["refunds", "refunds", "billing"]
    actions = [each["action"] for each in (await answered(site, "GET", "/audit-log"))["items"]]
    assert actions[:6] == [
        *("handoff.released", "handoff.transferred", "session.handed_off", "handoff.transferred"),
        *("handoff.released", "session.handed_off"),
    ]


async def test_with_replay_the_flow_answers_after_the_return_what_was_said_to_the_person(site: Site) -> None:
    visit, id = await waiting(site)
    await listed(site, id)
    await visit.post(text="hello?")
    await answered(site, "POST", f"/handoffs/{id}/claim", MARIA)
    await visit.post(text="are you there?")

    await answered(site, "POST", f"/handoffs/{id}/return", {"note": "x", "replay": True})

    for _ in range(200):
        said = [each["text"] for each in (await visit.history())["messages"] if each["direction"] == "out"]
        if len(said) == 4:
            break
        await asyncio.sleep(0.05)
    # "hello?" answers the question after the return, and "are you there?" begins the next conversation.
    assert sorted(said) == ["Bye.", "Maria: x,  back. OK?", "Your name?", "Your name?"]


async def test_lists_are_by_urgency_queue_and_page(site: Site) -> None:
    ids = []
    for _ in range(3):
        _, id = await waiting(site)
        await listed(site, id)
        ids.append(id)
    await answered(site, "POST", f"/handoffs/{ids[1]}/transfer", {"queue": "refunds"})
    session = update(handoffs).where(handoffs.c.session_id == int(ids[2].split(".")[0])).values(priority=0)
    await site.runtime.database.engine.write(lambda connection: connection.execute(session) and None)

    first = await answered(site, "GET", "/handoffs?limit=2")
    second = await answered(site, "GET", f"/handoffs?limit=2&cursor={first['next']}")

    assert [each["id"] for each in (*first["items"], *second["items"])] == [ids[2], ids[0], ids[1]]
    assert second["next"] is None
    of_queue = (await answered(site, "GET", "/handoffs?state=waiting&queue=refunds&workflow=desk"))["items"]
    assert [each["id"] for each in of_queue] == [ids[1]]
    for wrong in ("/handoffs?state=lost", "/handoffs?cursor=x", "/handoffs?workflow=nosuch"):
        assert (await call(site, "GET", wrong)).status_code in (400, 404, 422)


async def test_what_is_no_handoff_is_unknown(site: Site) -> None:
    for id in ("1", "x.y", "1.2.3", "01.2", "9999999.2", "1.99999999999", "²,5"):
        answer = await call(site, "GET", f"/handoffs/{id}")

        assert (answer.status_code, answer.json()["code"]) == (404, "handoff.unknown"), id


BODIES: list[tuple[str, Mapping[str, Any]]] = [
    ("claim", {}),
    ("claim", {"person": "a\nb"}),
    ("transfer", {}),
    ("transfer", {"queue": "x", "person": "Eve"}),
    ("return", {"values": {"name": "Eve"}}),
    ("return", {"note": "x" * 2_001}),
    ("return", {"values": {"refund": "x" * 20_000}}),
    ("return", {"values": {"refund": "\x00"}}),
]


async def test_a_wrong_body_changes_nothing(site: Site) -> None:
    _, id = await waiting(site)
    await listed(site, id)

    codes = [(await call(site, "POST", f"/handoffs/{id}/{verb}", dict(body))).status_code for verb, body in BODIES]

    assert codes == [422] * len(BODIES)
    assert (await answered(site, "GET", f"/handoffs/{id}"))["state"] == "waiting"


async def test_a_conversation_that_a_person_takes_unasked_is_listed_too(site: Site) -> None:
    visit = await site.visit("desk")
    await visit.say("hi")
    session = await visit.number()

    await answered(site, "POST", f"/sessions/{session}/hand-off", MARIA)
    [taken] = (await answered(site, "GET", "/handoffs?state=claimed"))["items"]
    refused = await call(site, "POST", f"/handoffs/{taken['id']}/release")
    back = await answered(site, "POST", f"/handoffs/{taken['id']}/return")

    assert (taken["queue"], taken["nodeId"], taken["person"]) == (None, None, "Maria")
    assert (refused.status_code, refused.json()["code"]) == (409, "handoff.no_queue")
    assert back["state"] == "returned"
    assert await visit.say("Ann") == []


async def test_a_conversation_that_ends_takes_its_handoff_with_it(site: Site) -> None:
    visit, id = await waiting(site)
    await listed(site, id)
    await answered(site, "POST", f"/handoffs/{id}/claim", MARIA)

    await answered(site, "POST", f"/sessions/{id.split('.')[0]}/deactivate")

    assert (await answered(site, "GET", f"/handoffs/{id}"))["state"] == "cancelled"
    assert await visit.say("hi") == ["Your name?"]


async def test_another_organizations_handoff_is_like_none(site: Site) -> None:
    _, id = await waiting(site)
    await listed(site, id)
    key = await key_of(await foreign_service(site))

    for verb, body in (("claim", MARIA), ("release", {}), ("transfer", {"queue": "x"}), ("return", {})):
        answer = await call(site, "POST", f"/handoffs/{id}/{verb}", body, key=key)
        assert (answer.status_code, answer.json()["code"]) == (404, "handoff.unknown")
    assert (await call(site, "GET", f"/handoffs/{id}", key=key)).status_code == 404
    assert (await call(site, "GET", "/handoffs", key=key)).json()["items"] == []
    assert (await answered(site, "GET", f"/handoffs/{id}"))["state"] == "waiting"


async def test_the_event_of_a_handoff_names_it(site: Site) -> None:
    await answered(site, "GET", "/events")
    _, id = await waiting(site)
    await listed(site, id)

    for _ in range(200):
        told = [
            each for each in (await answered(site, "GET", "/events"))["items"] if each["type"] == "handoff.requested"
        ]
        if told:
            break
        await asyncio.sleep(0.05)

    assert told[0]["data"]["handoff"] == id
    assert (told[0]["data"]["queue"], told[0]["data"]["priority"], told[0]["data"]["node"]) == (
        "billing",
        "high",
        "agent",
    )
