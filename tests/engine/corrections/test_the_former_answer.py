"""What a correction leaves out is as it was: the half of the day, the month, the day that something counts from."""

from __future__ import annotations

from typing import Any

import pytest

from botflow.languages import sentences_in
from tests.engine.conversation import Talk, node
from tests.engine.corrections.test_the_answer_that_changes import talk

PEOPLE = node("people", "chatbot.ask", text="How many?", variable="people", expect="integer", next="day")
DAY = node("day", "chatbot.ask", text="Day?", variable="day", expect="date", next="time")
TIME = node("time", "chatbot.ask", text="Time?", variable="time", expect="time", next="budget")
BUDGET = node("budget", "chatbot.ask", text="Budget?", variable="budget", expect="money", next="sure")
SURE = node("sure", "chatbot.ask", text="Sure?", variable="sure", expect="yes_no", next="end")
END = node("end", "chatbot.ask", text="Anything else?", next="hours")
HOURS = node("hours", "chatbot.say", text="We open at 9.")
TABLE = (PEOPLE, DAY, TIME, BUDGET, SURE, END, HOURS)
MOMENT = (node("when", "chatbot.ask", text="When?", variable="when", expect="datetime", next="sure"), SURE, END, HOURS)


def after_time(language: str, time: str, said: str) -> Talk:
    return talk(TABLE, "4", "2026-11-20", time, said, language=language)


@pytest.mark.parametrize(
    ("language", "time", "said", "value"),
    [
        ("en", "7pm", "I meant at 8", "20:00"),
        ("en", "7pm", "I meant 8 o'clock", "20:00"),
        ("en", "7pm", "no, half 8", "20:30"),
        ("en", "7pm", "no, at 8:15", "20:15"),
        ("en", "7am", "sorry, at 8", "08:00"),
        ("en", "11am", "no, at 12", "12:00"),
        ("en", "7pm", "no, 08:00", "08:00"),
        ("en", "7pm", "no, 9am", "09:00"),
        ("en", "7pm", "no, at noon", "12:00"),
        ("en", "7pm", "sorry, an hour earlier", "18:00"),
        ("en", "7pm", "I meant half an hour later", "19:30"),
        ("de", "19 Uhr", "nein, um 8", "20:00"),
        ("de", "19 Uhr", "ich meinte eine Stunde später", "20:00"),
        ("es", "a las 9 de la noche", "no, a las 8", "20:00"),
        ("es", "a las 9 de la noche", "perdón, una hora antes", "20:00"),
        ("fr", "19h", "non, à 8", "20:00"),
        ("fr", "19h", "pardon, une heure plus tard", "20:00"),
    ],
)
def test_a_time_keeps_the_half_of_the_day(language: str, time: str, said: str, value: str) -> None:
    assert after_time(language, time, said).variables["time"] == value


@pytest.mark.parametrize(
    ("time", "said"),
    [
        ("11am", "no, at 1"),  # 1 pm, or 1 am in the same half
        ("11pm", "no, at 12"),
        ("10am", "no, at 5"),
        ("2pm", "no, at 9"),
        ("11pm", "no, 2 hours later"),  # on the next day
    ],
)
def test_a_time_that_may_be_in_the_other_half_is_asked_again(time: str, said: str) -> None:
    conversation = talk(TABLE, "4", "2026-11-20", time)
    assert conversation.says(said)[-1].startswith("Please answer with a time")
    assert "time" not in conversation.variables
    conversation.says("at 9 pm")
    assert conversation.variables["time"] == "21:00"


DAYS = [
    ("en", "friday", "I meant a week later", "2026-11-27"),
    ("en", "tomorrow", "sorry, 2 days later", "2026-11-21"),
    ("en", "25 November", "I meant 2 weeks later", "2026-12-09"),
    ("en", "25 November", "no, a day earlier", "2026-11-24"),
    ("de", "Freitag", "nein, eine Woche später", "2026-11-27"),
    ("es", "el viernes", "no, una semana después", "2026-11-27"),
    ("fr", "vendredi", "non, une semaine plus tard", "2026-11-27"),
    ("en", "20 December", "I meant the 21st", "2026-12-21"),
    ("en", "20 April", "no, the 21st", "2027-04-21"),
    ("en", "20 April 2029", "no, 21 April", "2029-04-21"),
    ("en", "20 December", "no, 3 January", "2027-01-03"),
    ("de", "20. April", "nein, am 21.", "2027-04-21"),
    ("es", "el 20 de abril", "no, el día 21", "2027-04-21"),
    ("fr", "le 20 avril", "non, le 21 avril", "2027-04-21"),
    ("en", "friday", "no, saturday", "2026-11-21"),
    ("en", "friday next week", "no, saturday next week", "2026-11-28"),
    ("en", "friday next week", "no, tomorrow", "2026-11-19"),
]


@pytest.mark.parametrize(("language", "day", "said", "value"), DAYS)
def test_a_day_keeps_its_month_and_is_counted_from(language: str, day: str, said: str, value: str) -> None:
    conversation = talk(TABLE, "4", day, said, language=language)
    assert conversation.variables["day"] == value


