"""Numbers in digits and in words. The set as a whole prints its figure; every case must be understood."""

from __future__ import annotations

import pytest

from botflow.nodes.answers.expectation import Accepted, Expectation, Refused
from botflow.nodes.answers.numbers.numbers import LARGEST
from botflow.nodes.answers.read_answer import read
from botflow.testing import read_answer
from tests.engine.inbounds import message

WORDS: dict[str, dict[str, float]] = {
    "en": {
        "one": 1, "two": 2, "seven": 7, "twelve": 12, "nineteen": 19, "twenty-one": 21, "twenty one": 21,
        "ninety-nine": 99, "a hundred": 100, "one hundred and five": 105, "two thousand": 2000, "a dozen": 12,
        "half a dozen": 6, "a couple": 2, "two dozen": 24, "three, please": 3, "I need twenty-one": 21, "none": 0,
        "zero": 0, "minus three": -3, "just two": 2, "about fifty people": 50, "TEN!": 10, "forty two": 42,
        "two point five": 2.5, "3 million": 3_000_000, "two and a half": 2.5, "2 thousand": 2000,
    },
    "de": {
        "eins": 1, "zwei": 2, "sieben": 7, "zwölf": 12, "neunzehn": 19, "einundzwanzig": 21, "neunundneunzig": 99,
        "hundert": 100, "hundertfünf": 105, "zweitausend": 2000, "ein Dutzend": 12, "ein halbes Dutzend": 6,
        "eine": 1, "einen": 1, "drei bitte": 3, "ich brauche einundzwanzig": 21, "keine": 0, "null": 0,
        "minus drei": -3, "zwo": 2, "etwa fünfzig Leute": 50, "ZEHN!": 10, "dreißig": 30, "dreissig": 30,
        "zwei Komma fünf": 2.5,
    },
    "es": {
        "uno": 1, "una": 1, "dos": 2, "siete": 7, "doce": 12, "diecinueve": 19, "veintiuno": 21, "veintiún": 21,
        "noventa y nueve": 99, "cien": 100, "ciento cinco": 105, "dos mil": 2000, "una docena": 12,
        "media docena": 6, "un par": 2, "tres, por favor": 3, "necesito veintiuno": 21, "ninguno": 0, "cero": 0,
        "menos tres": -3, "unas cincuenta personas": 50, "¡DIEZ!": 10, "dieciséis": 16, "treinta y dos": 32,
        "dos coma cinco": 2.5,
    },
    "fr": {
        "un": 1, "deux": 2, "douze": 12, "vingt et un": 21, "quatre-vingt-dix-neuf": 99, "soixante-dix": 70,
        "une douzaine": 12, "trois, s'il vous plaît": 3, "aucun": 0, "deux mille": 2000,
    },
}  # fmt: skip
DIGITS = {
    "en": {
        "12": 12, " 7 ": 7, "2.": 2, "+5": 5, "-5": -5, "−5": -5, "1,500": 1500, "1,234,567.5": 1234567.5,
        "2.5": 2.5, ".5": 0.5, "$20": 20, "-$20": -20, "5 please": 5, "50%": 50, "1/2": 0.5, "1 000": 1000, "１２": 12,
    },
    "de": {
        "2,5": 2.5, "1.500": 1500, "1.234.567,5": 1234567.5, "2.5": 2.5, "20 €": 20, "5 bitte": 5, "1.5": 1.5,
        "100.000": 100000, "ca. 30": 30,
    },
    "es": {"2,5": 2.5, "1.500": 1500, "3.000.000": 3000000, "5 por favor": 5, "0,25": 0.25},
    "fr": {"2,5": 2.5, "1 500": 1500, "1\u202f500,5": 1500.5},
    "es-MX": {"2.5": 2.5, "1,500": 1500, "1.500": 1.5},
    "de-CH": {"1'500.50": 1500.5},
}  # fmt: skip
NO_NUMBERS = {
    "en": ["no", "lots", "5 or 6", "10-12", "10:30", "4/5", "5kg", "B12", "which one?", "", "?", "12.3.2026", "1.2.3",
           "3 million, no, 4", "no one", "not 5",
           "less than 5", "7pm", "just a second", "5²", "room 12B",
           "I told you three times already that I do not want any of it", "👍", "9" * 5000, "٣٤ x ٣"],
    "de": ["nein", "viele", "fünf oder sechs", "5-6", "weiß nicht"],
    "es": ["no", "muchos", "cinco o seis", "no sé"],
}  # fmt: skip
NUMBER = Expectation(kind="number")


