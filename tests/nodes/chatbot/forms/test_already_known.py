"""What a form knows before its first question: from the message that led to it, and from values that are there."""

from __future__ import annotations

from typing import Any

import pytest

from tests.engine.conversation import Talk, node, say
from tests.nodes.chatbot.forms.test_form import CONFIRM, DAY, FIELDS, NAME, PEOPLE, TIME

BOOKED = "table for 4 tomorrow at 19:00, under Ann"
HOTEL = node("hotel", "chatbot.ask", text="For which hotel?", variable="hotel", next="booking")


def form(fields: list[dict[str, Any]] = FIELDS, **properties: Any) -> dict[str, Any]:
    written = {"text": "What shall I book?", "fields": fields, "words": ["table", "book"], **properties}
    return node("booking", "chatbot.form", on={"done": "end"}, **written)


def talk(*before: dict[str, Any], fields: list[dict[str, Any]] = FIELDS, **properties: Any) -> Talk:
    end = node("end", "chatbot.ask", text="Anything else?", next="bye")
    return Talk(*before, form(fields, **properties), end, say("bye", "Bye."), language="en", region="DE")


def test_the_first_message_is_read_and_what_was_taken_is_said() -> None:
    conversation = talk()
    assert conversation.says("a table for 4 tomorrow") == ["Understood: 4, November 19, 2026.\nWhat time?"]
    assert conversation.variables == {"people": 4, "day": "2026-11-19"}
    assert conversation.says("no, for 5") == ["Changed: 5 instead of 4.", "What time?"]


def test_a_first_message_that_fills_all_fields_leads_to_what_confirms_them() -> None:
    assert talk(confirm=CONFIRM).says(BOOKED) == ["4, 2026-11-19, 19:00, Ann?"]
    assert talk().says(BOOKED) == ["Understood: 4, November 19, 2026, 7:00 PM, Ann.", "Anything else?"]


@pytest.mark.parametrize(
    "said",
    [
        "hi",
        "4",
        "we want to bring our dog tomorrow",
        "not tomorrow",
        "is friday okay?",
        "for 4 or 5",
        "tomorrow is wrong",
        "no, tomorrow",
        "yes",
        "for",
        "",
    ],
)
def test_what_is_not_clear_without_a_question_is_not_taken(said: str) -> None:
    conversation = talk()
    assert conversation.says(said) == ["What shall I book?"]
    assert conversation.variables == {}


def test_a_bare_number_is_not_taken_though_one_field_only_takes_it() -> None:
    conversation = talk(fields=[PEOPLE, NAME])
    assert conversation.says("4") == ["What shall I book?"]
    assert conversation.variables == {}


def test_an_answer_to_another_question_is_not_read_again() -> None:
    menu = node("menu", "chatbot.menu", text="?", options=[{"id": "book", "label": "For 4"}], on={"book": "booking"})
    for question in (HOTEL, menu):
        conversation = talk(question)
        conversation.says("hi")
        assert conversation.says("for 4") == ["What shall I book?"]
        assert "people" not in conversation.variables


def test_it_is_read_again_where_the_author_wants_it() -> None:
    conversation = talk(HOTEL, readsMessage="always")
    conversation.says("hi")
    assert conversation.says("for 4 at 7pm") == ["Understood: 4, 7:00 PM.\nWhich day?"]
    assert talk(readsMessage="never").says(BOOKED) == ["What shall I book?"]


def test_an_interrupt_leads_its_message_to_a_form() -> None:
    interrupts = [{"id": "book", "pattern": "book", "target": "booking"}]
    conversation = Talk(
        {**HOTEL, "next": "end"},
        form(),
        node("end", "chatbot.say", text="Booked."),
        interrupts=interrupts,
    )
    conversation.says("hi")
    assert conversation.says("book a table for 4") == ["Understood: 4.\nWhich day?"]


@pytest.mark.parametrize("reads", ["unless_answer", "always"])
def test_two_forms_in_one_turn_do_not_take_the_same_words(reads: str) -> None:
    first = node(
        "first", "chatbot.form", fields=[{**PEOPLE, "name": "adults"}], readsMessage=reads, on={"done": "booking"}
    )
    conversation = talk(first, fields=[PEOPLE], readsMessage=reads)
    assert conversation.says("for 4 please") == ["Understood: 4.", "What shall I book?"]
    assert conversation.variables == {"adults": 4}


def test_an_answer_that_fills_a_form_is_not_read_by_the_next() -> None:
    first = node("first", "chatbot.form", fields=[{**PEOPLE, "name": "adults"}], on={"done": "booking"})
    conversation = talk(first, fields=[PEOPLE])
    conversation.says("hi")
    assert conversation.says("for 4 please") == ["What shall I book?"]
    assert conversation.variables == {"adults": 4}


def test_a_button_that_led_to_the_form_is_no_answer() -> None:
    conversation = talk(readsMessage="always")
    assert conversation.says("For 4", payload="for 4") == ["What shall I book?"]


def known(name: str, value: Any) -> dict[str, Any]:
    return node("known", "logic.set", variables={name: value}, next="booking")


def test_a_known_field_is_not_asked_for_and_can_be_changed() -> None:
    fields: list[dict[str, Any]] = [{**PEOPLE, "skipIfKnown": True}, DAY, TIME]
    conversation = talk(known("people", 4), fields=fields)
    assert conversation.says("hi") == ["What shall I book?"]
    assert conversation.says("tomorrow") == ["What time?"]
    assert conversation.says("make it 5 people") == ["Changed: 5 instead of 4.", "What time?"]


@pytest.mark.parametrize("value", [None, "", "many", 50, [4]])
def test_a_value_that_is_no_answer_is_asked_for(value: Any) -> None:
    conversation = talk(known("people", value), fields=[{**PEOPLE, "skipIfKnown": True}], text=None)
    assert conversation.says("hi") == ["For how many?"]


def test_a_form_whose_fields_are_known_is_left_or_confirmed_at_once() -> None:
    fields = [{**NAME, "skipIfKnown": True}]
    assert talk(known("name", "Ann"), fields=fields).says("hi") == ["Anything else?"]
    assert talk(known("name", "Ann"), fields=fields, confirm="{{ name }}?").says("hi") == ["Ann?"]


def test_what_the_message_says_counts_before_what_is_known() -> None:
    fields: list[dict[str, Any]] = [{**PEOPLE, "skipIfKnown": True}, DAY]
    conversation = talk(known("people", 4), fields=fields)
    assert conversation.says("for 5") == ["Understood: 5.\nWhich day?"]
    assert conversation.variables["people"] == 5


def test_a_value_is_asked_for_again_without_skip_if_known() -> None:
    assert talk(known("people", 4), fields=[PEOPLE], text=None).says("hi") == ["For how many?"]
