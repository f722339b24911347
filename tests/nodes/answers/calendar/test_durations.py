"""Lengths of time, in seconds."""

from __future__ import annotations

import pytest

from botflow.testing import read_answer

HOUR, DAY = 3_600, 86_400
SAID = {
    "en": {
        "two weeks": 14 * DAY, "half an hour": HOUR / 2, "an hour and a half": 1.5 * HOUR, "1h30": 1.5 * HOUR,
        "90 minutes": 1.5 * HOUR, "90min": 1.5 * HOUR, "about 3 months": 90 * DAY, "a fortnight": 14 * DAY,
        "2 hours and 15 minutes": 2.25 * HOUR, "it took 3 days": 3 * DAY,
    },
    "de": {
        "zwei Wochen": 14 * DAY, "eine halbe Stunde": HOUR / 2, "anderthalb Stunden": 1.5 * HOUR,
        "2 Std 30 Min": 2.5 * HOUR,
    },
    "es": {"dos semanas": 14 * DAY, "media hora": HOUR / 2, "una hora y media": 1.5 * HOUR},
    "fr": {"deux semaines": 14 * DAY, "une demi-heure": HOUR / 2, "une heure et demie": 1.5 * HOUR, "1h30": 1.5 * HOUR},
}  # fmt: skip
UNCLEAR = {
    "en": ("5", "2 or 3 days", "at least 2 days", "less than an hour", "3 days ago", "not 2 days", "a while", "2 dayz"),
    "de": ("mindestens 2 Tage", "weniger als eine Stunde", "vor 2 Tagen", "ein paar"),
    "es": ("menos de una hora", "2 o 3 días"),
    "fr": ("moins d'une heure", "2 ou 3 jours"),
}


@pytest.mark.parametrize(
    ("language", "text", "seconds"), [(tongue, *each) for tongue, table in SAID.items() for each in table.items()]
)
def test_a_length_of_time_is_read_in_seconds(language: str, text: str, seconds: float) -> None:
    assert read_answer("duration", text, language=language) == seconds


@pytest.mark.parametrize(("language", "text"), [(tongue, text) for tongue, texts in UNCLEAR.items() for text in texts])
def test_what_is_no_single_length_of_time_is_asked_again(language: str, text: str) -> None:
    assert read_answer("duration", text, language=language) is None


STAY = {
    "en": "How long will you stay?",
    "de": "Wie lange bleiben Sie?",
    "es": "¿Cuánto tiempo se queda?",
    "fr": "Combien de temps restez-vous ?",
}
NO_STAY = {
    "en": (
        "one second please", "give me a minute", "give me 5 minutes", "just a minute", "1 sec please",
        "two minutes please", "2 hours a day", "2 hours a week", "2 hours per day", "been waiting 20 minutes",
        "waiting 2 hours", "2h2h",
        "2 hours, 2 hours",
    ),
    "de": (
        "eine Sekunde bitte", "eine Minute", "gib mir 5 Minuten", "2 Stunden am Tag", "2 Stunden pro Woche",
        "ich warte schon 20 Minuten", "seit 20 Minuten", "acht Tage",
    ),
    "es": (
        "un segundo por favor", "dame un minuto", "dame 5 minutos", "2 horas al día", "llevo 20 minutos",
        "hace 20 minutos", "ocho días", "quince días",
    ),
    "fr": (
        "une minute svp", "attends une seconde", "donnez-moi 5 minutes", "2 heures par jour",
        "j'attends depuis 20 minutes", "huit jours", "quinze jours",
    ),
}  # fmt: skip
PASSED = (
    ("en", "How long have you been waiting?", "I've been waiting 20 minutes", HOUR / 3),
    ("en", "How long have you had the pain?", "for 3 days already", 3 * DAY),
    ("de", "Wie lange warten Sie schon?", "ich warte schon 20 Minuten", HOUR / 3),
    ("de", "Seit wann haben Sie das?", "seit 3 Tagen", 3 * DAY),
    ("es", "¿Cuánto tiempo lleva esperando?", "llevo 20 minutos", HOUR / 3),
    ("fr", "Depuis combien de temps attendez-vous ?", "depuis 20 minutes", HOUR / 3),
)
PARTS = (
    ("en", "three quarters of an hour", 0.75 * HOUR),
    ("en", "an hour and a quarter", 1.25 * HOUR),
    ("en", "1 minute", 60),
    ("en", "1 day 2 hours 5 minutes", DAY + 2 * HOUR + 300),
    ("de", "eine Viertelstunde", HOUR / 4),
    ("de", "ne Dreiviertelstunde", 0.75 * HOUR),
    ("de", "8 Tage", 8 * DAY),
    ("es", "tres cuartos de hora", 0.75 * HOUR),
    ("es", "una hora y cuarto", 1.25 * HOUR),
    ("fr", "trois quarts d'heure", 0.75 * HOUR),
    ("fr", "1h et quart", 1.25 * HOUR),
    ("fr", "vingt-huit jours", 28 * DAY),
    ("fr", "15 jours", 15 * DAY),
)


@pytest.mark.parametrize(("language", "text"), [(tongue, text) for tongue, texts in NO_STAY.items() for text in texts])
def test_a_request_to_wait_a_rate_and_a_time_that_has_passed_are_no_length_of_a_stay(language: str, text: str) -> None:
    assert read_answer("duration", text, language=language, question=STAY[language]) is None


@pytest.mark.parametrize(("language", "question", "text", "seconds"), PASSED)
def test_a_time_that_has_passed_answers_a_question_for_it(
    language: str, question: str, text: str, seconds: float
) -> None:
    assert read_answer("duration", text, language=language, question=question) == seconds


@pytest.mark.parametrize(("language", "text", "seconds"), PARTS)
def test_parts_of_an_hour_are_read(language: str, text: str, seconds: float) -> None:
    assert read_answer("duration", text, language=language) == seconds
