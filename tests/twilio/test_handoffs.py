"""A handoff over SMS: a person's words reach the phone, an opt-out stops them, and whatever happens at the same moment,
the bot is silent while the conversation waits for a person or a person has it."""

from __future__ import annotations

import asyncio
import os
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

import pytest
from sqlalchemy import select, update

from botflow.storage.engines.dialects import now
from botflow.storage.tables import inbounds, outbounds, sessions, turns
from tests.stand_ins.twilio import TwilioStandIn
from tests.twilio.test_conversations import THEM, Phone, until
from tests.web.api.calls import answered, call, session_of
from tests.web.api.test_handoff_node import DESK, MARIA, listed
from tests.web.site import Site, open_site

ROUNDS = int(os.environ.get("BOTFLOW_TEST_HANDOFF_ROUNDS", "") or 12)
SEED = int(os.environ.get("BOTFLOW_TEST_HANDOFF_SEED", "") or 1)
Act = Callable[[], Awaitable[object]]


@pytest.fixture
async def site(database_url: str, twilio: TwilioStandIn) -> AsyncIterator[Site]:
    async with open_site(
        database_url, flows=(DESK,), environment=twilio.environment, botflow_public_url=twilio.public_url
    ) as opened:
        yield opened


async def test_a_person_writes_to_a_phone_until_its_owner_wants_no_more(twilio: TwilioStandIn, site: Site) -> None:
    phone = Phone(twilio, site, "desk")
    asked = await phone.post("Hi")
    assert await twilio.report(site.client, asked.messages[0], "delivered") == 204
    assert [await phone.text("Ann"), await phone.text("help")] == [[], []]
    session = await session_of(site, "desk", THEM)
    id = f"{session}.2"
    await listed(site, id)
    await answered(site, "POST", f"/handoffs/{id}/claim", MARIA)
    assert await phone.text("Are you there?") == []

    await answered(site, "POST", f"/sessions/{session}/messages", {"text": "Yes, Maria here."})
    await until(lambda: "Yes, Maria here." in [message.body for message in twilio.messages(THEM)])
    await answered(site, "POST", f"/handoffs/{id}/release")
    assert await phone.text("STOP", OptOutType="STOP") == []

    shown = await answered(site, "GET", f"/handoffs/{id}")
    refused = [
        await call(site, "POST", f"/handoffs/{id}/claim", MARIA),
        await call(site, "POST", f"/handoffs/{id}/transfer", {"person": "Luigi"}),
        await call(site, "POST", f"/handoffs/{id}/return"),
    ]
    waiting = (await answered(site, "GET", "/handoffs?state=waiting"))["items"]
    assert (shown["state"], [each.json()["code"] for each in refused], waiting) == (
        *("opted_out", ["session.opted_out"] * 3),
        [],
    )
    assert await phone.text("START", OptOutType="START") == []
    assert (await answered(site, "GET", f"/handoffs/{id}"))["state"] == "waiting"
    await answered(site, "POST", f"/handoffs/{id}/return", {"note": "done"})
    await until(lambda: twilio.messages(THEM)[-1].body == ": done,  back. OK?")
    assert await phone.text("yes") == ["Bye."]
    assert [message.body for message in twilio.messages(THEM)] == [
        *("Your name?", "Yes, Maria here.", ": done,  back. OK?", "Bye.")
    ]


async def test_the_bot_is_silent_whatever_happens_at_the_same_moment(twilio: TwilioStandIn, site: Site) -> None:
    draw = random.Random(SEED)
    phone = Phone(twilio, site, "desk")
    for text in ("Hi", "Ann", "help"):  # the last one is said to people, whatever comes after
        await phone.post(text)
    session = await session_of(site, "desk", THEM)
    acts = _acts(site, phone, session, draw)
    for _ in range(ROUNDS):
        chosen = draw.choices([act for act, _ in acts], [weight for _, weight in acts], k=3)
        await asyncio.gather(*(act() for act in chosen))
    await phone.post("START", OptOutType="START")

    for _ in range(400):  # all that was said has its turn
        left = await _rows(site, select(inbounds.c.kind).where(inbounds.c.state == "new"))
        if not left:
            break
        await asyncio.sleep(0.05)

    seen = await _looked_at(site)
    assert seen["spoken"] == 0, (SEED, seen)
    assert seen["silent turns"] > 0, (SEED, seen)
    heard = await _rows(site, select(inbounds.c.key).where(inbounds.c.kind == "message"))
    assert len(heard) == len({row[0] for row in heard})


def _acts(site: Site, phone: Phone, session: str, draw: random.Random) -> list[tuple[Act, int]]:
    async def says() -> None:
        await phone.post(draw.choice(("Ann", "hello?", "help", "yes", "are you there?")))

    async def stops() -> None:
        await phone.post("STOP", OptOutType="STOP")
        await phone.post("START", OptOutType="START")

    async def on_open(verb: str, body: dict[str, Any]) -> None:
        for each in (await answered(site, "GET", "/handoffs"))["items"]:
            answer = await call(site, "POST", f"/handoffs/{each['id']}/{verb}", body)
            assert answer.status_code in (200, 409), answer.text

    async def writes() -> None:
        answer = await call(site, "POST", f"/sessions/{session}/messages", {"text": f"I see ({draw.random()})."})
        assert answer.status_code in (202, 409), answer.text

    async def is_late() -> None:
        due = (
            update(sessions)
            .where(sessions.c.id == int(session), sessions.c.wake_at.is_not(None))
            .values(wake_at=now(-1))
        )
        await site.runtime.database.engine.write(lambda connection: connection.execute(due) and None)

    return [
        (says, 6),
        (stops, 1),
        (lambda: on_open("claim", {"person": draw.choice(("Maria", "Luigi"))}), 4),
        (lambda: on_open("release", {}), 1),
        (lambda: on_open("transfer", {"queue": "refunds"}), 1),
        (lambda: on_open("return", {"note": "x", "replay": draw.random() < 0.3}), 2),
        (writes, 3),
        (is_late, 1),
    ]


async def _rows(site: Site, statement: Any) -> Sequence[Any]:
    return await site.runtime.database.engine.read(lambda connection: connection.execute(statement).all())


async def _looked_at(site: Site) -> Counter[str]:
    """Go through the turns as they were committed: count those while the bot had to be silent, and what it said."""
    said = Counter(
        row.version
        for row in await _rows(site, select(outbounds.c.version, outbounds.c.body))
        if not row.body.get("author")
    )
    seen: Counter[str] = Counter()
    is_with_people = False
    for turn in await _rows(site, select(turns.c.version, turns.c.status, turns.c.trace).order_by(turns.c.version)):
        kinds = [event[0] for event in turn.trace]
        leaves = any(event[:2] == ["edge", "agent"] for event in turn.trace)
        if turn.status == "returned" or leaves:
            is_with_people = False
        if is_with_people:
            seen["silent turns"] += 1
            seen["spoken"] += said[turn.version]
        if "handoff" in kinds or turn.status == "handed_off":
            is_with_people = True
    return seen
