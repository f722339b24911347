"""Times of day in four languages."""

from __future__ import annotations

import pytest

from botflow.nodes.answers.expectation import Accepted, Expectation, Refused
from botflow.nodes.answers.read_answer import read
from tests.engine.inbounds import message

SAID = {
    "en": {
        "14:30": "14:30", "2:30pm": "14:30", "2.30 p.m.": "14:30", "2 pm": "14:00", "2pm": "14:00", "12 am": "00:00",
        "12 pm": "12:00", "9": "09:00", "9 o'clock": "09:00", "at nine": "09:00", "noon": "12:00", "midnight": "00:00",
        "half past two": "02:30", "quarter to three": "02:45", "quarter past 3": "03:15", "ten past five": "05:10",
        "half past two in the afternoon": "14:30", "8 in the evening": "20:00", "08:05": "08:05", "24:00": "00:00",
        "3 at night": "03:00",
        "ten to noon": "11:50", "5 in the morning tonight": "05:00", "12 midnight": "00:00",
    },
    "de": {
        "14:30": "14:30", "14.30 Uhr": "14:30", "14 Uhr": "14:00", "14 Uhr 30": "14:30", "halb drei": "02:30",
        "viertel nach drei": "03:15", "viertel vor drei": "02:45", "dreiviertel drei": "02:45",
        "zehn nach fünf": "05:10",
        "halb drei nachmittags": "14:30", "um neun": "09:00", "Mittag": "12:00", "Mitternacht": "00:00",
        "8 Uhr abends": "20:00", "halb eins": "00:30",
    },
    "es": {
        "14:30": "14:30", "las 3 y media": "03:30", "las tres y media de la tarde": "15:30", "a las nueve": "09:00",
        "las 4 menos cuarto": "03:45", "las cinco y cuarto": "05:15", "mediodía": "12:00", "medianoche": "00:00",
        "las 8 de la noche": "20:00", "las 9 de la mañana": "09:00",
    },
    "fr": {
        "à 8 heures 24/12/2026": "08:00",
        "14h30": "14:30", "14 h": "14:00", "8 heures et demie": "08:30",
        "midi": "12:00", "9 heures moins le quart": "08:45",
    },
}  # fmt: skip
TIME = Expectation(kind="time")


@pytest.mark.parametrize(
    ("language", "text", "time"),
    [(language, text, time) for language, table in SAID.items() for text, time in table.items()],
)
def test_times_are_understood(language: str, text: str, time: str) -> None:
    assert read(TIME, message(text), language, None) == Accepted(time)


@pytest.mark.parametrize("text", ["no", "later", "25:00", "14:75", "9 or 10", "99", "14:30 or 15:30", "", "12:00:99:1"])
def test_what_is_no_time_is_refused(text: str) -> None:
    assert isinstance(read(TIME, message(text), "en", None), Refused)


def test_a_time_lies_within_its_bounds() -> None:
    expectation = Expectation(kind="time", least="09:00", most="17:00")
    answers = [read(expectation, message(text), "en", None) for text in ("8:59", "9:00", "17:00", "17:01")]
    assert answers == [Refused("too_early"), Accepted("09:00"), Accepted("17:00"), Refused("too_late")]
