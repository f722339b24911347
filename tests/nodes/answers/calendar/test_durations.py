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
