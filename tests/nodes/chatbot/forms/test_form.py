"""A form: one message answers several questions, missing ones are asked in order, any answer can be changed."""

from __future__ import annotations

from typing import Any

import pytest

from botflow.flow.problems import FlowProblems
from botflow.languages import sentences_in
from tests.engine.conversation import Talk, node, say

PEOPLE = {
    "name": "people",
    "text": "For how many?",
    "expect": "integer",
    "min": 1,
    "max": 20,
    "words": ["for", "persons"],
}
DAY = {"name": "day", "text": "Which day?", "expect": "date"}
TIME = {"name": "time", "text": "What time?", "expect": "time"}
NAME = {"name": "name", "text": "Under which name?", "words": ["under"]}
FIELDS: list[dict[str, Any]] = [PEOPLE, DAY, TIME, NAME]
CONFIRM = "{{ people }}, {{ day }}, {{ time }}, {{ name }}?"
ALL = {"people": 4, "day": "2026-11-19", "time": "19:00", "name": "Ann"}


def talk(
    *texts: str, fields: list[dict[str, Any]] = FIELDS, document: dict[str, Any] | None = None, **properties: Any
) -> Talk:
    written = {"text": "What shall I book?", "fields": fields, "words": ["table", "book"], **properties}
    form = node("booking", "chatbot.form", on={"done": "end"}, **written)
    end = node("end", "chatbot.ask", text="Anything else?", next="bye")
    help_ = [{"id": "help", "match": ["hours"], "target": "hours"}]
    conversation = Talk(form, end, say("bye", "Bye."), say("hours", "9 to 5."), interrupts=help_, **(document or {}))
    conversation.says("hi")
    for text in texts:
        conversation.says(text)
    return conversation


@pytest.mark.parametrize(
    ("language", "said", "name"),
    [
        ("en", "table for 4 tomorrow at 19:00, under Ann", "Ann"),
        ("en", "Hi, I’d like a table for 4 tomorrow at 7pm please. Name: Ann", "Ann"),
        ("en", "under Ann, 4 people, tomorrow, 7pm", "Ann"),
        ("en", "my name is Ann, for 4 persons at 7pm tomorrow. Thanks!", "Ann"),
        ("en", "Good evening! Book a table for four, tomorrow 19:00, under Ann Miller please", "Ann Miller"),
        ("de", "Guten Morgen, einen Tisch für 4 morgen um 19:00 auf den Namen Ann", "Ann"),
        ("es", "una mesa para 4 mañana a las 19:00 a nombre de Ana", "Ana"),
        ("fr", "une table pour 4 demain à 19:00 au nom de Anne", "Anne"),
    ],
)
def test_one_message_fills_every_field_that_it_holds(language: str, said: str, name: str) -> None:
    words: list[dict[str, Any]] = [
        {**PEOPLE, "words": ["for", "persons", "für", "para", "pour"]},
        DAY,
        TIME,
        {**NAME, "words": ["under", "namen", "nombre", "nom", "my name"]},
    ]
    conversation = talk(fields=words, words=["table", "book", "Tisch", "mesa"], document={"language": language})
    assert conversation.says(said) == ["Anything else?"]
    assert conversation.variables == {**ALL, "name": name}


def test_what_is_missing_is_asked_in_order() -> None:
    conversation = talk()
    assert conversation.says("a table please, tomorrow") == ["For how many?"]
    assert conversation.says("4") == ["What time?"]
    assert conversation.says("at 7pm") == ["Under which name?"]
    assert conversation.says("Ann") == ["Anything else?"]
    assert conversation.variables == ALL


def test_a_message_that_says_nothing_of_it_leads_to_the_first_question() -> None:
    assert talk().says("hello") == ["For how many?"]
    conversation = talk(text=None)
    assert conversation.turn.messages[0].text == "For how many?"


def test_an_answer_may_hold_more_than_was_asked() -> None:
    conversation = talk("hello")
    assert conversation.says("4, tomorrow at 7pm") == ["Under which name?"]
    assert conversation.variables == {"people": 4, "day": "2026-11-19", "time": "19:00"}


@pytest.mark.parametrize(
    "said",
    [
        "for 4 or 5 tomorrow",
        "4 5",
        "not tomorrow",
        "for 3 dozen tomorrow",
        "for 4, but not tomorrow",
        "tomorrow or friday",
        "tomorrow 7",
        "for 4 2",
        "4pm 5pm",
        "2 tables for 4",
        "from 2 to 4 people",
        "for 4 people tomorrow, for 5 people",
        "for 4, 7pm, tomorrow, Ann",
        "for 4 tomorrow, under Ann and Bob",
        "room 12B for 4",
        "for 50 tomorrow",
        "for 4 tomorrow if it does not rain",
        "maybe for 4",
        "for less than 4",
        "for 4 tomorrow, under Ann or Bob",
        "for 4 tomorrow " + "and please " * 20,
    ],
)
def test_a_message_that_is_not_understood_as_a_whole_stores_nothing(said: str) -> None:
    conversation = talk()
    asked = conversation.says(said)
    assert conversation.variables == {}
    assert asked[-1] == "For how many?"


