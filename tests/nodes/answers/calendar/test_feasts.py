"""Days that have a name, also those that move: each as a calendar of its year shows it."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from botflow.nodes.answers.calendar.feasts import easter
from botflow.testing import read_answer

WEDNESDAY = datetime(2026, 11, 18, 9, 30, tzinfo=UTC)
QUESTIONS = {"en": "For which day?", "de": "Für welchen Tag?", "es": "¿Para qué día?", "fr": "Pour quel jour ?"}


@pytest.mark.parametrize(
    "day", [date(2000, 4, 23), date(2008, 3, 23), date(2024, 3, 31), date(2026, 4, 5), date(2027, 3, 28)]
)
def test_easter_is_the_sunday_that_the_calendars_of_its_year_show(day: date) -> None:
    assert easter(day.year) == day


@pytest.mark.parametrize(
    ("language", "region", "text", "day"),
    [
        ("en", "US", "easter monday", "2027-03-29"),
        ("en", "US", "on easter", "2027-03-28"),
        ("en", "US", "on easter 2028", "2028-04-16"),
        ("en", "US", "easter sunday next year", "2027-03-28"),
        ("en", "US", "Black Friday", "2026-11-27"),
        ("en", "US", "black friday 2010", "2010-11-26"),
        ("en", "US", "cyber monday", "2026-11-30"),
        ("en", "US", "thanksgiving", "2026-11-26"),
        ("en", "CA", "thanksgiving", "2027-10-11"),
        ("en", "GB", "thanksgiving", None),
        ("en", None, "thanksgiving", None),
        ("en", "US", "mother's day", "2027-05-09"),
        ("en", "GB", "mothers day", "2027-03-07"),
        ("en", "US", "labor day", "2027-09-06"),
        ("en", "US", "memorial day 2027", "2027-05-31"),
        ("en", "US", "independence day", "2027-07-04"),
        ("en", "US", "xmas day", "2026-12-25"),
        ("en", "US", "nye", "2026-12-31"),
        ("de", "DE", "Karfreitag", "2027-03-26"),
        ("de", "DE", "am Ostermontag", "2027-03-29"),
        ("de", "DE", "Christi Himmelfahrt", "2027-05-06"),
        ("de", "DE", "Pfingstmontag", "2027-05-17"),
        ("de", "DE", "Fronleichnam", "2027-05-27"),
        ("de", "DE", "Rosenmontag", "2027-02-08"),
        ("de", "DE", "Fastnachtssamstag", "2027-02-06"),
        ("de", "DE", "Mariä Himmelfahrt", "2027-08-15"),
        ("de", "DE", "am 2. Weihnachtstag", "2026-12-26"),
        ("de", "DE", "am zweiten Weihnachtsfeiertag", "2026-12-26"),
        ("de", "DE", "erster Advent", "2026-11-29"),
        ("de", "DE", "Buß- und Bettag", "2026-11-18"),
        ("de", "DE", "Muttertag", "2027-05-09"),
        ("de", "DE", "Augsburger Friedensfest", "2027-08-08"),
        ("de", "DE", "Silvester nächsten Jahres", "2027-12-31"),
        ("es", "ES", "el viernes santo", "2027-03-26"),
        ("es", "ES", "domingo de resurrección", "2027-03-28"),
        ("es", "ES", "el día de la madre", "2027-05-02"),
        ("es", "MX", "el día de la madre", "2027-05-10"),
        ("es", "ES", "martes de carnaval", "2027-02-09"),
        ("es", "ES", "la Inmaculada", "2026-12-08"),
        ("es", "ES", "miércoles de ceniza del año que viene", "2027-02-10"),
        ("fr", "FR", "lundi de Pâques", "2027-03-29"),
        ("fr", "FR", "le jeudi de l'Ascension", "2027-05-06"),
        ("fr", "FR", "lundi de pentecôte", "2027-05-17"),
        ("fr", "FR", "mardi gras", "2027-02-09"),
        ("fr", "FR", "Noël l'année prochaine", "2027-12-25"),
    ],
)
def test_a_feast_is_the_next_one(language: str, region: str | None, text: str, day: str | None) -> None:
    question = QUESTIONS[language]
    found = read_answer("date", text, question=question, language=language, region=region, received_at=WEDNESDAY)
    assert found == day


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "easter"),
        ("en", "over easter"),
        ("en", "good friday"),  # it may be "good, friday"
        ("en", "christmas"),
        ("en", "not easter monday"),
        ("en", "after easter monday"),
        ("en", "the friday after easter"),
        ("de", "Ostern"),
        ("de", "nach Ostermontag"),
        ("de", "Weihnachten"),
        ("es", "semana santa"),
        ("es", "antes del viernes santo"),
        ("fr", "à Pâques"),
        ("fr", "avant lundi de Pâques"),
    ],
)
def test_a_feast_of_several_days_and_a_day_around_one_are_asked_again(language: str, text: str) -> None:
    question = QUESTIONS[language]
    assert read_answer("date", text, question=question, language=language, received_at=WEDNESDAY) is None
