"""Texts that make a pattern try everything cost one pass. Code of quadratic cost would need minutes for them."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

import pytest

from botflow.engine.asks import AskModel, ExtractField
from botflow.runtime.offline_model import LexicalModel
from botflow.runtime.offline_model.extraction.values import extract
from botflow.runtime.offline_model.features import Words

SIZE = 200_000
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
FIELDS = (
    ExtractField(name="email"),
    ExtractField(name="phone"),
    ExtractField(name="link"),
    ExtractField(name="order_number"),
    ExtractField(name="name"),
    ExtractField(name="words"),
    ExtractField(name="qty", type="integer"),
    ExtractField(name="price", type="number"),
    ExtractField(name="when", type="date"),
    ExtractField(name="sure", type="boolean"),
)
PUMPS = (
    *("a", "a.", "a@", "a@a.", "a@a.b", "1", "1,", "1.", "1-", "12 ", "111-", "+1", "#1", '"', '"a', "«", "https://"),
    *("my name is ", "soy ", "minus ", "twenty ", "no ", ",", ". ", "'", "a'", "é", " ", "\n", "0", "-", "%"),
)


@pytest.mark.parametrize("ending", ["", "_"])
@pytest.mark.parametrize("pump", PUMPS)
async def test_a_long_text_costs_one_pass(pump: str, ending: str) -> None:
    text = pump * (SIZE // len(pump)) + ending

    answer = await LexicalModel().answer(AskModel(purpose="extract", text=text, fields=FIELDS, language="en", now=NOW))

    assert answer.failure is None


def test_a_text_that_is_too_long_is_not_read() -> None:
    """What it says at its end may change what it says before."""
    ask = AskModel(purpose="extract", text="3 " + "a " * 600, fields=FIELDS[6:7], language="en", now=NOW)

    assert extract(ask, Words("en")) == {}


@pytest.mark.parametrize("pump", [*PUMPS, "a? ", "? ", "1, ", "order 4711 ", "friday 7pm, ", "A-a ", "sorry, 4 "])
def test_the_work_for_a_message_is_bounded(pump: str) -> None:
    assert _calls((pump * 480)[:480]) <= MOST_CALLS


MOST_CALLS = 40_000  # of functions, for 480 characters and ten fields; 23,000 take about a millisecond


def _calls(text: str) -> int:
    words = Words("en")
    ask = AskModel(purpose="extract", text=text, fields=FIELDS, language="en", now=NOW)
    extract(ask, words)  # once before, so that what is kept is there
    count = 0

    def counted(_frame: object, _event: str, _argument: object) -> None:
        nonlocal count
        count += 1

    sys.setprofile(counted)
    try:
        extract(ask, words)
    finally:
        sys.setprofile(None)
    return count
