"""The database's clock, here: exact to half a round trip, whatever this machine's wall clock says."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import repeat

import pytest

from botflow.errors import ProviderError
from botflow.runtime.process import database_clock
from botflow.runtime.process.database_clock import DatabaseClock

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass(slots=True)
class World:
    """A steady clock that a test moves, and a database whose answers take their time on it."""

    at_s: float = 100.0
    database: datetime = NOON
    trips: Iterator[tuple[float, float]] = field(default_factory=lambda: iter(()))  # there and back, seconds
    is_away: bool = False

    def now(self) -> datetime:
        raise AssertionError("nobody reads the machine's wall clock")

    def monotonic_s(self) -> float:
        return self.at_s

    def pass_by(self, seconds: float) -> None:
        self.at_s += seconds
        self.database += timedelta(seconds=seconds)

    async def ask(self) -> datetime:
        if self.is_away:
            raise ProviderError("away", code="database.unavailable")
        there_s, back_s = next(self.trips, (0.0, 0.0))
        self.pass_by(there_s)
        shown = self.database
        self.pass_by(back_s)
        return shown


async def test_it_shows_the_databases_time_and_goes_on_with_the_steady_clock() -> None:
    world = World()
    clock = DatabaseClock(world, world.ask)
    await clock.measure()
    assert clock.now() == NOON
    world.at_s += 90.0
    assert clock.now() == NOON + timedelta(seconds=90)
    assert clock.monotonic_s() == world.at_s


async def test_the_quickest_answer_counts_and_is_wrong_by_half_its_round_trip_at_most() -> None:
    world = World(trips=iter([(0.0, 2.0), (0.1, 0.3), (3.0, 0.0)]))
    clock = DatabaseClock(world, world.ask)
    await clock.measure()
    assert clock.now() - world.database == pytest.approx(timedelta(seconds=-0.1), abs=timedelta(milliseconds=1))


async def test_it_cannot_be_read_before_the_database_was_asked() -> None:
    world = World()
    with pytest.raises(RuntimeError):
        DatabaseClock(world, world.ask).now()


@pytest.mark.parametrize(
    ("put_on_s", "trip", "corrected"),
    [
        (3_600.0, (0.0, 0.0), True),
        (-3_600.0, (0.0, 0.0), True),
        (0.4, (0.5, 0.5), False),  # as well the answer may have been slow
        (0.6, (0.5, 0.5), True),
    ],
)
async def test_it_follows_the_database_unless_the_answer_may_just_have_been_slow(
    monkeypatch: pytest.MonkeyPatch, put_on_s: float, trip: tuple[float, float], corrected: bool
) -> None:
    world = World()
    clock = DatabaseClock(world, world.ask)
    await clock.measure()
    monkeypatch.setattr(database_clock, "EVERY_S", 0.0)
    world.database += timedelta(seconds=put_on_s)
    world.trips = repeat(trip)
    running = asyncio.create_task(clock.run())
    await asyncio.sleep(0.01)
    running.cancel()
    off_s = (world.database - clock.now()).total_seconds()
    assert off_s == pytest.approx(0.0 if corrected else put_on_s, abs=0.001)


async def test_an_outage_leaves_it_running(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    clock = DatabaseClock(world, world.ask)
    await clock.measure()
    monkeypatch.setattr(database_clock, "EVERY_S", 0.0)
    world.is_away = True
    running = asyncio.create_task(clock.run())
    await asyncio.sleep(0.01)
    world.is_away = False
    world.database += timedelta(hours=1)
    await asyncio.sleep(0.01)
    running.cancel()
    assert clock.now() == NOON + timedelta(hours=1)
