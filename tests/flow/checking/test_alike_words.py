"""Warnings about options and keywords that people cannot tell apart by what they type."""

from __future__ import annotations

from typing import Any

import pytest

from botflow.flow.checking.check import check
from botflow.flow.document import parse
from botflow.nodes import built_in
from tests.engine.conversation import START, node, say

NODE_TYPES = {kind.name: kind for kind in built_in()}


def codes(
    *labels: str, interrupts: tuple[tuple[str, ...], ...] = (), kind: str = "choice", language: str = "en"
) -> list[str]:
    """Return the codes of the warnings about these choices, and about interrupts with these words."""
    import json

    choices = [{"id": f"c{at}", "label": label} for at, label in enumerate(labels)]
    asked = node("q", "chatbot.ask", text="?", variable="v", expect=kind, choices=choices, next="end")
    document: dict[str, Any] = {
        "botflow": 1,
        "id": "shop",
        "language": language,
        "nodes": [{**START, "next": "q"}, asked, say("end", "{{ v }}")],
    }
    document["interrupts"] = [
        {"id": f"i{at}", "match": list(words), "target": "end"} for at, words in enumerate(interrupts)
    ]
    found = check(parse(json.dumps(document), name="shop.json"), NODE_TYPES, {})
    assert all(problem.severity == "warning" for problem in found), found
    return [problem.code for problem in found]


@pytest.mark.parametrize(
    ("labels", "code"),
    [
        (("Pizza", "pizza!"), "option.same_word"), (("I’m here", "i'm here"), "option.same_word"),
        (("papa", "papá"), "option.alike"),
        (("🔴 Line", "🔵 Line"), "option.alike"), (("Phở bò", "Phở bơ"), "option.alike"),
        (("drucken", "drücken"), "option.alike"),
        (("2 nights", "3 nights", "5 nights"), "option.number"), (("<18", ">18"), "option.number"),
        (("1-2 people", "3-5 people", "6+ people"), "option.number"), (("2nd May", "3rd May"), "option.number"),
    ],
)  # fmt: skip
def test_labels_that_people_confuse_are_said(labels: tuple[str, ...], code: str) -> None:
    assert set(codes(*labels)) == set(codes(*labels, kind="choices")) == {code}


@pytest.mark.parametrize(
    ("language", "labels", "is_said"),
    [
        ("de", ("Zwei Nächte", "Drei Nächte", "Fünf Nächte"), True),
        ("es", ("Dos noches", "Tres noches", "Cinco noches"), True),
        ("fr", ("Deux nuits", "Trois nuits", "Cinq nuits"), True),
        ("de", ("Eine Nacht", "Zwei Nächte"), False),
        ("en", ("Zwei Nächte", "Drei Nächte", "Fünf Nächte"), False),
    ],
)
def test_numbers_in_words_are_those_of_the_flow(language: str, labels: tuple[str, ...], is_said: bool) -> None:
    assert set(codes(*labels, language=language)) == ({"option.number"} if is_said else set())


@pytest.mark.parametrize(
    "labels",
    [
        ("C", "C++", "C#"), ("A+", "A-"), ("ピザ", "ビザ"), ("काला", "केला"), ("เสื้อ", "เสือ"),
        ("1 night", "2 nights"),
        ("2", "3", "5"), ("Monday 10:00", "Friday 14:00"), ("Yes", "No"), ("Red", "{{ v }}", "{{ v }}!"), ("🔴", "🔵"),
        ("iPhone 15", "Pixel 8"),
    ],
)  # fmt: skip
def test_labels_that_are_told_apart_are_not_said(labels: tuple[str, ...]) -> None:
    assert codes(*labels) == []


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (("help",), ("agent", "HELP!"), ["interrupt.same_word"]), (("papa",), ("papá",), ["interrupt.alike"]),
        (("help", "Help"), ("agent",), []), (("C",), ("C++",), []), (("काला",), ("केला",), []), (("🔴",), ("🔵",), []),
    ],
)  # fmt: skip
def test_keywords_of_two_interrupts_are_told_apart(
    first: tuple[str, ...], second: tuple[str, ...], expected: list[str]
) -> None:
    assert codes("Red", "Blue", interrupts=(first, second)) == expected


def test_an_option_that_a_keyword_takes_away_is_said() -> None:
    assert codes("Red", "Help", interrupts=(("help",),)) == ["option.keyword"]
    assert codes("Red", "Papá", interrupts=(("papa",),)) == []
