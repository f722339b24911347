"""Each organization's own retention: pruning obeys it, as it is at that moment, in bounded batches."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, event, func, select, text, update
from sqlalchemy.pool import Pool

from botflow.records.feedback import GivenFeedback
from botflow.records.retention import Retention
from botflow.storage.database import Database
from botflow.storage.events.feeds import keep_house
from botflow.storage.one_off import run_once_sync
from botflow.storage.retention.cutoffs import Policy
from botflow.storage.retention.prune import prune
from botflow.storage.retention.retentions import get_retention, put_retention, retentions_in_force
from botflow.storage.tables import (
    artifacts,
    audit_log,
    campaign_starts,
    contacts,
    decisions,
    event_consumers,
    events,
    executions,
    file_pieces,
    files,
    outbounds,
    sessions,
    spending,
    turns,
    webhook_deliveries,
)
from tests.organizations import HOME
from tests.storage.aged_rows import change
from tests.storage.retention.old_rows import (
    add_conversation,
    add_events,
    add_logs,
    add_organization,
    add_run,
    add_starts,
    ages_of,
    ago,
    decide,
    turns_of,
)

AGES = (400, 200, 60, 10)
YEARS = (1_000, 400, 100, 10)


async def pruned(database_url: str, older_than_days: int | None = None, **more: Any) -> dict[str, int]:
    age = timedelta(days=older_than_days) if older_than_days is not None else None
    is_rehearsal = more.pop("is_rehearsal", False)
    found = await asyncio.to_thread(prune, database_url, Policy(older_than=age, **more), is_rehearsal=is_rehearsal)
    return {name: count for name, count in asdict(found).items() if count}


async def test_each_organization_keeps_its_conversations_as_long_as_it_has_decided(
    database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also in batches of two rows; the deployment's age is for the one that has decided nothing."""
    monkeypatch.setattr("botflow.storage.retention.conversations.ROWS_AT_ONCE", 2)
    short, long = await add_organization(database, "short"), await add_organization(database, "long")
    found = {id: await add_conversation(database, id, "ann", AGES) for id in (HOME, short, long)}
    await decide(database, short, conversation_days=30)
    await decide(database, long, conversation_days=365)
    counted = await pruned(database_url, 90, is_rehearsal=True)
    assert [len(await turns_of(database, session)) for session in found.values()] == [4, 4, 4]

    assert await pruned(database_url, 90) == counted == {"executions": 6, "turns": 6, "messages": 12, "files": 6}

    kept = {HOME: [60, 10], short: [10], long: [200, 60, 10]}
    for id, session in found.items():
        assert await turns_of(database, session) == kept[id]
        assert await ages_of(database, executions, "ended_at", executions.c.session_id == session) == kept[id]
        assert await ages_of(database, files, "sent_at", files.c.session_id == session) == kept[id]
    assert len(await ages_of(database, artifacts, "created_at")) == 6
    pieces = select(func.count()).select_from(file_pieces)
    assert await database.engine.read(lambda connection: connection.execute(pieces).scalar_one()) == 6
    assert len(await ages_of(database, sessions, "created_at")) == 3
    assert await pruned(database_url, 90) == {}


async def test_without_an_age_of_the_deployment_only_what_was_decided_is_deleted(
    database: Database, database_url: str
) -> None:
    """Conversations, runs and files are apart; the deployment bounds what was decided before it said so."""
    ours = await add_organization(database, "ours")
    others, mine = [await add_conversation(database, id, "ann", AGES) for id in (HOME, ours)]
    runs = [await add_run(database, id, str(age), age) for id in (HOME, ours) for age in (100, 10)]
    await decide(database, ours, run_days=30)
    assert await pruned(database_url) == {"runs": 1, "executions": 1, "turns": 1, "messages": 2}
    left = await database.engine.read(lambda connection: connection.execute(select(sessions.c.id)).scalars().all())
    assert set(left) == {others, mine, *runs} - {runs[2]}

    await decide(database, ours, file_days=30)
    assert await pruned(database_url) == {"files": 3}
    assert await turns_of(database, mine) == list(AGES)
    await decide(database, ours, conversation_days=365)
    assert await pruned(database_url, longest_days=100) == {"executions": 2, "turns": 2, "messages": 4}
    assert await turns_of(database, mine) == [60, 10]
    assert await turns_of(database, others) == list(AGES)


