"""The moments of a cron expression, over the changes of the clocks too."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from botflow.runtime.runs.cron_times import moments_between, next_moment

BERLIN = "Europe/Berlin"  # from 02:00 to 03:00 on 29 March 2026, and back from 03:00 to 02:00 on 25 October


def local(cron: str, day: datetime, zone: str = BERLIN) -> list[str]:
    """Return the moments of a UTC day, as the zone's clocks show them."""
    return [moment.isoformat() for moment in moments_between(cron, zone, day, day + timedelta(days=1), 100)]


@pytest.mark.parametrize(
    ("cron", "day", "moments"),
    [
        ("30 2 * * *", datetime(2026, 3, 28, 12, tzinfo=UTC), ["2026-03-29T03:00:00+02:00"]),
        ("30 2 * * *", datetime(2026, 10, 24, 12, tzinfo=UTC), ["2026-10-25T02:30:00+02:00"]),
        ("30 2 * * *", datetime(2026, 10, 25, 12, tzinfo=UTC), ["2026-10-26T02:30:00+01:00"]),
        ("*/30 2 * * *", datetime(2026, 3, 28, 12, tzinfo=UTC), []),
        (
            "*/30 2 * * *",
            datetime(2026, 10, 24, 12, tzinfo=UTC),
            [f"2026-10-25T02:{minutes}:00+0{hours}:00" for hours in (2, 1) for minutes in ("00", "30")],
        ),
        ("0 9 * * 1-5", datetime(2026, 11, 20, 12, tzinfo=UTC), []),
    ],
)
def test_the_clocks_may_change(cron: str, day: datetime, moments: list[str]) -> None:
    assert local(cron, day) == moments


def test_an_hourly_schedule_goes_on_with_the_time_that_passes() -> None:
    day = datetime(2026, 10, 24, 22, tzinfo=UTC)
    found = moments_between("0 * * * *", BERLIN, day, day + timedelta(hours=5), 100)

    assert [moment.astimezone(UTC) for moment in found] == [day + timedelta(hours=hour) for hour in range(6)]


def test_only_the_newest_are_kept() -> None:
    day = datetime(2026, 1, 1, tzinfo=UTC)

    found = moments_between("* * * * *", "UTC", day, day + timedelta(hours=1), 3)

    assert [moment.minute for moment in found] == [58, 59, 0]


def test_the_next_moment_is_after_the_one_given() -> None:
    noon = datetime(2026, 1, 1, 12, tzinfo=UTC)

    assert next_moment("0 12 * * *", "UTC", noon) == noon + timedelta(days=1)
    assert next_moment("0 0 29 2 *", "UTC", noon) == datetime(2028, 2, 29, tzinfo=UTC)
