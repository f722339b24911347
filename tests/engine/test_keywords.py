"""Keywords of interrupts: spelt as they are, or without accents; never another word."""

from __future__ import annotations

from typing import Any

import pytest

from tests.engine.conversation import Talk, node, say


def heard(keyword: str, text: str, question: str = "text") -> str:
    """Return what `text` was taken for at a question: the interrupt "away", or the stored answer."""
    more: dict[str, Any] = {"choices": ["papa", "tomate", "C"]} if question == "choice" else {}
    nodes = [node("q", "chatbot.ask", text="?", variable="v", expect=question, next="got", **more)]
    nodes += [say("got", "got {{ v }}"), say("away", "away")]
    talk = Talk(*nodes, interrupts=[{"id": "i", "match": [keyword], "target": "away"}])
    talk.says("hi")
    return talk.says(text)[0]


@pytest.mark.parametrize(
    ("keyword", "text"),
    [
        ("काला", "केला"), ("ビザ", "ピザ"), ("C++", "C"), ("เสื้อ", "เสือ"), ("A-", "A+"), ("18+", "18"),
        ("phở bò", "phở bơ"),
        ("I'm lost", "I’m late"), ("help", "help me out"), ("stop", "don’t stop"), ("🔴", "🔵"),
    ],
)  # fmt: skip
def test_another_word_than_the_keyword_is_the_answer(keyword: str, text: str) -> None:
    assert heard(keyword, text) == f"got {text}"


@pytest.mark.parametrize("apostrophe", ["'", "’", "‘", "ʼ", "´", "`"])
def test_a_keyword_is_found_with_every_apostrophe(apostrophe: str) -> None:
    assert heard("I'm lost", f"I{apostrophe}m lost") == "away"
    assert heard("I’m lost", f"I{apostrophe}m LOST!") == "away"


@pytest.mark.parametrize(
    ("keyword", "text"),
    [
        ("काला", "काला"), ("ビザ", "ﾋﾞｻﾞ"), ("C++", "c++ !"), ("ayuda", "¡Ayuda!"), ("café", "cafe"), ("2", "２"),
        ("2", "२"),
        ("zurück", "ZURUCK"), ("phở bò", "pho bo"), ("🔴", "🔴"),
    ],
)  # fmt: skip
def test_a_keyword_is_found_without_accents_and_in_other_forms(keyword: str, text: str) -> None:
    assert heard(keyword, text) == "away"


def test_an_answer_goes_before_a_keyword_that_is_only_like_it() -> None:
    assert heard("papá", "papa", "choice") == "got papa"
    assert heard("papa", "papa", "choice") == "away"
    assert heard("papá", "papa") == "away"


def test_the_keyword_that_is_spelt_so_goes_before_one_that_is_like_it() -> None:
    nodes = [node("q", "chatbot.ask", text="?", next="got"), *(say(name, name) for name in ("got", "food", "family"))]
    for order in (1, -1):
        interrupts = [
            {"id": "a", "match": ["papa"], "target": "food"},
            {"id": "b", "match": ["papá"], "target": "family"},
        ]
        talk = Talk(*nodes, interrupts=interrupts[::order])
        talk.says("hi")
        assert [talk.says(text)[0] for text in ("papá", "papa", "PAPÁ", "pàpa")] == ["family", "food", "family", "got"]
