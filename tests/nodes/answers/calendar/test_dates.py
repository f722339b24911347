"""Dates in four languages, said on Wednesday, 18 November 2026. The set as a whole prints its figure."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import time_machine

from botflow.nodes.answers.expectation import Accepted, Expectation, Refused
from botflow.nodes.answers.read_answer import read
from tests.engine.inbounds import message

SAID = {
    "en": {
        "today": "2026-11-18", "tomorrow": "2026-11-19", "Tomorrow, please": "2026-11-19",
        "the day after tomorrow": "2026-11-20", "in 3 days": "2026-11-21", "in three days": "2026-11-21",
        "in two weeks": "2026-12-02", "in a week": "2026-11-25", "a week from today": "2026-11-25",
        "3 days from now": "2026-11-21", "in a month": "2026-12-18", "friday": "2026-11-20", "on Friday": "2026-11-20",
        "friday next week": "2026-11-27", "wednesday": "2026-11-25",
        "monday": "2026-11-23", "12 March": "2027-03-12", "March 12th": "2027-03-12",
        "12th of March 2028": "2028-03-12",
        "Dec 24": "2026-12-24", "the 24th of December": "2026-12-24", "2026-12-01": "2026-12-01", "12/24": "2026-12-24",
        "12/24/2026": "2026-12-24", "24/12/2026": "2026-12-24", "24.12.": "2026-12-24", "the 20th": "2026-11-20",
        "sat": "2026-11-21", "yesterday": "2026-11-17", "1 Jan": "2027-01-01", "29 February": "2028-02-29",
        "New Year's Eve 2027": "2027-12-31", "the 21st": "2026-11-21", "3 weeks from tomorrow": "2026-12-10",
        "last friday": "2026-11-13", "a week tomorrow": "2026-11-26", "5 March '85": "1985-03-05",
        "tomorrow at 10.30": "2026-11-19",
    },
    "de": {
        "5.12. 19.30 Uhr": "2026-12-05", "03.03. 19:30": "2027-03-03", "Freitag, 4. Dezember 19.30 Uhr": "2026-12-04",
        "heute": "2026-11-18", "morgen": "2026-11-19", "morgen bitte": "2026-11-19", "übermorgen": "2026-11-20",
        "in 3 Tagen": "2026-11-21", "in drei Tagen": "2026-11-21", "in zwei Wochen": "2026-12-02",
        "in einer Woche": "2026-11-25", "in einem Monat": "2026-12-18", "Freitag": "2026-11-20",
        "am Freitag": "2026-11-20", "Freitag nächste Woche": "2026-11-27",
        "Freitag morgen": "2026-11-20", "Montag": "2026-11-23", "12. März": "2027-03-12", "12. März 2028": "2028-03-12",
        "am 24. Dezember": "2026-12-24", "12.3.": "2027-03-12", "12.3": "2027-03-12", "12.3.2027": "2027-03-12",
        "24.12.26": "2026-12-24", "2026-12-01": "2026-12-01", "am 20.": "2026-11-20", "Sa": "2026-11-21",
        "1. Jänner": "2027-01-01", "gestern": "2026-11-17", "29. Februar": "2028-02-29",
        "am siebten vierten": "2027-04-07", "letzten Freitag": "2026-11-13", "morgen um 10.30 Uhr": "2026-11-19",
        "Silvester": "2026-12-31",
    },
    "es": {
        "hoy": "2026-11-18", "mañana": "2026-11-19", "manana": "2026-11-19", "pasado mañana": "2026-11-20",
        "en 3 días": "2026-11-21", "en tres días": "2026-11-21", "dentro de dos semanas": "2026-12-02",
        "en una semana": "2026-11-25", "en un mes": "2026-12-18", "viernes": "2026-11-20", "el viernes": "2026-11-20",
        "el viernes por la mañana": "2026-11-20",
        "el viernes de la semana que viene": "2026-11-27", "lunes": "2026-11-23", "12 de marzo": "2027-03-12",
        "el 12 de marzo de 2028": "2028-03-12", "24 de diciembre": "2026-12-24", "12/3": "2027-03-12",
        "24/12/2026": "2026-12-24", "24-12-2026": "2026-12-24", "2026-12-01": "2026-12-01", "sábado": "2026-11-21",
        "1 de enero": "2027-01-01", "ayer": "2026-11-17",
        "el día del trabajador": "2027-05-01", "el viernes pasado": "2026-11-13", "dentro de 2 semanas": "2026-12-02",
    },
    "fr": {
        "aujourd'hui": "2026-11-18", "demain": "2026-11-19", "après-demain": "2026-11-20", "dans 3 jours": "2026-11-21",
        "dans deux semaines": "2026-12-02", "vendredi": "2026-11-20",
        "le 12 mars": "2027-03-12", "24 décembre 2026": "2026-12-24", "24/12": "2026-12-24",
    },
    "it": {"domani": "2026-11-19", "12 marzo 2027": "2027-03-12"},
}  # fmt: skip
NO_DATES = {
    "en": ["no", "12", "", "soon", "whenever", "30 February", "31.4.2027", "99/99/9999", "yes", "one", "0000-00-00",
           "in 99999999 days", "next friday", "good friday", "24/7", "before friday", "not friday",
           "any day but monday", "Mon 13th", "last friday, no wait, saturday", "12 March, no, the 13th",
           "monday or tuesday", "x" * 500, "in 9999 years"],
    "de": ["nein", "12", "bald", "irgendwann", "so", "30. Februar", "nächsten Freitag"],
    "es": ["no", "12", "pronto", "cuando sea", "30 de febrero", "el próximo viernes"],
}  # fmt: skip
DATE = Expectation(kind="date")


def test_dates_are_understood_in_four_languages_and_more() -> None:
    wrong = [
        (language, text, day, answer)
        for language, table in SAID.items()
        for text, day in table.items()
        if (answer := read(DATE, message(text), language, None)) != Accepted(day)
    ]
    total = sum(map(len, SAID.values()))
    for language, table in SAID.items():
        print(f"dates, {language}: {len(table) - sum(case[0] == language for case in wrong)}/{len(table)}")
    print(f"dates: {total - len(wrong)}/{total}")
    assert wrong == []


@pytest.mark.parametrize(
    ("language", "text"), [(language, text) for language, texts in NO_DATES.items() for text in texts]
)
def test_what_is_no_date_is_refused(language: str, text: str) -> None:
    assert isinstance(read(DATE, message(text), language, None), Refused)


@pytest.mark.parametrize(
    ("region", "day"), [("US", "2027-03-04"), ("GB", "2027-04-03"), ("DE", "2027-04-03"), (None, "2027-03-04")]
)
def test_the_region_says_whether_the_month_goes_first(region: str | None, day: str) -> None:
    assert read(DATE, message("3/4/2027"), "en", region) == Accepted(day)


def test_a_date_depends_on_when_it_was_received_and_on_no_clock() -> None:
    def answers() -> list[object]:
        texts = ("tomorrow", "friday", "12 March", "domani", "venerdì", "3 giorni fa")
        return [read(DATE, message(text), language, None) for text in texts for language in ("en", "it")]

    with time_machine.travel(datetime(1999, 1, 1, tzinfo=UTC), tick=False):
        then = answers()
    with time_machine.travel(datetime(2031, 6, 5, 23, 59, tzinfo=UTC), tick=False):
        assert answers() == then


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("today", Refused("too_early")),
        ("tomorrow", Accepted("2026-11-19")),
        ("2026-12-31", Accepted("2026-12-31")),
        ("2027-01-01", Refused("too_late")),
    ],
)
def test_a_date_lies_within_its_bounds(text: str, expected: object) -> None:
    expectation = Expectation(kind="date", least="2026-11-19", most="2026-12-31")
    assert read(expectation, message(text), "en", None) == expected
