"""Feeds: an organization's events are kept while somebody wants them, and read in the order of their numbers."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Row, ScalarSelect, and_, delete, false, func, or_, select, update

from botflow.records.events import LifecycleEvent, event_id
from botflow.storage.engines.dialects import clock_time, now, upsert
from botflow.storage.engines.engine import Engine
from botflow.storage.events.recording import SOURCES, begin_recording, end_recording, missing_sources
from botflow.storage.retention.retentions import retentions_in_force
from botflow.storage.tables import event_consumers, event_feeds, event_sources, events, webhook_deliveries, webhooks

KEPT = timedelta(days=7)
RENEWED = timedelta(days=6)  # a feed that is wanted for less than this is renewed by its next reader
PRUNED_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """An organization's feed. `first` is the number of the oldest event that is kept, or of the next one."""

    organization: int
    token: str
    last: int
    first: int

    def event_id(self, number: int) -> str:
        return event_id(self.token, number)


async def want_feed(engine: Engine, organization: int) -> Feed:
    """Return the organization's feed, which begins now if there is none, and is kept for another week."""
    feed, is_fresh = await engine.read(_find, organization)
    if feed is not None and is_fresh:
        return feed
    await engine.write(_want, organization)
    await begin_missing(engine)
    feed, _ = await engine.read(_find, organization)
    assert feed is not None, "it was made above, and is wanted for a week"
    return feed


async def begin_missing(engine: Engine) -> None:
    """Make the triggers that are not there."""
    for source in await engine.read(missing_sources):
        await engine.write(begin_recording, source)


async def keep_house(engine: Engine) -> None:
    """Renew the feeds that have consumers, end those that nobody wants, forget old events, and drop the triggers when
    no feed is left."""
    if await engine.write(_end_unwanted):
        await begin_missing(engine)
        while await engine.write(_prune) == PRUNED_AT_ONCE:
            pass
        return
    for source in SOURCES:
        await engine.write(end_recording, source)


def feed_of(connection: Connection, organization: int) -> Feed | None:
    """Return the organization's feed; None without one."""
    return _find(connection, organization)[0]


def last_numbers(connection: Connection, organizations: Collection[int]) -> dict[int, int]:
    """Return the number of the last event of each of these organizations."""
    wanted = event_feeds.c.organization_id.in_(organizations)
    found = connection.execute(select(event_feeds.c.organization_id, event_feeds.c.last_number).where(wanted))
    return {row.organization_id: row.last_number for row in found}


def events_after(
    connection: Connection, feed: Feed, number: int, limit: int, types: Sequence[str] = ()
) -> list[tuple[int, LifecycleEvent]]:
    """Return at most `limit` events after this number, of these types or of all, each with its number."""
    mine = select(events).where(events.c.organization_id == feed.organization, events.c.number > number)
    if types:
        mine = mine.where(_is_of(types))
    found = connection.execute(mine.order_by(events.c.number).limit(limit))
    return [(row.number, _event(feed, row)) for row in found]


def get_event(connection: Connection, feed: Feed, number: int) -> LifecycleEvent | None:
    mine = select(events).where(events.c.organization_id == feed.organization, events.c.number == number)
    row = connection.execute(mine).first()
    return _event(feed, row) if row is not None else None


def number_before(connection: Connection, feed: Feed, moment: datetime) -> int:
    """Return the number before the first event since `moment`."""
    since = select(func.min(events.c.number)).where(
        events.c.organization_id == feed.organization, events.c.at >= moment
    )
    found: int | None = connection.execute(since).scalar()
    return found - 1 if found is not None else feed.last


def _is_of(types: Sequence[str]) -> ColumnElement[bool]:
    """Match these types; `workflow.*` is every one that begins so."""
    families = [kind.removesuffix("*") for kind in types if kind.endswith(".*")]
    return or_(
        false(), events.c.type.in_(types), *(events.c.type.startswith(each, autoescape=True) for each in families)
    )


def _event(feed: Feed, row: Row[tuple[object, ...]]) -> LifecycleEvent:
    return LifecycleEvent(id=event_id(feed.token, row.number), type=row.type, timestamp=row.at, data=row.data)


