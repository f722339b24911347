"""Turns, edits and merges of the same people at the same moment, on both databases: none waits for ever for another,
and no field is lost."""

from __future__ import annotations

import asyncio
from functools import partial

from sqlalchemy import Connection

from botflow.errors import RejectedInbound
from botflow.records.access import Principal
from botflow.service.people.contact_models import ContactChange, ContactMerge
from botflow.service.people.contacts import change_contact, merge_contacts
from botflow.storage.database import Database
from botflow.storage.people.profiles import read_people, resolve
from botflow.storage.turns.contact_writes import move, person_at, touch, write_values
from tests.organizations import HOME

WHO = Principal(organization=HOME, actor="test", scopes=frozenset())
PLACES = [[("chat", "ann")], [("chat", "anna")]]
ROUNDS = 8


def as_turn(connection: Connection, place: int, field: str, value: str) -> None:
    """Write as a turn's commit does."""
    person = person_at(connection, HOME, PLACES[place])
    touch(connection, person)
    write_values(connection, HOME, person, {field: value, "timeZone": "Europe/Berlin"})
    move(connection, HOME, person, f"group {value}", joins=True)


def as_edit(connection: Connection, contact: int, name: str) -> None:
    change_contact(connection, WHO, contact, ContactChange.model_validate({"name": name}), None)


def merge(connection: Connection, kept: int, other: int) -> None:
    rows = read_people(connection, HOME, [kept, other])
    wanted = {"other": other, "revision": rows[0].revision, "otherRevision": rows[1].revision}
    merge_contacts(connection, WHO, kept, ContactMerge.model_validate(wanted))


async def test_nothing_is_lost_and_nothing_waits_for_ever(database: Database) -> None:
    engine = database.engine
    first, second = [await engine.write(person_at, HOME, place) for place in PLACES]

    async def merged() -> None:
        for kept, other in ((first, second), (second, first)) * ROUNDS:
            try:
                await engine.write(merge, kept, other)
            except (RejectedInbound, IndexError):  # changed meanwhile, or one of them is the other by now
                await asyncio.sleep(0)

    writers = [engine.write(as_turn, n % 2, f"field{n}", f"{turn}") for turn in range(ROUNDS) for n in range(4)]
    edits = [engine.write(as_edit, contact, f"Ann {n}") for n in range(ROUNDS) for contact in (first, second)]
    async with asyncio.timeout(60):
        await asyncio.gather(*writers, *edits, merged(), return_exceptions=False)

    found = {await engine.read(partial(resolve, organization=HOME, person=id)) for id in (first, second)}
    rows = await engine.read(read_people, HOME, [id for id in found if id is not None])
    values = {name for row in rows for name in row.values}
    assert {f"field{n}" for n in range(4)} <= values
    assert {group for row in rows for group in row.groups} == {f"group {turn}" for turn in range(ROUNDS)}
    assert sorted(address for row in rows for _, address, _ in row.addresses) == ["ann", "anna"]
