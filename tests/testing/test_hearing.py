"""What a failed expectation tells the author: what was expected, what came, at which node, after which lines."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from botflow import UsageError
from botflow.testing import Simulator
from tests.engine.conversation import node, say
from tests.testing.flows import PIZZA


def complaint(fail: Callable[[], object]) -> str:
    with pytest.raises(AssertionError) as failed:
        fail()
    return str(failed.value)


def test_a_wrong_text_shows_what_was_said_where_and_after_what() -> None:
    talk = Simulator(PIZZA)
    talk.says("hello")
    talk.presses("Pizza")
    assert complaint(lambda: talk.hears("How much?")) == (
        "expected:  'How much?'\n"
        "but heard: 'How many?'\n"
        "\n"
        "the conversation waits at the node 'quantity' (chatbot.ask)\n"
        "\n"
        "the conversation:\n"
        "  > hello\n"
        "  Welcome!\n"
        "  Hi! What would you like?\n"
        "    1. Pizza\n"
        "    2. Salad\n"
        "  > Pizza\n"
        "  How many?"
    )


def test_a_message_in_between_must_be_heard_first() -> None:
    talk = Simulator(PIZZA)
    talk.says("hello")
    assert "expected:  'Hi! What would you like?'\nbut heard: 'Welcome!'" in complaint(
        lambda: talk.hears("Hi! What would you like?")
    )


def test_silence_where_something_is_expected() -> None:
    talk = Simulator(PIZZA)
    assert "the conversation has not begun" in complaint(lambda: talk.hears("Welcome!"))
    talk.says("hello")
    talk.hears("Welcome!", re.compile("What"))
    said = complaint(lambda: talk.hears(re.compile("How (many|much)")))
    assert said.startswith("expected:  something like 'How (many|much)'\nbut heard: nothing more was said\n")


def test_something_where_silence_is_expected() -> None:
    talk = Simulator(PIZZA)
    talk.says("hello")
    talk.hears("Welcome!")
    assert complaint(talk.hears_nothing).startswith("expected:  nothing more\nbut heard: 'Hi! What would you like?'\n")


def test_other_buttons_and_other_media() -> None:
    talk = Simulator(PIZZA)
    talk.says("hello")
    said = complaint(lambda: talk.hears("Welcome!", "Hi! What would you like?", buttons=["Pizza"]))
    assert said.startswith("expected buttons: ['Pizza']\nbut there are:    ['Pizza', 'Salad']\n")
    talk.says("nothing")
    said = complaint(lambda: talk.hears(re.compile("."), media=["https://files.test/1.jpg"]))
    assert said.startswith("expected media: ['https://files.test/1.jpg']\nbut there are:  []\n")


def test_a_button_that_is_not_there() -> None:
    talk = Simulator(PIZZA)
    assert complaint(lambda: talk.presses("Pasta")).startswith("there is no button 'Pasta' to press; there are: none\n")
    talk.says("hello")
    assert complaint(lambda: talk.presses("Pasta")).startswith(
        "there is no button 'Pasta' to press; there are: 'Pizza', 'Salad'\n"
    )


def test_a_failed_execution_says_why() -> None:
    divide = node("divide", "logic.set", variables={"x": "{{ 1 / 0 }}"}, next="done")
    start = node("start", "chatbot.message_received", next="divide")
    talk = Simulator({"id": "broken", "nodes": [start, divide, say("done", "Done")]})
    talk.says("hi")
    said = complaint(lambda: talk.hears("Done"))
    assert "\nthe execution failed at the node 'divide'\ncondition.failed: " in said


def test_an_ended_conversation_says_so() -> None:
    start = node("start", "chatbot.message_received", next="hello")
    talk = Simulator({"id": "short", "nodes": [start, say("hello", "Hello")]})
    talk.says("hi")
    assert "\nthe conversation has ended\n" in complaint(lambda: talk.hears("Bye"))


def test_of_a_long_conversation_the_end_is_shown() -> None:
    start = node("start", "chatbot.message_received", next="hello")
    talk = Simulator({"id": "short", "nodes": [start, say("hello", "Hello {{ $input.text }}")]})
    for number in range(20):
        talk.says(str(number))
    said = complaint(lambda: talk.hears("Bye"))
    assert "  ... 28 lines before\n  > 14\n  Hello 14\n" in said
    assert said.endswith("  > 19\n  Hello 19")


def test_nothing_expected_is_a_mistake() -> None:
    with pytest.raises(UsageError, match="for silence there is hears_nothing"):
        Simulator(PIZZA).hears()
