"""Marks on a scale."""

from __future__ import annotations

import pytest

from botflow.nodes.answers.expectation import Accepted, Expectation, Refused
from botflow.nodes.answers.read_answer import read
from botflow.testing import read_answer
from tests.engine.inbounds import message

FOURS = {
    "en": (
        "4",
        "four",
        "4 stars",
        "4/5",
        "4 out of 5",
        "⭐⭐⭐⭐",
        "★★★★☆",
        "4!",
        "4 please",
        "4️⃣",
        "4 ⭐",
        "4⭐",
        "4 ⭐⭐⭐⭐",
        "a 4",
        "５, no, 4",
    ),
    "de": ("4 von 5", "vier Sterne", "eine 4"),
    "es": ("4 estrellas", "4 de 5", "un 4", "un cuatro"),
    "fr": ("4 sur 5", "quatre étoiles", "un 4"),
}
UNCLEAR = ("8/10", "6", "0", "4.5", "4 or 5", "not 4", "👍", "-4", "4 out of 10", "at least 4", "")


@pytest.mark.parametrize(("language", "text"), [(tongue, text) for tongue, texts in FOURS.items() for text in texts])
def test_four_of_five_has_many_forms(language: str, text: str) -> None:
    assert read_answer("rating", text, language=language) == 4


@pytest.mark.parametrize("text", UNCLEAR)
def test_what_is_no_mark_of_the_scale_is_asked_again(text: str) -> None:
    assert read_answer("rating", text, language="en") is None


def test_a_scale_has_its_own_ends() -> None:
    ten = Expectation(kind="rating", least=0, most=10)
    assert read(ten, message("8/10"), "en", None) == Accepted(8)
    assert read(ten, message("4/5"), "en", None) == Refused("not_a_rating")
    assert read(ten, message("11"), "en", None) == Refused("too_large")
