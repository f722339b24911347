"""The one rule: a word that may change a value is understood, or the answer is asked again; never dropped.

And what a computer writes in a language's own form is read back.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta

import pytest
from babel.dates import format_date, format_time
from babel.numbers import format_decimal
from hypothesis import given, settings
from hypothesis import strategies as st

from botflow.testing import read_answer
from tests.nodes.answers.calendar.test_dates import SAID as DATES
from tests.nodes.answers.calendar.test_times import SAID as TIMES
from tests.nodes.answers.numbers.test_numbers import DIGITS
from tests.nodes.answers.numbers.test_numbers import WORDS as NUMBERS

NOW = datetime(2026, 11, 18, 9, 30, tzinfo=UTC)
CHANGERS = {
    "en": "not never except without over under before after until less more than least most last other million "
    "hundred dozen percent or between weeks cents half quarter double minus zzyzx",
    "de": "nicht nie ausser ohne über unter vor nach bis weniger mehr mindestens höchstens letzte andere "
    "Millionen hundert Dutzend Prozent oder zwischen Wochen halb minus zzyzx",
    "es": "no nunca excepto sin sobre antes hasta menos mayor mínimo máximo pasado otro millones cien "
    "docena o entre semanas medio zzyzx",
    "fr": "pas jamais sauf sans sous avant après jusqu moins plus minimum maximum dernier autre millions cent "
    "douzaine ou entre semaines demi zzyzx",
}
# The options of a question in each language, the question, and answers that mean the first option.
CHOSEN: dict[str, tuple[tuple[str, ...], str, tuple[str, ...]]] = {
    "en": (
        ("Credit card", "Cash on delivery", "Later"),
        "How would you like to pay for your order: before or after delivery, or never?",
        (
            "credit card",
            "credit",
            "card",
            "by card please",
            "I'd like to pay by card",
            "pay with credit",
            "cash, no wait, card",
        ),
    ),
    "de": (
        ("Großer Salat", "Suppe des Tages", "Nichts"),
        "Was möchten Sie bestellen, vor oder nach dem Kino?",
        ("großer salat", "salat", "bitte den großen salat", "ich möchte salat bestellen", "suppe, ach quatsch, salat"),
    ),
    "es": (
        ("Habitación doble", "Suite familiar", "Otra"),
        "¿Qué tipo de habitación quiere reservar, antes o después?",
        ("habitación doble", "la doble", "una habitación doble por favor", "suite, no, perdona, la doble"),
    ),
    "fr": (
        ("Carte bancaire", "Chèque cadeau", "Autre"),
        "Comment voulez-vous payer la commande, avant ou après ?",
        ("carte bancaire", "carte", "par carte svp", "payer par carte", "chèque, non pardon, carte"),
    ),
}
# Questions, and answers that agree with them.
AGREED = {
    "en": ("Shall we cancel your order?", ("yes", "yes please cancel", "yes, cancel my order", "no, wait, yes")),
    "de": ("Sollen wir die Bestellung stornieren?", ("ja", "ja bitte stornieren", "nein, ach quatsch, ja")),
    "es": ("¿Desea cancelar su pedido?", ("sí", "sí, cancelar el pedido", "no, digo, sí")),
    "fr": ("Voulez-vous annuler la commande ?", ("oui", "oui, annuler la commande svp", "non, pardon, oui")),
}
GENERATED = settings(deadline=None)
LANGUAGES = ("en", "de", "es", "fr")
REGIONS = {"en": "US", "de": "DE", "es": "ES", "fr": "FR"}


def values(language: str) -> list[tuple[str, str]]:
    """Return what is understood in the language, with its kind."""
    texts = [("number", text) for text in (*NUMBERS[language], *DIGITS[language])]
    return [*texts, *(("date", text) for text in DATES[language]), *(("time", text) for text in TIMES[language])]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_word_that_may_change_a_value_never_leaves_it_as_it_was(language: str) -> None:
    tried, unchanged = 0, []
    for kind, text in values(language):
        before = read_answer(kind, text, language=language, received_at=NOW)
        assert before is not None, text
        for changer in CHANGERS[language].split():
            if before == 0 or (kind, changer) == ("time", "sobre"):  # minus zero is zero; "sobre las 3" is about three
                continue
            if read_answer(kind, changer, language=language, received_at=NOW) == before:
                continue  # "half 1/2" says it twice
            for said in (f"{changer} {text}", f"{text} {changer}"):
                tried += 1
                if read_answer(kind, said, language=language, received_at=NOW) == before:
                    unchanged.append((kind, said))
    print(f"{language}: {tried} answers with a word that may change them, {len(unchanged)} unchanged")
    assert unchanged == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["choice", "choices"])
def test_a_word_that_may_change_a_choice_never_leaves_it_as_it_was(language: str, kind: str) -> None:
    labels, question, texts = CHOSEN[language]
    expected = labels[0] if kind == "choice" else [labels[0]]

    def read(text: str) -> object:
        return read_answer(kind, text, language=language, choices=labels, question=question)

    assert [text for text in texts if read(text) != expected] == []
    assert [said for said in changed(texts, language) if read(said) == expected] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_word_that_may_change_a_yes_never_leaves_it_as_it_was(language: str) -> None:
    question, texts = AGREED[language]

    def read(text: str) -> object:
        return read_answer("yes_no", text, language=language, question=question)

    assert [text for text in texts if read(text) is not True] == []
    assert [said for said in changed(texts, language) if read(said) is True] == []


def changed(texts: Sequence[str], language: str) -> Iterator[str]:
    """Yield each text with each word that may change its meaning, at each place; behind a correction, if it has one."""
    for text in texts:
        words = text.split()
        corrected = max((place for place, word in enumerate(words, 1) if word.endswith(",")), default=0)
        for place in range(corrected if text.count(",") > 1 else 0, len(words) + 1):
            for changer in CHANGERS[language].split():
                yield " ".join((*words[:place], changer, *words[place:]))


DISHES = st.sampled_from(
    ("grilled", "salmon", "chicken", "green", "salad", "soup", "day", "house", "red", "wine", "no", "free", "card")
)


@GENERATED
@given(
    st.lists(st.lists(DISHES, min_size=1, max_size=3, unique=True).map(" ".join), min_size=2, max_size=5, unique=True),
    st.lists(DISHES, min_size=1, max_size=3, unique=True),
    st.sampled_from(["", "Salmon or chicken?", "Which soup would you like for your salad?"]),
)
def test_the_option_of_some_words_is_the_only_one_with_all_of_them(
    labels: list[str], said: list[str], question: str
) -> None:
    found = read_answer("choice", " ".join(said), choices=labels, question=question)
    passed = set() if " or " in question else {*question.lower().strip("?").split()}
    named = {*said} - passed or {*said}
    holding = [label for label in labels if named <= {*label.split()}]
    is_whole = found is not None and {*said} - {*str(found).split()} <= passed
    assert found is None or is_whole or [found] == holding


@pytest.mark.parametrize(
    ("kind", "language", "text", "value"),
    [
        ("number", "en", "6, no wait, 7", 7),
        ("number", "de", "vier, nein, fünf", 5),
        ("number", "es", "4, digo, 5", 5),
        ("number", "fr", "euh deux, non, trois", 3),
        ("date", "en", "friday, no wait, saturday", "2026-11-21"),
        ("date", "en", "12 March, no, 13 March", "2027-03-13"),
        ("time", "en", "7 pm, no wait, 8", "20:00"),
        ("time", "en", "7pm no 14:30", "14:30"),
        ("time", "en", "7, no, 8", "08:00"),
        ("time", "en", "4 people at 7pm, no, 8pm", "20:00"),
        ("money", "en", "20 euros, no, 30", {"amount": 30, "currency": "EUR"}),
    ],
)
def test_a_correction_inside_an_answer_counts(kind: str, language: str, text: str, value: object) -> None:
    assert read_answer(kind, text, language=language, region="US", received_at=NOW) == value


@pytest.mark.parametrize("language", LANGUAGES)
@GENERATED
@given(number=st.one_of(st.integers(-(10**9), 10**9), st.decimals(-(10**6), 10**6, places=2)))
def test_a_number_in_the_form_of_a_language_is_read_back(language: str, number: object) -> None:
    written = format_decimal(number, locale=f"{language}_{REGIONS[language]}")  # type: ignore[arg-type]
    found = read_answer("number", written, language=language, region=REGIONS[language])
    assert found == pytest.approx(float(number)), written  # type: ignore[arg-type]


@pytest.mark.parametrize("language", LANGUAGES)
@GENERATED
@given(days=st.integers(-20_000, 7_000), form=st.sampled_from(["short", "medium", "long", "full"]))
def test_a_date_in_the_form_of_a_language_is_read_back(language: str, days: int, form: str) -> None:
    day = date(2026, 11, 18) + timedelta(days=days)
    written = format_date(day, form, locale=f"{language}_{REGIONS[language]}")
    found = read_answer("date", written, language=language, region=REGIONS[language], received_at=NOW)
    assert found == day.isoformat(), written


@pytest.mark.parametrize("language", LANGUAGES)
@GENERATED
@given(minutes=st.integers(0, 24 * 60 - 1), form=st.sampled_from(["short", "medium"]))
def test_a_time_in_the_form_of_a_language_is_read_back(language: str, minutes: int, form: str) -> None:
    moment = time(minutes // 60, minutes % 60)
    written = format_time(moment, form, locale=f"{language}_{REGIONS[language]}")
    assert read_answer("time", written, language=language) == f"{moment:%H:%M}", written


@pytest.mark.parametrize(
    "kind", ["number", "date", "time", "datetime", "duration", "money", "rating", "yes_no", "choice", "choices"]
)
@GENERATED
@given(text=st.text(max_size=200), language=st.sampled_from([*LANGUAGES, "it", "hi"]))
def test_any_text_is_read_or_asked_again(kind: str, text: str, language: str) -> None:
    labels, question, _ = CHOSEN["en"]
    read_answer(kind, text, language=language, received_at=NOW, choices=labels, question=question)
