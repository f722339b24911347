"""Choosing one of several options."""

from __future__ import annotations

import pytest

from botflow.nodes.answers.choice import choose
from botflow.nodes.answers.expectation import Option
from tests.engine.inbounds import message

FOOD = (
    Option(id="pizza", label="Pizza", match=("pie",)),
    Option(id="salad", label="Green salad", match=("salad", "greens")),
    Option(id="soup", label="Soup of the day"),
    Option(id="ice", label="Ice cream 🍦"),
)
GERICHTE = (Option(id="pizza", label="Pizza"), Option(id="salat", label="Grüner Salat", match=("Salat",)))


def chosen(text: str, options: tuple[Option, ...] = FOOD, language: str = "en", payload: str = "") -> str | None:
    option = choose(options, message(text, payload=payload), language)
    return option.id if option else None


@pytest.mark.parametrize(
    ("text", "option"),
    [
        ("Pizza", "pizza"), ("PIZZA!", "pizza"), ("  pizza  ", "pizza"), ("pie", "pizza"), ("the pizza please",
        "pizza"),
        ("piza", "pizza"), ("pizzza", "pizza"), ("I'd like a piza", "pizza"), ("green salad", "salad"),
        ("greens", "salad"), ("gren salad", "salad"), ("salat", "salad"), ("soup of the day", "soup"), ("1", "pizza"),
        ("2.", "salad"), ("#3", "soup"), ("(2)", "salad"), ("three", "soup"), ("option 2", "salad"), ("four", "ice"),
        ("number two", "salad"), ("ice cream", "ice"), ("Ice cream 🍦", "ice"), ("ice", "ice"), ("２", "salad"),
    ],
)  # fmt: skip
def test_an_option_is_chosen_by_label_synonym_number_or_nearly(text: str, option: str) -> None:
    assert chosen(text) == option


@pytest.mark.parametrize(
    "text", ["", "burger", "0", "5", "99", "pizza or salad", "not pizza", "I don't want pizza", "hello there", "👍",
             "p", "1 2", "x" * 5000],
)  # fmt: skip
def test_what_is_no_option_or_not_clear_chooses_nothing(text: str) -> None:
    assert chosen(text) is None


@pytest.mark.parametrize(
    ("text", "option"), [("zwei", "salat"), ("grüner salat", "salat"), ("GRUNER SALAT", "salat"), ("Eins", "pizza")]
)
def test_options_are_chosen_in_german(text: str, option: str) -> None:
    assert chosen(text, GERICHTE, "de") == option


def test_a_negated_option_is_not_chosen_in_german() -> None:
    assert chosen("keine Pizza", GERICHTE, "de") is None


def test_a_pressed_button_goes_before_what_its_title_says() -> None:
    assert chosen("Pizza", payload="salad") == "salad"


def test_a_label_that_is_a_number_goes_before_the_position() -> None:
    sizes = (Option(id="two", label="2"), Option(id="one", label="1"))
    assert chosen("1", sizes) == "one"


def test_two_options_that_are_equally_near_are_not_guessed() -> None:
    near = (Option(id="a", label="Berlin east"), Option(id="b", label="Berlin west"))
    assert chosen("berlin xest", near) is None


def test_without_rapidfuzz_the_standard_library_finds_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "rapidfuzz.fuzz", None)
    assert [chosen("piza"), chosen("gren salad"), chosen("burger")] == ["pizza", "salad", None]
