"""The demo café: it goes on after an order, and understands what a guest writes first."""

from __future__ import annotations

from pathlib import Path

from botflow.testing import Simulator

DEMO = Path(__file__).parent.parent.parent / "examples" / "demo.yaml"
MORE = "Anything else?"


def test_after_an_order_a_guest_can_book_a_table() -> None:
    guest = Simulator(DEMO)
    guest.opens()
    for words in ("coffee", "2"):
        guest.says(words)

    assert guest.says("Ann") == ["2 × coffee for Ann, ready in ten minutes. 🥐", MORE]
    assert guest.says("a table") == ["For which day?"]
    guest.says("tomorrow")
    booked = guest.says("2")
    assert booked[0].startswith("A table for 2 on ")
    assert booked[1:] == [MORE]
    assert guest.says("no thanks") == ["See you soon! Write again whenever you like."]


def test_a_guest_who_asks_for_a_table_first_is_understood() -> None:
    for words in ("a table", "Hello! I need a table for four", "A TABLE PLEASE"):
        assert Simulator(DEMO).says(words) == ["For which day?"]


def test_a_guest_who_comes_back_is_understood() -> None:
    guest = Simulator(DEMO)
    guest.opens()
    for words in ("cake", "1", "Ann", "thanks"):
        guest.says(words)

    assert guest.says("a table") == ["For which day?"]


def test_a_greeting_gets_the_menu() -> None:
    assert Simulator(DEMO).says("hi") == ["Welcome to Café Lumen! ☕", "What would you like?"]