async def test_a_file_goes_with_its_message_at_the_latest(database: Database, database_url: str) -> None:
    session = await add_conversation(database, HOME, "ann", AGES)
    await decide(database, HOME, file_days=365)
    assert (await pruned(database_url, 90))["files"] == 2
    assert await turns_of(database, session) == [60, 10]


async def test_feedback_goes_with_its_message(database: Database, database_url: str) -> None:
    session = await add_conversation(database, HOME, "ann", AGES)
    for version in range(1, len(AGES) + 1):
        assert await database.feedback.give(session, (version, 0), GivenFeedback(value="up", comment="x"))
    assert (await pruned(database_url, 90))["turns"] == 2
    assert await database.feedback.values(session, 0, 9) == {(3, 0): "up", (4, 0): "up"}


async def test_evidence_of_consent_stays_and_other_logs_go_as_decided(
    database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botflow.storage.retention.logs.ROWS_AT_ONCE", 2)
    ours = await add_organization(database, "ours")
    for id in (HOME, ours):
        await add_logs(database, id, YEARS)
    stopped = contacts.insert().values(
        organization_id=ours, channel="sms", address="+1", stopped=True, updated_at=ago(1_000)
    )
    held = await add_conversation(database, ours, "ann", [1])
    about = update(decisions).where(decisions.c.organization_id == ours, decisions.c.at < ago(900))
    hold = update(outbounds).where(outbounds.c.session_id == held).values(state="held")
    await change(database, stopped, hold, about.where(decisions.c.kind == "suppressed").values(session_id=held))
    await decide(database, ours, decision_days=90, audit_log_days=365)

    assert await pruned(database_url) == {"decisions": 2, "changes": 2}

    mine, log = decisions.c.organization_id == ours, audit_log.c.organization_id == ours
    assert await ages_of(database, decisions, "at", mine, decisions.c.kind == "opt_out") == list(YEARS)
    # the oldest is about a message that may still be sent
    assert await ages_of(database, decisions, "at", mine, decisions.c.kind == "suppressed") == [1_000, 10]
    assert await ages_of(database, audit_log, "at", log) == [100, 10]
    assert len(await ages_of(database, decisions, "at", ~mine)) == 8
    assert await ages_of(database, audit_log, "at", ~log) == list(YEARS)
    assert len(await ages_of(database, contacts, "updated_at")) == 1


async def test_what_was_spent_goes_with_the_conversations_of_its_day(database: Database, database_url: str) -> None:
    ours = await add_organization(database, "ours")
    for id in (HOME, ours):
        await add_logs(database, id, YEARS)
    await decide(database, ours, conversation_days=500)
    assert await pruned(database_url, 50) == {"budgets": 2 * 3 + 2 * 1}
    rows = await database.engine.read(lambda connection: connection.execute(select(spending.c.key)).scalars().all())
    assert sorted(rows) == sorted(["1", "1:sms:+1", *[f"{ours}"] * 3, *[f"{ours}:sms:+1"] * 3])


async def test_what_campaigns_decided_goes_with_conversations(
    database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each row is an occasion of a person, which no campaign looks at any more after a few days."""
    monkeypatch.setattr("botflow.storage.retention.campaigns.ROWS_AT_ONCE", 3)
    ours = await add_organization(database, "ours")
    for id in (HOME, ours):
        await add_starts(database, id, AGES)
    await decide(database, ours, conversation_days=7)
    counted = await pruned(database_url, is_rehearsal=True)

    assert await pruned(database_url) == counted == {"starts": 8}

    mine = campaign_starts.c.organization_id == ours
    assert await ages_of(database, campaign_starts, "due_at", mine) == []
    assert await ages_of(database, campaign_starts, "due_at", ~mine) == sorted([*AGES, *AGES], reverse=True)
    assert await pruned(database_url, 90) == {"starts": 4}


async def test_events_are_kept_as_decided_but_for_a_webhook_that_waits_for_them(database: Database) -> None:
    ours, slow = await add_organization(database, "ours"), await add_organization(database, "slow")
    for id in (HOME, ours, slow):
        await add_events(database, id, (9, 6, 4, 1))
    for id in (ours, slow):
        await decide(database, id, event_days=3)
    has_two = update(event_consumers).where(event_consumers.c.organization_id == slow).values(number=2)
    await change(database, has_two)

    await keep_house(database.engine)

    for id, kept, sent in ((HOME, [6, 4, 1], [6, 4, 1]), (ours, [1], [1]), (slow, [4, 1], [1])):
        assert await ages_of(database, events, "at", events.c.organization_id == id) == kept
        deliveries = await ages_of(database, webhook_deliveries, "at", webhook_deliveries.c.webhook_id == f"w{id}")
        assert deliveries == sent


@contextmanager
def before_each_transaction(do: Any) -> Iterator[None]:
    """Call `do` before each transaction of a pruning: it opens a connection for it."""
    event.listen(Pool, "connect", do)
    try:
        yield
    finally:
        event.remove(Pool, "connect", do)


async def test_a_change_of_mind_holds_from_the_next_rows_on(
    database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The owner chooses more days while rows are being deleted, in one organization of two."""
    monkeypatch.setattr("botflow.storage.retention.conversations.ROWS_AT_ONCE", 1)
    ours, theirs = await add_organization(database, "ours"), await add_organization(database, "theirs")
    mine, other = [await add_conversation(database, id, "ann", AGES) for id in (ours, theirs)]
    for id in (ours, theirs):
        await decide(database, id, conversation_days=30)
    changed: list[int] = []

    def lengthen(connection: Connection) -> None:
        left = connection.execute(select(func.count()).where(turns.c.session_id == mine)).scalar_one()
        if left == len(AGES) - 1:
            changed.append(left)
            get_retention(connection, ours, lock=True)
            put_retention(connection, ours, Retention(conversation_days=100), revision=2, updated_by="test")

    def look(*connected: Any) -> None:
        if not changed and not looking:
            looking.append(True)
            run_once_sync(database_url, lengthen)
            looking.clear()

    looking: list[bool] = []
    with before_each_transaction(look):
        await pruned(database_url)
    assert changed == [3]
    assert await turns_of(database, mine) == [60, 10]  # the turn of 200 days ago went by the new decision
    assert await turns_of(database, other) == [10]


@pytest.mark.parametrize("database_kind", ["postgres"])
async def test_a_change_waits_for_the_rows_that_are_being_deleted(database: Database, database_url: str) -> None:
    """When it has been answered, nothing is deleted by the former decision."""
    begun, may_end = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def delete_slowly(connection: Connection) -> None:
        assert retentions_in_force(connection, [HOME]) == {HOME: Retention()}
        loop.call_soon_threadsafe(begun.set)
        asyncio.run_coroutine_threadsafe(may_end.wait(), loop).result()

    deleting = asyncio.create_task(asyncio.to_thread(run_once_sync, database_url, delete_slowly))
    await begun.wait()
    deciding = asyncio.create_task(decide(database, HOME, conversation_days=30))
    waits = text(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    async with asyncio.timeout(30):
        while True:
            if await database.engine.read(lambda connection: connection.execute(waits).scalar_one()):
                break
            await asyncio.sleep(0.02)
    assert not deciding.done()
    may_end.set()
    await asyncio.gather(deleting, deciding)
