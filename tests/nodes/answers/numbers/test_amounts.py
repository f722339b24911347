"""What may stand beside an amount, and what changes it: rows of attacks by people who read the readers."""

from __future__ import annotations

import pytest

from botflow.testing import read_answer

Row = tuple[str, str, str, str]

ADDED: tuple[Row, ...] = (
    ("en", "integer", "How many adults and children?", "2 adults and 2 children"),
    ("en", "integer", "How many adults and children?", "2 adults, 2 children"),
    ("en", "integer", "How many adults and children are coming?", "2 and 2"),
    ("en", "integer", "How many adults and children?", "me and 2"),
    ("en", "integer", "How many people?", "2 adults, 2 guests"),
    ("en", "integer", "How many people?", "2 + 2"),
    ("en", "integer", "How many people?", "2+2"),
    ("en", "integer", "How many people?", "me +1"),
    ("en", "integer", "How many people?", "me + 1"),
    ("en", "integer", "How many people?", "us + 2"),
    ("en", "integer", "How many people?", "+1"),
    ("en", "integer", "How many people?", "4 plus one"),
    ("en", "integer", "How many people?", "2 times 2"),
    ("en", "integer", "How many people?", "- 4 people"),
    ("en", "integer", "How many people?", "2 people (2 children)"),
    ("en", "number", "How tall are you in feet and inches?", "6 feet 6 inches"),
    ("en", "number", "How tall are you in feet and inches?", "6 ft 6"),
    ("en", "number", "Weight in stone?", "12 stone 12"),
    ("en", "number", "Hours and minutes?", "5 hours 5 minutes"),
    ("en", "number", "How many hours or minutes?", "5 hours 5 min"),
    ("en", "money", "Budget?", "20 plus one"),
    ("en", "money", "Budget?", "20 + 20"),
    ("en", "money", "Budget?", "£20 and £20"),
    ("de", "integer", "Wie viele Erwachsene und Kinder?", "2 Erwachsene und 2 Kinder"),
    ("de", "integer", "Wie viele Erwachsene und Kinder?", "2 Erwachsene, 2 Kinder"),
    ("de", "integer", "Wie viele Erwachsene und Kinder?", "ich und 2"),
    ("de", "integer", "Wie viele Personen und Hunde?", "2 Personen und 2 Hunde"),
    ("de", "integer", "Wie viele Personen?", "2 mal 2"),
    ("de", "integer", "Wie viele Personen?", "2 Paar"),
    ("de", "integer", "Wie viele Personen?", "ich +1"),
    ("de", "integer", "Wie viele Personen?", "- 4 Personen"),
    ("es", "integer", "¿Cuántos adultos y niños?", "2 adultos y 2 niños"),
    ("es", "integer", "¿Cuántos adultos y niños?", "yo y 2"),
    ("es", "integer", "¿Cuántas personas?", "yo con 4"),
    ("es", "integer", "¿Cuántas personas?", "4 con 4"),
    ("es", "integer", "¿Cuántas personas?", "yo +1"),
    ("es", "integer", "¿Cuántas personas?", "- 4 personas"),
    ("fr", "integer", "Combien d'adultes et d'enfants ?", "2 adultes et 2 enfants"),
    ("fr", "integer", "Combien d'adultes et d'enfants ?", "moi et 2"),
    ("fr", "integer", "Combien de personnes ?", "2 fois 2"),
    ("fr", "integer", "Combien de personnes ?", "moi +1"),
    ("fr", "integer", "Combien de personnes ?", "- 4 personnes"),
)
REPEATED = (
    ("en", "How many people?", "two (2)", 2),
    ("en", "How many people?", "2 (two) people", 2),
    ("de", "Wie viele Personen?", "zwei (2) Personen", 2),
    ("es", "¿Cuántas personas?", "dos (2)", 2),
    ("fr", "Combien de personnes ?", "deux (2) personnes", 2),
)


def read_rows(rows: tuple[Row, ...], regions: dict[str, str]) -> list[tuple[str, object]]:
    """Return the texts of `rows` that are stored, with what is stored."""
    found = [
        (text, read_answer(kind, text, language=language, region=regions[language], question=question))
        for language, kind, question, text in rows
    ]
    return [(text, value) for text, value in found if value is not None]


REGIONS = {"en": "GB", "de": "DE", "es": "ES", "fr": "FR"}


def test_amounts_that_add_up_are_asked_again() -> None:
    assert read_rows(ADDED, REGIONS) == []


@pytest.mark.parametrize(("language", "question", "text", "value"), REPEATED)
def test_a_number_may_be_said_twice(language: str, question: str, text: str, value: int) -> None:
    assert read_answer("integer", text, language=language, question=question) == value
