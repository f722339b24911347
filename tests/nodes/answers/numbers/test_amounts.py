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
    ("en", "integer", "How many people?", "– 5"),
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
OTHER_UNITS: tuple[Row, ...] = (
    ("en", "number", "Your weight in kilograms?", "160 pounds"),
    ("en", "number", "What is your height in cm?", "70 inches"),
    ("en", "number", "What is your height in cm?", "70 in"),
    ("en", "number", "What is your height in centimeters?", "70 inch"),
    ("en", "number", "How many kilograms?", "5 dollars"),
    ("en", "number", "How many kilograms?", "$5"),
    ("en", "number", "How heavy is it?", "160 pounds"),
    ("en", "integer", "How many people?", "50%"),
    ("en", "integer", "How many people?", "5 dollars"),
    ("en", "integer", "How many tickets?", "£5"),
    ("en", "number", "How many hours or minutes?", "90 min"),
    ("en", "number", "How tall are you in feet and inches?", "6 feet"),
    ("de", "number", "Wie viel Kilogramm?", "3 Pfund"),
    ("de", "number", "Wie viele Kilo?", "ein halbes Pfund"),
    ("de", "number", "Wie groß sind Sie in cm?", "70 Inch"),
    ("de", "number", "Wie viele Stunden oder Minuten?", "90 Minuten"),
    ("de", "integer", "Wie viele Personen?", "50%"),
    ("de", "integer", "Wie viele Personen?", "50 Euro"),
    ("es", "number", "¿Su peso en kilos?", "150 libras"),
    ("es", "integer", "¿Cuántas personas?", "50%"),
    ("es", "integer", "¿Cuántas entradas?", "50 euros"),
    ("fr", "number", "Combien de kilos ?", "deux livres"),
    ("fr", "number", "Combien de kilos ?", "une livre"),
    ("fr", "integer", "Combien de personnes ?", "50%"),
    ("fr", "integer", "Combien de billets ?", "50 €"),
)
ASKED_UNITS = (
    ("en", "number", "Your weight in pounds?", "160 pounds", 160),
    ("en", "number", "Your weight in pounds?", "160lbs", 160),
    ("en", "number", "What is your height in cm?", "178cm", 178),
    ("en", "number", "How wide is it in inches?", "70 inches", 70),
    ("en", "integer", "How many dollars?", "$5", 5),
    ("en", "integer", "What is your budget?", "50 pounds", 50),
    ("en", "number", "What percentage?", "50%", 50),
    ("en", "number", "And the discount?", "50%", 50),
    ("en", "integer", "How many people in total?", "3 in total", 3),
    ("de", "number", "Wie viel Pfund?", "3 Pfund", 3),
    ("de", "number", "Was kostet es?", "3 Pfund", 3),
    ("es", "number", "¿Cuántas libras pesa?", "150 libras", 150),
    ("fr", "number", "Quel est le prix ?", "3 livres", 3),
)

NO_COUNTS: tuple[Row, ...] = (
    ("de", "integer", "Wie viele Personen?", "ein paar"),
    ("de", "integer", "Wie viele Personen?", "Ein paar Leute"),
    ("de", "integer", "Wie viele Personen?", "ich hätte gern eine"),
    ("de", "integer", "Wie viele Personen?", "wir waren 4"),
    ("de", "integer", "Wie viele Personen?", "4 ist besser 5 wäre super"),
    ("de", "integer", "Wie viele Personen?", "4 🤔"),
    ("es", "integer", "¿Cuántas personas?", "quiero una"),
    ("es", "integer", "¿Cuántas personas?", "como una"),
    ("es", "integer", "¿Cuántas personas?", "casi 10"),
    ("es", "integer", "¿Cuántas personas?", "era 4"),
    ("es", "integer", "¿Cuántas personas?", "4 es mejor 5 sería genial"),
    ("fr", "integer", "Combien de personnes ?", "je voudrais une"),
    ("fr", "integer", "Combien de personnes ?", "c'était 4"),
    ("en", "integer", "How many people?", "the one"),
    ("en", "integer", "How many tickets?", "the great one"),
    ("en", "integer", "How many tickets?", "can I have the good one"),
    ("en", "integer", "How old are you?", "'90"),
    ("en", "integer", "How many people?", "was 4"),
    ("en", "integer", "How old are you?", "I was 30"),
    ("en", "integer", "How many people?", "4 🤷"),
    ("en", "rating", "Rate 1 to 5", "5 🙄"),
)
COUNTS = (
    ("en", "How many people were there?", "it was 4", 4),
    ("en", "How many people?", "just one", 1),
    ("en", "How many tickets?", "I need one", 1),
    ("en", "How many people?", "one person please", 1),
    ("en", "How many people?", "a party of eight please", 8),
    ("en", "How many people?", "'4'", 4),
    ("de", "Wie viele Personen?", "zu zweit", 2),
    ("de", "Wie viele Personen?", "wir sind zu fünft", 5),
    ("de", "Wie viele Personen?", "wir wären 4", 4),
    ("de", "Wie viele Personen?", "eine Gruppe von 8", 8),
    ("de", "Wie viele Personen?", "nur eine", 1),
    ("de", "Wie viele Personen?", "eine Person", 1),
    ("es", "¿Cuántas personas?", "una persona", 1),
    ("es", "¿Cuántas personas?", "un grupo de 8", 8),
    ("fr", "Combien de personnes ?", "je voudrais une personne", 1),
    ("fr", "Combien de personnes ?", "un groupe de 8", 8),
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


def test_a_number_in_another_unit_than_the_one_asked_for_is_asked_again() -> None:
    assert read_rows(OTHER_UNITS, REGIONS) == []


@pytest.mark.parametrize(("language", "kind", "question", "text", "value"), ASKED_UNITS)
def test_the_unit_that_is_asked_for_may_stand_beside_a_number(
    language: str, kind: str, question: str, text: str, value: int
) -> None:
    assert read_answer(kind, text, language=language, question=question) == value


@pytest.mark.parametrize(("language", "question", "text", "value"), REPEATED)
def test_a_number_may_be_said_twice(language: str, question: str, text: str, value: int) -> None:
    assert read_answer("integer", text, language=language, question=question) == value


def test_a_few_a_pronoun_the_past_and_a_doubt_are_no_count() -> None:
    assert read_rows(NO_COUNTS, REGIONS) == []


@pytest.mark.parametrize(("language", "question", "text", "value"), COUNTS)
def test_a_count_is_read_in_many_words(language: str, question: str, text: str, value: int) -> None:
    assert read_answer("integer", text, language=language, question=question) == value
