"""Dates and moments in templates: moved, joined, ordered; also where clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from botflow.errors import FlowError
from botflow.flow.templates.language_filters import SETTINGS, RenderSettings
from botflow.flow.templates.moments import at_clock, read_shift, read_value, shifted, text_of
from botflow.flow.templates.template import Templates

ZONES = [
    *("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Apia"),
    *("America/Sao_Paulo", "Africa/Casablanca", "Asia/Kathmandu", "Antarctica/Troll"),
]
zones = st.sampled_from(ZONES).map(ZoneInfo)
days = st.dates(min_value=date(1990, 1, 1), max_value=date(2050, 12, 31))
moments = st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2050, 12, 31)).map(
    lambda naive: naive.replace(microsecond=0, tzinfo=UTC)
)


def evaluate(source: str, zone: str = "Europe/Berlin") -> object:
    settings = RenderSettings(datetime(2026, 11, 26, 10, tzinfo=UTC), lambda: ZoneInfo(zone))
    return Templates().evaluate(source, {SETTINGS: settings, "day": "2026-11-27"})


@pytest.mark.parametrize(
    ("source", "result"),
    [
        ("day|shift('-1d')|at('09:00')", "2026-11-26T09:00:00+01:00"),
        ("day|shift('1w')", "2026-12-04"),
        ("'2026-01-31'|shift('1 month')", "2026-02-28"),
        ("'2024-01-31'|shift('1 month')", "2024-02-29"),
        ("'2024-02-29'|shift('1 year')", "2025-02-28"),
        ("'2026-03-31'|shift('-1 month')", "2026-02-28"),
        ("'2026-12-31'|shift('2months 1d')", "2027-03-01"),
        ("'2026-11-27T19:30'|shift('-2h')", "2026-11-27T17:30:00+01:00"),
        ("'2026-11-27T19:30'|shift('1h 30m')", "2026-11-27T21:00:00+01:00"),
        ("'2026-11-27T18:30:00Z'|shift('1d')", "2026-11-28T19:30:00+01:00"),
        ("'23:30'|shift('1h')", "00:30"),
        ("'00:10'|shift('-20m')", "23:50"),
        ("'19:30'|shift('30s')", "19:30:30"),
        ("'2026-11-27T19:30'|at('9:00')", "2026-11-27T09:00:00+01:00"),
        ("today|at('19:30')|shift('+ 2 hours')", "2026-11-26T21:30:00+01:00"),
        # Spring: 02:30 does not exist and comes an hour later. A day keeps the clock, 24 hours keep the distance.
        ("'2026-03-29'|at('02:30')", "2026-03-29T03:30:00+02:00"),
        ("'2026-03-28T12:00'|shift('1d')", "2026-03-29T12:00:00+02:00"),
        ("'2026-03-28T12:00'|shift('24h')", "2026-03-29T13:00:00+02:00"),
        # Autumn: 02:30 comes twice, and is the first; an hour later it is 02:30 again.
        ("'2026-10-25'|at('02:30')", "2026-10-25T02:30:00+02:00"),
        ("'2026-10-25'|at('02:30')|shift('1h')", "2026-10-25T02:30:00+01:00"),
        ("'2026-10-25'|at('02:30')|shift('1h')|shift('-1h')", "2026-10-25T02:30:00+02:00"),
        ("'1970-01-01T00:00:00Z'|timestamp", 0),
        ("'1970-01-02'|timestamp", 82_800),
        ("(day|timestamp - today|timestamp) / 86400", 1.0),
    ],
)
def test_an_expression_is(source: str, result: object) -> None:
    assert evaluate(source) == result


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("day|shift('1h')", "has no time of day"),
        ("'19:30'|shift('1d')", "moves by h, m and s only"),
        ("'19:30'|at('09:00')", "needs a date before it"),
        ("day|at('9am')", "'9am' is no time of day; write one as 09:00"),
        ("day|at('24:00')", "no time of day"),
        ("day|shift('1 mnth')", "did you mean month"),
        ("day|shift('1M')", "there is no unit 'M'"),
        ("day|shift('tomorrow')", "says not how far"),
        ("day|shift(1)", "says not how far"),
        ("day|shift('')", "says not how far"),
        ("day|shift", "shift needs how far to move"),
        ("day|shift('101 years')", "more than 100 years"),
        ("day|shift('9999999999 s')", "more than 100 years"),
        ("day|shift('99999999999999 s')", "says not how far"),
        ("'9999-12-31'|shift('1d')", "beyond the years"),
        ("'0001-01-01'|shift('-1 month')", "beyond the years"),
        ("'0001-01-01'|at('00:00')|shift('-1d')", "beyond the years"),
        ("'9999-12-31T23:59:59-12:00'|shift('0d')", "beyond the years"),
    ],
)
def test_what_cannot_be_moved_is_said(source: str, why: str) -> None:
    with pytest.raises(FlowError, match=why) as failed:
        evaluate(source)

    assert failed.value.code == "condition.failed"


@given(days, st.integers(-30_000, 30_000))
def test_days_lead_there_and_back(day: date, count: int) -> None:
    there = shifted(day, read_shift(f"{count}d"), ZoneInfo("UTC"))

    assert there == day + timedelta(days=count)
    assert shifted(there, read_shift(f"{-count}d"), ZoneInfo("UTC")) == day


@given(moments, zones, st.integers(-100_000, 100_000), st.sampled_from(["s", "m", "h"]))
def test_elapsed_time_leads_there_and_back_in_every_zone(
    moment: datetime, zone: ZoneInfo, count: int, unit: str
) -> None:
    there = read_value(text_of(shifted(moment, read_shift(f"{count}{unit}"), zone)))
    back = shifted(there, read_shift(f"{-count}{unit}"), zone)

    assert isinstance(there, datetime)
    assert there - moment == timedelta(seconds=count * {"s": 1, "m": 60, "h": 3600}[unit])
    assert back == moment


@given(moments, zones, st.integers(-400, 400))
@example(datetime(2026, 3, 28, 1, 30, tzinfo=UTC), ZoneInfo("Europe/Berlin"), 1)
@example(datetime(2011, 12, 29, 20, tzinfo=UTC), ZoneInfo("Pacific/Apia"), 1)
def test_days_keep_the_clock_unless_it_is_skipped(moment: datetime, zone: ZoneInfo, count: int) -> None:
    local = moment.astimezone(zone)
    wanted = local.replace(tzinfo=None, fold=0) + timedelta(days=count)
    there = shifted(moment, read_shift(f"{count}d"), zone)
    assert isinstance(there, datetime)
    shows = there.replace(tzinfo=None, fold=0)
    exists = wanted.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None, fold=0) == wanted

    assert shows == wanted if exists else shows > wanted
    earlier = shifted(moment, read_shift(f"{count - 1}d"), zone)
    assert isinstance(earlier, datetime)
    assert earlier <= there  # a day that a zone skips is the next one


@given(days, st.integers(-1_100, 1_100))
def test_months_keep_the_day_or_are_at_the_end_of_the_month(day: date, count: int) -> None:
    there = shifted(day, read_shift(f"{count} months"), ZoneInfo("UTC"))

    assert isinstance(there, date)
    assert (there.year - day.year) * 12 + there.month - day.month == count
    assert there.day == day.day or (there.day < day.day and (there + timedelta(days=1)).day == 1)


@given(days, days, zones, st.times(), st.times())
def test_moments_are_in_the_order_of_their_days_and_clocks(
    one: date, other: date, zone: ZoneInfo, early: time, late: time
) -> None:
    first, second = sorted([(one, early.replace(microsecond=0)), (other, late.replace(microsecond=0))])

    if first[0] != second[0] or zone.key == "UTC":  # within one day a skipped hour comes after the one that follows it
        assert at_clock(*first, zone) <= at_clock(*second, zone)
    assert evaluate(f"'{first[0]}' <= '{second[0]}'") is True


@given(days, zones, st.times())
def test_a_joined_moment_is_that_of_zoneinfo(day: date, zone: ZoneInfo, clock: time) -> None:
    clock = clock.replace(microsecond=0)

    assert at_clock(day, clock, zone).astimezone(UTC) == datetime.combine(day, clock, zone).astimezone(UTC)
    assert read_value(text_of(at_clock(day, clock, zone))) == at_clock(day, clock, zone)
