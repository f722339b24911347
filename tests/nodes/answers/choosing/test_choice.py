"""Choosing one of several options."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from botflow.engine.text_folding import read_words
from botflow.nodes.answers.choosing.choice import choose
from botflow.nodes.answers.expectation import Option
from tests.engine.inbounds import message

GENERATED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # machines may be busy

FOOD = (
    Option(id="pizza", label="Pizza", match=("pie",)),
    Option(id="salad", label="Green salad", match=("salad", "greens")),
    Option(id="soup", label="Soup of the day"),
    Option(id="ice", label="Ice cream 🍦"),
)
GERICHTE = (Option(id="pizza", label="Pizza"), Option(id="salat", label="Grüner Salat", match=("Salat",)))


def chosen(text: str, options: tuple[Option, ...] = FOOD, language: str = "en", payload: str = "") -> str | None:
    option = choose(options, message(text, payload=payload), language)
    return option.id if option else None


@pytest.mark.parametrize(
    ("text", "option"),
    [
        ("Pizza", "pizza"), ("PIZZA!", "pizza"), ("  pizza  ", "pizza"), ("pie", "pizza"), ("the pizza please",
        "pizza"),
        ("piza", "pizza"), ("pizzza", "pizza"), ("I'd like a piza", "pizza"), ("green salad", "salad"),
        ("greens", "salad"), ("gren salad", "salad"), ("sallad", "salad"), ("soup of the day", "soup"), ("1", "pizza"),
        ("2.", "salad"), ("#3", "soup"), ("(2)", "salad"), ("three", "soup"), ("option 2", "salad"), ("four", "ice"),
        ("number two", "salad"), ("ice cream", "ice"), ("Ice cream 🍦", "ice"), ("ice", "ice"), ("２", "salad"),
    ],
)  # fmt: skip
def test_an_option_is_chosen_by_label_synonym_number_or_nearly(text: str, option: str) -> None:
    assert chosen(text) == option


@pytest.mark.parametrize(
    "text", ["", "burger", "0", "5", "99", "pizza or salad", "not pizza", "I don't want pizza", "hello there", "👍",
             "p", "1 2", "x" * 5000],
)  # fmt: skip
def test_what_is_no_option_or_not_clear_chooses_nothing(text: str) -> None:
    assert chosen(text) is None


@pytest.mark.parametrize(
    ("text", "option"), [("zwei", "salat"), ("grüner salat", "salat"), ("GRUNER SALAT", "salat"), ("Eins", "pizza")]
)
def test_options_are_chosen_in_german(text: str, option: str) -> None:
    assert chosen(text, GERICHTE, "de") == option


def test_a_negated_option_is_not_chosen_in_german() -> None:
    assert chosen("keine Pizza", GERICHTE, "de") is None


def test_a_pressed_button_goes_before_what_its_title_says() -> None:
    assert chosen("Pizza", payload="salad") == "salad"


def test_a_label_that_is_a_number_goes_before_the_position() -> None:
    sizes = (Option(id="two", label="2"), Option(id="one", label="1"))
    assert chosen("1", sizes) == "one"


def test_two_options_that_are_equally_near_are_not_guessed() -> None:
    near = (Option(id="a", label="Berlin east"), Option(id="b", label="Berlin west"))
    assert chosen("berlin xest", near) is None


def of(*labels: str) -> tuple[Option, ...]:
    return tuple(Option(id=f"id-{at}", label=label) for at, label in enumerate(labels))


def label(text: str, *labels: str, language: str = "en") -> str | None:
    option = choose(of(*labels), message(text), language)
    return option.label if option else None


LIKE_LABELS = [
    ("C", "C++", "C#"), ("<18", ">18"), ("A+", "A-"), ("+5", "-5"), ("1-2", "1.2"), ("🔴 Line", "🔵 Line"),
    ("ピザ", "ビザ"), ("काला", "केला"), ("हिन्दी", "हिंदू"), ("เสื้อ", "เสือ"), ("Phở bò", "Phở bơ"),
    ("drucken", "drücken"),
    ("papa", "papá"), ("பால்", "பல்"), ("May", "May!"), ("año", "ano"), ("I know", "I don't know"), ("é", "è", "e"),
]  # fmt: skip


@pytest.mark.parametrize("labels", LIKE_LABELS)
def test_what_is_spelt_as_a_label_is_that_label(labels: tuple[str, ...]) -> None:
    for turn in (labels, labels[::-1]):
        assert [label(text, *turn) for text in turn] == list(turn)
        assert [label(f" {text.upper()} ", *turn) for text in turn if text.upper().casefold() == text.casefold()] == [
            text for text in turn if text.upper().casefold() == text.casefold()
        ]


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("line", ("🔴 Line", "🔵 Line")), ("18", ("<18", ">18")), ("Phở bơ", ("Phở bò", "Phở gà")),
        ("हिंदी", ("हिन्दी", "हिंदू")),
        ("pápá", ("papa", "papá")), ("C", ("C++", "Java")), ("A", ("A+", "B+")), ("เสื้อ", ("เสือ", "หมา")),
        ("ビザ", ("ピザ", "パン")), ("1,2", ("1-2", "3-4")), ("50 kg", ("50 g", "50 lb")),
        ("pizza 👎", ("Pizza", "Soup")),
    ],
)  # fmt: skip
def test_what_is_like_a_label_but_another_word_chooses_nothing(text: str, labels: tuple[str, ...]) -> None:
    assert label(text, *labels) is None


@pytest.mark.parametrize("apostrophe", ["'", "’", "‘", "ʼ", "´", "`", "′"])
@pytest.mark.parametrize(
    ("text", "labels", "language", "expected"),
    [
        ("I don't want pizza", ("Pizza", "Salad"), "en", None), ("don't send", ("Send", "Cancel"), "en", None),
        ("I don't know", ("I don't know", "I know"), "en", "I don't know"),
        ("I'd like the soup", ("Pizza", "Soup"), "en", "Soup"),
        ("l'eau s'il vous plaît", ("L'eau", "Le vin"), "fr", "L'eau"),
        ("j'aimerais le vin", ("L'eau", "Vin"), "fr", "Vin"),
        ("lundi c'est impossible", ("Lundi", "Mardi"), "fr", None),
    ],
)  # fmt: skip
def test_every_apostrophe_is_read_alike(
    text: str, labels: tuple[str, ...], language: str, expected: str | None, apostrophe: str
) -> None:
    assert label(text.replace("'", apostrophe), *labels, language=language) == expected


DAYS = {
    "en": ("Monday", "Tuesday"),
    "de": ("Montag", "Dienstag"),
    "es": ("Lunes", "Martes"),
    "fr": ("Lundi", "Mardi"),
}
CHANGED = {
    "en": ["not {}", "{} not", "no {}", "I can't on {}", "I cannot on {}", "{} won't work", "{} doesn't work",
           "any day but {}",
           "{} is impossible", "anything but {}", "other than {}", "I hate {}", "I wouldn't like {}", "never {}",
           "except {}",
           "{} if it rains", "before {}", "after {}", "not before {}", "last {}", "{} or later", "maybe {}",
           "I didn't say {}",
           "skip {}", "{} is bad", "instead of {}", "two {}", "{} maybe", "is {} free?", "{}, I hate it",
           "neither {}"],
    "de": ["nicht {}", "{} nicht", "kein {}", "{} ist unmöglich", "{} niemals", "bloß nicht {}", "alles außer {}",
           "ohne {}",
           "lieber kein {}", "vor {}", "nach {}", "letzten {}", "vielleicht {}", "{} geht nicht", "{} passt nicht",
           "weder {}",
           "{} kann ich nicht", "jeder Tag außer {}", "statt {}", "nie {}"],
    "es": ["no {}", "{} no", "nunca {}", "el {} no puedo", "cualquier día menos {}", "todo excepto {}", "sin {}",
           "antes del {}",
           "quizás {}", "{} es imposible", "salvo el {}", "ni {}", "{} tampoco", "en vez de {}", "no quiero {}",
           "jamás {}"],
    "fr": ["pas {}", "{} pas", "pas le {}", "{} c’est impossible", "n'importe quel jour hormis {}", "sauf {}",
           "jamais {}",
           "avant {}", "peut-être {}", "{} ne va pas", "ni {}", "sans {}", "au lieu de {}", "plus de {}",
           "tout sauf {}"],
}  # fmt: skip


@pytest.mark.parametrize(("language", "written"), [(each, text) for each, texts in CHANGED.items() for text in texts])
def test_a_word_that_changes_the_meaning_is_never_dropped(language: str, written: str) -> None:
    assert label(written.format(DAYS[language][0]), *DAYS[language], language=language) is None


POLITE = {
    "en": ["{} please", "the {}", "I'd like {}", "I'll take {}, thank you", "I think {}", "can I have {}?",
           "{}, thanks!", "ok {}",
           "{} it is", "let's go with {}", "I would love the {} please", "“{}”", "{}…", "for me {}"],
    "de": ["{} bitte", "ich nehme {}", "ich möchte gern {}", "am {}", "ich hätte gerne {}", "dann {}", "„{}“",
           "kann ich {} haben?"],
    "es": ["{} por favor", "el {}", "quiero {}", "me gustaría el {}", "para mí {}", "prefiero el {}, gracias",
           "¡{}!"],
    "fr": ["{} s'il vous plaît", "je prends {}", "je voudrais {}", "le {} svp", "pour moi {}", "je préfère {}, merci",
           "« {} »"],
}  # fmt: skip


@pytest.mark.parametrize(("language", "written"), [(each, text) for each, texts in POLITE.items() for text in texts])
def test_a_name_among_polite_words_is_that_option(language: str, written: str) -> None:
    day = DAYS[language][1]
    assert label(written.format(day), *DAYS[language], language=language) == day


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("cockpit 4", ("cockpit 1", "engine 2", "cockpit design", "hangar")),
        ("iphone 16", ("iPhone 15", "Galaxy 24", "Pixel 8")),
        ("pixel 9", ("iPhone 15", "Galaxy 24", "Pixel 8")), ("monday 14:00", ("Monday 10:00", "Friday 14:00")),
        ("friday 10:00", ("Monday 10:00", "Friday 14:00")), ("monday 11:00", ("Monday 10:00", "Friday 14:00")),
        ("table 2", ("Table 1", "Table 12")), ("room 12B", ("Room 12", "Room 13")),
        ("gate a13", ("Gate A12", "Gate B13")),
        ("read the second one", ("Send", "Cancel")), ("just a second", ("Send", "Cancel")),
        ("sand", ("Send", "Cancel")),
        ("spend", ("Send", "Cancel")), ("hermana", ("Hermano", "Padre")), ("voisine", ("Voisin", "Ami")),
        ("unmarried", ("Married", "Single")), ("amoral", ("Moral", "Other")),
        ("berlin xest", ("Berlin east", "Berlin west")),
        ("wait a second", ("Send", "Cancel")), ("first thing tomorrow", ("Today", "Later")),
    ],
)  # fmt: skip
def test_a_word_that_is_nearly_a_label_but_another_one_chooses_nothing(text: str, labels: tuple[str, ...]) -> None:
    assert label(text, *labels) is None


@pytest.mark.parametrize(
    ("text", "language", "at"),
    [
        ("2", "en", 1), ("２", "en", 1), ("٢", "en", 1), ("२", "en", 1), ("๒", "en", 1), ("2️⃣", "en", 1),
        ("②", "en", 1),
        ("no. 2", "en", 1), ("№ 2", "en", 1), ("nº 2", "es", 1), ("second", "en", 1),
        ("the second one please", "en", 1),
        ("the last one", "en", 2), ("2nd", "en", 1), ("option two", "en", 1), ("two please", "en", 1),
        ("I'll take 2", "en", 1),
        ("die zweite", "de", 1), ("Nummer zwei bitte", "de", 1), ("zwei", "de", 1), ("das letzte", "de", 2),
        ("eins", "de", 0),
        ("la segunda", "es", 1), ("uno", "es", 0), ("la última", "es", 2), ("opción dos", "es", 1),
        ("le deuxième", "fr", 1),
        ("un", "fr", 0), ("la dernière", "fr", 2), ("numéro deux", "fr", 1), ("one", "en", 0),
        ("number one", "en", 0),
        ("no one", "en", None), ("no-one", "en", None), ("no two", "en", None), ("no 2", "en", None),
        ("a couple", "en", None),
        ("that one", "en", None), ("the one with the dog", "en", None), ("one moment please", "en", None),
        ("not 2", "en", None),
        ("1 or 2", "en", None), ("2 pizzas", "en", None), ("one or two", "en", None), ("ninguno", "es", None),
        ("ni uno", "es", None),
        ("un momento", "es", None), ("pas un", "fr", None), ("un instant", "fr", None),
        ("ein Moment bitte", "de", None),
        ("keine zwei", "de", None), ("1.2", "en", None), ("-1", "en", None), ("2 hours", "en", None),
        ("5²", "en", None),
        ("12", "en", None), ("7pm", "en", None), ("a second", "en", None), ("un segundo", "es", None),
        ("une seconde", "fr", None),
    ],
)  # fmt: skip
def test_a_number_is_a_position_only_when_it_can_mean_nothing_else(text: str, language: str, at: int | None) -> None:
    options = of("Pizza", "Salad", "Soup")
    assert choose(options, message(text), language) == (None if at is None else options[at])


NIGHTS = ("2 nights", "3 nights", "5 nights")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5", "5 nights"), ("1", None), ("3 nights", "3 nights"), ("3 nights please", "3 nights"),
        ("option 3", "5 nights"),
        ("the third", "5 nights"), ("3", None), ("2", None), ("4", None), ("4 nights", None), ("three", None),
    ],
)  # fmt: skip
def test_a_bare_number_that_is_in_a_label_and_another_position_is_asked_again(text: str, expected: str | None) -> None:
    assert label(text, *NIGHTS) == expected


def test_a_longer_name_goes_before_a_shorter_one_within_it() -> None:
    assert label("green salad please", "Salad", "Green salad") == "Green salad"
    assert label("the salad please", "Salad", "Green salad") == "Salad"


@pytest.mark.parametrize(
    ("text", "name", "language"),
    [
        ("fish and chips", "Fish & chips", "en"), ("icecream", "Ice cream", "en"), ("ice-cream", "Ice cream", "en"),
        ("gruen", "Grün", "de"), ("Gemuese", "Gemüse", "de"), ("tuseday", "Tuesday", "en"),
        ("wensday please", "Wenesday", "en"),
        ("piza", "Pizza", "en"), ("delivry", "Delivery", "en"), ("pho bo", "Phở bò", "vi"), ("pizzas", "Pizza", "en"),
    ],
)  # fmt: skip
def test_a_slip_of_the_finger_is_understood(text: str, name: str, language: str) -> None:
    assert label(text, name, "Other", language=language) == name


WORDS = st.sampled_from(
    (
        *(
            "Pizza",
            "pizza",
            "Piza",
            "Salad",
            "Sálad",
            "C",
            "C++",
            "C#",
            "A-",
            "A+",
            "2",
            "3 nights",
            "1-2",
            "1.2",
            "no",
        ),
        *("I don't", "I don’t", "का", "के", "ピ", "ビ", "เสื้อ", "เสือ", "bò", "bơ", "🔴", "🔵", "<5", ">5", "the", "one"),
    )
)
LABELS = st.lists(st.lists(WORDS, min_size=1, max_size=3).map(" ".join), min_size=2, max_size=6, unique_by=str.casefold)


@GENERATED
@given(LABELS)
def test_no_label_is_taken_for_another_one(labels: list[str]) -> None:
    said = [read_words(each).exact for each in labels]
    for at, text in enumerate(labels):
        if said.count(said[at]) == 1:
            assert label(text, *labels) == text
        else:
            assert label(text, *labels) is None


@GENERATED
@given(LABELS, st.text(max_size=12))
def test_any_text_chooses_a_label_or_nothing(labels: list[str], text: str) -> None:
    assert label(text, *labels) in (*labels, None)


CHANGERS = {
    "en": "not no don't never except but without instead or maybe neither before after unless can't",
    "de": "nicht kein keine nie außer ohne oder vielleicht vor nach niemals",
    "es": "no nunca sin ni excepto o quizás antes menos tampoco",
    "fr": "pas non jamais sauf sans ou peut-être avant ni aucun",
}


@pytest.mark.parametrize("language", list(CHANGERS))
@GENERATED
@given(st.data())
def test_a_changing_word_never_leaves_a_choice_as_it_is(language: str, data: st.DataObject) -> None:
    written = data.draw(st.sampled_from([*POLITE[language], "{}"])).format(DAYS[language][1])
    chosen_label = label(written, *DAYS[language], language=language)
    assert chosen_label is not None
    words = written.split()
    words.insert(data.draw(st.integers(0, len(words))), data.draw(st.sampled_from(CHANGERS[language].split())))
    assert label(" ".join(words), *DAYS[language], language=language) != chosen_label


def test_a_long_hostile_text_is_read_in_linear_time() -> None:
    options = of(*(f"Option number {at} of these" for at in range(100)))
    for text in ("option " * 71, "1-" * 250, "> " * 250, "'" * 500, "pizza'" * 83, "ā" * 500, "option number " * 35):
        assert choose(options, message(text), "en") is None
