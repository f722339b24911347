"""A day with a time, on Wednesday, 25 November 2026 at 10:30."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from botflow.testing import read_answer

NOW = datetime(2026, 11, 25, 10, 30, tzinfo=UTC)
SAID = {
    "en": {
        "tomorrow at half past two": "2026-11-26T02:30", "tomorrow at 2:30 pm": "2026-11-26T14:30",
        "friday 7pm": "2026-11-27T19:00", "in 2 hours": "2026-11-25T12:30", "tonight at 8": "2026-11-25T20:00",
        "on the 5th at 7pm for 4 people": "2026-12-05T19:00", "12/24 at noon": "2026-12-24T12:00",
        "2026-12-01 14:30": "2026-12-01T14:30", "in an hour and a half": "2026-11-25T12:00",
    },
    "de": {
        "morgen um 14 Uhr": "2026-11-26T14:00", "am Freitag um 19 Uhr": "2026-11-27T19:00",
        "in 2 Stunden": "2026-11-25T12:30", "Freitag abend um 8": "2026-11-27T20:00",
        "Freitagabend um 8": "2026-11-27T20:00", "am Montagmorgen um 9": "2026-11-30T09:00",
        "Sonntagnachmittag um halb drei": "2026-11-29T14:30", "Freitag 0:00 Uhr": "2026-11-27T00:00",
    },
    "es": {
        "mañana a las 14:30": "2026-11-26T14:30", "el viernes a las 7 de la tarde": "2026-11-27T19:00",
        "en 2 horas": "2026-11-25T12:30",
    },
    "fr": {
        "demain à 14h30": "2026-11-26T14:30", "vendredi à 19h": "2026-11-27T19:00",
        "dans 2 heures": "2026-11-25T12:30",
    },
}  # fmt: skip
UNCLEAR = (
    *("7pm", "friday", "now", "friday or saturday at 7", "not friday at 7", "next friday at 7", "tonight at 1"),
    *("friday at 1 at night", "friday evening at 1am", "friday midnight", "friday at midnight", "friday at 12am"),
    *("friday after 7", "in 2 hours on friday", "friday at 7 or 8", "", "9" * 500),
)


@pytest.mark.parametrize(
    ("language", "text", "moment"), [(tongue, *each) for tongue, table in SAID.items() for each in table.items()]
)
def test_a_day_and_a_time_are_one_moment(language: str, text: str, moment: str) -> None:
    assert read_answer("datetime", text, language=language, received_at=NOW) == moment


@pytest.mark.parametrize("text", UNCLEAR)
def test_what_lacks_one_of_them_or_may_mean_two_is_asked_again(text: str) -> None:
    assert read_answer("datetime", text, language="en", received_at=NOW) is None


@pytest.mark.parametrize(
    ("language", "text"),
    [
        *(
            ("de", text)
            for text in ("Freitagnacht um 1", "Freitag nachts um 2", "morgen Nacht um 1", "Freitag Mitternacht")
        ),
        *(("es", text) for text in ("viernes a la 1 de la noche", "viernes a las 12 de la noche")),
        *(("fr", text) for text in ("vendredi soir à 1h du matin", "vendredi à minuit")),
    ],
)
def test_which_day_a_night_belongs_to_is_asked(language: str, text: str) -> None:
    """One at Friday night is on Saturday to most, and on Friday to the calendar."""
    assert read_answer("datetime", text, language=language, received_at=NOW) is None


def test_hours_from_now_pass_the_night_in_which_clocks_are_put_back() -> None:
    before = datetime(2026, 10, 25, 1, 30, tzinfo=ZoneInfo("Europe/Berlin"))

    assert read_answer("datetime", "in 2 hours", language="en", received_at=before) == "2026-10-25T02:30"
