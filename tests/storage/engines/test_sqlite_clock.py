"""SQLite's clock is the machine's: what happens when that is put forward or back while, or between when, it runs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine

from botflow.storage.database import Database, open_database
from tests.storage.sample_turns import key, message, waiting

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR_S = 3_600.0


@pytest.fixture
def machine() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
async def database(tmp_path: Path, machine: time_machine.Traveller) -> Database:
    return await open_database(f"sqlite:///{tmp_path / 'clock.db'}", migrate=True)


async def _wait(database: Database, seconds: float) -> int:
    stored = await database.sessions.load(key())
    await database.sessions.commit_turns([waiting(stored, message("m1"), timeout_s=seconds)])
    return (await database.sessions.load(key())).id


async def test_put_forward_what_is_due_by_then_is_fired_once(
    database: Database, machine: time_machine.Traveller
) -> None:
    session = await _wait(database, 600.0)
    machine.shift(HOUR_S)
    assert await database.timers.fire_due_waits(10) == [session]
    machine.shift(-HOUR_S)
    assert await database.timers.fire_due_waits(10) == []
    machine.shift(HOUR_S)
    assert await database.timers.fire_due_waits(10) == []
    await database.close()


async def test_put_back_a_wait_lasts_that_much_longer_and_is_not_lost(
    database: Database, machine: time_machine.Traveller
) -> None:
    session = await _wait(database, 600.0)
    machine.shift(-HOUR_S)
    assert await database.timers.fire_due_waits(10) == []
    machine.shift(601.0)
    assert await database.timers.fire_due_waits(10) == []
    machine.shift(HOUR_S)
    assert await database.timers.fire_due_waits(10) == [session]
    await database.close()


@pytest.mark.parametrize("shift_s", [-HOUR_S, HOUR_S])
async def test_an_attempt_whose_owner_died_is_taken_over_at_once_after_the_clock_was_put_back_or_forward(
    database: Database, machine: time_machine.Traveller, shift_s: float
) -> None:
    receipt = await database.inbox.enqueue(key(), message("m1"), 7, 0)
    session = receipt.id.session
    assert await database.inbox.begin(session, "one") is not None
    assert await database.inbox.begin(session, "two") is None
    machine.shift(shift_s)
    assert await database.timers.defer_orphans(10) == [session]
    assert await database.inbox.begin(session, "two") is not None
    await database.close()


async def test_an_attempt_that_lives_through_a_change_is_at_worst_taken_over_once_and_fenced(
    database: Database, machine: time_machine.Traveller
) -> None:
    receipt = await database.inbox.enqueue(key(), message("m1"), 7, 0)
    assert await database.inbox.begin(receipt.id.session, "one") is not None
    machine.shift(-HOUR_S)
    assert await database.inbox.renew(receipt.id, 1)
    assert await database.inbox.begin(receipt.id.session, "two") is None
    machine.shift(2 * HOUR_S)
    assert await database.inbox.begin(receipt.id.session, "two") is not None
    assert not await database.inbox.renew(receipt.id, 1)
    await database.close()


async def test_the_databases_time_is_the_machines(database: Database, machine: time_machine.Traveller) -> None:
    machine.shift(HOUR_S)
    assert await database.now() == NOON + timedelta(hours=1)
    await database.close()