def test_number_words_are_understood_in_four_languages() -> None:
    wrong = [
        (language, text, answer)
        for language, table in WORDS.items()
        for text, number in table.items()
        if (answer := read(NUMBER, message(text), language, None)) != Accepted(number)
    ]
    total = sum(map(len, WORDS.values()))
    for language, table in WORDS.items():
        print(f"number words, {language}: {len(table) - sum(case[0] == language for case in wrong)}/{len(table)}")
    print(f"number words: {total - len(wrong)}/{total}")
    assert wrong == []


@pytest.mark.parametrize(
    ("language", "text", "number"),
    [(language, text, number) for language, table in DIGITS.items() for text, number in table.items()],
)
def test_digits_are_read_with_the_separators_of_their_language(language: str, text: str, number: float) -> None:
    assert read(NUMBER, message(text), language, None) == Accepted(number)


@pytest.mark.parametrize(
    ("language", "text"), [(language, text) for language, texts in NO_NUMBERS.items() for text in texts]
)
def test_what_is_no_single_number_is_refused(language: str, text: str) -> None:
    assert isinstance(read(NUMBER, message(text), language, None), Refused)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2.5", Refused("not_whole")),
        ("2.0", Accepted(2)),
        ("0", Refused("too_small")),
        ("1", Accepted(1)),
        ("20", Accepted(20)),
        ("twenty", Accepted(20)),
        ("21", Refused("too_large")),
        ("many", Refused("not_a_number")),
    ],
)
def test_an_integer_is_whole_and_within_its_bounds(text: str, expected: object) -> None:
    assert read(Expectation(kind="integer", least=1, most=20), message(text), "en", None) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (str(LARGEST), Accepted(LARGEST)),
        (str(-LARGEST), Accepted(-LARGEST)),
        (str(LARGEST + 1), Refused("too_large")),
        (str(-LARGEST - 1), Refused("too_small")),
        ("9" * 30, Refused("too_large")),
    ],
)
def test_an_integer_that_a_browser_cannot_hold_is_refused(text: str, expected: object) -> None:
    assert read(Expectation(kind="integer"), message(text), "en", None) == expected


def test_an_integer_is_stored_as_an_integer() -> None:
    reading = read(Expectation(kind="integer"), message("2.0"), "en", None)
    assert isinstance(reading, Accepted)
    assert type(reading.value) is int


@pytest.mark.parametrize(
    ("language", "text", "people"),
    [
        *(("en", text, 4) for text in ("table for 4", "a table for four, please", "party of 4", "a group of 4")),
        *(("de", text, 4) for text in ("Tisch für 4", "einen Tisch für vier bitte", "Gruppe von 4")),
        *(("es", text, 4) for text in ("mesa para 4", "una mesa para cuatro", "grupo de 4")),
        *(("fr", text, 4) for text in ("table pour 4", "une table pour quatre", "groupe de 4")),
        *(("en", text, None) for text in ("table 4", "room 12", "booking 4")),
        *(("de", "Tisch 4", None), ("es", "mesa 4", None), ("fr", "table 4", None)),
    ],
)
def test_a_table_for_four_is_four_and_table_four_is_none(language: str, text: str, people: int | None) -> None:
    assert read_answer("integer", text, language=language) == people