def test_the_person_is_told_when_something_was_not_sure() -> None:
    assert talk().says("for 4 or 5 tomorrow") == [sentences_in("en").unsure, "For how many?"]


@pytest.mark.parametrize("said", ["tomorrow at 4", "at 4 tomorrow"])
def test_a_number_behind_at_is_a_time(said: str) -> None:
    conversation = talk()
    assert conversation.says(said) == ["For how many?"]
    assert conversation.variables == {"day": "2026-11-19", "time": "04:00"}


def test_fields_of_one_kind_are_told_apart_by_their_words() -> None:
    fields = [
        {"name": "adults", "text": "Adults?", "expect": "integer", "words": ["adult"]},
        {"name": "children", "text": "Children?", "expect": "integer", "words": ["child", "kids"]},
    ]
    for said in ("2 adults and 3 children", "children: 3, adults: 2", "adults 2 children 3", "3 kids, 2 adults"):
        conversation = talk(fields=fields)
        assert conversation.says(said) == ["Anything else?"], said
        assert conversation.variables == {"adults": 2, "children": 3}
    assert talk("2 and 3", fields=fields).variables == {}


@pytest.mark.parametrize(
    ("said", "changes"),
    [
        ("make it 5 people", {"people": 5}),
        ("5 people", {"people": 5}),
        ("I meant 5 people", {"people": 5}),
        ("oh, I meant for 5", {"people": 5}),
        ("sorry, for 5", {"people": 5}),
        ("no, friday", {"day": "2026-11-20"}),
        ("Oh, I meant friday", {"day": "2026-11-20"}),
        ("make it friday for 5", {"people": 5, "day": "2026-11-20"}),
    ],
)
def test_a_field_can_be_changed_at_any_time(said: str, changes: dict[str, Any]) -> None:
    conversation = talk("for 4 tomorrow at 7pm")
    told = conversation.says(said)
    assert conversation.variables == {"people": 4, "day": "2026-11-19", "time": "19:00", **changes}
    assert told[-1] == "Under which name?"
    assert len(told) == 1 + len(changes)


def test_a_change_is_told() -> None:
    assert talk("for 4 tomorrow").says("make it 5 people") == ["Changed: 5 instead of 4.", "What time?"]
    silent = talk("for 4 tomorrow", document={"correctedText": ""})
    assert silent.says("make it 5 people") == ["What time?"]


def test_a_wish_is_about_the_open_question_first() -> None:
    conversation = talk("for 4 tomorrow")
    conversation.says("make it 7")
    assert conversation.variables == {"people": 4, "day": "2026-11-19", "time": "07:00"}


def test_what_is_not_sure_changes_nothing() -> None:
    conversation = talk("for 4 tomorrow at 7pm")
    for said in ("make it 5 or 6 people", "I meant 5", "make it 50 people", "50 people", "not tomorrow"):
        conversation.says(said)
        assert {**conversation.variables, "name": ""} == {**ALL, "name": ""}


@pytest.mark.parametrize("said", ["Ann", "12 Main Street", "Ann-Marie O’Neil", "The Millers"])
def test_a_free_text_is_taken_whole_where_it_is_asked(said: str) -> None:
    conversation = talk("for 4 tomorrow at 7pm")
    assert conversation.says(said) == ["Anything else?"]
    assert conversation.variables == {**ALL, "name": said}


def test_a_free_text_is_never_what_is_meant_for_another_field() -> None:
    conversation = talk("for 4 at 7pm", fields=[PEOPLE, TIME, NAME, DAY])
    assert conversation.says("tomorrow") == ["Under which name?"]
    assert conversation.variables == {"people": 4, "time": "19:00", "day": "2026-11-19"}


@pytest.mark.parametrize("said", ["8pm", "Friday", "5", "for 5 people, Ann", "my name is Ann and we bring a dog"])
def test_a_free_text_that_reads_like_another_field_is_asked_again_once(said: str) -> None:
    conversation = talk("for 4 tomorrow at 7pm")
    assert conversation.says(said) == [sentences_in("en").unsure, "Under which name?"]
    assert conversation.variables == {"people": 4, "day": "2026-11-19", "time": "19:00"}
    conversation.says(said)
    assert conversation.variables == {**ALL, "name": said}


