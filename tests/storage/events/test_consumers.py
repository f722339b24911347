"""Events and their consumers in the database: numbered once, told by one process at a time, to their organization."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection, insert, select, update

from botflow.records.access import Principal, Scope
from botflow.storage.database import Database
from botflow.storage.engines.dialects import now
from botflow.storage.events.consumers import (
    OBSERVER,
    Consumer,
    add_consumer,
    claim_consumers,
    disable_consumer,
    get_place,
    move_on,
    place_consumer,
    postpone,
    release,
)
from botflow.storage.events.feeds import events_after, feed_of, get_event, want_feed
from botflow.storage.events.recording import SOURCES, end_recording, missing_sources
from botflow.storage.events.sequencing import number_events
from botflow.storage.events.webhooks import add_webhook, delete_webhook, get_webhook, list_webhooks
from botflow.storage.service.audit_log import record_change
from botflow.storage.tables import event_consumers, event_feeds, organizations, processes
from tests.organizations import HOME

LEASE_S = 60.0
ONE = OBSERVER + "one"  # has the same id in each organization


async def told(database: Database, *owners: str) -> int:
    """Store another organization, two events of ours and three of theirs, their consumers, and these processes; return
    that organization."""
    theirs: int = await database.engine.write(_add_organization)
    for organization in (HOME, theirs):
        await want_feed(database.engine, organization)

    def add_rows(connection: Connection) -> None:
        for owner in owners:
            connection.execute(insert(processes).values(id=owner, seen_at=now(), queues="turns"))
        for organization in (HOME, theirs):
            add_consumer(connection, organization, ONE, 0)
            who = Principal(organization=organization, actor="test", scopes=frozenset(Scope))
            for name in "ab" if organization == HOME else "abc":
                record_change(connection, who, "workflow.published", f"workflow:{name}{organization}", after={})

    await database.engine.write(add_rows)
    assert await database.engine.write(number_events) is False
    return theirs


def _add_organization(connection: Connection) -> int:
    made = insert(organizations).values(slug="theirs", name="theirs").returning(organizations.c.id)
    number: int = connection.execute(made).scalar_one()
    return number


async def claimed(database: Database, owner: str, organization: int = HOME) -> Consumer | None:
    """Claim what is due; return this organization's."""
    found = await database.engine.write(claim_consumers, owner, 9, LEASE_S, ("one",))
    return next((each for each in found if each.organization == organization), None)


async def place(database: Database, organization: int = HOME) -> tuple[int, int] | None:
    return await database.engine.read(get_place, organization, ONE)


async def numbers(database: Database, organization: int) -> list[tuple[int, str]]:
    feed = await database.engine.read(feed_of, organization)
    assert feed is not None
    found = await database.engine.read(events_after, feed, 0, 99)
    return [(number, str(event.data["workflow"])) for number, event in found]


async def test_events_are_numbered_once_and_each_organization_has_its_own(database: Database) -> None:
    theirs = await told(database)
    assert await numbers(database, HOME) == [(1, f"a{HOME}"), (2, f"b{HOME}")]
    await database.engine.write(number_events)  # the notes are gone
    assert await numbers(database, theirs) == [(1, f"a{theirs}"), (2, f"b{theirs}"), (3, f"c{theirs}")]
    feeds = [await database.engine.read(feed_of, each) for each in (HOME, theirs)]
    assert feeds[0] is not None
    assert feeds[1] is not None
    assert feeds[0].token != feeds[1].token
    second = await database.engine.read(get_event, feeds[1], 2)
    assert second is not None
    assert second.data["workflow"] == f"b{theirs}"
    columns = (event_consumers.c.organization_id, event_consumers.c.number, event_consumers.c.latest)
    rows = await database.engine.read(lambda connection: connection.execute(select(*columns)).all())
    assert sorted(tuple(row) for row in rows) == [(HOME, 0, 2), (theirs, 0, 3)]


