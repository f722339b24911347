"""A pressed button is its own option by its id, and never another question's."""

from __future__ import annotations

from typing import Any

import pytest

from botflow.engine.speech.buttons import marked, option_of, question_of
from tests.engine.conversation import Talk, node, say

YES_NO = [{"id": "yes", "label": "Yes"}, {"id": "no", "label": "No"}]


def two_menus(**more: Any) -> Talk:
    pizza = node("pizza", "chatbot.menu", text="A pizza?", options=YES_NO, on={"yes": "erase", "no": "erase"})
    erase = node("erase", "chatbot.menu", text="Erase all?", options=YES_NO, on={"yes": "gone", "no": "kept", **more})
    return Talk(pizza, erase, say("gone", "Erased."), say("kept", "Kept."), say("unsure", "[{{ $message.text }}]"))


def test_a_marked_button_answers_its_own_question() -> None:
    talk = two_menus()
    talk.says("hi")
    assert talk.send("Yes", payload="@root/pizza/yes") == ["Erase all?"]
    assert talk.send("No", payload="@root/erase/no") == ["Kept."]


def test_an_old_button_is_no_answer_to_a_newer_question_with_the_same_option() -> None:
    talk = two_menus()
    talk.says("hi")
    talk.says("yes")
    assert talk.send("Yes", payload="@root/pizza/yes") == ["Please choose one of these."]
    assert [message.quick_replies[0].title for message in talk.turn.messages] == ["Yes"]
    assert talk.says("no") == ["Kept."]
    other = two_menus(other="unsure")
    other.says("hi")
    other.says("yes")
    assert other.send("Yes", payload="@root/pizza/yes") == ["[]"]


def test_an_old_button_is_no_text_for_a_question_that_takes_any() -> None:
    menu = node("pizza", "chatbot.menu", text="A pizza?", options=YES_NO, on={"yes": "name", "no": "name"})
    ask = node("name", "chatbot.ask", text="Name?", variable="name", next="done")
    talk = Talk(menu, ask, say("done", "{{ name }}"))
    talk.says("hi")
    talk.says("yes")
    talk.send("Yes", payload="@root/pizza/yes")
    assert talk.says("Ann") == ["Ann"]


def test_an_option_that_a_new_version_no_longer_has_is_not_taken_for_a_like_one() -> None:
    talk = two_menus()
    talk.says("hi")
    assert talk.send("Yes, please", payload="@root/pizza/yes_please") == ["Please choose one of these."]


@pytest.mark.parametrize("payload", ["2", "2.", "second", "the last one"])
def test_the_payload_of_another_menu_is_never_read_as_a_position(payload: str) -> None:
    talk = two_menus()
    talk.says("hi")
    assert talk.send(payload=payload) == ["Please choose one of these."]


def test_marks_are_read_back() -> None:
    payload = marked("shop/a.b:c-1", "x/y @z")
    assert (question_of(payload), option_of(payload)) == ("shop/a.b:c-1", "x/y @z")
    assert [(question_of(plain), option_of(plain)) for plain in ("yes", "@ann", "@a b/c/d", "")] == [
        ("", "yes"),
        ("", "@ann"),
        ("", "@a b/c/d"),
        ("", ""),
    ]


def test_only_an_answer_is_marked_with_its_question() -> None:
    talk = two_menus()
    talk.says("hi")
    [asked] = talk.turn.messages
    assert (asked.question, asked.language) == ("root/pizza", "en")
    assert asked.to_json()["question"] == "root/pizza"
    told = Talk(node("s", "chatbot.say", text="Hi", quickReplies=["Order"]))
    told.says("hi")
    assert told.turn.messages[0].question == ""
