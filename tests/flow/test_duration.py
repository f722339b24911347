from __future__ import annotations

from datetime import timedelta

import pytest
from pydantic import ValidationError

from botflow.flow.duration import parse_duration, write_duration
from botflow.flow.fields import Duration, Properties


class Timed(Properties):
    wait_for: Duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30s", 30),
        ("5m", 300),
        ("24h", 86_400),
        ("3d", 259_200),
        ("1.5h", 5_400),
        (" 2 d ", 172_800),
        ("7d 1h", 608_400),
        ("1h30m", 5_400),
        ("1w", 604_800),
        ("90 minutes", 5_400),
        ("2 weeks 3 days", 1_468_800),
        ("PT30S", 30),
        ("P1DT12H", 129_600),
        ("P2W", 1_209_600),
        ("pt0.5s", 0.5),
        (timedelta(minutes=2), 120),
    ],
)
def test_durations_are_read(text: object, seconds: float) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize(
    "text",
    [
        "",
        "5",
        60,
        None,
        True,
        "0s",
        "-5m",
        "1h 1d",
        "1h30",
        "1h1h",
        "1 month",
        "5ms",
        "5M",
        "P",
        "PT",
        "P1M",
        "P1Y",
        "9999999d",
        "٥m",
        "1e3s",
        [5],
    ],
)
def test_what_is_no_duration_is_refused_with_an_example(text: object) -> None:
    with pytest.raises(ValueError, match=r"30s|longer than nothing"):
        parse_duration(text)


@pytest.mark.parametrize("seconds", [0.25, 1, 59, 60, 90, 3_600, 86_400, 90_061])
def test_a_written_duration_is_read_as_the_same(seconds: float) -> None:
    assert parse_duration(write_duration(seconds)) == seconds


def test_a_property_holds_seconds_and_is_written_as_text() -> None:
    timed = Timed.model_validate({"waitFor": "90s"})

    assert timed.wait_for == 90.0
    assert timed.model_dump_json(by_alias=True) == '{"waitFor":"90s"}'
    with pytest.raises(ValidationError, match="has no unit"):
        Timed.model_validate({"waitFor": 90})


def test_what_is_refused_is_repeated_only_if_it_is_a_short_text_or_a_number() -> None:
    for wrong in (["a secret"], {"key": "a secret"}, "x" * 1_000):
        with pytest.raises(ValueError, match="30s") as refused:
            parse_duration(wrong)
        assert "secret" not in str(refused.value)
        assert len(str(refused.value)) < 200
