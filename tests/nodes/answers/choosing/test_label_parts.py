"""An option by a part of its label, and beside words of the question."""

from __future__ import annotations

import pytest

from botflow.testing import read_answer

PAY = ("Cash", "Credit card", "PayPal")
SIZES = ("Small", "Medium", "Large")
HOW = "How would you like to pay?"
GIFT = "How would you like to pay for the gift?"


def chosen(text: str, labels: tuple[str, ...], question: str = "", language: str = "en") -> object:
    return read_answer("choice", text, language=language, choices=labels, question=question)


def several(text: str, labels: tuple[str, ...], question: str = "", language: str = "en") -> object:
    return read_answer("choices", text, language=language, choices=labels, question=question)


@pytest.mark.parametrize(
    ("text", "labels", "expected"),
    [
        ("card", PAY, "Credit card"), ("by card please", PAY, "Credit card"), ("credit", PAY, "Credit card"),
        ("I'd like the chicken", ("Grilled chicken", "Salmon"), "Grilled chicken"),
        ("chicken bowl", ("Grilled chicken bowl", "Grilled beef bowl", "Chicken salad"), "Grilled chicken bowl"),
        ("double", ("Single room", "Double room"), "Double room"),
        ("delete", ("Delete account", "Help"), "Delete account"),
        ("monday", ("Monday 10:00", "Friday 14:00"), "Monday 10:00"),
        ("10:00", ("Monday 10:00", "Friday 14:00"), "Monday 10:00"),
        ("morning", ("Tomorrow morning", "Tomorrow evening"), "Tomorrow morning"),
        ("sugar free", ("Sugar-free cola", "Water"), "Sugar-free cola"),
    ],
)  # fmt: skip
def test_words_that_only_one_label_has_name_its_option(text: str, labels: tuple[str, ...], expected: str) -> None:
    assert chosen(text, labels) == expected


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("gift card", PAY), ("debit card", PAY), ("not card", PAY), ("no card", PAY), ("card or cash", PAY),
        ("maybe card", PAY), ("anything but card", PAY), ("card?", PAY), ("card, no", PAY), ("card not cash", PAY),
        ("card 2", PAY), ("2 card", PAY), ("the second card", PAY), ("car", PAY), ("cash card", PAY),
        # Small words, and words of several labels.
        ("the", ("Soup of the day", "Salad")), ("with", ("Tea with milk", "Coffee")),
        ("water", ("Still water", "Sparkling water")),
        ("card", ("Credit card", "Gift cards")), ("card", ("Credit card", "Debit card")),
        # What is left out turns the label round.
        ("cheese", ("No cheese", "Ham")), ("cheese", ("Pizza without cheese", "Ham")),
        ("account", ("Delete account", "Help")),
        ("sugar", ("Sugar-free cola", "Water")), ("smoking", ("Non-smoking room", "Suite")),
        ("urgent", ("Not urgent", "Other")),
        # Words of two options, and numbers that may be something else.
        ("chicken soup", ("Grilled chicken", "Soup of the day")), ("tuesday week", ("Tuesday", "Next week")),
        ("monday 1", ("Monday 10:00", "Friday 14:00")), ("monday 14:00", ("Monday 10:00", "Friday 14:00")),
        ("iphone 16", ("iPhone 15", "Galaxy 24")), ("iphone 1", ("iPhone 15", "Galaxy 24")),
        ("in 2", ("Ham", "Olives")),
        ("phở bơ", ("Phở bò tái", "Cơm gà")), ("good morning", ("Morning", "Evening")),
        ("medium well", ("Medium", "Well done")),
        ("by monday", ("Monday", "Tuesday")),
    ],
)  # fmt: skip
def test_a_part_that_may_mean_something_else_names_nothing(text: str, labels: tuple[str, ...]) -> None:
    for language in ("en", "vi"):
        assert chosen(text, labels, language=language) is None


def test_another_word_for_another_option_is_no_part() -> None:
    options = ({"id": "credit", "label": "Credit card"}, {"id": "points", "label": "Points", "match": ["loyalty card"]})
    assert read_answer("choice", "card", choices=options) is None
    assert read_answer("choice", "loyalty card", choices=options) == "points"


