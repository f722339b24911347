"""Cron expressions: which forms are taken, and what the others are told."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from botflow.nodes.triggers.cron import Cron

CRON: TypeAdapter[str] = TypeAdapter(Cron)


@pytest.mark.parametrize(
    "expression",
    [
        *("30 8 * * 1-5", "0 6 10 * *", "*/20 2 28 3 *", "0 0 29 2 *", "0 0 * * SUN", "0 0 * JAN,jul mon-fri"),
        *("0 0 * * 7", "5/15 * * * *", "*/60 * * * *", "0 */24 * * *", "0 0 30 2 1"),
        *("*/10 * * * * *", "0 0 L * *", "0 0 LW * *", "0 0 * * 5L", "0 0 * * 1#2", "0 0 * * FRI#5"),
    ],
)
def test_these_forms_are_taken(expression: str) -> None:
    assert CRON.validate_python(expression) == expression


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("every day", "wrong number of fields"),
        ("@daily", "wrong number of fields"),
        ("0 0 0 1 1 * 2027", "wrong number of fields"),
        ("60 * * * *", "bad minute"),
        ("0 24 * * *", "bad hour"),
        ("60 0 0 * * *", "bad second"),
        ("0 0 0 * *", "bad day-of-month"),
        ("0 0 15W * *", "bad day-of-month"),
        ("0 0 L-3 * *", "bad day-of-month"),
        ("0 0 ? * 1", "bad day-of-month"),
        ("H * * * *", "bad minute"),
        ("0 0 * 13 *", "bad month"),
        ("0 0 * * 8", "bad day-of-week"),
        ("0 0 * * L", "bad day-of-week"),
        ("0 0 * * FRIL", "bad day-of-week"),
        ("0 0 * * 1#6", "bad day-of-week"),
        ("0 0 * * 5L/2", "bad day-of-week"),
        ("0 0 * * FRI-MON", "bad day-of-week"),
        ("٣ * * * *", "bad minute"),
        ("*/0 * * * *", "bad minute"),
        ("*/90 * * * *", "a step of the minute is at most 60"),
        ("0 */25 * * *", "a step of the hour is at most 24"),
        ("*/61 * * * * *", "a step of the second is at most 60"),
        ("0 0 1,*/32 * *", "a step of the day is at most 31"),
        ("0 0 L/2 * *", "L in the day takes no step"),
        ("0 0 30 2 *", "bad day-of-month"),
        ("0 0 31 4,6,9,11 *", "bad day-of-month"),
    ],
)
def test_other_forms_are_refused_with_the_reason_and_what_to_write(expression: str, reason: str) -> None:
    with pytest.raises(ValidationError) as refused:
        CRON.validate_python(expression)

    [error] = refused.value.errors()
    assert error["type"] == "cron.invalid"
    assert f": {reason}; write minute hour day month weekday" in error["msg"]
    assert "the day may be L or LW, the weekday 5L or 1#2" in error["msg"]
