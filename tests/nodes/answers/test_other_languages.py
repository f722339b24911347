"""Flows in a language without a lexicon: figures are read, and words are asked again, because they would be guessed."""

from __future__ import annotations

import pytest

from botflow.testing import read_answer

UNCLEAR = (
    ("nl", "time", "half 8"),
    ("da", "time", "half 8"),
    ("sv", "time", "kvart i 8"),
    ("it", "integer", "6 no 7"),
    ("it", "integer", "6 o 7"),
    ("pl", "money", "1,500"),
    ("tr", "money", "1,500"),
    ("nl", "money", "1,500"),
    ("it", "duration", "2 sec"),
    ("nl", "rating", "4 of 5"),
    ("nl", "date", "in 3 days"),
    ("it", "date", "martedi 3 maggio 2026"),
    ("it", "date", "mar 3"),
    ("pt", "date", "terça 3 de maio de 2026"),
)
FIGURES = (
    ("tr", "number", "1.500", 1500),
    ("da", "number", "1.500", 1500),
    ("tr", "number", "1,500", 1.5),
    ("sv", "number", "1,500", 1.5),
    ("it", "number", "2,5", 2.5),
    ("ja", "number", "1,500", 1500),
    ("it", "integer", "4", 4),
    ("nl", "integer", "zeven", 7),
    ("it", "time", "19:30", "19:30"),
    ("nl", "time", "7pm", "19:00"),
    ("it", "duration", "2 h 30 min", 9000),
    ("it", "rating", "4/5", 4),
    ("it", "rating", "⭐⭐⭐⭐", 4),
    ("pl", "money", "20 €", {"amount": 20, "currency": "EUR"}),
    ("pl", "money", "20,50", {"amount": 20.5, "currency": "PLN"}),
    ("it", "date", "2026-05-12", "2026-05-12"),
    ("it", "date", "domenica 3 maggio 2026", "2026-05-03"),
    ("it", "date", "12 March 2027", "2027-03-12"),
)
REGIONS = {"pl": "PL", "tr": "TR", "nl": "NL", "it": "IT"}


@pytest.mark.parametrize(("language", "kind", "text"), UNCLEAR)
def test_without_a_lexicon_words_are_asked_again(language: str, kind: str, text: str) -> None:
    assert read_answer(kind, text, language=language, region=REGIONS.get(language)) is None


@pytest.mark.parametrize(("language", "kind", "text", "value"), FIGURES)
def test_without_a_lexicon_figures_are_read(language: str, kind: str, text: str, value: object) -> None:
    assert read_answer(kind, text, language=language, region=REGIONS.get(language)) == value
