"""The bounds in the sentence of a refused answer: dates, times and numbers as the flow's language writes them."""

from __future__ import annotations

import pytest

from botflow.nodes.answers.expectation import Expectation, Kind
from botflow.nodes.chatbot.invalid_answer_sentences import invalid_sentence


@pytest.mark.parametrize(
    ("kind", "least", "most", "language", "words"),
    [
        ("date", "2026-11-26", "2027-01-26", "en", "from November 26, 2026 to January 26, 2027"),
        ("date", "2026-11-26", "2027-01-26", "de", "vom 26. November 2026 bis zum 26. Januar 2027"),
        ("date", "2026-11-26", "2027-01-26", "es", "del 26 de noviembre de 2026 al 26 de enero de 2027"),
        ("date", "2026-11-26", None, "en", "a date from November 26, 2026 on, for"),
        ("date", "2026-11-26", None, "fr", "à partir du 26 novembre 2026"),
        ("date", None, "2027-01-26", "de-AT", "26. Jänner 2027"),
        ("date", None, "2027-01-26", "cs", "January 26, 2027"),  # the sentence is English, so its date is too
        ("time", "09:00", "18:30", "en", "from 9:00 AM to 6:30 PM"),
        ("time", "09:00", "18:30", "de", "von 09:00 bis 18:30"),
        ("integer", 1.0, 1_234_567.0, "en", "from 1 to 1,234,567"),
        ("integer", 1, 20, "de", "von 1 bis 20"),
        ("number", 0.5, None, "de", "0,5"),
        ("text", 2.0, 1_000.0, "fr", "2 à 1 000 caractères"),
    ],
)
def test_bounds_are_worded(
    kind: Kind, least: float | str | None, most: float | str | None, language: str, words: str
) -> None:
    said = invalid_sentence(Expectation(kind=kind, least=least, most=most), "too_small", language)

    assert words in said
    assert not set(said) & set("\u00a0\u202f")
