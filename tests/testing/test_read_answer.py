"""Typed answers, read as a question would read them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from botflow import UsageError
from botflow.testing import read_answer


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("integer", "a dozen", 12),
        ("number", "2.5", 2.5),
        ("yes_no", "nope", False),
        ("date", "tomorrow", "2026-11-19"),
        ("time", "half past two pm", "14:30"),
        ("email", "it is ann@botflow.dev", "ann@botflow.dev"),
        ("phone", "020 7946 0958", "+442079460958"),
        ("text", " hello ", "hello"),
        ("integer", "many", None),
        ("date", "30 February", None),
    ],
)
def test_a_value_is_read_out_of_a_text_or_none(kind: str, text: str, value: object) -> None:
    received_at = datetime(2026, 11, 18, 9, 30, tzinfo=UTC)
    assert read_answer(kind, text, language="en", region="GB", received_at=received_at) == value


def test_language_region_and_moment_count() -> None:
    assert read_answer("integer", "zwölf", language="de") == 12
    assert read_answer("date", "3/4", language="en", region="US") == "2027-03-04"
    assert read_answer("date", "3/4", language="en", region="GB") == "2027-04-03"
    assert read_answer("date", "morgen", language="de", received_at=datetime(2026, 1, 1, tzinfo=UTC)) == "2026-01-02"


def test_choices_are_labels_or_options() -> None:
    assert read_answer("choice", "2", choices=["Red", "Blue"]) == "Blue"
    assert read_answer("choice", "yelow", choices=["Red", "Yellow"]) == "Yellow"
    options: list[dict[str, object]] = [{"id": "r", "label": "Red", "match": ["crimson"]}, {"id": "b", "label": "Blue"}]
    assert read_answer("choice", "crimson", choices=options) == "r"
    assert read_answer("choice", "green", choices=options) is None


def test_a_pattern_must_match_the_whole() -> None:
    assert read_answer("regex", "AB-12", pattern="[A-Z]+-[0-9]+") == "AB-12"
    assert read_answer("regex", "x AB-12", pattern="[A-Z]+-[0-9]+") is None


@pytest.mark.parametrize(
    ("kind", "hint"), [("integr", "did you mean integer?"), ("location", "there are: text, integer, number")]
)
def test_what_is_no_kind_of_typed_answer_says_so(kind: str, hint: str) -> None:
    with pytest.raises(UsageError, match="is no kind of typed answer") as refused:
        read_answer(kind, "x")
    assert hint in str(refused.value)
