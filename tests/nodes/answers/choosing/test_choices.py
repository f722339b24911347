"""Several options of a list."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from botflow.nodes.answers.choosing.choices import choose_several
from botflow.nodes.answers.expectation import Accepted, Expectation, Option, Refused
from botflow.nodes.answers.read_answer import read
from tests.engine.inbounds import message

GENERATED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # machines may be busy

FOOD = ("Pizza", "Salad", "Soup", "Fish & chips", "Ice cream")


def several(text: str, labels: tuple[str, ...] = FOOD, language: str = "en") -> list[int] | None:
    """Return the positions of the chosen options, from 1."""
    options = tuple(Option(id=str(at), label=label) for at, label in enumerate(labels, 1))
    found = choose_several(options, message(text), language)
    return None if found is None else [int(option.id) for option in found]


CHOSEN = {
    "en": {
        "pizza but not salad": [1],
        "1": [1], "1 and 3": [1, 3], "1,3": [1, 3], "1, 3": [1, 3], "3, 1": [1, 3], "1 3": [1, 3], "1;3": [1, 3],
        "1/3": [1, 3],
        "1&3": [1, 3], "1+3": [1, 3], "1, 2 and 4": [1, 2, 4], "1-3": [1, 2, 3], "1 - 3": [1, 2, 3], "1–3": [1, 2, 3],
        "1 to 3": [1, 2, 3], "from 1 to 3": [1, 2, 3], "1-2, 5": [1, 2, 5], "1...3": [1, 2, 3],
        "options 1 and 3": [1, 3],
        "numbers 1, 2": [1, 2], "one and three": [1, 3], "pizza and salad": [1, 2], "pizza, salad & soup": [1, 2, 3],
        "I'd like pizza and soup please": [1, 3], "salad pizza": [1, 2], "fish and chips": [4],
        "fish & chips, soup": [3, 4],
        "fish and chips and soup": [3, 4], "piza and sallad": [1, 2], "pizza and 3": [1, 3], "all": [1, 2, 3, 4, 5],
        "everything": [1, 2, 3, 4, 5], "all of them": [1, 2, 3, 4, 5], "all five": [1, 2, 3, 4, 5],
        "all 5": [1, 2, 3, 4, 5],
        "all but the last": [1, 2, 3, 4], "all except pizza": [2, 3, 4, 5],
        "everything but salad and soup": [1, 4, 5],
        "all but the last two": [1, 2, 3], "all except 2 and 3": [1, 4, 5],
        "everything, but not the soup": [1, 2, 4, 5],
        "the first two": [1, 2], "first 3": [1, 2, 3], "the last two": [4, 5], "the first and the last": [1, 5],
        "the second and third": [2, 3], "2nd and 4th": [2, 4], "pizza to soup": [1, 2, 3], "the last": [5],
        "pizza": [1],
        "first to third": [1, 2, 3], "- pizza\n- soup": [1, 3], "pizza\nsoup": [1, 3], "both pizza and soup": [1, 3],
        "１、３": [1, 3], "١ ٣": [1, 3], "1️⃣ 3️⃣": [1, 3], "pizza pizza": [1], "none": [], "only the soup": [3],
        "nothing": [],
    },
    "de": {
        "pizza aber nicht soup": [1],
        "1 und 3": [1, 3], "1 bis 3": [1, 2, 3], "1-3": [1, 2, 3], "alle": [1, 2, 3, 4, 5], "alles": [1, 2, 3, 4, 5],
        "alle außer dem letzten": [1, 2, 3, 4], "alles ausser pizza": [2, 3, 4, 5], "die ersten zwei": [1, 2],
        "die ersten beiden": [1, 2], "die letzten 2": [4, 5], "pizza und soup bitte": [1, 3], "eins und drei": [1, 3],
        "von 1 bis 3": [1, 2, 3], "Nummer 1 und 2": [1, 2], "keine": [], "die zweite und die dritte": [2, 3],
        "alle bis auf soup": [1, 2, 4, 5], "alle ohne die ersten zwei": [3, 4, 5], "nur pizza": [1],
        "pizza sowie salad": [1, 2],
    },
    "es": {
        "pizza pero no soup": [1],
        "1 y 3": [1, 3], "del 1 al 3": [1, 2, 3], "1 a 3": [1, 2, 3], "todas": [1, 2, 3, 4, 5],
        "todo menos pizza": [2, 3, 4, 5],
        "todos menos el último": [1, 2, 3, 4], "los dos primeros": [1, 2], "las primeras dos": [1, 2], "ninguna": [],
        "pizza y soup por favor": [1, 3], "la primera y la última": [1, 5], "todas excepto la 2": [1, 3, 4, 5],
        "uno y tres": [1, 3], "los dos últimos": [4, 5], "opciones 1, 2": [1, 2], "solo pizza": [1],
    },
    "fr": {
        "pizza mais pas soup": [1],
        "1 et 3": [1, 3], "de 1 à 3": [1, 2, 3], "1 à 3": [1, 2, 3], "tout": [1, 2, 3, 4, 5],
        "toutes": [1, 2, 3, 4, 5],
        "tout sauf pizza": [2, 3, 4, 5], "tous sauf le dernier": [1, 2, 3, 4], "les deux premiers": [1, 2],
        "aucun": [],
        "les 2 premières": [1, 2], "les deux derniers": [4, 5], "pizza et soup s’il vous plaît": [1, 3],
        "un et trois": [1, 3],
        "la première et la dernière": [1, 5], "tout hormis le 2": [1, 3, 4, 5], "seulement pizza": [1],
    },
}  # fmt: skip
UNCLEAR = {
    "en": ["pizza or salad", "not pizza", "no pizza", "1 or 3", "maybe 1 and 3",
           "neither pizza nor soup",
           "all but", "all but one", "not all", "some", "a few", "1.3", "13", "6", "0", "1 and 9", "3-1", "1-9",
           "2 pizzas",
           "pizza - soup", "pizza-soup", "pizza–soup", "all pizza", "between 1 and 3", "1 and 3 but later", "all six",
           "all 4",
           "nothing but pizza", "everything?", "both", "pizza and a burger", "all except burger", "1 and -3",
           "1 * 3x", "", "👎 1",
           "I don’t want 1 and 3", "never 1", "two of them", "pizza instead of soup", "all or nothing",
           "just a second", "at least 2",
           "up to 3", "the first six", "none of your business", "3 and up", "more than 2", "1:3", "all but none",
           "to 3", "1 to"],
    "de": ["pizza oder salad", "keine pizza", "nicht alle", "1 oder 3", "alle außer einem", "mindestens 2",
           "ohne pizza", "zwischen 1 und 3", "alles egal", "bis 3", "ein paar", "auch keine pizza", "weder 1 noch 3"],
    "es": ["pizza o salad", "no todas", "1 o 3", "sin pizza", "menos pizza", "al menos 2",
           "ni 1 ni 3",
           "todas menos una", "los dos", "un par"],
    "fr": ["pizza ou salad", "pas tout", "1 ou 3", "sans pizza", "plus de pizza", "au moins 2",
           "les deux",
           "tous sauf un", "ni 1 ni 3", "entre 1 et 3"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("language", "text", "chosen"),
    [(language, text, chosen) for language, texts in CHOSEN.items() for text, chosen in texts.items()],
)
def test_several_options_are_chosen(language: str, text: str, chosen: list[int]) -> None:
    assert several(text, language=language) == chosen


@pytest.mark.parametrize(("language", "text"), [(each, text) for each, texts in UNCLEAR.items() for text in texts])
def test_what_is_not_clear_chooses_nothing(language: str, text: str) -> None:
    assert several(text, language=language) is None


@pytest.mark.parametrize(
    ("language", "text"), [("en", "both"), ("de", "beide"), ("es", "los dos"), ("es", "ambas"), ("fr", "les deux")]
)
def test_both_are_all_of_two(language: str, text: str) -> None:
    assert several(text, FOOD[:2], language) == [1, 2]


@pytest.mark.parametrize(
    ("text", "labels", "chosen"),
    [
        ("2 nights", ("2 nights", "3 nights"), [1]), ("3", ("2 nights", "3 nights", "5 nights"), None),
        ("5", ("2 nights", "3 nights", "5 nights"), [3]), ("C++ and C#", ("C", "C++", "C#"), [2, 3]),
        ("C, C#", ("C", "C++", "C#"), [1, 3]), ("1.5, 2.5", ("1.5", "2.5"), [1, 2]),
        ("T-shirt, cap", ("T-shirt", "Cap"), [1, 2]),
        ("none", ("Pizza", "None"), [2]), ("all", ("All", "Some"), [1]),
        ("ビザ、ピザ", ("ピザ", "ビザ", "パン"), [1, 2]),
        ("ham/cheese", ("Ham", "Cheese"), [1, 2]),
        ("monday to wednesday", ("Monday", "Tuesday", "Wednesday"), [1, 2, 3]),
        ("monday-wednesday", ("Monday", "Tuesday", "Wednesday"), None), ("papá", ("papa", "papá"), [2]),
        ("papa, papá", ("papa", "papá"), None), ("🔴, 🔵", ("🔴", "🔵"), None), ("1-3", ("1-2", "3-4", "5-6"), None),
    ],
)  # fmt: skip
def test_labels_are_told_apart_in_a_list_as_for_one_choice(
    text: str, labels: tuple[str, ...], chosen: list[int] | None
) -> None:
    assert several(text, labels) == chosen


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "that's all"),
        ("en", "That's all, thanks"),
        ("en", "all good"),
        ("en", "it's all good thanks"),
        ("en", "all fine"),
        ("en", "that would be all"),
        ("en", "that will be all thanks"),
        ("en", "that is everything"),
        ("en", "is that all"),
        ("en", "thanks for all"),
        ("en", "thank you for everything"),
        ("en", "for all of us"),
        ("en", "one of everything"),
        ("de", "das ist alles"),
        ("de", "alles gut"),
        ("de", "alles klar"),
        ("de", "ok alles klar danke"),
        ("de", "alles prima"),
        ("de", "alles super"),
        ("de", "ja alles gut so"),
        ("de", "danke für alles"),
        ("es", "todo bien"),
        ("es", "todo perfecto"),
        ("es", "es todo gracias"),
        ("es", "es todo"),
        ("es", "del todo"),
        ("es", "gracias por todo"),
        ("fr", "c'est tout"),
        ("fr", "c'est tout merci"),
        ("fr", "ce sera tout"),
        ("fr", "ce sera tout merci"),
        ("fr", "tout va bien"),
        ("fr", "tout va très bien merci"),
        ("fr", "merci pour tout"),
        ("fr", "du tout"),
        ("en", "all ok"), ("en", "all well thanks"), ("en", "hi all"), ("en", "thanks all"), ("en", "that was all"),
        ("en", "all good except the soup"), ("en", "in all"), ("de", "alles ok"), ("de", "danke alle"),
        ("de", "das wäre alles"), ("es", "muy bien todo"), ("es", "hola a todos"), ("es", "eso es todo"),
        ("es", "todo claro"), ("fr", "tout est bon"), ("fr", "tout ok"), ("fr", "bonjour tous"),
    ],
)  # fmt: skip
def test_an_idiom_with_all_selects_nothing(language: str, text: str) -> None:
    assert several(text, language=language) is None


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "both of us"), ("en", "both good"), ("en", "for both of us"), ("de", "beide gut"),
        ("fr", "pour les deux"),
    ],
)  # fmt: skip
def test_an_idiom_with_both_selects_nothing(language: str, text: str) -> None:
    assert several(text, FOOD[:2], language) is None


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "I'll take all of them please"), ("en", "yes, all"), ("en", "ok everything thanks"),
        ("en", "can I have all of those"), ("de", "ich nehme alles, danke"), ("de", "ja, alle bitte"),
        ("es", "quiero todas, gracias"), ("es", "sí, todo por favor"), ("fr", "je prends tout, merci"),
        ("fr", "oui, tous s'il vous plaît"),
    ],
)  # fmt: skip
def test_all_among_words_that_take_it_is_all(language: str, text: str) -> None:
    assert several(text, language=language) == [1, 2, 3, 4, 5]


def test_the_value_is_the_list_of_ids_in_the_order_of_the_options_with_their_labels() -> None:
    options = (Option(id="a", label="Ann"), Option(id="b", label="Bob"), Option(id="c", label="Cleo"))
    expected = Expectation(kind="choices", choices=options)
    assert read(expected, message("cleo and ann"), "en", None) == Accepted(["a", "c"], {"labels": ["Ann", "Cleo"]})
    assert read(expected, message("Bob", payload="b"), "en", None) == Accepted(["b"], {"labels": ["Bob"]})
    assert read(expected, message("dan"), "en", None) == Refused("not_a_choice")


@pytest.mark.parametrize(
    ("text", "least", "most", "reading"),
    [
        ("1", 2, None, "too_few"), ("1, 2", 2, 2, [1, 2]), ("all", None, 2, "too_many"),
        ("none", None, None, "too_few"),
        ("none", 0, 2, []), ("1", 1, 1, [1]), ("1, 2, 3", 1, 2, "too_many"),
    ],
)  # fmt: skip
def test_the_bounds_are_how_many_may_be_chosen(
    text: str, least: int | None, most: int | None, reading: str | list[int]
) -> None:
    options = tuple(Option(id=str(at), label=label) for at, label in enumerate(FOOD, 1))
    found = read(Expectation(kind="choices", choices=options, least=least, most=most), message(text), "en", None)
    assert found == (Refused(reading) if isinstance(reading, str) else found)
    assert isinstance(reading, str) or (isinstance(found, Accepted) and found.value == [str(at) for at in reading])


CHANGERS = {
    "en": "not no don't never or maybe without neither unless can't before",
    "de": "nicht kein keine nie oder vielleicht ohne weder falls",
    "es": "no nunca o quizás sin ni tampoco antes",
    "fr": "pas non jamais ou peut-être sans ni aucun",
}


@pytest.mark.parametrize("language", list(CHOSEN))
@GENERATED
@given(st.data())
def test_a_changing_word_never_leaves_the_choices_as_they_are(language: str, data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(list(CHOSEN[language])))
    words = text.split()
    words.insert(data.draw(st.integers(0, len(words))), data.draw(st.sampled_from(CHANGERS[language].split())))
    said = " ".join(words)
    assume("but not" not in said and "but no " not in said)  # "all but not the last" is "all but the last"
    assert several(said, language=language) != CHOSEN[language][text], words


@GENERATED
@given(st.text(alphabet="1234,;-–. &andorltsfi\n", max_size=24))
def test_any_text_is_read(text: str) -> None:
    found = several(text)
    assert found is None or found == sorted(set(found))
