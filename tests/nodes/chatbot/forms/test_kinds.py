"""The kinds of a form's fields, in four languages: which words are whose, and when the message is asked again."""

from __future__ import annotations

from typing import Any

import pytest

from botflow.flow.problems import FlowProblems
from tests.engine.conversation import Talk, node, say
from tests.nodes.chatbot.forms.test_form import talk

COUNTED = ["for", "people", "für", "Personen", "para", "personas", "pour", "personnes"]
PEOPLE = {"name": "people", "text": "For how many?", "expect": "integer", "min": 1, "max": 20, "words": COUNTED}
WHEN = {"name": "when", "text": "When?", "expect": "datetime"}
DAY = {"name": "day", "text": "Which day?", "expect": "date"}
TIME = {"name": "time", "text": "What time?", "expect": "time"}
NAME = {"name": "name", "text": "Under which name?", "words": ["under", "Namen", "nombre", "nom"]}
AMOUNT = {"name": "amount", "text": "How much?", "expect": "money"}
TO = {"name": "to", "text": "To whom?", "words": ["to", "an", "a", "à"]}
LENGTH = {"name": "length", "text": "How long?", "expect": "duration"}
STARS = {"name": "stars", "text": "How many stars?", "expect": "rating"}
SITE = {"name": "site", "text": "Your site?", "expect": "url"}
MAIL = {"name": "mail", "text": "Your e-mail?", "expect": "email"}
PHONE = {"name": "phone", "text": "Your number?", "expect": "phone"}
SIZE = {"name": "size", "text": "Size?", "expect": "choice", "choices": ["Small", "Large"]}
TOPPINGS = {"name": "toppings", "text": "With?", "expect": "choices", "choices": ["Cheese", "Ham", "Mushrooms"]}
PIZZAS = {"name": "pizzas", "text": "How many?", "expect": "integer", "words": ["pizza"]}
HARMLESS = ["table", "Tisch", "mesa", "transfer", "überweise", "transfiere", "vire", "order", "call"]
Fields = list[dict[str, Any]]


def stored(fields: Fields, *said: str, language: str = "en", region: str = "DE") -> dict[str, Any]:
    conversation = talk(*said, fields=fields, words=HARMLESS, document={"language": language, "region": region})
    return dict(conversation.variables)


@pytest.mark.parametrize(
    ("language", "said", "when"),
    [
        ("en", "table for 4 tomorrow at 7pm, under Ann", "2026-11-19T19:00"),
        ("en", "at 7 tomorrow evening for 4, under Ann", "2026-11-19T19:00"),
        ("en", "tomorrow for 4 people at 7pm under Ann", "2026-11-19T19:00"),
        ("en", "for 4 tonight at 8, under Ann", "2026-11-18T20:00"),
        ("en", "for 4 in 2 hours, under Ann", "2026-11-18T11:30"),
        ("de", "Tisch für 4 morgen Abend um 7 auf den Namen Ann", "2026-11-19T19:00"),
        ("de", "am Freitag um halb acht für 4 Personen, Namen Ann", "2026-11-20T07:30"),
        ("es", "una mesa para 4 mañana a las 7 de la tarde a nombre de Ann", "2026-11-19T19:00"),
        ("es", "para 4 mañana por la noche a las 9, a nombre de Ann", "2026-11-19T21:00"),
        ("fr", "une table pour 4 demain à 19h au nom de Ann", "2026-11-19T19:00"),
        ("fr", "vendredi à 20 h 30 pour 4 personnes, au nom de Ann", "2026-11-20T20:30"),
    ],
)
def test_a_day_and_a_time_are_one_moment_wherever_they_are(language: str, said: str, when: str) -> None:
    expected = {"people": 4, "when": when, "name": "Ann"}
    assert stored([PEOPLE, WHEN, NAME], said, language=language) == expected


