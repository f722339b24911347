"""Numbers and ordinals beside labels that say numbers themselves."""

from __future__ import annotations

import pytest

from botflow.nodes.answers.choosing.choice import choose
from botflow.nodes.answers.choosing.choices import choose_several
from botflow.nodes.answers.expectation import Option
from tests.engine.inbounds import message


def label(language: str, labels: str, text: str) -> str | None:
    options = [Option(id=f"id-{at}", label=each) for at, each in enumerate(labels.split("; "))]
    option = choose(options, message(text), language)
    return option.label if option else None


ASKED = [
    ("en", "2nd May; 3rd May; 4th May", "the 3rd"),
    ("en", "2 May; 3 May; 4 May", "the 3rd"),
    ("en", "Mon 2; Tue 3; Wed 4", "the 3rd"),
    ("en", "1-2 people; 3-5 people; 6+ people", "3"),
    ("en", "1 to 2; 3 to 5; 6 or more", "3"),
    ("de", "1-2; 3-4; 5-6", "3"),
    ("en", "Table 1; Table 2; Table 12", "3"),
    ("en", "2nd May; 3rd May; 4th May", "3"),
    ("de", "Mo 2.3.; Di 3.3.; Mi 4.3.", "3"),
    ("en", "Under 2; 2 to 12; 13 or older", "3"),
    ("en", "Two; Three; Four", "3"),
    ("en", "Three; Two; Four", "3"),
    ("fr", "Deux; Trois; Quatre", "3"),
    ("en", "1-2 people; 3-5 people; 6+ people", "2"),
    ("en", "1 to 2; 3 to 5; 6 or more", "2"),
    ("en", "Room 2A; Room 2B", "2"),
    ("en", "10:00; 11:00; 12:00", "2"),
    ("en", "12:30; 1:30; 2:30", "2"),
    ("en", "12pm; 1pm; 2pm", "2"),
    ("en", "2nd May; 3rd May; 4th May", "2"),
    ("en", "£1.50; £2.50; £3.50", "2"),
    ("en", "0-17; 18-25; 26+", "2"),
    ("en", "none; 1; more than 1", "2"),
    ("en", "none; one; more than two", "2"),
    ("en", "Two; Three; Four", "2"),
    ("en", "None; 1-2; 3 or more", "1"),
    ("en", "0; 1 or 2; 3+", "1"),
    ("en", "12:00; 1:00; 2:00", "1"),
    ("en", "12:30; 1:30; 2:30", "1"),
    ("en", "12pm; 1pm; 2pm", "1"),
    ("en", "2 nights; 3 nights; 7 nights", "1"),
    ("en", "1 May; 3 May; 2 May", "the 2nd"),
    ("en", "2nd May; 3rd May; 4th May", "the second"),
    ("de", "Mo 2.; Di 3.; Mi 4.", "der dritte"),
    ("de", "Mo 2.3.; Di 3.3.; Mi 4.3.", "am 3."),
    ("fr", "Lundi 2 mars 10h; Mardi 3 mars 11h", "le 2"),
    ("fr", "Dimanche 1 mars 9h; Mardi 3 mars 11h; Lundi 2 mars 10h", "le 2"),
    ("en", "0-17; 18-25; 26+", "I'm 3"),
    ("de", "1-2; 3-4; 5-6", "2"),
    ("de", "12:00; 13:00; 14:00", "2"),
    ("de", "Eine; Drei; Zwei", "2"),
    ("de", "12 Uhr; 13 Uhr; 14 Uhr", "1"),
    ("fr", "1 ou 2; 3 ou 4; 5 et plus", "2"),
    ("es", "Dos; Tres; Cuatro", "2"),
    ("en", "None; One", "1"), ("en", "Nobody; One; Two", "1"), ("fr", "Aucun enfant; Un enfant; Plusieurs", "1"),
    ("de", "Zu zweit; Zu dritt; Zu viert", "3"), ("de", "ab 3; bis 2", "1"), ("es", "menos de 2; 2 o más", "2"),
    ("fr", "9h-12h; 12h-15h; 15h-18h", "2"), ("fr", "9h-12h; 12h-15h; 15h-18h", "12"),
    ("es", "2 de mayo; 3 de mayo; 4 de mayo", "el 3"), ("es", "2 de mayo; 3 de mayo; 4 de mayo", "la segunda"),
    ("es", "2 de mayo; 3 de mayo; 4 de mayo", "el último"), ("en", "May 3; May 1; May 2", "the 1st"),
    ("en", "Ground floor; First floor; Second floor", "the second"), ("en", "10:00; 10:30; 11:00", "10"),
    ("en", "10:00; 10:30; 11:00", "30"), ("en", "Plan A2; Plan B3; Plan C4", "2"), ("en", "Under 18; 18-25; 26+", "2"),
    ("de", "Espresso 2 €; Latte 3 €; Tee 1 €", "2"), ("en", "Room 2; Room 3; Room 12", "number 2"),
    ("en", "Room 2; Room 3; Room 12", "#2"), ("en", "Table #2; Table #1", "#2"),
    ("en", "Min 2 people; Max 3 people", "2"), ("en", "2 May 9:00; 3 May 10:00", "9"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "labels", "text"), ASKED)
def test_a_number_that_may_be_a_position_or_what_a_label_says_is_asked_again(
    language: str, labels: str, text: str
) -> None:
    assert label(language, labels, text) is None


