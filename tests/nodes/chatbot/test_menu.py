"""chatbot.menu: options, other words for them, and what happens with anything else."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from botflow.nodes.chatbot.menu import MenuProperties
from tests.engine.conversation import Talk, node, say

OPTIONS = [{"id": "pizza", "label": "Pizza", "match": ["pie"]}, {"id": "salad", "label": "{{ kind }} salad"}]
WAYS = {"pizza": "done", "salad": "done"}


def food(on: dict[str, str] | None = None, **properties: Any) -> Talk:
    menu = node(
        "menu", "chatbot.menu", text="What?", options=OPTIONS, variable="food", on=WAYS | (on or {}), **properties
    )
    done = say("done", "{{ food }} {{ $menu.label }} {{ $menu.text }}")
    return Talk(menu, done, say("unsure", "Hm."), say("late", "Gone?"), variables={"kind": "Green"})


@pytest.mark.parametrize(
    ("text", "payload", "said"),
    [
        ("pizza", "", "pizza Pizza pizza"),
        ("pie", "", "pizza Pizza pie"),
        ("2.", "", "salad Green salad 2."),
        ("gren salad", "", "salad Green salad gren salad"),
        ("Green salad", "salad", "salad Green salad Green salad"),
    ],
)
def test_a_menu_leaves_by_the_option_that_is_meant(text: str, payload: str, said: str) -> None:
    talk = food()
    assert talk.says("hi") == ["What?"]
    assert [(reply.title, reply.payload) for reply in talk.turn.messages[0].quick_replies] == [
        ("Pizza", "pizza"),
        ("Green salad", "salad"),
    ]
    assert talk.send(text, payload=payload) == [said]


@pytest.mark.parametrize(("text", "said"), [("green one please", "salad"), ("pizza, no wait, salad", "salad")])
def test_a_menu_takes_a_part_of_a_label_and_a_correction(text: str, said: str) -> None:
    talk = food()
    talk.says("hi")
    assert talk.says(text)[0].startswith(said)


def test_anything_else_leaves_by_other_at_once_when_that_leads_somewhere() -> None:
    talk = food(on={"other": "unsure"})
    talk.says("hi")
    assert talk.says("burger") == ["Hm."]
    assert talk.trace[0] == ["refused", "menu", "not_a_choice"]


def test_anything_else_is_asked_again_with_the_options_when_other_leads_nowhere() -> None:
    talk = food(retries=1)
    talk.says("hi")
    assert talk.says("burger") == ["Please choose one of these."]
    assert len(talk.turn.messages[0].quick_replies) == 2
    assert [talk.says("burger")[0] for _ in range(2)] == ["Please choose one of these.\nWhat?"] * 2
    assert talk.says("pizza") == ["pizza Pizza pizza"]


def test_a_menu_says_its_own_words_for_what_does_not_fit() -> None:
    talk = food(invalidText="{{ $input.text }} is off.")
    talk.says("hi")
    assert talk.says("burger") == ["burger is off."]


def test_a_menu_leaves_by_timeout() -> None:
    talk = food(on={"timeout": "late"}, timeout="PT1H")
    talk.says("hi")
    assert talk.skip("59m") == []
    assert talk.skip("1m") == ["Gone?"]


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ([], "either options or optionsFrom"),
        ([{"id": "a"}, {"id": "a"}], "two options"),
        ([{"id": "other"}], "has a meaning"),
        ([{"id": "timeout"}], "has a meaning"),
        ([{"id": ""}], "at least 1"),
        ([{"label": "A"}], "required"),
    ],
)
def test_options_that_cannot_work_are_refused(options: list[dict[str, str]], complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        MenuProperties.model_validate({"text": "?", "options": options})
