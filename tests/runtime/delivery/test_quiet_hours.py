"""Quiet hours by the recipient's clock: past midnight, over changes of the clocks, and not for who has just written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botflow.flow.policy import QuietHours
from botflow.runtime.delivery.quiet_hours import ANSWER_S, is_unasked, opens_after_s

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia")


def hours(start: str, end: str) -> QuietHours:
    return QuietHours.model_validate({"from": start, "to": end})


NIGHT = hours("21:00", "08:00")


def at(zone: str, text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize(
    ("local", "hours_left"),
    [
        ("2026-06-01T20:59", 0),
        ("2026-06-01T21:00", 11),
        ("2026-06-01T23:30", 8.5),
        ("2026-06-02T00:00", 8),
        ("2026-06-02T07:59", 1 / 60),
        ("2026-06-02T08:00", 0),
    ],
)
def test_a_night_goes_past_midnight(local: str, hours_left: float) -> None:
    assert opens_after_s(at("Europe/Berlin", local), "Europe/Berlin", NIGHT) == pytest.approx(hours_left * 3600)


def test_a_siesta_stays_within_the_day() -> None:
    siesta = hours("13:00", "15:30")

    assert opens_after_s(at("Europe/Madrid", "2026-06-01T14:00"), "Europe/Madrid", siesta) == 5400
    assert opens_after_s(at("Europe/Madrid", "2026-06-01T15:30"), "Europe/Madrid", siesta) == 0
    assert opens_after_s(at("Europe/Madrid", "2026-06-01T12:59"), "Europe/Madrid", siesta) == 0


def test_equal_times_are_no_quiet_hours() -> None:
    assert opens_after_s(at("UTC", "2026-06-01T08:00"), "UTC", hours("08:00", "08:00")) == 0


def test_it_is_the_recipients_clock_that_counts() -> None:
    noon_in_berlin = at("Europe/Berlin", "2026-06-01T12:00")

    assert opens_after_s(noon_in_berlin, "Europe/Berlin", NIGHT) == 0
    assert opens_after_s(noon_in_berlin, "America/New_York", NIGHT) == 2 * 3600


@pytest.mark.parametrize(("eve", "hours_left"), [("2026-03-28T22:00", 9), ("2026-10-24T22:00", 11)])
def test_a_night_in_which_the_clocks_change_is_shorter_or_longer(eve: str, hours_left: float) -> None:
    assert opens_after_s(at("Europe/Berlin", eve), "Europe/Berlin", NIGHT) == hours_left * 3600


@given(
    now=st.datetimes(min_value=datetime(2024, 1, 1), max_value=datetime(2027, 12, 31)),
    zone=st.sampled_from(ZONES),
    start=st.integers(0, 1439),
    end=st.integers(0, 1439),
)
def test_what_waits_goes_out_within_a_day_and_a_bit_and_not_in_quiet_hours(
    now: datetime, zone: str, start: int, end: int
) -> None:
    quiet = hours(f"{start // 60:02}:{start % 60:02}", f"{end // 60:02}:{end % 60:02}")
    moment = now.replace(tzinfo=UTC)

    after_s = opens_after_s(moment, zone, quiet)

    assert 0 <= after_s <= 26 * 3600
    # A clock that is put back may come to its quiet hours once more, for at most the hour that it repeats.
    again_s = opens_after_s(moment + timedelta(seconds=after_s), zone, quiet)
    assert again_s <= 3600


def test_who_has_just_written_waits_for_an_answer() -> None:
    now = datetime(2026, 6, 1, 3, tzinfo=UTC)

    assert not is_unasked(now, now - timedelta(seconds=ANSWER_S))
    assert is_unasked(now, now - timedelta(seconds=ANSWER_S + 1))
    assert is_unasked(now, None)