@pytest.mark.parametrize(
    ("language", "labels", "text", "expected"),
    [
        ("en", "1-2 people; 3-5 people; 6+ people", "4", "3-5 people"),
        ("en", "1-2 people; 3-5 people; 6+ people", "1", "1-2 people"),
        ("en", "1 to 2; 3 to 5; 6 or more", "9", "6 or more"), ("en", "Under 18; 18-25; 26+", "17", "Under 18"),
        ("en", "Under 18; 18-25; 26+", "20", "18-25"), ("de", "weniger als 2; 2 bis 4; mehr als 4", "5", "mehr als 4"),
        ("es", "menos de 3; de 3 a 5; más de 5", "4", "de 3 a 5"), ("fr", "1 ou 2; 3 ou 4; 5 et plus", "4", "3 ou 4"),
        ("fr", "moins de 3; de 3 à 5; plus de 5", "7", "plus de 5"),
        ("en", "Table 1; Table 2; Table 12", "12", "Table 12"),
        ("en", "2nd May; 3rd May; 4th May", "the 4th", "4th May"), ("de", "1. Mai; 2. Mai; 3. Mai", "am 2.", "2. Mai"),
        ("de", "1. Mai; 2. Mai; 3. Mai", "der zweite", "2. Mai"),
        ("en", "First class; Second class", "2", "Second class"),
        ("en", "10:00; 11:00; 12:00", "11", "11:00"), ("en", "12pm; 1pm; 2pm", "12", "12pm"),
        ("de", "12 Uhr; 13 Uhr; 14 Uhr", "14", "14 Uhr"), ("en", "twenty one; thirty", "21", "twenty one"),
        ("en", "Three; Two; Four", "two", "Two"), ("en", "0; 1; 2; 3+", "5", "3+"),
    ],
)  # fmt: skip
def test_a_number_that_one_label_says_is_that_option(language: str, labels: str, text: str, expected: str) -> None:
    assert label(language, labels, text) == expected


@pytest.mark.parametrize(
    ("language", "labels", "text", "expected"),
    [
        ("en", "2nd May; 3rd May; 4th May", "option 3", "4th May"), ("en", "3 May; 2 May", "the second one", "2 May"),
        ("en", "10:00; 11:00; 12:00", "number 2", "11:00"), ("en", "10:00; 11:00; 12:00", "#2", "11:00"),
        ("en", "10:00; 11:00; 12:00", "the second", "11:00"), ("en", "Room 2; Room 3; Room 12", "option 2", "Room 3"),
        ("en", "3 May; 2 May", "the last one", "2 May"), ("fr", "2 mai; 3 mai", "option 2", "3 mai"),
        ("de", "2. Mai; 3. Mai; 4. Mai", "Option 2", "3. Mai"), ("es", "2 de mayo; 3 de mayo", "opción 1", "2 de mayo"),
        ("en", "Basic £10; Pro £20; Max £30", "2", "Pro £20"), ("en", "The red one; The blue one", "1", "The red one"),
        ("de", "Margherita 8,50 €; Salami 9,50 €; Funghi 10 €", "2", "Salami 9,50 €"),
        ("en", "Haircut 30 min; Colour 60 min", "2", "Colour 60 min"), ("fr", "Un café; Un thé; Rien", "1", "Un café"),
    ],
)  # fmt: skip
def test_what_is_surely_a_position_is_one(language: str, labels: str, text: str, expected: str) -> None:
    assert label(language, labels, text) == expected


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "2 of them"), ("en", "2 of those please"), ("de", "2 davon"), ("es", "2 de estas"), ("fr", "2 de ceux"),
     ("en", "I'd like 2"), ("en", "give us 3"), ("en", "can I get 2"), ("en", "for 2"), ("de", "wir nehmen 2"),
     ("es", "queremos 2"), ("fr", "nous voudrions 2")],
)  # fmt: skip
def test_how_many_of_them_is_no_position(language: str, text: str) -> None:
    options = [Option(id=each, label=each) for each in ("Margherita", "Salami", "Funghi")]
    assert label(language, "Margherita; Salami; Funghi", text) is None
    assert choose_several(options, message(text), language) is None


def test_the_second_last_is_neither_the_second_nor_the_last() -> None:
    assert label("en", "Apple; Banana", "the second last") is None


@pytest.mark.parametrize("text", ["1 and 3", "1-3", "the 2nd and 3rd", "all but 2"])
def test_several_positions_among_labels_with_numbers_are_asked_again(text: str) -> None:
    options = [Option(id=each, label=each) for each in ("2 May", "3 May", "4 May")]
    assert choose_several(options, message(text), "en") is None


def test_the_first_two_are_positions_among_days_too() -> None:
    options = [Option(id=each, label=each) for each in ("2 May", "3 May", "4 May")]
    assert choose_several(options, message("the first two"), "en") == options[:2]


def test_a_long_label_is_read_in_linear_time() -> None:
    for written in ("1-" * 2000, "1 or 2 " * 500, "9" * 4000, "1.1." * 1000, "up to " * 700):
        assert label("en", f"{written}; Other", "7") is None


@pytest.mark.parametrize(
    ("labels", "number", "meant"),
    [
        (("10:00", "11:00", "12:00"), "2", "11:00"),
        (("Four Cheese", "Salami", "Funghi"), "2", "Salami"),
        (("2 nights", "3 nights", "5 nights"), "3", None),
        (("2nd May", "3rd May", "4th May"), "3", None),
        (("1-2", "3-4", "5-6"), "2", None),
        (("12:30", "1:30", "2:30"), "2", None),
    ],
)
def test_on_a_phone_the_options_are_numbered_lines(labels: tuple[str, ...], number: str, meant: str | None) -> None:
    options = tuple(Option(id=f"o{at}", label=label) for at, label in enumerate(labels))
    chosen = choose(options, message(number, channel="sms"), "en")
    assert (chosen.label if chosen else None) == meant