@pytest.mark.parametrize(
    ("language", "day", "said"),
    [
        ("en", "friday next week", "no, saturday"),
        ("de", "Freitag nächste Woche", "nein, Samstag"),
        ("en", "20 November", "no, the 3rd"),  # is over
        ("en", "20 February", "no, the 30th"),
        ("en", "tomorrow", "no, 2 days earlier"),  # is over
    ],
)
def test_a_day_that_may_be_another_one_is_asked_again_until_it_is_sure(language: str, day: str, said: str) -> None:
    conversation = talk(TABLE, "4", day, said, language=language)
    assert "day" not in conversation.variables
    conversation.says(said.rpartition(" ")[2])
    assert "day" not in conversation.variables
    conversation.says("2026-12-05")
    assert conversation.variables["day"] == "2026-12-05"


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("no, saturday at 8", "2026-11-21T20:00"),
        ("I meant an hour later", "2026-11-20T20:00"),
        ("I meant a week later", "2026-11-27T19:00"),
        ("no, the 23rd at 8", "2026-11-23T20:00"),
        ("no, saturday at 9am", "2026-11-21T09:00"),
        ("no, at 8", "2026-11-20T20:00"),
        ("no, make it 8", "2026-11-20T20:00"),
        ("I meant 8:30", "2026-11-20T20:30"),
        ("I meant 9 in the morning", "2026-11-20T09:00"),
        ("sorry, at noon", "2026-11-20T12:00"),
    ],
)
def test_a_moment_keeps_what_is_left_out(said: str, value: str) -> None:
    assert talk(MOMENT, "friday at 7pm", said).variables["when"] == value


@pytest.mark.parametrize(
    ("language", "moment", "said"),
    [
        ("de", "Freitag um 19 Uhr", "nein, um 8"),
        ("es", "el viernes a las 7 de la tarde", "no, a las 8"),
        ("fr", "vendredi à 19h", "non, à 8h"),
    ],
)
def test_a_time_alone_keeps_the_day_of_a_moment(language: str, moment: str, said: str) -> None:
    assert talk(MOMENT, moment, said, language=language).variables["when"] == "2026-11-20T20:00"


@pytest.mark.parametrize(
    "said", ["no, at 2", "I meant we are 8", "no, 8 people", "no, at 8 and at 9", "I meant 8 or 9"]
)
def test_a_time_that_is_not_sure_keeps_no_day(said: str) -> None:
    assert talk(MOMENT, "friday at 7pm", said).variables.get("when") in (None, "2026-11-20T19:00")


def test_a_moment_that_is_over_is_asked_again() -> None:
    assert "when" not in talk(MOMENT, "friday at 7pm", "I meant a week earlier").variables


def test_without_an_answer_nothing_is_counted_from() -> None:
    conversation = talk(TABLE, "4")
    assert conversation.says("a week later") == conversation.says("the day of the party")
    conversation.says("friday")
    assert conversation.variables["day"] == "2026-11-20"
    assert conversation.says("an hour later")[-1].startswith("Please answer with a time")


def test_without_a_variable_the_output_is_the_former_answer() -> None:
    bare = {**TIME, "properties": {name: one for name, one in TIME["properties"].items() if name != "variable"}}
    end = node("end", "chatbot.ask", text="{{ $time.value }}?", next="hours")
    conversation = talk((PEOPLE, DAY, bare, {**BUDGET, "next": "end"}, end, HOURS), "4", "friday", "7pm", "no, at 8")
    assert conversation.says("$20") == ["20:00?"]


def test_what_a_flow_has_stored_instead_is_no_former_answer() -> None:
    soon: dict[str, Any] = node("soon", "logic.set", variables={"time": "soon"}, next="budget")
    conversation = talk((PEOPLE, DAY, {**TIME, "next": "soon"}, soon, *TABLE[3:]), "4", "friday", "7pm", "no, at 8")
    assert conversation.says("$20") == ["Sure?"]


ARRIVAL = node("arrival", "chatbot.ask", text="Arrival?", variable="arrival", expect="date", next="departure")
DEPARTURE = node("departure", "chatbot.ask", text="Departure?", variable="departure", expect="date", next="sure")


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        (("4", "the 24th"), "sorry, 25"),  # people, a day, or an hour
        (("4", "friday", "7pm", "50"), "no, 60"),  # the amount that did not fit, or people
        (("4", "friday", "7pm", "50 euros"), "I meant 60"),
        (("4", "friday"), "no, 5 people at 8pm"),
        (("4", "friday", "7pm"), "sorry, 5 people at 8pm"),
    ],
)
def test_a_number_that_may_be_for_several_answers_changes_none(answers: tuple[str, ...], said: str) -> None:
    conversation = talk(TABLE, *answers)
    before = dict(conversation.variables)
    assert conversation.says(said)[0] == sentences_in("en").which_answer
    assert conversation.variables == before


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        (("friday",), "no, a week later"),  # than the arrival, or it corrects the arrival
        (("friday", "friday next week"), "no, saturday"),
    ],
)
def test_a_day_that_may_be_for_two_answers_changes_none(answers: tuple[str, ...], said: str) -> None:
    conversation = talk((ARRIVAL, DEPARTURE, SURE, END, HOURS), *answers)
    before = dict(conversation.variables)
    assert conversation.says(said)[0] == sentences_in("en").which_answer
    assert conversation.variables == before


def test_an_amount_keeps_its_currency() -> None:
    conversation = talk((BUDGET, SURE, END, HOURS), "50 euros", "I meant 60")
    assert conversation.variables["budget"] == {"amount": 60, "currency": "EUR"}