def test_a_name_is_changed_by_its_words_or_by_what_was_meant() -> None:
    for said in ("under Bob", "I meant Bob", "the name is Bob", "sorry, I meant Bob"):
        conversation = talk("for 4 tomorrow, under Ann")
        assert conversation.says(said) == ["Changed: Bob instead of Ann.", "What time?"]
        assert conversation.variables["name"] == "Bob"
    for said in ("I meant it", "make it quick", "I meant 50", "no idea"):
        conversation = talk("for 4 tomorrow, under Ann")
        conversation.says(said)
        assert conversation.variables == {"people": 4, "day": "2026-11-19", "name": "Ann"}


# -- around it


def test_a_refused_answer_is_asked_again_and_too_many_leave_by_invalid() -> None:
    conversation = talk("hello")
    assert conversation.says("lots") == ["Please answer with a whole number from 1 to 20."]
    assert ["refused", "booking", "not_a_number"] in conversation.trace
    form = node("booking", "chatbot.form", on={"done": "end", "invalid": "bye"}, fields=FIELDS, retries=1)
    conversation = Talk(form, say("end", "Done."), say("bye", "Call us."))
    conversation.says("hi")
    conversation.says("lots")
    assert conversation.says("many") == ["Call us."]


def test_a_digression_keeps_what_is_filled() -> None:
    conversation = talk("for 4 tomorrow")
    assert conversation.says("hours") == ["9 to 5.", "What time?"]
    assert conversation.variables == {"people": 4, "day": "2026-11-19"}
    assert conversation.says("7pm") == ["Under which name?"]


def test_choices_are_known_by_their_labels() -> None:
    size = {"name": "size", "text": "Size?", "expect": "choice", "choices": ["Small", "Large"]}
    conversation = talk(fields=[{**PEOPLE, "name": "pizzas", "words": ["pizzas"]}, size])
    assert conversation.says("4 large pizzas") == ["Anything else?"]
    assert conversation.variables == {"pizzas": 4, "size": "Large"}
    conversation = talk("2 pizzas", fields=[{**PEOPLE, "name": "pizzas", "words": ["pizzas"]}, size])
    assert conversation.presses("Small") == ["Anything else?"]


def test_the_output_holds_the_fields() -> None:
    conversation = Talk(
        node("booking", "chatbot.form", on={"done": "end"}, fields=[PEOPLE, DAY]),
        say("end", "{{ $booking.people }} on {{ $booking.day }}"),
    )
    conversation.says("hi")
    assert conversation.says("for 4 tomorrow") == ["4 on 2026-11-19"]


def test_with_corrections_the_form_keeps_its_own_and_later_questions_can_change_it() -> None:
    conversation = talk("for 4 tomorrow at 7pm", document={"corrections": True})
    conversation.says("I meant 5 people")
    assert conversation.variables["people"] == 5
    assert conversation.says("Ann") == ["Anything else?"]


def test_back_leads_to_the_field_before() -> None:
    conversation = talk("for 4", "tomorrow", "7pm", document={"corrections": True})
    assert conversation.says("back") == ["What time?"]
    assert conversation.says("back") == ["Which day?"]
    assert conversation.says("friday") == [
        "Changed: November 20, 2026 instead of November 19, 2026.",
        "Under which name?",
    ]
    assert conversation.says("Ann") == ["Anything else?"]
    assert conversation.variables == {**ALL, "day": "2026-11-20"}


def test_back_at_the_first_field_leads_out_of_the_form() -> None:
    first = node("first", "chatbot.ask", text="Lunch or dinner?", variable="meal", next="booking")
    form = node("booking", "chatbot.form", fields=FIELDS)
    conversation = Talk(first, form, corrections=True)
    conversation.says("hi")
    assert conversation.says("dinner") == ["For how many?"]
    assert conversation.says("back") == ["Lunch or dinner?"]
    assert conversation.says("lunch") == ["For how many?"]
    conversation.says("4 tomorrow")
    assert conversation.variables == {"meal": "lunch", "people": 4, "day": "2026-11-19"}


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ([PEOPLE, PEOPLE], "two fields are named 'people'"),
        ([{**PEOPLE, "min": 30}], "no answer can fit"),
        ([{"name": "size", "text": "Size?", "expect": "choice"}], "a list of choices go together"),
        ([{"name": "photo", "text": "Photo?", "expect": "media"}], "expect"),
        ([], "fields"),
    ],
)
def test_a_wrong_form_is_refused(fields: list[dict[str, Any]], problem: str) -> None:
    with pytest.raises(FlowProblems, match=problem):
        talk(fields=fields)


def test_a_long_message_is_not_searched() -> None:
    conversation = talk()
    assert conversation.says("word " * 100 + "for 4") == ["For how many?"]
    assert conversation.variables == {}
