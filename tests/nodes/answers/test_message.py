"""A message in words and tokens: the same tokens as those of the whole text, and values only where one may begin."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botflow.nodes.answers.accounting import Match
from botflow.nodes.answers.message import read_message
from botflow.nodes.answers.tokens import Token, tokenize

WORDS = ("4", "12", "pm", "l'heure", "Ann", "½", "tomorrow")
PIECES = st.sampled_from([*WORDS, "«", "’", "-", ":", ".", ",", "(", "€", "'", " ", "\u00a0"])


def anything(tokens: Sequence[Token], at: int) -> Match[tuple[Token, ...]]:
    """A grammar that takes everything from a token on."""
    return Match(tuple(tokens[at:]), len(tokens))


def number(tokens: Sequence[Token], at: int) -> Match[str] | None:
    return Match(tokens[at].text, at + 1) if tokens[at].kind == "digits" else None


@given(st.lists(PIECES, max_size=12).map("".join))
def test_the_words_of_a_message_have_the_tokens_of_the_whole_text(text: str) -> None:
    found = read_message(text, "fr").find(anything)
    assert [one.value for one in found] in ([], [tuple(tokenize(text, elides=True))])


@pytest.mark.parametrize("text", ["", "!!!", "...", "?"])
def test_a_text_without_words_holds_nothing(text: str) -> None:
    assert read_message(text, "en").find(anything) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("for 4, at 5", ["4", "5"]),
        ("room 12B", ["12"]),
        ("at 19:30", ["19"]),
        ("(4)", ["4"]),
        ("$50", ["50"]),
        ("A4", []),
    ],
)
def test_a_value_begins_where_a_word_begins(text: str, found: list[str]) -> None:
    assert [one.value for one in read_message(text, "en").find(number)] == found


def test_no_value_goes_on_behind_the_end_of_a_sentence() -> None:
    found = read_message("tomorrow! 4 people", "en").find(anything)
    assert [(one.first, one.last) for one in found] == [(0, 1), (1, 3)]


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("friday 4 people", [(0, 1), (1, 3)]),
        ("friday 4 people, 7 pm", [(0, 1), (1, 5)]),
        ("friday 4 people 7 pm", [(0, 5)]),
        ("people 4, december 5", [(0, 2), (2, 4)]),
        ("1 000 people", [(0, 3)]),
    ],
)
def test_a_number_of_people_belongs_to_no_value_before_it(text: str, runs: list[tuple[int, int]]) -> None:
    found = read_message(text, "en", counted=["people"]).find(anything)
    assert [(one.first, one.last) for one in found] == runs


def test_a_long_message_is_not_searched() -> None:
    assert not read_message("word " * 21, "en").is_searched
    assert not read_message("1.2.3.4.5.6.7.8.9.10.11.12 " * 5, "en").is_searched
