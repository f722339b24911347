"""Two contacts become one while conversations of both are open: each reads the one that is left, from its next turn on,
and what either sets is set there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from botflow_twilio.channel import TwilioChannel

from botflow.records.access import Principal
from botflow.service.people.contact_models import ContactMerge
from botflow.service.people.contacts import merge_contacts
from botflow.storage.contacts import Contacts
from botflow.storage.database import Database
from botflow.storage.people.profiles import PeopleFilter, PersonRow, find_people, read_people
from tests.engine.conversation import node, say
from tests.organizations import HOME
from tests.stand_ins.twilio import TwilioStandIn
from tests.twilio.phone_users import ANN, BOB, Town, open_town

FIELDS: dict[str, Any] = {"contactFields": {name: {"type": "text"} for name in ("plan", "size", "colour")}}
KNOWN = (
    "{{ $contact.name }} {{ $contact.plan }} {{ $contact.size }} {{ $contact.colour }}"
    " {{ $contact.groups | sort | join('+') }}"
)
WHO = Principal(organization=HOME, actor="test", scopes=frozenset())


def by_person(id: str, ann: str, bob: str) -> dict[str, Any]:
    """Return a branch that tells Ann from Bob."""
    case = {"handle": "ann", "when": f"$contact.address == '{ANN}'"}
    return node(id, "conditional.branch", cases=[case], on={"ann": ann, "else": bob})


NODES = (
    by_person("first", "name", "plan"),
    node("name", "contact.set", fields={"name": "{{ $input.text }}"}, next="join"),
    node("plan", "contact.set", fields={"plan": "{{ $input.text }}"}, next="join"),
    node("join", "contact.group", join=["{{ $input.text }}"], next="ask"),
    node("ask", "chatbot.ask", text="More?", variable="more", next="think"),
    node("think", "test.ask", question="hm", next="second"),
    by_person("second", "colour", "size"),
    node("colour", "contact.set", fields={"colour": "{{ more }}"}, next="also"),
    node("size", "contact.set", fields={"size": "{{ more }}"}, next="also"),
    node("also", "contact.group", join=["{{ more }}"], next="known"),
    node("known", "chatbot.ask", text=KNOWN, variable="ok", next="bye"),
    say("bye", KNOWN),
)


@pytest.fixture
async def town(database: Database, twilio: TwilioStandIn, channel: TwilioChannel) -> AsyncIterator[Town]:
    async with open_town(database, twilio, channel, *NODES, **FIELDS) as opened:
        yield opened


async def people_of(town: Town) -> list[PersonRow]:
    found = await town.database.engine.read(find_people, HOME, PeopleFilter(), None, 9)
    return await town.database.engine.read(read_people, HOME, list(found.ids))


async def begin(town: Town) -> None:
    """Let both be asked something."""
    assert await town.said(ANN, "Ann") == ["More?"]
    assert await town.said(BOB, "pro") == ["More?"]


async def merge(town: Town) -> None:
    """Merge Bob's contact into Ann's."""
    kept, other = await people_of(town)
    wanted = {"other": other.id, "revision": kept.revision, "otherRevision": other.revision}
    await town.database.engine.write(merge_contacts, WHO, kept.id, ContactMerge.model_validate(wanted))


async def test_messages_that_wait_are_heard_by_the_contact_that_is_left(town: Town) -> None:
    await begin(town)
    await town.queue(BOB, "large")
    await town.queue(ANN, "red")

    await merge(town)
    await town.advance(BOB)
    await town.advance(ANN)

    said = [text for text, _, _ in await town.parts() if text != "More?"]
    assert said == ["Ann pro large  Ann+large+pro", "Ann pro large red Ann+large+pro+red"]
    [person] = await people_of(town)
    assert person.values == {"name": "Ann", "plan": "pro", "size": "large", "colour": "red"}
    assert {address for _, address, _ in person.addresses} == {ANN, BOB}
    await town.hear(BOB, "ok")
    assert (await town.parts())[-1][0] == said[-1]


async def test_a_turn_under_way_sees_whom_it_has_read_and_sets_the_contact_that_is_left(town: Town) -> None:
    await begin(town)
    await town.queue(BOB, "large")
    held = town.bot.world.held = asyncio.Event()
    turn = asyncio.create_task(town.advance(BOB))
    await town.bot.world.begun.wait()

    await merge(town)
    held.set()
    await turn

    assert (await town.parts())[-1][0] == " pro large  large+pro"
    [person] = await people_of(town)
    assert person.values == {"name": "Ann", "plan": "pro", "size": "large"}
    assert person.groups == ["Ann", "large", "pro"]


async def test_an_address_that_has_opted_out_stays_so_and_stops_no_other(town: Town) -> None:
    await begin(town)
    await town.hear(BOB, "STOP")

    await merge(town)

    consents = Contacts(town.database.engine)
    asked = [await consents.is_stopped(town.bot.key(phone, "sms")) for phone in (ANN, BOB)]
    assert asked == [False, True]
    assert await town.said(BOB, "hello?") == []
    await town.queue(ANN, "red")
    await town.advance(ANN)
    assert (await town.parts())[-1][:2] == ("Ann pro  red Ann+pro+red", "ready")
    assert await town.said(BOB, "START") == []
    assert [person.groups for person in await people_of(town)] == [["Ann", "pro", "red"]]
