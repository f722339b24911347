"""What it costs to read a message to a form, whatever its words are: counted in calls, not in time."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import Any

import pytest

from botflow.nodes.answers.expectation import Expectation, Kind
from botflow.nodes.chatbot.forms.place import Field, Place
from botflow.nodes.chatbot.forms.reading import read_form

KINDS: tuple[Kind, ...] = (
    "integer",
    "date",
    "time",
    "datetime",
    "money",
    "duration",
    "rating",
    "email",
    "phone",
    "url",
)
FIELDS = [Field(name=kind, expectation=Expectation(kind=kind), words=(kind,)) for kind in KINDS]
USUAL = "Hi, I'd like a table for 4 people tomorrow at 7pm please"
WORDS = 20  # the most of a message that is searched
MOST_USUAL, MOST = 15_000, 110_000  # calls; reading every run of words takes at least ten times as many
NOW = datetime(2026, 11, 18, 9, 30)


def calls(text: str, language: str) -> int:
    """Return how many functions are called, of Python and of C, until `text` is read."""
    count = 0

    def counted(frame: Any, event: str, argument: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(counted)
    try:
        read_form(FIELDS, text, Place(language, None, NOW))
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize(
    ("language", "word"),
    [
        ("en", "4"),
        ("en", "1/2"),
        ("en", "tomorrow"),
        ("en", "friday 12 march"),
        ("en", "at half past 7"),
        ("en", "2 hours and"),
        ("en", "wensday"),
        ("en", "4155550100"),
        ("en", "ann@example.com"),
        ("en", "example.com"),
        ("en", "$50"),
        ("de", "einundzwanzigtausendfünfhundert"),
        ("es", "las tres y media"),
        ("fr", "quatre vingt dix neuf"),
    ],
)
def test_a_hostile_message_costs_little(language: str, word: str) -> None:
    text = " ".join((f"{word} " * WORDS).split()[:WORDS])
    calls(text, language)  # what is made once, such as a lexicon, is not counted
    assert len(text.split()) < calls(text, language) < MOST


def test_a_usual_message_costs_less() -> None:
    calls(USUAL, "en")
    assert len(USUAL.split()) < calls(USUAL, "en") < MOST_USUAL
