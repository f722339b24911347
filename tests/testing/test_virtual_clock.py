"""Only a test moves the virtual clock, and never back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from botflow import UsageError
from botflow.clock import Clock
from botflow.testing import VirtualClock
from botflow.testing.virtual_clock import START


def test_it_shows_the_same_time_until_it_is_moved() -> None:
    clock: Clock = VirtualClock()
    assert (clock.now(), clock.monotonic_s()) == (START, 0.0)
    assert clock.now() == clock.now()


def test_it_is_moved_by_seconds_or_to_a_moment() -> None:
    clock = VirtualClock(datetime(2026, 1, 1, 12, tzinfo=timezone(timedelta(hours=2))))
    assert clock.now() == datetime(2026, 1, 1, 10, tzinfo=UTC)
    clock.advance(1.5)
    clock.advance_to(clock.now() + timedelta(minutes=1))
    assert clock.monotonic_s() == 61.5


def test_it_does_not_go_back_and_wants_a_time_zone() -> None:
    clock = VirtualClock()
    with pytest.raises(UsageError, match="cannot go back"):
        clock.advance(-1)
    with pytest.raises(UsageError, match="has no time zone"):
        clock.advance_to(datetime(2030, 1, 1))
