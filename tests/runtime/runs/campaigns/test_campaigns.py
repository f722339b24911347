"""Campaigns begin each person's conversation for each date once, on the person's clock, and say what they missed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, insert, update

from botflow.records.erasures import Erasing, Person
from botflow.storage.database import Database
from botflow.storage.erasure.people import erase_people
from botflow.storage.people.changes import change_person, lock_people, merge_people
from botflow.storage.tables import campaigns, contacts, sessions, workflows
from tests.organizations import HOME
from tests.runtime.inbound_rows import claimable
from tests.storage.aged_rows import change, inbound_rows
from tests.triggering.campaigning import NOON, Campaigning, greeting
from tests.triggering.test_canary_starts import try_out, versions
from tests.triggering.workflows_to_start import publish, set_status

TODAY, TOMORROW = "2026-11-27", "2026-11-28"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def place(database: Database) -> Campaigning:
    return Campaigning(database)


async def test_each_person_hears_at_nine_on_their_own_clock_and_once(place: Campaigning) -> None:
    await place.publish(greeting())
    await place.person("bea", birthday=TODAY, timeZone="America/New_York")
    await place.person("ann", birthday=TODAY, timeZone="Europe/Berlin")
    await place.person("zoe", birthday=TODAY)  # the workflow's zone
    await place.person("dan", birthday=TOMORROW, timeZone="Pacific/Kiritimati")
    await place.person("eve", plan="x")
    heard: dict[str, int] = {}
    for hour in range(48):
        place.now = NOON.replace(hour=0) + hour * HOUR
        before = len(await place.begun())
        await place.look()
        heard |= {name: hour for name, _ in (await place.begun())[before:]}
    assert heard == {"ann": 8, "zoe": 9, "bea": 14, "dan": 19}
    assert sorted(await place.begun()) == [("ann", TODAY), ("bea", TODAY), ("dan", TOMORROW), ("zoe", TODAY)]


async def test_the_conversation_knows_its_occasion(place: Campaigning, database: Database) -> None:
    await place.publish(greeting(field="visit", at="09:00", before="1d"))
    await place.person("ann", visit="2026-11-28T15:00:00+00:00")
    await place.look()
    [row] = await inbound_rows(database)
    occasion = {
        "field": "visit",
        "value": "2026-11-28T15:00:00+00:00",
        "date": TOMORROW,
        "dueAt": "2026-11-27T09:00:00+00:00",
    }
    assert row.content["parameters"] == {
        "trigger": "campaign",
        "start": "born",
        "input": occasion,
        "occasion": occasion,
    }
    assert [each.queue for each in await claimable(database)] == ["turns"]


async def test_a_date_that_is_changed_late_still_counts_and_one_that_is_changed_back_does_not(
    place: Campaigning,
) -> None:
    await place.publish(greeting())
    ann = await place.person("ann", birthday="2027-05-05")
    await place.look()
    assert await place.begun() == []
    await place.person("ann", id=ann, birthday=TODAY)  # three hours too late, within the eight
    await place.look()
    assert await place.begun() == [("ann", TODAY)]
    await place.end_conversations()
    await place.person("ann", id=ann, birthday=TOMORROW)
    await place.look()
    place.now += DAY
    await place.look()
    await place.end_conversations()
    await place.person("ann", id=ann, birthday=TODAY)
    place.now -= DAY
    await place.look()
    assert await place.begun() == [("ann", TODAY), ("ann", TOMORROW)]


async def test_what_is_too_late_is_missed_and_written_down_for_a_day(place: Campaigning) -> None:
    await place.publish(greeting(late="2h"))
    await place.person("ann", birthday=TODAY)
    await place.person("old", birthday="2026-11-25")
    await place.look()
    await place.look()
    assert await place.begun() == []
    assert await place.starts() == [(TODAY, "missed", "campaign.too_late")]


async def test_a_person_in_a_conversation_is_waited_for_and_missed_at_last(
    place: Campaigning, database: Database
) -> None:
    await place.publish(greeting(late="4h"))
    await place.person("ann", birthday=TODAY)
    await place.person("bea", birthday=TODAY)
    [workflow] = [row.workflow_id for row in await place.rows()]
    talks = {"workflow_id": workflow, "channel": "chat", "version": 1, "last_seq": 1, "done_seq": 1, "parked": False}
    busy = {**talks, "state": {"frames": [{}]}, "created_at": NOON, "updated_at": NOON}
    await change(database, *(insert(sessions).values(external_id=name, **busy) for name in ("ann", "bea")))
    await place.look()
    assert await place.starts() == [(TODAY, "waiting", "session.busy")] * 2
    await change(database, update(sessions).where(sessions.c.external_id == "ann").values(state={}))
    await place.look()
    assert await place.begun() == [("ann", TODAY)]
    place.now += 2 * HOUR
    await place.look()
    assert await place.starts() == [(TODAY, "started", ""), (TODAY, "missed", "session.busy")]


async def test_who_has_opted_out_or_cannot_be_reached_gets_nothing(place: Campaigning, database: Database) -> None:
    await place.publish(greeting(**{"from": "+12125550100"}))
    out: dict[str, Any] = {"channel": "sms", "birthday": TODAY, "timeZone": "Europe/Berlin"}
    await place.person("+4915112345678", **out)
    await place.person("+4915112345679", **out)
    await change(database, update(contacts).where(contacts.c.address == "+4915112345678").values(stopped=True))
    await place.person("pigeon", **{**out, "channel": "pigeon"})
    await place.look()
    assert await place.begun() == [("+4915112345679", TODAY)]
    assert sorted(await place.starts()) == [
        (TODAY, "missed", "campaign.no_address"),
        (TODAY, "missed", "session.opted_out"),
        (TODAY, "started", ""),
    ]


async def test_a_number_without_a_sender_is_missed_and_its_own_zone_counts(place: Campaigning) -> None:
    await place.publish(greeting())
    await place.person("+4915112345678", channel="sms", birthday=TODAY)
    place.now = NOON.replace(hour=8, minute=30)  # half past nine in Germany
    await place.look()
    assert await place.starts() == [(TODAY, "missed", "start.no_sender")]


async def test_only_the_group_and_only_the_channel(place: Campaigning) -> None:
    await place.publish(greeting(group="vip", channel="chat"))
    await place.person("ann", birthday=TODAY, groups=["vip"])
    await place.person("bea", birthday=TODAY, groups=["other"])
    await place.person("+4915112345678", channel="sms", birthday=TODAY, groups=["vip"])
    await place.look()
    assert await place.begun() == [("ann", TODAY)]
    assert sorted(await place.starts())[0] == (TODAY, "missed", "campaign.no_address")


async def test_a_minute_begins_no_more_than_it_may(place: Campaigning) -> None:
    await place.publish(greeting(perMinute=3))
    for number in range(8):
        await place.person(f"p{number}", birthday=TODAY)
    await place.look()
    counts = [len(await place.begun())]
    for _ in range(4):
        await place.go_on()
        place.now += timedelta(minutes=1)
        await place.go_on()
        counts.append(len(await place.begun()))
    assert counts == [3, 6, 8, 8, 8]


async def test_a_birthday_repeats_and_29_february_is_the_28th(place: Campaigning) -> None:
    await place.publish(greeting(repeats="yearly"))
    await place.person("ann", birthday="1990-11-27")
    await place.person("leap", birthday="2000-02-29")
    begun = []
    for day in ("2026-11-27", "2027-02-28", "2027-11-27", "2028-02-29"):
        year, month, date = map(int, day.split("-"))
        place.now = NOON.replace(year=year, month=month, day=date)
        await place.look()
        await place.end_conversations()
        begun = await place.begun()
    assert begun == [("ann", "2026-11-27"), ("leap", "2027-02-28"), ("ann", "2027-11-27"), ("leap", "2028-02-29")]


async def test_no_moment_before_its_rule_was_in_force_counts_and_publishing_loses_none(
    place: Campaigning, database: Database
) -> None:
    await place.publish(greeting(), since=NOON - 2 * HOUR)  # at ten
    await place.person("ann", birthday=TODAY)
    await place.look()
    assert await place.starts() == []
    await place.publish(greeting(slug="other", at="11:00"), since=NOON - 2 * HOUR)
    changed = greeting(slug="other", at="11:00")
    changed["nodes"][1]["properties"]["text"] = "Hello again."
    await place.publish(changed, since=NOON)  # the rule is as before, so eleven still counts
    await place.look()
    assert await place.starts() == [(TODAY, "started", "")]
    await place.end_conversations()
    await place.publish(greeting(slug="other", at="11:30"), since=NOON - HOUR)  # what was started is not started again
    await place.look()
    assert await place.begun() == [("ann", TODAY)]


async def test_out_of_service_nothing_starts_and_back_in_service_it_counts_from_then(
    place: Campaigning, database: Database
) -> None:
    await place.publish(greeting())
    await place.person("ann", birthday=TODAY)
    for status in ("paused", "archived"):
        await set_status(database, "greet", status)
        await place.look()
        assert await place.rows() == []
    await set_status(database, "greet", "active")
    await change(database, update(workflows).values(in_force_since=NOON - HOUR))
    await place.sync()
    await place.look()
    assert await place.starts() == []
    await place.person("bea", birthday=TOMORROW)
    place.now += DAY
    await place.look()
    assert await place.begun() == [("bea", TOMORROW)]


async def test_a_version_without_the_campaign_ends_it_and_a_rollback_brings_it_back(
    place: Campaigning, database: Database
) -> None:
    await place.publish(greeting())
    await place.person("ann", birthday=TODAY)
    await place.look()
    without: dict[str, Any] = greeting()
    without["nodes"][0] = {"id": "start", "type": "chatbot", "actionType": "message_received", "next": "hello"}
    await publish(database, without)
    await place.look()
    assert await place.rows() == []
    await place.publish(greeting())
    await place.end_conversations()
    await place.look()
    assert await place.begun() == [("ann", TODAY)]


async def test_two_people_who_become_one_get_it_once(place: Campaigning, database: Database) -> None:
    await place.publish(greeting())
    ann = await place.person("ann", birthday=TODAY)
    await place.look()
    bea = await place.person("bea", birthday=TODAY)

    def merge(connection: Connection) -> None:
        kept, merged = lock_people(connection, HOME, [bea, ann])
        merge_people(connection, HOME, kept, merged, {})

    await database.engine.write(merge)
    await place.end_conversations()
    await place.look()
    assert await place.begun() == [("ann", TODAY)]
    assert await place.starts() == [(TODAY, "started", "")]


async def test_an_erased_person_leaves_no_row(place: Campaigning, database: Database) -> None:
    await place.publish(greeting())
    await place.person("ann", birthday=TODAY)
    await place.person("bea", birthday=TODAY)
    await place.look()
    erasing = Erasing(
        id=1,
        organization=HOME,
        person=Person(keys=("ann",)),
        stage="",
        cursor=[],
        counts={},
        requested_at=NOON,
        age_s=0.0,
    )
    await database.engine.write(erase_people, erasing)
    assert erasing.counts["erased"]["campaign_starts"] == 1
    assert len(await place.starts()) == 1
    await place.end_conversations()
    await place.look()
    assert sorted(await place.begun()) == [("ann", TODAY), ("bea", TODAY)]


async def test_what_changes_between_the_look_and_the_start_counts(place: Campaigning, database: Database) -> None:
    """The page is read, then a date is changed, a person opts out or leaves the group, the workflow is paused."""
    await place.publish(greeting(group="vip", **{"from": "+12125550100"}))
    sms: dict[str, Any] = {"channel": "sms", "birthday": TODAY, "groups": ["vip"], "timeZone": "UTC"}
    numbers = [f"+1212555010{number}" for number in range(1, 6)]
    people = [await place.person(number, **sms) for number in numbers]

    async def page() -> Any:
        await change(database, update(campaigns).values(next_at=place.now))
        stored = await database.engine.write(place.keeper._claim)
        assert stored is not None
        return await database.engine.read(place.keeper._look, stored)

    read = await page()
    await place.person(numbers[0], id=people[0], birthday=TOMORROW)
    await change(database, update(contacts).where(contacts.c.address == numbers[1]).values(stopped=True))
    await database.engine.write(lambda connection: change_person(connection, HOME, people[2], {}, {"vip": False}))
    await place.keeper._start_page(read)
    assert sorted(await place.begun()) == [(numbers[3], TODAY), (numbers[4], TODAY)]
    assert (TODAY, "missed", "session.opted_out") in await place.starts()
    await place.end_conversations()
    await place.person(numbers[0], id=people[0], birthday=TODAY)
    read = await page()
    await set_status(database, "greet", "paused")
    await place.keeper._start_page(read)
    assert len(await place.begun()) == 2


async def test_a_canary_gets_its_share_of_what_the_active_version_begins(
    place: Campaigning, database: Database
) -> None:
    await place.publish(greeting())
    share = await try_out(database, {**greeting(), "name": "Tried"}, 50)
    names = [f"p{number}" for number in range(12)]
    for name in names:
        await place.person(name, birthday=TODAY)
    await place.look()
    assert await versions(database) == {name: 2 if share.has(name) else 1 for name in names}