@pytest.mark.parametrize(
    ("language", "said", "amount"),
    [
        ("en", "transfer 50 euros to Bob on Friday", {"amount": 50, "currency": "EUR"}),
        ("en", "transfer $50.20 to Bob on friday", {"amount": 50.2, "currency": "USD"}),
        ("de", "überweise 12,50 € an Bob am Freitag", {"amount": 12.5, "currency": "EUR"}),
        ("es", "transfiere 50 euros a Bob el viernes", {"amount": 50, "currency": "EUR"}),
        ("fr", "vire 1 200,50 € à Bob vendredi", {"amount": 1200.5, "currency": "EUR"}),
    ],
)
def test_an_amount_is_taken_with_its_currency(language: str, said: str, amount: dict[str, Any]) -> None:
    assert stored([AMOUNT, TO, DAY], said, language=language) == {"amount": amount, "to": "Bob", "day": "2026-11-20"}


@pytest.mark.parametrize(
    ("fields", "said", "expected"),
    [
        ([PEOPLE, LENGTH], "for 3 people, 2 hours and 30 minutes", {"people": 3, "length": 9000}),
        ([PEOPLE, LENGTH, DAY], "2 weeks for 3 in 3 days", {"length": 1209600, "people": 3, "day": "2026-11-21"}),
        ([PEOPLE, STARS], "4 stars for 2 people", {"stars": 4, "people": 2}),
        ([SITE, MAIL], "example.com/a?b=4, ann@ex.com", {"site": "https://example.com/a?b=4", "mail": "ann@ex.com"}),
        ([PEOPLE, PHONE], "call (030) 901820, for 4", {"phone": "+4930901820", "people": 4}),
        ([SIZE, TOPPINGS], "large with cheese and ham", {"size": "Large", "toppings": ["Cheese", "Ham"]}),
        ([PIZZAS, SIZE], "2 large pizza", {"pizzas": 2, "size": "Large"}),
        ([PEOPLE, AMOUNT], "4 people 50 euros", {"people": 4, "amount": {"amount": 50, "currency": "EUR"}}),
        ([DAY, WHEN], "tomorrow at 7pm", {"when": "2026-11-19T19:00"}),
        ([DAY, WHEN], "day tomorrow", {"day": "2026-11-19"}),
        ([PEOPLE, AMOUNT], "for six $20", {"people": 6, "amount": {"amount": 20, "currency": "USD"}}),
        (
            [WHEN, AMOUNT],
            "tomorrow at 19:30 €12.50",
            {"when": "2026-11-19T19:30", "amount": {"amount": 12.5, "currency": "EUR"}},
        ),
        ([AMOUNT, LENGTH], "1200 EUR 90 minutes", {"amount": {"amount": 1200, "currency": "EUR"}, "length": 5400}),
        ([WHEN, LENGTH], "2 weeks december 5 at noon", {"when": "2026-12-05T12:00", "length": 1209600}),
        ([WHEN, LENGTH], "in 2 hours, half an hour", {"when": "2026-11-18T11:30", "length": 1800}),
    ],
)
def test_a_value_is_taken_by_the_field_of_its_kind(fields: Fields, said: str, expected: dict[str, Any]) -> None:
    assert stored(fields, said) == expected


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ([WHEN, PEOPLE], "for 4 tomorrow"),  # a day without a time is no moment, and 4 is no hour
        ([WHEN, PEOPLE], "tomorrow 7"),
        ([WHEN, DAY], "tomorrow"),  # it may be the day of the other one
        ([WHEN, DAY, TIME], "tomorrow at 7pm"),
        ([WHEN, DAY, TIME], "7pm"),
        ([WHEN], "friday at 7pm or saturday at 8pm"),
        ([AMOUNT, PEOPLE], "4 50"),
        ([AMOUNT], "50"),
        ([AMOUNT, TO], "50 or 60 euros to Bob"),
        ([AMOUNT, TO], "up to 50 euros to Bob"),
        ([AMOUNT, TO], "50 euros a month to Bob"),
        ([AMOUNT, LENGTH], "50 euros a month"),
        ([WHEN, LENGTH], "2 weeks on friday at 19:30"),
        ([AMOUNT, TO], "50 euros to Bob percent"),
        ([PEOPLE], "$20"),
        ([AMOUNT, DAY], "half, tomorrow"),
        ([LENGTH], "in 2 hours"),
        ([STARS, PEOPLE], "4"),
        ([TIME, LENGTH], "2h"),
        ([STARS, DAY], "4/5"),
        ([PIZZAS, TOPPINGS], "2 pizza cheese or ham"),
        ([PIZZAS, TOPPINGS], "2 pizza with cheese but not ham"),
        ([PIZZAS, TOPPINGS], "2 pizza no cheese"),
        ([PEOPLE], "https://example.com/?4"),
    ],
)
def test_what_may_mean_several_things_is_asked_again(fields: Fields, said: str) -> None:
    assert stored(fields, said) == {}


