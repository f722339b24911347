"""What people write to a form besides answers: what is to be changed, that they give up; old buttons, hostile texts."""

from __future__ import annotations

import random

import pytest

from tests.nodes.chatbot.forms.test_form import DAY, FIELDS, NAME, PEOPLE, talk

FROM = {"name": "departure", "text": "Departure?", "expect": "date", "words": ["from", "leave"]}
BACK = {"name": "back", "text": "Return?", "expect": "date", "words": ["to", "return", "until"]}
SIZES = ["small", "large"]
PIZZA = {"name": "pizza", "text": "Which pizza?", "expect": "choice", "choices": SIZES}
DRINK = {"name": "drink", "text": "Which drink?", "expect": "choice", "choices": [*SIZES, "none"]}


@pytest.mark.parametrize("said", ["change the day", "change the date please", "but the day"])
def test_a_field_that_is_to_be_changed_is_asked_for_also_at_a_question_for_a_text(said: str) -> None:
    conversation = talk("for 4 tomorrow at 19:00")
    assert conversation.says(said) == ["Which day?"]
    conversation.says("20 November")
    assert (conversation.variables["day"], "name" in conversation.variables) == ("2026-11-20", False)


def test_a_date_is_not_the_name_of_a_field_where_there_are_two() -> None:
    conversation = talk("from 20 November to 23 November", fields=[FROM, BACK], confirm="?")
    assert conversation.says("change the date") == ["?"]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "cancel"),
        ("en", "I want to cancel"),
        ("en", "never mind"),
        ("de", "abbrechen"),
        ("de", "ich will abbrechen"),
        ("es", "cancelar"),
        ("fr", "annuler"),
    ],
)
def test_who_gives_up_is_not_called_that(language: str, said: str) -> None:
    conversation = talk(fields=[NAME], text=None, document={"language": language})
    conversation.says(said)
    assert conversation.variables == {}
    conversation.says(said)
    assert conversation.variables == {"name": said}  # who writes it once more means it


@pytest.mark.parametrize(
    ("said", "departure", "back"),
    [
        ("20 November to 23 November", 20, 23),
        ("from 20 November until 23 November", 20, 23),
        ("to 23 November from 20 November", 20, 23),
        ("leave 20 November return 23 November", 20, 23),
    ],
)
def test_a_preposition_leads_to_its_date(said: str, departure: int, back: int) -> None:
    conversation = talk(said, fields=[FROM, BACK])
    assert conversation.variables == {"departure": f"2026-11-{departure}", "back": f"2026-11-{back}"}


def test_an_old_button_of_another_field_changes_nothing() -> None:
    conversation = talk(fields=[PIZZA, DRINK], text=None, confirm="{{ pizza }}, {{ drink }}?")
    old = conversation.turn.messages[0].quick_replies[0]
    conversation.presses("large")
    assert conversation.variables == {"pizza": "large"}
    conversation.says(old.title, payload=old.payload)
    assert conversation.variables == {"pizza": "large"}
    conversation.presses("none")
    assert conversation.says(old.title, payload=old.payload)[-1] == "large, none?"
    assert conversation.variables == {"pizza": "large", "drink": "none"}


@pytest.mark.parametrize(
    ("language", "question", "labels", "written"),
    [
        ("en", "Which?", ["Small", "Large"], "the large one"),
        ("de", "Welche?", ["Klein", "Groß"], "groß bitte"),
    ],
)
def test_a_form_speaks_and_reads_the_persons_language(
    language: str, question: str, labels: list[str], written: str
) -> None:
    choices = [
        {"id": "s", "label": {"en": "Small", "de": "Klein"}},
        {"id": "l", "label": {"en": "Large", "de": "Groß"}},
    ]
    field = {**PIZZA, "text": {"en": "Which?", "de": "Welche?"}, "choices": choices}
    document = {"language": language, "languages": ["de" if language == "en" else "en"]}
    pressing, writing = (talk(fields=[field], text=None, document=document) for _ in range(2))
    pressing.hears(question, buttons=labels)
    pressing.presses(labels[0])
    writing.says(written)
    assert (pressing.variables["pizza"], writing.variables["pizza"]) == ("s", "l")


def test_hostile_texts_store_nothing_that_they_do_not_say() -> None:
    chance = random.Random(7)
    pieces = [
        "{{ people }}",
        "{% x %}",
        "\u202e",
        "\u200b",
        "\x00",
        "٤",
        "四",
        "'; --",
        "<b>",
        "🙂",
        "½",
        "Ⅳ",
        "@",
        "//",
        "\n",
        "％",
    ]
    conversation = talk(fields=[PEOPLE, DAY], retries="unlimited")
    for _ in range(480):
        text = "".join(chance.choices(pieces, k=chance.randint(1, 30)))
        conversation.says(text)
        assert conversation.variables in ({}, {"people": 4}), text
        if conversation.variables:
            conversation = talk(fields=[PEOPLE, DAY], retries="unlimited")


def test_a_long_text_of_480_characters_is_read_at_once_or_asked_again() -> None:
    for unit in ("4 ", "for ", "tomorrow at 7 ", "no ", "a", "under Ann "):
        conversation = talk((unit * 480)[:480], fields=FIELDS)
        assert conversation.variables == {}


def test_an_old_button_is_no_text_and_confirms_nothing() -> None:
    conversation = talk(fields=[PIZZA, NAME], text=None, confirm="{{ pizza }} for {{ name }}?")
    option = conversation.turn.messages[0].quick_replies[1]
    conversation.presses("large")
    conversation.says(option.title, payload=option.payload)
    assert "name" not in conversation.variables
    conversation.says("Ann")
    yes = conversation.turn.messages[0].quick_replies[0]
    assert conversation.says("change the pizza") == ["Which pizza?"]
    conversation.says(yes.title, payload=yes.payload)
    assert conversation.says("small")[-1] == "small for Ann?"
    assert conversation.says(yes.title, payload=yes.payload) == ["Anything else?"]
