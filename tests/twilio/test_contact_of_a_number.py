"""One person behind a number: two workflows and two channels read and write the same contact, on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from botflow_twilio.channel import TwilioChannel
from sqlalchemy import func, select

from botflow.storage.tables import contact_group_members, contacts, people, person_values
from tests.engine.conversation import node, say
from tests.stand_ins.twilio import TwilioStandIn
from tests.twilio.phone_users import ANN, BOB, Town, open_town

FIELDS = {"contactFields": {"size": {"type": "choice", "choices": ["S", "L"]}, "visits": {"type": "number"}}}
NAMING = (
    node("ask", "chatbot.ask", text="Name?", variable="contact.name", skipIfKnown=True, next="count"),
    node("count", "contact.set", fields={"visits": "{{ ($contact.visits or 0) + 1 }}"}, next="group"),
    node("group", "contact.group", join=["guests"], next="bye"),
    say("bye", "{{ $contact.name }}, visit {{ $contact.visits }}, size {{ $contact.size or '?' }}."),
)
SIZING = (
    node("ask", "chatbot.ask", text="Size?", variable="contact.size", skipIfKnown=True, next="bye"),
    say("bye", "{{ $contact.name or '?' }} wears {{ $contact.size }}."),
)


@pytest.fixture
async def town(database: Any, twilio: TwilioStandIn, channel: TwilioChannel) -> AsyncIterator[Town]:
    async with open_town(database, twilio, channel, *NAMING, **FIELDS) as opened:
        yield opened


async def fields_of(town: Town) -> dict[str, Any]:
    rows = select(person_values.c.field, person_values.c.value)
    found = await town.database.engine.read(lambda connection: connection.execute(rows).all())
    return dict(tuple(row) for row in found)


async def count(town: Town, table: Any) -> int:
    rows = select(func.count()).select_from(table)
    return int(await town.database.engine.read(lambda connection: connection.execute(rows).scalar_one()))


async def test_two_workflows_and_two_channels_share_a_person(town: Town) -> None:
    sizes = await town.workflow("sizes", *SIZING, **FIELDS)

    assert await town.said(ANN, "hi") == ["Name?"]
    assert await count(town, contacts) == await count(town, people) == 0  # nothing is written by reading
    assert await town.said(ANN, "Ann") == ["Ann, visit 1, size ?."]
    assert await town.said(f"whatsapp:{ANN}", "hi", sizes) == ["Size?"]
    assert await town.said(f"whatsapp:{ANN}", "L", sizes) == ["Ann wears L."]
    assert await town.said(ANN, "hi again") == ["Ann, visit 2, size L."]
    assert await town.said(BOB, "hi") == ["Name?"]

    assert await fields_of(town) == {"name": "Ann", "visits": 2, "size": "L"}
    assert await count(town, people) == 1
    assert await count(town, contact_group_members) == 1


async def test_two_conversations_that_set_different_fields_at_once_lose_nothing(town: Town) -> None:
    sizes = await town.workflow("sizes", *SIZING, **FIELDS)
    await town.hear(ANN, "hi")
    await town.hear(f"whatsapp:{ANN}", "hi", sizes)

    await asyncio.gather(town.hear(ANN, "Ann"), town.hear(f"whatsapp:{ANN}", "S", sizes))

    assert await fields_of(town) == {"name": "Ann", "visits": 1, "size": "S"}
    assert await count(town, people) == 1


async def test_a_stop_and_a_contact_go_together(town: Town) -> None:
    await town.hear(ANN, "hi")
    await town.hear(ANN, "STOP")
    assert await town.said(ANN, "Ann") == []
    assert await fields_of(town) == {}
    await town.hear(ANN, "START")
    await town.hear(ANN, "Ann")
    assert await fields_of(town) == {"name": "Ann", "visits": 1}
    rows = select(contacts.c.channel, contacts.c.stopped, contacts.c.person_id.is_not(None))
    found = await town.database.engine.read(lambda connection: connection.execute(rows).all())
    assert sorted(tuple(row) for row in found if row.channel in ("sms", "whatsapp")) == [
        ("sms", False, True),
        ("whatsapp", False, True),
    ]


async def test_a_person_was_last_seen_with_their_message_before_this_one_in_any_workflow(town: Town) -> None:
    asking = await town.workflow("seen", say("seen", "{{ $contact.lastSeen or 'never' }}"))
    assert await town.said(ANN, "hi", asking) == ["never"]
    [first] = await town.said(ANN, "hi again", asking)
    assert first.startswith("20")
    await town.hear(ANN, "hi")
    [second] = await town.said(ANN, "hi", asking)
    assert second > first
    await town.hear(ANN, "Ann")  # the contact is stored, and both channels are hers
    [third] = await town.said(f"whatsapp:{ANN}", "hi", asking)
    assert third > second
