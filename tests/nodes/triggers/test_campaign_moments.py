"""When a campaign is due: on the person's clock, where clocks change, in leap years, and by which texts it is found."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from botflow.flow.contact_fields import sought
from botflow.nodes.triggers.campaign_moments import CampaignRule, Occasion, latest, occasions, texts_between

BERLIN, KIRITIMATI, SAMOA = ZoneInfo("Europe/Berlin"), ZoneInfo("Pacific/Kiritimati"), ZoneInfo("Pacific/Pago_Pago")
NINE = time(9)
DAY_S = 86_400.0
EVER = (datetime(1950, 1, 1, tzinfo=UTC), datetime(2060, 1, 1, tzinfo=UTC))


def on(day: str, **more: object) -> CampaignRule:
    return CampaignRule(field="day", type="date", at=NINE, **more)  # type: ignore[arg-type]


def due(rule: CampaignRule, value: str, zone: ZoneInfo = BERLIN, year: int = 2026) -> list[str]:
    first, last = datetime(year, 1, 1, tzinfo=UTC), datetime(year, 12, 31, 23, tzinfo=UTC)
    return [each.due_at.isoformat() for each in occasions(rule, value, zone, first, last)]


@pytest.mark.parametrize(
    ("rule", "value", "moment"),
    [
        (on("day"), "2026-11-27", "2026-11-27T08:00:00+00:00"),
        (on("day", offset_s=-3 * DAY_S), "2026-11-27", "2026-11-24T08:00:00+00:00"),
        (on("day", offset_s=7 * DAY_S), "2026-03-25", "2026-04-01T07:00:00+00:00"),  # summer time began between
        (on("day", yearly=True), "1990-11-27", "2026-11-27T08:00:00+00:00"),
        (on("day", yearly=True), "2000-02-29", "2026-02-28T08:00:00+00:00"),
        (on("day", yearly=True, offset_s=-DAY_S), "1999-01-01", "2026-12-31T08:00:00+00:00"),
        (
            CampaignRule(field="at", type="datetime", offset_s=-3600.0),
            "2026-11-27T12:30:00+00:00",
            "2026-11-27T11:30:00+00:00",
        ),
        (
            CampaignRule(field="at", type="datetime", offset_s=-DAY_S, at=NINE),
            "2026-11-27T23:30:00+00:00",  # half past midnight of the 28th in Berlin
            "2026-11-27T08:00:00+00:00",
        ),
    ],
)
def test_it_is_due_on_the_clock_of_the_person(rule: CampaignRule, value: str, moment: str) -> None:
    assert due(rule, value) == [moment]


def test_each_zone_has_its_own_moment_and_the_same_name() -> None:
    [early], [late] = (occasions(on("day"), "2026-11-27", zone, *EVER) for zone in (KIRITIMATI, SAMOA))
    assert late.due_at - early.due_at == timedelta(hours=25)
    assert early.name == late.name == "2026-11-27"


def test_a_time_that_the_clocks_skip_comes_later_and_one_that_comes_twice_comes_once() -> None:
    rule = CampaignRule(field="day", type="date", at=time(2, 30))
    assert due(rule, "2026-03-29") == ["2026-03-29T01:30:00+00:00"]  # 03:30 in Berlin
    assert due(rule, "2026-10-25") == ["2026-10-25T00:30:00+00:00"]


def test_a_birthday_comes_once_in_each_year_and_never_before_the_birth() -> None:
    found = occasions(on("day", yearly=True), "2024-02-29", BERLIN, *EVER)
    assert [each.name for each in found][:5] == ["2024-02-29", "2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"]


@pytest.mark.parametrize("value", ["soon", "", "9999-12-31", "0001-01-01"])
def test_what_is_no_date_or_at_the_end_of_the_calendar_is_never_due(value: str) -> None:
    assert due(on("day", offset_s=5 * DAY_S), value) == []


def test_it_starts_neither_on_the_next_day_nor_after_what_it_announces() -> None:
    rule = on("day")
    [evening] = occasions(CampaignRule(field="day", type="date", at=time(20)), "2026-11-27", BERLIN, *EVER)
    assert latest(rule, evening, BERLIN, 8 * 3600) == datetime(2026, 11, 27, 22, 59, 59, tzinfo=UTC)
    hour = CampaignRule(field="at", type="datetime", offset_s=-3600.0)
    noon = datetime(2026, 11, 27, 12, tzinfo=UTC)
    assert latest(hour, Occasion("x", noon - timedelta(hours=1), noon.date()), BERLIN, 8 * 3600) == noon


def test_every_value_that_is_due_has_a_text_in_the_ranges() -> None:
    """10,000 random rules, values, zones and windows: a value that is due outside of the ranges would be lost."""
    chance = random.Random(12)
    zones = [ZoneInfo(name) for name in ("Pacific/Kiritimati", "Pacific/Pago_Pago", "Europe/Berlin", "Asia/Kathmandu")]
    lost = seen = 0
    for _ in range(10_000):
        type_ = chance.choice(("date", "datetime"))
        has_time = type_ == "date" or chance.random() < 0.5
        rule = CampaignRule(
            field="day",
            type=type_,  # type: ignore[arg-type]
            offset_s=chance.randint(-40, 40) * (DAY_S if has_time else 3_700.0),
            at=time(chance.randrange(24), chance.randrange(60)) if has_time else None,
            yearly=chance.random() < 0.5,
        )
        last = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=chance.randrange(3 * 366 * 1440))
        first = last - timedelta(minutes=chance.randrange(1, 4 * 1440))
        day = date(chance.choice((1988, 2000, 2023, last.year, last.year)), 1, 1) + timedelta(chance.randrange(366))
        near = last - timedelta(seconds=rule.offset_s) - timedelta(minutes=chance.randrange(-3000, 6000))
        if chance.random() < 0.7:
            day = near.date().replace(day=min(near.day, 28))
        moment = datetime.combine(day, near.time(), tzinfo=UTC)
        value = day.isoformat() if type_ == "date" else moment.isoformat()
        if occasions(rule, value, chance.choice(zones), first, last):
            seen += 1
            ranges = texts_between(rule, first, last, "1988-01-01")
            lost += not any(begin <= sought(value) < end for begin, end in ranges)
    print(f"\ncampaigns: {seen} values that were due, outside of the ranges of texts: {lost}")
    assert seen > 1_000
    assert lost == 0