def _find(connection: Connection, organization: int) -> tuple[Feed | None, bool]:
    """Return the feed, and whether it is wanted for long enough."""
    first = select(func.min(events.c.number)).where(events.c.organization_id == organization).scalar_subquery()
    is_fresh = event_feeds.c.wanted_until > now(RENEWED.total_seconds())
    mine = select(event_feeds, first.label("first"), is_fresh.label("is_fresh"))
    row = connection.execute(mine.where(event_feeds.c.organization_id == organization)).first()
    if row is None:
        return None, False
    last = row.last_number
    return Feed(organization=organization, token=row.token, last=last, first=row.first or last + 1), bool(row.is_fresh)


def _want(connection: Connection, organization: int) -> int:
    until = clock_time(connection) + KEPT
    row = upsert(connection, event_feeds).values(
        organization_id=organization, token=secrets.token_hex(8), last_number=0, wanted_until=until
    )
    return connection.execute(
        row.on_conflict_do_update(index_elements=["organization_id"], set_={"wanted_until": until})
    ).rowcount


def _end_unwanted(connection: Connection) -> bool:
    """Renew feeds with consumers and delete those that are wanted no more, with their events; True if any is left."""
    moment = clock_time(connection)
    told = select(event_consumers.c.organization_id).where(event_consumers.c.is_enabled)
    renewed = update(event_feeds).where(event_feeds.c.organization_id.in_(told))
    connection.execute(renewed.values(wanted_until=moment + KEPT))
    over = select(event_feeds.c.organization_id).where(event_feeds.c.wanted_until < moment)
    ended = list(connection.execute(over.with_for_update()).scalars())
    begun_again = update(event_consumers).where(event_consumers.c.organization_id.in_(ended))
    connection.execute(begun_again.values(number=0, latest=0, failures=0, due_at=None))
    for table in (event_sources, events, event_feeds):
        connection.execute(delete(table).where(table.c.organization_id.in_(ended)))
    left = connection.execute(select(event_feeds.c.organization_id).limit(1)).first()
    return left is not None


def _prune(connection: Connection) -> int:
    """Forget some events that are older than a week, or than their organization keeps them, and what was noted of
    sending such; return how many."""
    moment, count = clock_time(connection), 0
    feeds = connection.execute(select(event_feeds.c.organization_id)).scalars().all()
    for organization, decided in retentions_in_force(connection, feeds).items():
        mine, is_old = events.c.organization_id == organization, events.c.at < moment - KEPT
        if decided.event_days is not None:
            before = moment - timedelta(days=decided.event_days)
            # What an enabled consumer has still to get stays for the week.
            is_told = events.c.number <= _told(organization)
            is_old = or_(is_old, and_(events.c.at < before, is_told))
            _forget_deliveries(connection, organization, before)
        old = select(events.c.number).where(mine, is_old).order_by(events.c.at).limit(PRUNED_AT_ONCE - count)
        numbers = list(connection.execute(old).scalars())
        connection.execute(delete(events).where(mine, events.c.number.in_(numbers)))
        count += len(numbers)
    connection.execute(delete(webhook_deliveries).where(webhook_deliveries.c.at < moment - KEPT))
    return count


def _told(organization: int) -> ScalarSelect[int]:
    """Select the number of the last event that all enabled consumers have got; the last of all without any."""
    got = select(func.min(event_consumers.c.number)).where(
        event_consumers.c.organization_id == organization, event_consumers.c.is_enabled
    )
    last = select(event_feeds.c.last_number).where(event_feeds.c.organization_id == organization)
    return select(func.coalesce(got.scalar_subquery(), last.scalar_subquery())).scalar_subquery()


def _forget_deliveries(connection: Connection, organization: int, before: datetime) -> None:
    """Forget what an organization's webhooks were sent before; not what is tried again."""
    mine = select(webhooks.c.id).where(webhooks.c.organization_id == organization)
    is_over = (webhook_deliveries.c.at < before, webhook_deliveries.c.state != "retrying")
    connection.execute(delete(webhook_deliveries).where(webhook_deliveries.c.webhook_id.in_(mine), *is_over))
