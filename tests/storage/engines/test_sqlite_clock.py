"""SQLite's clock is the machine's: what happens when that is put forward or back while, or between when, it runs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine

from botflow.records.leases import LeaseId, Share
from botflow.storage.database import Database, open_database
from tests.storage.leased_turns import DEAD_AFTER_S, ONE, TWO, finish, leased, take
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
    stored = await database.turns.load(key())
    await database.turns.commit(waiting(stored, message("m1"), timeout_s=seconds))
    return (await database.turns.load(key())).id


async def _due(database: Database) -> list[int]:
    return [due.session.id for due in await database.leases.due_waits(10, Share())]


async def test_put_forward_what_is_due_by_then_is_fired_once(
    database: Database, machine: time_machine.Traveller
) -> None:
    session = await _wait(database, 600.0)
    machine.shift(HOUR_S)
    assert await _due(database) == [session]
    assert await database.timers.queue_timeouts([session]) == 1
    machine.shift(-HOUR_S)
    assert await _due(database) == []
    machine.shift(HOUR_S)
    assert await _due(database) == []
    await database.close()


async def test_put_back_a_wait_lasts_that_much_longer_and_is_not_lost(
    database: Database, machine: time_machine.Traveller
) -> None:
    session = await _wait(database, 600.0)
    machine.shift(-HOUR_S)
    assert await _due(database) == []
    machine.shift(601.0)
    assert await _due(database) == []
    machine.shift(HOUR_S)
    assert await _due(database) == [session]
    await database.close()


@pytest.mark.parametrize("shift_s", [-HOUR_S, HOUR_S])
async def test_what_a_process_held_that_has_ended_is_freed_whatever_the_clock_was_put_to(
    database: Database, machine: time_machine.Traveller, shift_s: float
) -> None:
    await database.leases.beat(ONE, ["turns"], [], DEAD_AFTER_S)
    lease = await leased(database)
    machine.shift(shift_s)
    assert (await database.leases.look(TWO, DEAD_AFTER_S)).orphans
    assert await database.leases.recover(TWO, DEAD_AFTER_S) == 1
    assert (await take(database, lease.session.id, TWO)).queued.attempt == 2
    await database.close()


@pytest.mark.parametrize("shift_s", [-HOUR_S, HOUR_S])
async def test_a_lease_outlasts_a_change_of_the_clock(
    database: Database, machine: time_machine.Traveller, shift_s: float
) -> None:
    await database.leases.beat(ONE, ["turns"], [], DEAD_AFTER_S)
    lease = await leased(database)
    machine.shift(shift_s)
    assert not (await database.leases.look(ONE, DEAD_AFTER_S)).orphans
    assert await database.leases.recover(ONE, DEAD_AFTER_S) == 0
    beat = await database.leases.beat(ONE, ["turns"], [LeaseId(lease.queued.id, 1)], DEAD_AFTER_S)
    assert (beat.lost, beat.unknown) == ((), ())
    await finish(database, lease)
    await database.close()


async def test_the_databases_time_is_the_machines(database: Database, machine: time_machine.Traveller) -> None:
    machine.shift(HOUR_S)
    assert await database.now() == NOON + timedelta(hours=1)
    await database.close()
