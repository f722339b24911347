"""The moments of a cron expression, over the changes of the clocks too."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice

import pytest

from botflow.runtime.runs.schedules.cron_times import moments_after, moments_between, next_moment

BERLIN = "Europe/Berlin"  # from 02:00 to 03:00 on 29 March 2026, and back from 03:00 to 02:00 on 25 October


def local(cron: str, day: datetime, zone: str = BERLIN) -> list[str]:
    """Return the moments of a UTC day, as the zone's clocks show them."""
    return [moment.isoformat() for moment in moments_between(cron, zone, day, day + timedelta(days=1), 100)]


TWENTIES = [f"2026-10-25T02:{minutes}:00+02:00" for minutes in ("00", "20", "40")]


@pytest.mark.parametrize(
    ("cron", "day", "moments"),
    [
        ("30 2 * * *", datetime(2026, 3, 28, 12, tzinfo=UTC), ["2026-03-29T03:00:00+02:00"]),
        ("30 2 * * *", datetime(2026, 10, 24, 12, tzinfo=UTC), ["2026-10-25T02:30:00+02:00"]),
        ("30 2 * * *", datetime(2026, 10, 25, 12, tzinfo=UTC), ["2026-10-26T02:30:00+01:00"]),
        ("*/30 2 * * *", datetime(2026, 3, 28, 12, tzinfo=UTC), ["2026-03-29T03:00:00+02:00"]),
        ("* 2 * * *", datetime(2026, 3, 28, 12, tzinfo=UTC), ["2026-03-29T03:00:00+02:00"]),
        ("*/20 2 28 3 *", datetime(2027, 3, 27, 12, tzinfo=UTC), ["2027-03-28T03:00:00+02:00"]),
        ("0,20,40 2 28 3 *", datetime(2027, 3, 27, 12, tzinfo=UTC), ["2027-03-28T03:00:00+02:00"]),
        ("30 2 28 3 *", datetime(2027, 3, 27, 12, tzinfo=UTC), ["2027-03-28T03:00:00+02:00"]),
        ("*/15 30 2 28 3 *", datetime(2027, 3, 27, 12, tzinfo=UTC), ["2027-03-28T03:00:00+02:00"]),
        *(
            (f"{minutes} {hours} * * *", datetime(2026, 10, 24, 12, tzinfo=UTC), TWENTIES)
            for minutes in ("*/20", "0,20,40", "0-59/20")
            for hours in ("2", "2-2", "2,2")
        ),
        ("0 9 * * 1-5", datetime(2026, 11, 20, 12, tzinfo=UTC), []),
    ],
)
def test_the_clocks_may_change(cron: str, day: datetime, moments: list[str]) -> None:
    assert local(cron, day) == moments


@pytest.mark.parametrize(
    ("cron", "zone", "day", "moments"),
    [
        ("15 2 * * *", "Australia/Lord_Howe", datetime(2026, 10, 3, 0), ["2026-10-04T02:30:00+11:00"]),
        ("*/20 2 * * *", "Australia/Lord_Howe", datetime(2026, 10, 3, 0), ["2026-10-04T02:30", "2026-10-04T02:40"]),
        ("45 1 * * *", "Australia/Lord_Howe", datetime(2026, 4, 4, 0), ["2026-04-05T01:45:00+11:00"]),
        (
            "45 * 5 4 *",
            "Australia/Lord_Howe",
            datetime(2026, 4, 4, 14),
            ["01:45:00+11:00", "01:45:00+10:30", *(f"{hour:02}:45:00+10:30" for hour in range(2, 24))],
        ),
        ("30 2 * * *", "Australia/Sydney", datetime(2026, 10, 3, 0), ["2026-10-04T03:00:00+11:00"]),
        ("30 2 * * *", "Pacific/Auckland", datetime(2026, 4, 4, 0), ["2026-04-05T02:30:00+13:00"]),
        ("0 0 * * *", "America/Santiago", datetime(2026, 9, 5, 12), ["2026-09-06T01:00:00-03:00"]),
        ("0 0 * * *", "Africa/Cairo", datetime(2026, 4, 23, 12), ["2026-04-24T01:00:00+03:00"]),
        ("30 1 * * *", "Antarctica/Troll", datetime(2026, 3, 28, 12), ["2026-03-29T03:00:00+02:00"]),
        ("0 12 30 12 *", "Pacific/Apia", datetime(2011, 12, 30, 0), ["2011-12-31T00:00:00+14:00"]),
        ("0 */6 30 12 *", "Pacific/Apia", datetime(2011, 12, 30, 0), ["2011-12-31T00:00:00+14:00"]),
        ("0 * 30 12 *", "Pacific/Apia", datetime(2011, 12, 30, 0), []),
    ],
)
def test_zones_that_skip_half_an_hour_or_a_day(cron: str, zone: str, day: datetime, moments: list[str]) -> None:
    found = local(cron, day.replace(tzinfo=UTC), zone)

    assert len(found) == len(moments)
    assert all(wanted in moment for wanted, moment in zip(moments, found, strict=True)), found