def test_the_question_decides_what_a_value_is() -> None:
    both = [WHEN, DAY, TIME]
    assert stored(both, "hello", "tomorrow at 7pm") == {"when": "2026-11-19T19:00"}
    assert stored([AMOUNT, PEOPLE], "hello", "50") == {"amount": {"amount": 50, "currency": "EUR"}}
    assert stored([PIZZAS, TOPPINGS], "2 pizza", "all but ham") == {"pizzas": 2, "toppings": ["Cheese", "Mushrooms"]}
    assert stored([TIME, PEOPLE], "hello", "ten to four") == {"time": "03:50"}
    assert stored([LENGTH, PEOPLE], "hello", "about two weeks") == {"length": 1209600}


def test_a_number_picks_an_option_where_one_was_asked_for() -> None:
    assert stored([SIZE, PEOPLE], "hello", "2") == {"size": "Large"}
    assert stored([TOPPINGS, PEOPLE], "hello", "1 and 3") == {"toppings": ["Cheese", "Mushrooms"]}
    assert stored([SIZE, PEOPLE], "hello", "for 2") == {"people": 2}
    assert stored([SIZE, PEOPLE], "hello", "large for 2") == {"size": "Large", "people": 2}
    assert stored([{"name": "vegan", "text": "Vegan?", "expect": "yes_no"}, PEOPLE], "hello", "1") == {"vegan": True}


def test_own_words_decide_what_a_value_is() -> None:
    fields: Fields = [WHEN, {**WHEN, "name": "back", "words": ["return"]}, DAY, TIME]
    assert stored(fields, "when tomorrow at 7pm, return friday at 8pm") == {
        "when": "2026-11-19T19:00",
        "back": "2026-11-20T20:00",
    }


def test_a_day_is_no_name_where_a_moment_is_missing() -> None:
    assert stored([NAME, WHEN], "hello", "tomorrow") == {}
    assert stored([NAME, WHEN], "hello", "tomorrow", "tomorrow") == {"name": "tomorrow"}


@pytest.mark.parametrize(
    ("language", "field", "first", "second", "told"),
    [
        ("en", AMOUNT, "50 euros", "make it 60.50 euros", "Changed: €60.50 instead of €50.00."),
        ("de", AMOUNT, "50 Euro", "nein, 60 Euro", "Geändert: 60,00 € statt 50,00 €."),
        (
            "en",
            LENGTH,
            "2 hours",
            "make it 1 day and 90 minutes",
            "Changed: 1 day, 1 hour, 30 minutes instead of 2 hours.",
        ),
        ("es", LENGTH, "2 horas", "no, 30 minutos", "Cambiado: 30 minutos en lugar de 2 horas."),
        ("en", TOPPINGS, "ham", "make it cheese and ham", "Changed: Cheese, Ham instead of Ham."),
        ("en", STARS, "4 stars", "no, 5 stars", "Changed: 5 instead of 4."),
    ],
)
def test_a_change_is_told_in_words(language: str, field: dict[str, Any], first: str, second: str, told: str) -> None:
    conversation = talk(first, fields=[field, NAME], document={"language": language, "region": "DE"})
    assert conversation.says(second)[0] == told


@pytest.mark.parametrize("kind", ["regex", "location", "media", "file"])
def test_what_is_not_said_in_words_is_no_field(kind: str) -> None:
    with pytest.raises(FlowProblems, match="expect"):
        talk(fields=[{"name": "one", "text": "One?", "expect": kind}])


def test_on_a_phone_a_number_is_the_position_in_the_list() -> None:
    slots = {"name": "slot", "text": "Which slot?", "expect": "choice", "choices": ["10:00", "11:00", "12:00"]}
    conversation = Talk(node("f", "chatbot.form", fields=[slots], on={"done": "end"}), say("end", "{{ slot }}"))
    conversation.send("hi", channel="sms")

    assert conversation.send("2", channel="sms") == ["11:00"]
