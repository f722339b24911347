"""A turn and what it changes of its person: one commit, once, also after crashes; and what it reads stays the same."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import select

from botflow.crash_points import Point
from botflow.runtime.turns.contact_reader import ContactReader
from botflow.storage.database import Database
from botflow.storage.tables import answers, person_values
from botflow.storage.turns.contact_writes import person_at, touch, write_values
from tests.engine.conversation import node, say
from tests.organizations import HOME
from tests.runtime.bot_without_worker import asks, open_bot

FIELDS: dict[str, Any] = {"contactFields": {"visits": {"type": "number"}}}
VISIT = node("count", "contact.set", fields={"visits": "{{ ($contact.visits or 0) + 1 }}"}, next="bye")
COUNTING = (VISIT, say("bye", "Visit {{ $contact.visits }}."))
THINKING = (
    asks("one", "Is {{ $contact.name or 'nobody' }} there?", "count"),
    VISIT,
    say("bye", "{{ $one.value }} Visit {{ $contact.visits }}."),
)


async def fields_of(database: Database) -> dict[str, Any]:
    rows = select(person_values.c.field, person_values.c.value)
    found = await database.engine.read(lambda connection: connection.execute(rows).all())
    return dict(tuple(row) for row in found)


async def rename(database: Database, name: str) -> None:
    """Change the name elsewhere."""

    def change(connection: Any) -> None:
        person = person_at(connection, HOME, [("chat", "ann")])
        touch(connection, person)
        write_values(connection, HOME, person, {"name": name})

    await database.engine.write(change)


async def journalled_contacts(database: Database) -> int:
    rows = select(answers.c.ask)
    found = await database.engine.read(lambda connection: connection.execute(rows).scalars().all())
    return sum(ask.get("ask") == "contact" for ask in found)


@pytest.mark.parametrize("point", ["turn.first_step", "contact.written", "turn.committed_at_once"])
async def test_a_turn_that_crashes_around_its_commit_counts_once(database: Database, point: Point) -> None:
    async with open_bot(database, *COUNTING, **FIELDS) as bot:
        bot.world.crashes[point] = 1
        try:
            await bot.hear("hi", "1")
        except RuntimeError:
            bot.hot.forget(bot.key())
        assert (await bot.hear("hi", "1")).state == "done"
        assert await fields_of(database) == {"visits": 1}
        assert await bot.said("hi", "2") == ["Visit 2."]


@pytest.mark.parametrize("point", ["accept.stored", "turn.asked", "turn.kept", "turn.computed", "contact.written"])
async def test_a_turn_that_asks_and_crashes_counts_once(database: Database, point: Point) -> None:
    async with open_bot(database, *THINKING, **FIELDS) as bot:
        bot.world.crashes[point] = 1
        try:
            await bot.hear("hi", "1")
        except RuntimeError:
            await bot.work()
        receipt = await bot.hear("hi", "1")
        assert receipt.state == "done"
        assert await fields_of(database) == {"visits": 1}


async def test_a_repeated_attempt_sees_the_person_as_the_first_one_did(database: Database) -> None:
    """Else the second attempt would ask another question, and the action would be run twice."""
    async with open_bot(database, *THINKING, **FIELDS) as bot:
        await rename(database, "Ann")
        bot.world.held, bot.world.crashes["turn.computed"] = asyncio.Event(), 1
        hearing = asyncio.create_task(bot.said("hi", "1"))
        await bot.world.begun.wait()
        await rename(database, "Bob")
        bot.world.held.set()

        assert await hearing == ["Is Ann there?! Visit 1."]
        assert bot.world.asked == ["Is Ann there?"]
        assert await fields_of(database) == {"name": "Bob", "visits": 1}
        assert await journalled_contacts(database) == 1


async def test_a_flow_without_the_contact_does_not_read_it(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    async def read(*_: object) -> None:
        raise AssertionError("a plain turn reads a contact")

    monkeypatch.setattr(ContactReader, "read", read)
    async with open_bot(database, say("hello", "Hello.")) as bot:
        assert await bot.said("hi", "1") == ["Hello."]
        assert bot.turns.calls["commit"] == 1