def test_all_hours_are_all_hours_however_they_are_written() -> None:
    day = datetime(2026, 10, 24, 12, tzinfo=UTC)
    ways = [local(f"*/20 {hours} * * *", day) for hours in ("*", "*/1", "0-23", "0-11,12-23")]

    assert ways[0] == ways[1] == ways[2] == ways[3]
    assert len(ways[0]) == 73


def test_a_fallback_is_the_same_from_every_moment() -> None:
    """Each process counts on from where it is: also from within an hour that is repeated."""
    first, last = datetime(2026, 10, 24, 22, tzinfo=UTC), datetime(2026, 10, 25, 4, tzinfo=UTC)
    for cron in ("*/20 * * * *", "*/20 2 * * *", "*/7 1-3 * * *", "*/20 30 2 * * *"):
        moments = moments_between(cron, BERLIN, first, last, 10_000)
        for seconds in range(0, 6 * 3600, 137):
            after = first + timedelta(seconds=seconds, microseconds=seconds)
            assert next_moment(cron, BERLIN, after) in [*moments, next_moment(cron, BERLIN, last)]
            later = [moment for moment in moments if moment > after]
            assert not later or str(later[0]) == str(next_moment(cron, BERLIN, after)), (cron, after)


@pytest.mark.parametrize(
    ("cron", "moments"),
    [
        ("0 0 LW * *", ["2026-01-30", "2026-02-27", "2026-03-31"]),
        ("0 0 L * *", ["2026-01-31", "2026-02-28", "2026-03-31"]),
        ("0 0 * * 5L", ["2026-01-30", "2026-02-27", "2026-03-27"]),
        ("0 0 * * 1#2", ["2026-01-12", "2026-02-09", "2026-03-09"]),
        ("0 0 L * 5L", ["2026-01-30", "2026-01-31", "2026-02-27"]),
        ("0 0 15 * 1#1", ["2026-01-05", "2026-01-15", "2026-02-02"]),
        ("0 0 */2 * 1", ["2026-01-05", "2026-01-19", "2026-02-09"]),
        ("30 0 0 1 * *", ["2026-01-01", "2026-02-01", "2026-03-01"]),
    ],
)
def test_special_days(cron: str, moments: list[str]) -> None:
    found = islice(moments_after(cron, "UTC", datetime(2025, 12, 31, 12, tzinfo=UTC)), 3)

    assert [moment.date().isoformat() for moment in found] == moments


def test_the_newest_moments_of_a_long_time_are_found_without_counting_all() -> None:
    began, today = datetime(1996, 1, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, 0, 30, tzinfo=UTC)

    found = moments_between("* * * * * *", BERLIN, began, today, 100)

    assert [found[0].isoformat(), found[-1].isoformat()] == ["2026-10-25T02:58:51+02:00", "2026-10-25T02:00:30+01:00"]
    assert len(found) == 100
    assert len(moments_between("0 0 29 2 *", BERLIN, began, today, 5)) == 5


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