async def test_one_process_at_a_time_tells_a_consumer_until_it_dies(database: Database) -> None:
    await told(database, "ann", "bob")
    mine = await claimed(database, "ann")
    assert mine is not None
    assert await claimed(database, "bob") is None
    await database.engine.write(lambda connection: connection.execute(processes.delete()).rowcount)  # both have died
    taken = await claimed(database, "bob")
    assert taken is not None
    assert await database.engine.write(move_on, mine, 1, LEASE_S) is False
    assert await database.engine.write(postpone, mine, 5.0) is False
    await database.engine.write(release, mine)  # it is not theirs to free
    await database.engine.write(_add_process, "bob")
    assert await claimed(database, "carl") is None
    assert await place(database) == (0, 0)
    assert await database.engine.write(move_on, taken, 1, LEASE_S) is True
    assert await place(database) == (1, 0)


def _add_process(connection: Connection, id: str) -> int:
    return connection.execute(insert(processes).values(id=id, seen_at=now(), queues="turns")).rowcount


async def test_a_lease_ends_and_what_is_left_stays_due(database: Database) -> None:
    await told(database, "ann", "bob")
    mine = await claimed(database, "ann")
    assert mine is not None
    over = update(event_consumers).values(owned_until=now(-1))
    await database.engine.write(lambda connection: connection.execute(over).rowcount)
    taken = await claimed(database, "bob")
    assert taken is not None
    assert await database.engine.write(move_on, taken, 1, LEASE_S) is True
    await database.engine.write(release, taken)
    again = await claimed(database, "bob")
    assert again is not None
    assert again.number == 1
    assert await database.engine.write(move_on, again, 2, LEASE_S) is True
    await database.engine.write(release, again)
    assert await claimed(database, "bob") is None  # it has got all


async def test_a_consumer_that_was_placed_elsewhere_is_not_moved_on_by_who_told_it_before(database: Database) -> None:
    theirs = await told(database, "ann")
    mine = await claimed(database, "ann")
    assert mine is not None
    assert await database.engine.write(move_on, mine, 2, LEASE_S) is True
    mine = replace(mine, number=2)

    def again(connection: Connection) -> None:
        place_consumer(connection, HOME, ONE, 0, 2)

    await database.engine.write(again)
    assert await database.engine.write(move_on, mine, 2, LEASE_S) is False
    assert await claimed(database, "ann") is not None  # the same process, from the new place
    assert await database.engine.write(move_on, mine, 3, LEASE_S) is False
    assert await place(database) == (0, 0)
    assert await place(database, theirs) == (0, 0)


async def test_a_consumer_that_is_disabled_is_told_nothing_and_another_organizations_is(database: Database) -> None:
    theirs = await told(database, "ann")
    foreign = await claimed(database, "ann", theirs)
    assert foreign is not None
    await database.engine.write(disable_consumer, HOME, ONE)
    assert await database.engine.write(move_on, foreign, 1, LEASE_S) is True
    await database.engine.write(release, foreign)
    assert await claimed(database, "ann") is None
    assert (await place(database), await place(database, theirs)) == ((0, 0), (1, 0))


async def test_a_webhook_is_its_organizations_alone(database: Database) -> None:
    theirs: int = await database.engine.write(_add_organization)
    values = {"url": "https://example.com/", "description": "", "types": [], "secrets": b"x"}
    await database.engine.write(add_webhook, "whk_1", HOME, values)
    assert await database.engine.read(get_webhook, theirs, "whk_1") is None
    assert await database.engine.read(list_webhooks, theirs, None, 9) == []
    assert await database.engine.write(delete_webhook, theirs, "whk_1") is False
    assert await database.engine.read(get_webhook, HOME, "whk_1") is not None


async def test_recording_ends_with_the_last_feed_and_not_before(database: Database) -> None:
    await want_feed(database.engine, HOME)
    assert await database.engine.write(end_recording, SOURCES[0]) is False
    assert await database.engine.read(missing_sources) == []
    await database.engine.write(lambda connection: connection.execute(event_feeds.delete()).rowcount)
    assert await database.engine.write(end_recording, SOURCES[0]) is True
    assert await database.engine.read(missing_sources) == [SOURCES[0]]
