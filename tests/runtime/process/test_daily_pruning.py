"""Servers prune by themselves what organizations have decided, once a day, one process for each organization."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from botflow.runtime.process.daily_pruning import DailyPruning
from botflow.storage.database import Database
from botflow.storage.engines.dialects import now
from botflow.storage.retention.cutoffs import Policy
from botflow.storage.retention.prune import prune
from botflow.storage.retention.retentions import claim_pruning
from botflow.storage.tables import retentions
from tests.organizations import HOME
from tests.storage.aged_rows import change
from tests.storage.retention.old_rows import add_conversation, add_organization, decide, turns_of

DAY_S = 86_400.0


async def after(database: Database, days: float) -> None:
    """Let the last pruning, or change, have been so many days ago."""
    await change(database, update(retentions).values(pruned_at=now(-days * DAY_S)))


async def test_each_day_an_organization_that_has_decided_is_pruned_once(database: Database, database_url: str) -> None:
    short, long = await add_organization(database, "short"), await add_organization(database, "long")
    found = [await add_conversation(database, id, "ann", (400, 60, 10)) for id in (HOME, short, long)]
    await decide(database, short, conversation_days=30)
    await decide(database, long, conversation_days=365)
    pruning = DailyPruning(database.engine, database_url, Policy())
    assert not await pruning.prune_next()  # a change can be taken back for a day
    await after(database, 1.01)
    assert [await pruning.prune_next() for _ in range(3)] == [True, True, False]
    assert [await turns_of(database, session) for session in found] == [[400, 60, 10], [10], [60, 10]]
    await after(database, 0.9)
    assert not await pruning.prune_next()


async def test_two_processes_never_prune_for_one_organization_on_the_same_day(database: Database) -> None:
    for name in ("short", "long"):
        await decide(database, await add_organization(database, name), conversation_days=30)
    await after(database, 2)
    claimed = [await database.engine.write(claim_pruning) for _ in range(3)]
    assert claimed[2] is None
    assert len({*claimed[:2]}) == 2


async def test_a_pruning_that_is_stopped_ends_before_its_next_transaction(
    database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botflow.storage.retention.conversations.ROWS_AT_ONCE", 2)
    session = await add_conversation(database, HOME, "ann", (500, 400, 300, 200, 10))
    await decide(database, HOME, conversation_days=30)
    asked: list[None] = []

    def is_stopped() -> bool:
        asked.append(None)
        return len(asked) > 2

    await database.engine.read(
        lambda connection: prune(database_url, Policy(), organization=HOME, is_stopped=is_stopped)
    )
    assert 1 < len(await turns_of(database, session)) < 5
