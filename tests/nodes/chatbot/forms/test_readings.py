"""Which words of a message to a form are whose, and when the message is asked again."""

from __future__ import annotations

from typing import Any

import pytest

from tests.nodes.chatbot.forms.test_form import talk

COUNTED = ["for", "people", "für", "Personen", "para", "personas", "pour", "personnes"]
PEOPLE = {"name": "people", "text": "For how many?", "expect": "integer", "min": 1, "max": 20, "words": COUNTED}
DAY = {"name": "day", "text": "Which day?", "expect": "date"}
TIME = {"name": "time", "text": "What time?", "expect": "time"}
NAME = {"name": "name", "text": "Under which name?", "words": ["under", "Namen", "nombre", "nom"]}
Fields = list[dict[str, Any]]


def stored(fields: Fields, *said: str, language: str = "en", region: str = "DE") -> dict[str, Any]:
    conversation = talk(*said, fields=fields, document={"language": language, "region": region})
    return dict(conversation.variables)


@pytest.mark.parametrize(
    "said",
    [
        "for 4 tomorrow evening",
        "for 4 to 5",
        "4 to 5 people",
        "for 4 after 7pm",
        "for 4 before 7pm",
        "for 4 march 12",
        "friday 4",
        "for 4 december 5",
        "for 4 1/2",
        "under Ann by 7 pm",
        "under Ann until friday",
        "my name is Ann at least",
    ],
)
def test_words_that_can_be_read_in_two_ways_store_nothing(said: str) -> None:
    assert stored([PEOPLE, DAY, TIME, NAME], said) == {}


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("de", "für 4 morgen Abend"),
        ("de", "für 4 nach 7"),
        ("de", "3. um 7 Uhr abends"),
        ("fr", "pour 4 demain soir"),
        ("es", "mi nombre es Ana al menos"),
    ],
)
def test_words_that_can_be_read_in_two_ways_store_nothing_in_other_languages(language: str, said: str) -> None:
    name = {**NAME, "words": ["nombre"]}
    assert stored([PEOPLE, DAY, TIME, name], said, language=language) == {}


@pytest.mark.parametrize(
    ("language", "said", "expected"),
    [
        ("en", "for 4 tomorrow evening at 7", {"people": 4, "day": "2026-11-19", "time": "19:00"}),
        ("en", "tonight at 8 for 4", {"people": 4, "day": "2026-11-18", "time": "20:00"}),
        ("en", "friday 4 people", {"people": 4, "day": "2026-11-20"}),
        ("en", "for 4, december 5, at noon", {"people": 4, "day": "2026-12-05", "time": "12:00"}),
        ("en", "friday at 5 for 3", {"people": 3, "day": "2026-11-20", "time": "05:00"}),
        ("de", "mittags um 12 für 4", {"people": 4, "time": "12:00"}),
        ("de", "für 4 am 5.12. 19.30 Uhr", {"people": 4, "day": "2026-12-05", "time": "19:30"}),
        ("de", "morgen um 7 für 4", {"people": 4, "day": "2026-11-19", "time": "07:00"}),
        ("es", "para 4 a la una", {"people": 4, "time": "01:00"}),
        ("fr", "pour 4 à 8 heures 24/12/2026", {"people": 4, "day": "2026-12-24", "time": "08:00"}),
    ],
)
def test_values_beside_each_other_are_told_apart(language: str, said: str, expected: dict[str, Any]) -> None:
    assert stored([PEOPLE, DAY, TIME], said, language=language) == expected


@pytest.mark.parametrize("text", ["!!!", "..."])
def test_a_message_without_words_is_asked_again(text: str) -> None:
    assert stored([PEOPLE], text) == {}


def test_a_text_with_another_fields_value_is_asked_again_once() -> None:
    answered = ("for 4 tomorrow at 7pm",)
    refused = "not friday, on the 21st"
    assert "name" not in stored([PEOPLE, DAY, TIME, NAME], *answered, refused)
    assert stored([PEOPLE, DAY, TIME, NAME], *answered, refused, refused)["name"] == refused


@pytest.mark.parametrize("said", ["if possible for 4", "about, for 4", "for 4 after 7pm"])
def test_a_message_with_words_of_another_field_is_no_answer_to_the_question(said: str) -> None:
    assert stored([TIME, PEOPLE], "hello", said) == {}
