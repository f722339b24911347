"""Ways to name a day, said on Wednesday, 18 November 2026: relative years, weekdays of a month, weeks counted on."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from botflow.testing import read_answer

WEDNESDAY = datetime(2026, 11, 18, 9, 30, tzinfo=UTC)
QUESTIONS = {"en": "For which day?", "de": "Für welchen Tag?", "es": "¿Para qué día?", "fr": "Pour quel jour ?"}
REGIONS = {"en": "US", "de": "DE", "es": "ES", "fr": "FR"}


def day_of(language: str, text: str) -> object:
    return read_answer(
        "date",
        text,
        question=QUESTIONS[language],
        language=language,
        region=REGIONS[language],
        received_at=WEDNESDAY,
    )


@pytest.mark.parametrize(
    ("language", "text", "day"),
    [
        ("en", "12 March next year", "2027-03-12"),
        ("en", "may 2nd this year", "2026-05-02"),
        ("en", "march 3rd of last year", "2025-03-03"),
        ("en", "12/24 this year", "2026-12-24"),
        ("de", "am 14. Oktober letztes Jahr", "2025-10-14"),
        ("de", "24.12. dieses Jahr", "2026-12-24"),
        ("de", "am 3. Mai nächsten Jahres", "2027-05-03"),
        ("es", "el 12 de marzo del año que viene", "2027-03-12"),
        ("es", "el 3 de enero de este año", "2026-01-03"),
        ("fr", "le 12 mars l'année prochaine", "2027-03-12"),
        ("fr", "le 3 mai de l'an dernier", "2025-05-03"),
        ("en", "friday 12 march last year", None),  # it was a Wednesday
    ],
)
def test_a_year_may_be_counted_from_this_one(language: str, text: str, day: str | None) -> None:
    assert day_of(language, text) == day


@pytest.mark.parametrize(
    ("language", "text", "day"),
    [
        ("en", "the first monday of december", "2026-12-07"),
        ("en", "2nd friday in january", "2027-01-08"),
        ("en", "the last friday of the month", "2026-11-27"),
        ("en", "last sunday in november 2027", "2027-11-28"),
        ("en", "the third thursday of next month", "2026-12-17"),
        ("en", "the first monday of the month", None),  # it is over
        ("en", "the fifth monday in february", None),
        ("en", "last day of the month", "2026-11-30"),
        ("en", "the last day of february", "2027-02-28"),
        ("en", "the first of next month", "2026-12-01"),
        ("de", "der erste Montag im Dezember", "2026-12-07"),
        ("de", "am letzten Freitag im Monat", "2026-11-27"),
        ("de", "am 2. Freitag im Januar", "2027-01-08"),
        ("de", "am letzten Tag des Monats", "2026-11-30"),
        ("de", "am ersten Samstag im nächsten Monat", "2026-12-05"),
        ("es", "el primer lunes de diciembre", "2026-12-07"),
        ("es", "el último viernes del mes", "2026-11-27"),
        ("es", "el tercer jueves de enero", "2027-01-21"),
        ("es", "el último día de febrero", "2027-02-28"),
        ("fr", "le premier lundi de décembre", "2026-12-07"),
        ("fr", "le dernier vendredi du mois", "2026-11-27"),
        ("fr", "le deuxième jeudi de janvier", "2027-01-14"),
        ("fr", "le dernier jour du mois", "2026-11-30"),
        ("en", "one of the last fridays of the month", None),
        ("en", "the last friday or the first monday of the month", None),
        ("en", "end of the month", None),
    ],
)
def test_a_weekday_of_a_month_is_counted_in_it(language: str, text: str, day: str | None) -> None:
    assert day_of(language, text) == day


@pytest.mark.parametrize(
    ("language", "text", "day"),
    [
        ("en", "monday week", "2026-11-30"),
        ("en", "next wk friday", "2026-11-27"),
        ("en", "next week on friday", "2026-11-27"),
        ("de", "heute in 14 Tagen", "2026-12-02"),
        ("de", "morgen in einer Woche", "2026-11-26"),
        ("de", "Freitag in acht Tagen", "2026-11-27"),
        ("de", "Freitag in 14 Tagen", "2026-12-04"),
        ("de", "nächste Woche am Freitag", "2026-11-27"),
        ("es", "de mañana en ocho", "2026-11-26"),
        ("es", "de hoy en quince", "2026-12-02"),
        ("es", "la semana q viene, el viernes", "2026-11-27"),
        ("fr", "mardi en huit", "2026-12-01"),
        ("fr", "demain en huit", "2026-11-26"),
        ("fr", "vendredi en quinze", "2026-12-04"),
        ("fr", "la semaine prochaine le vendredi", "2026-11-27"),
        ("de", "heute in 2 Stunden", None),
        ("en", "the friday after next", None),  # the 27th, or the 4th of December
        ("en", "the tuesday after next", "2026-12-01"),
        ("de", "übernächsten Freitag", None),
        ("de", "am übernächsten Dienstag", "2026-12-01"),
    ],
)
def test_weeks_are_counted_on_from_a_day(language: str, text: str, day: str | None) -> None:
    assert day_of(language, text) == day


@pytest.mark.parametrize(
    ("language", "text", "day"),
    [
        ("es", "el segundo de agosto", "2027-08-02"),
        ("es", "el vigésimo primero de mayo", "2027-05-21"),
        ("es", "el segundo", None),  # of several?
        ("es", "el 21 del 3", "2027-03-21"),
        ("es", "el 5 del 12 de 2027", "2027-12-05"),
        ("en", "5th of the 12th", "2026-12-05"),
        ("fr", "le 21 du 3", "2027-03-21"),
        ("en", "5 dec 26", "2026-12-05"),
        ("en", "5 dec 18", None),  # perhaps at 18:00
        ("en", "december 5 26", None),  # perhaps two days
        ("en", "next 5/12", "2027-05-12"),
        ("en", "next march 3rd", "2027-03-03"),
        ("en", "next december 3rd", None),  # in two weeks, or next year's
        ("de", "am kommenden 3. Dezember", "2026-12-03"),
        ("es", "el próximo 6 de abril", "2027-04-06"),
        ("es", "el próximo 6 de diciembre", "2026-12-06"),
        ("fr", "le 6 décembre prochain", "2026-12-06"),
        ("fr", "le prochain 6 avril", "2027-04-06"),
        ("en", "6 April seventeen hundred thirty three", "1733-04-06"),
        ("en", "january twenty five nineteen eighty six", "1986-01-25"),
        ("en", "fifteen august nineteen hundred ninety three", "1993-08-15"),
    ],
)
def test_a_date_is_read_in_the_words_and_forms_of_its_language(language: str, text: str, day: str | None) -> None:
    assert day_of(language, text) == day


@pytest.mark.parametrize(
    ("language", "text", "day"),
    [
        ("en", "friday after 6pm", "2026-11-20"),
        ("en", "friday between 2 and 4pm", "2026-11-20"),
        ("en", "friday from 3pm", "2026-11-20"),
        ("en", "tomorrow before 10:30", "2026-11-19"),
        ("de", "Freitag ab 18 Uhr", "2026-11-20"),
        ("de", "am Freitag zwischen 14 und 16 Uhr", "2026-11-20"),
        ("de", "Freitag nach 17 Uhr", "2026-11-20"),
        ("es", "el viernes a partir de las 18h", "2026-11-20"),
        ("es", "el viernes después de las 6 de la tarde", "2026-11-20"),
        ("fr", "vendredi après 18h", "2026-11-20"),
        ("fr", "vendredi à partir de 14h", "2026-11-20"),
        ("en", "after friday", None),
        ("en", "friday after 6", None),
        ("en", "from friday 3pm", None),
        ("en", "before 10:30", None),
        ("de", "ab Freitag 18 Uhr", None),
        ("de", "nach Freitag", None),
        ("fr", "à partir de vendredi 18h", None),
    ],
)
def test_a_span_of_the_day_beside_a_day_says_nothing_of_it(language: str, text: str, day: str | None) -> None:
    assert day_of(language, text) == day


@pytest.mark.parametrize(
    ("language", "text", "day"),
    [
        ("en", "the day after christmas day", "2026-12-26"),
        ("en", "the day before new year's eve", "2026-12-30"),
        ("en", "the day after july 4th", "2027-07-05"),
        ("en", "the day after", None),
        ("de", "am Tag nach Neujahr", "2027-01-02"),
        ("de", "der Tag vor Silvester", "2026-12-30"),
        ("es", "el día después de navidad", "2026-12-26"),
        ("es", "el día antes de nochebuena", "2026-12-23"),
        ("fr", "le lendemain de noël", "2026-12-26"),
        ("fr", "la veille de noël", "2026-12-24"),
        ("en", "not the day after christmas day", None),
    ],
)
def test_the_day_beside_another_one_is_read(language: str, text: str, day: str | None) -> None:
    assert day_of(language, text) == day


@pytest.mark.parametrize(
    ("language", "text", "day"),
    [
        ("en", "day after tmrw", "2026-11-20"),
        ("en", "2mrw", "2026-11-19"),
        ("en", "tmw pls", "2026-11-19"),
        ("en", "upcoming friday", "2026-11-20"),
        ("en", "dec 1st @ 7pm", "2026-12-01"),
        ("en", "2 mrw 3 people", "2026-11-19"),
        ("de", "am 3. des nächsten Monats", "2026-12-03"),
        ("de", "den 20. diesen Monats", "2026-11-20"),
        ("es", "el sábado a la noche", "2026-11-21"),
        ("es", "alrededor del 21ro este mes", "2026-11-21"),
    ],
)
def test_a_day_is_read_as_people_type_it_on_a_phone(language: str, text: str, day: str | None) -> None:
    assert day_of(language, text) == day


@pytest.mark.parametrize(
    ("language", "text", "day"),
    [
        ("en", "sat nite", "2026-11-21"),
        ("en", "first thing monday", "2026-11-23"),
        ("en", "friday if you can fit us in", "2026-11-20"),
        ("de", "fr abend", "2026-11-20"),
        ("de", "sa den 21.", "2026-11-21"),
        ("de", "mi der 25.", "2026-11-25"),
        ("de", "so", None),
        ("de", "so den tag", None),
        ("de", "so abends", None),
        ("de", "so. abend", "2026-11-22"),
        ("de", "am samstag falls noch was frei ist", "2026-11-21"),
        ("es", "el lunes a primera hora", "2026-11-23"),
        ("es", "el sabado estaria bien", "2026-11-21"),
        ("fr", "demain aprem", "2026-11-19"),
        ("fr", "samedi ça irait ?", "2026-11-21"),
        ("fr", "lundi à la première heure", "2026-11-23"),
    ],
)
def test_a_part_of_the_day_and_a_wish_beside_a_day_say_nothing_of_it(language: str, text: str, day: str | None) -> None:
    assert day_of(language, text) == day