@pytest.mark.parametrize(
    ("text", "labels", "question", "language", "expected"),
    [
        ("I'll pay cash", PAY, HOW, "en", "Cash"), ("I'd like to pay by card", PAY, HOW, "en", "Credit card"),
        ("large size", SIZES, "Which size?", "en", "Large"), ("card for the gift", PAY, GIFT, "en", "Credit card"),
        ("sparkling", ("Still water", "Sparkling water"), "Still or sparkling?", "en", "Sparkling water"),
        ("größe klein", ("Klein", "Groß"), "Welche Größe?", "de", "Klein"),
        ("la habitación grande", ("Grande", "Pequeña"), "¿Qué habitación quiere?", "es", "Grande"),
        ("je paye en espèces", ("Carte", "Espèces"), "Comment souhaitez-vous payer ?", "fr", None),
        ("payer en espèces", ("Carte", "Espèces"), "Comment souhaitez-vous payer ?", "fr", "Espèces"),
        # A noun of the question beside an option may make another thing of it.
        ("gift card", PAY, GIFT, "en", None), ("card gift", PAY, GIFT, "en", None),
        ("gift cash", PAY, GIFT, "en", None),
        # A word of the question names no option, and does not leave out what a label says more.
        ("I want to pay", ("Pay later", "Credit card"), HOW, "en", None),
        ("pay", ("Pay later", "Cash"), HOW, "en", None),
        ("cash delivery", ("Cash", "Cash on delivery"), "How do you want to pay for delivery?", "en", None),
        ("not cash to pay", PAY, HOW, "en", None), ("maybe cash", PAY, "Cash, or maybe a card?", "en", None),
        ("cash before", PAY, "Pay before or after?", "en", None),
        ("free pickup", ("Pickup", "Delivery"), "Delivery is free. Which do you want?", "en", None),
    ],
)  # fmt: skip
def test_words_of_the_question_may_stand_beside_an_option(
    text: str, labels: tuple[str, ...], question: str, language: str, expected: str | None
) -> None:
    assert chosen(text, labels, question, language) == expected


@pytest.mark.parametrize(
    ("text", "language", "labels", "expected"),
    [
        ("pizza, no wait, pasta please", "en", ("Pizza", "Pasta"), "Pasta"),
        ("pizza, no, pasta", "en", ("Pizza", "Pasta"), "Pasta"),
        ("medium, no actually small", "en", SIZES, "Small"), ("1, no, 2", "en", ("Pizza", "Pasta"), "Pasta"),
        ("Tinte… no, perdona, peinado", "es", ("Corte", "Tinte", "Peinado"), "Peinado"),
        ("Couleur… ah non, brushing", "fr", ("Coupe", "Couleur", "Brushing"), "Brushing"),
        ("Pizza, ach quatsch, Salat", "de", ("Pizza", "Salat"), "Salat"), ("card, sorry, cash", "en", PAY, "Cash"),
        ("pizza, no pasta", "en", ("Pizza", "Pasta"), None), ("pizza no pasta", "en", ("Pizza", "Pasta"), None),
        ("pizza, no wait, burger", "en", ("Pizza", "Pasta"), None),
        ("burger, no wait, pizza", "en", ("Pizza", "Pasta"), None),
        ("pizza, no", "en", ("Pizza", "Pasta"), None), ("no, pizza", "en", ("Pizza", "Pasta"), None),
        ("Pizza, halt mit Salat", "de", ("Pizza", "Salat"), None), ("pizza, wait", "en", ("Pizza", "Pasta"), None),
        ("yes, no", "en", ("Yes", "No"), None), ("pizza, no wait, not pasta", "en", ("Pizza", "Pasta"), None),
    ],
)  # fmt: skip
def test_of_a_corrected_choice_the_last_one_counts_if_each_is_understood(
    text: str, language: str, labels: tuple[str, ...], expected: str | None
) -> None:
    assert chosen(text, labels, language=language) == expected


