"""A form's confirmation: what a yes, a no, a change, a condition and a complaint mean there."""

from __future__ import annotations

from typing import Any

import pytest

from botflow.languages import sentences_in
from tests.engine.conversation import Talk
from tests.nodes.chatbot.forms.test_form import ALL, CONFIRM, FIELDS, talk

CONFIRMED = {
    "en": "for 4 tomorrow at 7pm, under Ann",
    "de": "für 4 morgen um 19 Uhr, Namen Ann",
    "es": "para 4 mañana a las 19:00, nombre Ann",
    "fr": "pour 4 demain à 19 h, nom Ann",
}
WORDS = {
    "people": ["for", "people", "für", "Personen", "para", "personas", "pour", "personnes"],
    "day": ["Tag", "día", "jour"],
    "time": ["Uhrzeit", "hora", "heure"],
    "name": ["under", "Namen", "nombre", "nom"],
}


def at_confirmation(language: str) -> Talk:
    fields = [{**field, "words": WORDS[field["name"]]} for field in FIELDS]
    conversation = talk(CONFIRMED[language], fields=fields, confirm=CONFIRM, document={"language": language})
    assert conversation.variables == ALL
    return conversation


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
    ("language", "said", "changes"),
    [
        ("en", "yes but make it 5 people", {"people": 5}),
        ("en", "yes and make it 5 people", {"people": 5}),
        ("en", "perfect, but 5 people please", {"people": 5}),
        ("en", "no, make it 8pm and 5 people", {"people": 5, "time": "20:00"}),
        ("en", "change the time to 8pm", {"time": "20:00"}),
        ("en", "the name should be Bob", {"name": "Bob"}),
        ("de", "passt, aber 5 Personen", {"people": 5}),
        ("de", "ja, aber um 20 Uhr", {"time": "20:00"}),
        ("es", "sí, pero para 5", {"people": 5}),
        ("es", "no, a las 20:00", {"time": "20:00"}),
        ("fr", "oui mais 5 personnes", {"people": 5}),
        ("fr", "non, à 20 h", {"time": "20:00"}),
    ],
)
def test_a_yes_with_a_change_is_a_change(language: str, said: str, changes: dict[str, Any]) -> None:
    conversation = at_confirmation(language)
    conversation.says(said)
    assert conversation.variables == {**ALL, **changes}
    assert conversation.says("ok") == ["Anything else?"]


@pytest.mark.parametrize(
    ("language", "said", "question"),
    [
        ("en", "no, the time is wrong", "What time?"),
        ("en", "the time isn’t right", "What time?"),
        ("en", "wrong name", "Under which name?"),
        ("en", "the name is wrong", "Under which name?"),
        ("en", "7pm is wrong", "What time?"),
        ("en", "can I change the time?", "What time?"),
        ("en", "day and time are wrong", sentences_in("en").what_to_change),
        ("en", "that's wrong", sentences_in("en").what_to_change),
        ("de", "nein, die Uhrzeit ist falsch", "What time?"),
        ("de", "der Tag stimmt nicht", "Which day?"),
        ("es", "no, la hora está mal", "What time?"),
        ("fr", "non, l’heure n’est pas bonne", "What time?"),
        ("fr", "le jour est faux", "Which day?"),
    ],
)
def test_what_is_said_to_be_wrong_is_asked_for(language: str, said: str, question: str) -> None:
    conversation = at_confirmation(language)
    assert conversation.says(said) == [question]
    assert conversation.variables == ALL


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("de", "ja, wenn die Sonne scheint"),
        ("es", "sí si hace sol"),
        ("es", "sí si somos 5 personas"),
        ("en", "no at 8pm"),
        ("en", "at 8pm no"),
        ("en", "at 8pm, no"),
        ("es", "no el viernes"),
        ("es", "a las 8 no"),
        ("es", "no a la una"),
        ("es", "no a nombre de Bob"),
        ("fr", "oui s'il fait beau"),
        ("fr", "oui si nous sommes 5 personnes"),
    ],
)
def test_a_condition_or_a_no_beside_a_value_confirms_and_changes_nothing(language: str, said: str) -> None:
    conversation = at_confirmation(language)
    assert conversation.says(said)[-1] == "4, 2026-11-19, 19:00, Ann?"
    assert conversation.variables == ALL


def test_what_is_said_to_be_wrong_before_the_confirmation_is_asked_for_too() -> None:
    conversation = talk("for 4 tomorrow")
    assert conversation.says("the day is wrong") == ["Which day?"]
    assert conversation.says("friday")[-1] == "What time?"


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
        "yes, friday",
        "yes but not friday",
        "make it 7",
        "I meant 5",
        "perhaps",
        "yes if it is sunny",
        "yes unless it rains",
        "yes, when my wife agrees",
        "yes but not so late",
        "yes?",
        "yes no",
        "yes, is there parking?",
        "no change",
    ],
)
def test_what_is_not_sure_confirms_nothing(said: str) -> None:
    conversation = talk("for 4 tomorrow at 7pm, under Ann", confirm=CONFIRM)
    assert conversation.says(said)[-1] == "4, 2026-11-19, 19:00, Ann?"
    assert conversation.variables == ALL
