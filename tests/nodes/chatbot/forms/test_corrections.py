"""What a message to a form changes: it is read with the former answers, and what is not sure changes none."""

from __future__ import annotations

import pytest

from botflow.languages import sentences_in
from tests.engine.conversation import Talk
from tests.nodes.chatbot.forms.test_confirmation import CONFIRMED, WORDS
from tests.nodes.chatbot.forms.test_form import CONFIRM, FIELDS, talk


def filled(language: str = "en", **values: str) -> Talk:
    """Return a form at its confirmation: for 4 tomorrow at 7pm, under Ann; `values` replace the words of fields."""
    fields = [{**field, "words": WORDS[field["name"]]} for field in FIELDS]
    said = CONFIRMED[language]
    for former, new in values.items():
        said = said.replace({"day": "tomorrow"}[former], new)
    conversation = talk(said, fields=fields, confirm=CONFIRM, words=["table"], document={"language": language})
    assert len(conversation.variables) == len(FIELDS)
    return conversation


@pytest.mark.parametrize(
    ("language", "said", "time"),
    [
        ("en", "no, at 8", "20:00"),
        ("en", "sorry, at 8", "20:00"),
        ("en", "make it half 8", "20:30"),
        ("en", "an hour earlier", "18:00"),
        ("en", "no, at 8 am", "08:00"),
        ("de", "nein, um 8", "20:00"),
        ("de", "eine Stunde später", "20:00"),
        ("es", "no, a las 8", "20:00"),
        ("es", "una hora más tarde", "20:00"),
        ("fr", "non, à 8", "20:00"),
        ("fr", "une heure plus tôt", "18:00"),
    ],
)
def test_a_time_is_read_with_the_former_one(language: str, said: str, time: str) -> None:
    conversation = filled(language)
    conversation.says(said)
    assert conversation.variables["time"] == time
    assert conversation.says("ok") == ["Anything else?"]


@pytest.mark.parametrize(
    ("day", "said", "value"),
    [
        ("friday", "a week later", "2026-11-27"),
        ("friday", "make it a week later", "2026-11-27"),
        ("tomorrow", "make it 2 days later", "2026-11-21"),
        ("27 November", "I meant 2 weeks later", "2026-12-11"),
        ("20 December", "no, the 21st", "2026-12-21"),
        ("20 January", "make it the 21st", "2027-01-21"),
        ("friday", "no, saturday", "2026-11-21"),
    ],
)
def test_a_day_is_read_with_the_former_one(day: str, said: str, value: str) -> None:
    conversation = filled(day=day)
    conversation.says(said)
    assert conversation.variables["day"] == value


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("friday next week", "no, saturday"),
        ("friday next week", "make it thursday"),
        ("friday next week", "yes but saturday"),
        ("4 December", "no, sunday"),
        ("20 November", "no, the 3rd"),
        ("20 November", "6 hours later"),  # on the next day
    ],
)
def test_a_change_that_is_not_sure_is_asked_again(day: str, said: str) -> None:
    conversation = filled(day=day)
    before = dict(conversation.variables)
    assert conversation.says(said)[0] == sentences_in("en").unsure
    assert conversation.variables == before


@pytest.mark.parametrize(
    ("language", "said"), [("de", "eine Woche später"), ("es", "una semana después"), ("fr", "une semaine plus tard")]
)
def test_a_week_later_counts_from_the_former_day(language: str, said: str) -> None:
    conversation = filled(language)
    conversation.says(said)
    assert conversation.variables["day"] == "2026-11-26"


STAY = [
    {"name": "arrival", "text": "Arrival?", "expect": "date"},
    {"name": "departure", "text": "Departure?", "expect": "date"},
    {"name": "name", "text": "Name?"},
]


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        (("friday",), "a week later"),  # than the arrival, or it corrects that
        (("friday", "friday next week"), "no, saturday"),
        (("friday", "friday next week"), "make it 2 days later"),
    ],
)
def test_a_day_that_may_be_for_two_fields_changes_none(answers: tuple[str, ...], said: str) -> None:
    conversation = talk(*answers, fields=STAY, text=None)
    before = dict(conversation.variables)
    conversation.says(said)
    assert conversation.variables == before


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "is it friday?"),
        ("en", "is that friday"),
        ("en", "and on sunday?"),
        ("en", "is it at 8?"),
        ("en", "ok just to be sure, that is on friday"),
        ("en", "is on sunday at 6pm just for 2 ok"),
        ("de", "ist das am Freitag?"),
        ("de", "am Freitag?"),
        ("es", "¿es el viernes?"),
        ("fr", "c'est vendredi ?"),
    ],
)
def test_a_question_is_no_correction(language: str, said: str) -> None:
    conversation = filled(language)
    before = dict(conversation.variables)
    assert conversation.says(said)[0] == sentences_in(language).unsure
    assert conversation.variables == before


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "yes, 2 people"),
        ("en", "and for 2 please"),
        ("en", "yes thank you, be there at 6"),
        ("de", "ja, danke, heute"),
        ("es", "sí, el viernes"),
        ("fr", "oui, vendredi"),
    ],
)
def test_a_yes_with_another_value_and_without_a_word_of_change_is_asked_again(language: str, said: str) -> None:
    conversation = filled(language)
    before = dict(conversation.variables)
    assert conversation.says(said)[0] == sentences_in(language).unsure
    assert conversation.variables == before


@pytest.mark.parametrize("said", ["can you make it friday?", "friday", "no, friday", "yes but friday"])
def test_a_wish_is_a_change_also_as_a_question(said: str) -> None:
    conversation = filled()
    conversation.says(said)
    assert conversation.variables["day"] == "2026-11-20"


def test_a_corrected_number_is_no_name() -> None:
    conversation = talk("for 4 tomorrow at 7pm")
    assert conversation.says("no, 8")[0] == sentences_in("en").unsure
    assert "name" not in conversation.variables


@pytest.mark.parametrize(
    ("language", "first", "said"),
    [
        ("en", "for 4 tomorrow", "we are 5"),
        ("en", "for 4 tomorrow", "we will be 5"),
        ("en", "for 4 tomorrow", "it is just 3 of us"),
        ("de", "für 4 morgen", "wir sind 5"),
        ("es", "para 4 mañana", "somos 5"),
        ("fr", "pour 4 demain", "on sera 5"),
    ],
)
def test_a_number_of_people_is_no_time(language: str, first: str, said: str) -> None:
    fields = [{**field, "words": WORDS[field["name"]]} for field in FIELDS]
    conversation = talk(first, fields=fields, document={"language": language})
    assert conversation.says(said)[0] == sentences_in(language).unsure
    assert conversation.variables == {"people": 4, "day": "2026-11-19"}


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "table 5 tomorrow at 7pm"),
        ("en", "table under 4 persons tomorrow at 7pm"),
        ("en", "under 10 persons"),
        ("de", "Tisch 5 morgen um 19:00"),
        ("es", "mesa 5 mañana a las 19:00"),
        ("fr", "la table 5 demain à 19h"),
    ],
)
def test_the_number_of_a_table_and_a_bound_are_no_number_of_people(language: str, said: str) -> None:
    conversation = talk(said, words=["table", "Tisch", "mesa"], document={"language": language})
    assert conversation.variables == {}


def test_a_table_for_some_people_is() -> None:
    assert talk("table 4 people under Ann").variables == {"people": 4, "name": "Ann"}
