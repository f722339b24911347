"""A form's confirmation: what a yes, a no, a change, a condition and a complaint mean there."""

from __future__ import annotations

import pytest

from botflow.languages import sentences_in
from tests.nodes.chatbot.test_form import ALL, CONFIRM, talk


def test_a_form_is_confirmed() -> None:
    conversation = talk(confirm=CONFIRM)
    assert conversation.says("for 4 tomorrow at 7pm, under Ann") == ["4, 2026-11-19, 19:00, Ann?"]
    conversation.hears(
        CONFIRM.replace("{{ people }}, {{ day }}, {{ time }}, {{ name }}", "4, 2026-11-19, 19:00, Ann"),
        buttons=["Yes", "No"],
    )
    assert conversation.says("yes") == ["Anything else?"]


def test_a_button_confirms_or_its_number_where_there_are_no_buttons() -> None:
    conversation = talk("for 4 tomorrow at 7pm, under Ann", confirm=CONFIRM)
    assert conversation.presses("Yes") == ["Anything else?"]
    conversation = talk("for 4 tomorrow at 7pm, under Ann", confirm=CONFIRM)
    assert conversation.says("2") == [sentences_in("en").what_to_change]
    assert conversation.says("1.") == ["Anything else?"]
    assert conversation.variables == ALL


@pytest.mark.parametrize(
    "said", ["no, 5 people", "make it 5 people", "5 people", "yes, but for 5 people", "no, make it for 5", "No, for 5."]
)
def test_a_change_at_the_confirmation_is_confirmed_again(said: str) -> None:
    conversation = talk("for 4 tomorrow at 7pm, under Ann", confirm=CONFIRM)
    assert conversation.says(said) == ["Changed: 5 instead of 4.", "5, 2026-11-19, 19:00, Ann?"]
    assert conversation.says("yes") == ["Anything else?"]
    assert conversation.variables == {**ALL, "people": 5}


def test_a_no_asks_what_to_change_and_a_field_can_be_named() -> None:
    conversation = talk("for 4 tomorrow at 7pm, under Ann", confirm=CONFIRM)
    assert conversation.says("no") == [sentences_in("en").what_to_change]
    assert conversation.says("the time") == ["What time?"]
    assert conversation.says("8pm")[1:] == ["4, 2026-11-19, 20:00, Ann?"]
    assert conversation.says("hm")[-1] == "4, 2026-11-19, 20:00, Ann?"
    assert conversation.variables == {**ALL, "time": "20:00"}


@pytest.mark.parametrize(
    "said",
    [
        "yes, 4 or 5",
        "yes but not friday",
        "make it 7",
        "I meant 5",
        "perhaps",
    ],
)
def test_what_is_not_sure_confirms_nothing(said: str) -> None:
    conversation = talk("for 4 tomorrow at 7pm, under Ann", confirm=CONFIRM)
    assert conversation.says(said)[-1] == "4, 2026-11-19, 19:00, Ann?"
    assert conversation.variables == ALL