TOPPINGS = ("Ham", "Green olives", "Cheese", "Onion rings")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("olives", ["Green olives"]), ("ham and olives", ["Ham", "Green olives"]),
        ("rings, cheese", ["Cheese", "Onion rings"]),
        ("ham, no wait, cheese", ["Cheese"]), ("ham, no, olives and cheese", ["Green olives", "Cheese"]),
        ("ham and cheese, no wait, ham and olives", ["Ham", "Green olives"]),
        ("ham and olives, no wait, cheese", None), ("ham and actually cheese", None), ("cheese rings", None),
        ("olives 2", None), ("ham olives", None), ("everything but olives", ["Ham", "Cheese", "Onion rings"]),
        ("black olives", None), ("olives?", None), ("2 olives", None),
    ],
)  # fmt: skip
def test_parts_and_corrections_in_a_list(text: str, expected: list[str] | None) -> None:
    assert several(text, TOPPINGS) == expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "ham and cheese but no olives", ["Ham", "Cheese"]), ("en", "ham without cheese", ["Ham"]),
        ("en", "just ham, not cheese", ["Ham"]), ("de", "ham und cheese, kein rings", ["Ham", "Cheese"]),
        ("es", "ham, cheese y sin rings", ["Ham", "Cheese"]), ("fr", "ham, mais pas cheese", ["Ham"]),
        # Which ones are refused, or whether any is, is not clear.
        ("en", "ham no cheese", None), ("en", "ham, no cheese", None), ("es", "ham, no cheese", None),
        ("en", "1, no 2", None), ("en", "ham, no olives and cheese", None), ("en", "ham, no ham", None),
        ("en", "no ham", None), ("en", "ham, no", None), ("en", "ham or not cheese", None),
        ("en", "ham, no burger", None),
        ("es", "ham no cheese", None), ("es", "ham, sin cheese y rings", None), ("en", "not ham and cheese", None),
    ],
)  # fmt: skip
def test_one_option_that_is_refused_behind_others_is_left_out(
    language: str, text: str, expected: list[str] | None
) -> None:
    assert several(text, TOPPINGS, language=language) == expected


@pytest.mark.parametrize(
    ("text", "language", "labels", "expected"),
    [
        ("not the pizza, the pasta", "en", ("Pizza", "Pasta"), "Pasta"),
        ("not pizza but pasta", "en", ("Pizza", "Pasta"), None),
        ("nicht die Pizza, sondern der Salat", "de", ("Pizza", "Salat"), "Salat"),
        ("la pizza no, mejor la ensalada", "es", ("Pizza", "Ensalada"), "Ensalada"),
        ("pas la pizza, la salade plutôt", "fr", ("Pizza", "Salade"), "Salade"),
        ("not only pizza, pasta too", "en", ("Pizza", "Pasta"), None),
        ("not just pizza, pasta", "en", ("Pizza", "Pasta"), None),
        ("not pizza, not pasta", "en", ("Pizza", "Pasta"), None),
        ("not burger, pasta", "en", ("Pizza", "Pasta"), None),
        ("not pizza, pizza", "en", ("Pizza", "Pasta"), None), ("not pizza, please", "en", ("Pizza", "Pasta"), None),
        ("not now, later", "en", ("Not now", "Later"), None),
        ("not pizza, pasta or soup", "en", ("Pizza", "Pasta"), None),
    ],
)  # fmt: skip
def test_what_is_denied_before_an_option_is_another_one(
    text: str, language: str, labels: tuple[str, ...], expected: str | None
) -> None:
    assert chosen(text, labels, language=language) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("l'eau", "Eau"), ("de l'eau svp", "Eau"), ("l’après-midi", "Après-midi"), ("pas d'eau", None), ("n'eau", None)],
)
def test_an_elided_article_is_no_part_of_a_name(text: str, expected: str | None) -> None:
    assert chosen(text, ("Eau", "Vin", "Après-midi"), language="fr") == expected


def test_weekdays_may_be_short() -> None:
    assert several("mon, wed and fri", ("Monday", "Tuesday", "Wednesday", "Friday")) == [
        "Monday",
        "Wednesday",
        "Friday",
    ]
    assert several("mo, mi und fr", ("Montag", "Mittwoch", "Freitag"), language="de") == [
        "Montag",
        "Mittwoch",
        "Freitag",
    ]
    assert several("so montag", ("Montag", "Sonntag"), language="de") == ["Montag"]
    assert chosen("mon", ("Monday 10:00", "Tuesday 11:00")) is None


def test_words_of_the_question_in_a_list() -> None:
    question = "Which toppings would you like on the pizza?"
    assert several("toppings ham and cheese", TOPPINGS, question) == ["Ham", "Cheese"]
    assert several("ham pizza and cheese", TOPPINGS, question) is None
