"""Which answer a correction changes: the one at hand, an earlier one, or none, when that is not sure."""

from __future__ import annotations

from typing import Any

import pytest

from botflow.languages import sentences_in
from tests.engine.conversation import Talk, node, say

PEOPLE = node("people", "chatbot.ask", text="For how many?", variable="people", expect="integer", min=1, next="time")
TIME = node("time", "chatbot.ask", text="When?", variable="time", expect="time", next="end")
CITY = node("city", "chatbot.ask", text="City?", variable="city", next="many")
MANY = node("many", "chatbot.ask", text="How many?", variable="many", expect="integer", min=1, max=10, next="sure")
SURE = node("sure", "chatbot.ask", text="Sure?", variable="sure", expect="yes_no", next="end")
NAME = node("name", "chatbot.ask", text="Name?", variable="name", next="dish")
DISHES = ("pizza", "salad", "soup")
DISH = node(
    "dish",
    "chatbot.menu",
    text="Dish?",
    variable="dish",
    options=[{"id": dish, "label": dish.title()} for dish in DISHES],
    on=dict.fromkeys(DISHES, "mail"),
)
MAIL = node("mail", "chatbot.ask", text="Mail?", variable="mail", expect="email", next="day")
DAY = node("day", "chatbot.ask", text="Day?", variable="day", expect="date", next="note")
NOTE = node("note", "chatbot.ask", text="Note?", variable="note", next="end")
HOURS = say("hours", "We open at 9.")

TABLE = (PEOPLE, TIME, node("end", "chatbot.ask", text="Anything else?", next="hours"), HOURS)
FORM = (CITY, MANY, SURE, node("end", "chatbot.ask", text="Anything else?", next="hours"), HOURS)
ORDER = (NAME, DISH, MAIL, DAY, NOTE, node("end", "chatbot.ask", text="Anything else?", next="hours"), HOURS)


def talk(nodes: tuple[dict[str, Any], ...], *texts: str, **document: Any) -> Talk:
    interrupts = [{"id": "hours", "match": ["hours"], "target": "hours"}]
    conversation = Talk(*nodes, **{"corrections": True, "interrupts": interrupts, **document})
    conversation.says("hi")
    for text in texts:
        conversation.says(text)
    return conversation


AT_SEVEN = [
    ("en", "make it 7pm"),
    ("en", "I mean 7pm"),
    ("en", "I meant 7pm"),
    ("en", "no, 7pm"),
    ("en", "sorry, 7pm"),
    ("en", "actually 7pm"),
    ("en", "wait, 7pm"),
    ("en", "Oops, 7pm"),
    ("en", "oh, I meant 7pm"),
    ("en", "my bad, I meant 7pm"),
    ("en", "Sorry about that, I meant 7pm"),
    ("en", "hmm, make it 7pm"),
    ("en", "let’s make it 7pm please"),
    ("en", "no wait, 7pm"),
    ("en", "could you make it 7pm?"),
    ("de", "ich meinte 19:00"),
    ("de", "ich meine 19:00"),
    ("de", "nein, 19:00"),
    ("de", "doch lieber 19:00"),
    ("de", "Tut mir leid, ich meinte 19:00"),
    ("de", "ach nein, 19:00"),
    ("de", "sagen wir 19:00"),
    ("de", "mach 19:00 draus"),
    ("de", "ich wollte 19:00 sagen"),
    ("es", "quise decir 19:00"),
    ("es", "quería decir 19:00"),
    ("es", "no, 19:00"),
    ("es", "perdón, 19:00"),
    ("es", "mejor 19:00"),
    ("es", "ay, perdón, digo 19:00"),
    ("es", "mejor que sea 19:00"),
    ("fr", "je voulais dire 19:00"),
    ("fr", "non, 19:00"),
    ("fr", "plutôt 19:00"),
    ("fr", "en fait 19:00"),
    ("fr", "disons 19:00"),
    ("fr", "au temps pour moi, je voulais dire 19:00"),
    ("fr", "excusez-moi, 19:00"),
    ("de", "nein, 19 Uhr"),
    ("de", "ich meinte 19 Uhr"),
    ("es", "perdón, a las 19:00"),
    ("fr", "pardon, 19h"),
    ("fr", "je voulais dire 19h"),
]


@pytest.mark.parametrize(("language", "said"), AT_SEVEN)
def test_what_answers_the_question_at_hand_changes_no_earlier_answer(language: str, said: str) -> None:
    conversation = talk(TABLE, "4", language=language)
    assert conversation.says(said) == ["Anything else?"]
    assert conversation.variables == {"people": 4, "time": "19:00"}


@pytest.mark.parametrize("said", ["make it half past seven", "hmm, make it 7", "let's say 7:00"])
def test_a_wish_is_about_the_question_at_hand_first(said: str) -> None:
    conversation = talk(TABLE, "4")
    conversation.says(said)
    assert conversation.variables["people"] == 4
    assert conversation.variables["time"] in ("07:00", "07:30", "19:00", "19:30")


def test_after_a_refusal_the_correction_is_of_what_was_refused() -> None:
    conversation = talk(TABLE, "4", "sevenish")
    conversation.says("I meant 7pm")
    assert conversation.variables == {"people": 4, "time": "19:00"}


FIVE_PEOPLE = [
    ("en", "I meant 5"),
    ("en", "Oh, I meant 5"),
    ("en", "ah I meant 5"),
    ("en", "my bad, I meant 5"),
    ("en", "Sorry about that, I meant 5"),
    ("en", "I’m sorry, I meant 5"),
    ("en", "oh no, 5"),
    ("en", "OOPS I MEANT FIVE"),
    ("en", "5, I meant"),
    ("de", "Ach, ich meinte 5"),
    ("de", "mein Fehler, ich meinte 5"),
    ("de", "es tut mir leid, ich meinte fünf"),
    ("de", "ich habe 5 gemeint"),
    ("de", "5 meinte ich"),
    ("es", "ay, quise decir 5"),
    ("es", "culpa mía, quería decir 5"),
    ("es", "lo siento, quise decir cinco"),
    ("fr", "ah, je voulais dire 5"),
    ("fr", "je suis désolé, je voulais dire 5"),
    ("fr", "mon erreur, je voulais dire cinq"),
]


@pytest.mark.parametrize(("language", "said"), FIVE_PEOPLE)
def test_a_bare_number_that_was_meant_before_is_the_earlier_number_not_a_time(language: str, said: str) -> None:
    conversation = talk(TABLE, "4", language=language)
    said_back = conversation.says(said)
    assert conversation.variables == {"people": 5}
    assert said_back == [sentences_in(language).changed.format(new="5", old="4"), "When?"]


@pytest.mark.parametrize(
    "said", ["make it 5", "I meant 5", "hmm, make it 5", "no, 5", "oh no, 5", "sorry, 5", "my bad, I meant 5"]
)
def test_a_number_answers_the_question_for_one_and_never_a_city(said: str) -> None:
    conversation = talk(FORM, "Oslo")
    assert conversation.says(said) == ["Sure?"]
    assert conversation.variables == {"city": "Oslo", "many": 5}


@pytest.mark.parametrize(
    ("refused", "said", "many"),
    [
        ("11", "I meant 5", 5),
        ("11", "oops, I meant ten", 10),
        ("11", "sorry, 5", 5),
        ("11", "no, 5", 5),
        ("lots", "make it 5", 5),
        ("hours", "I meant 5", 5),
    ],
)
def test_a_refusal_or_a_digression_before_changes_nothing_about_that(refused: str, said: str, many: int) -> None:
    conversation = talk(FORM, "Oslo", refused)
    assert conversation.says(said) == ["Sure?"]
    assert conversation.variables == {"city": "Oslo", "many": many}


@pytest.mark.parametrize("said", ["I meant yes", "sorry, yes", "make it yes", "oops, I meant yes"])
def test_yes_is_the_answer_to_a_question_for_yes_or_no(said: str) -> None:
    conversation = talk(FORM, "Oslo", "4", "maybe")
    conversation.says(said)
    assert conversation.variables == {"city": "Oslo", "many": 4, "sure": True}


@pytest.mark.parametrize("said", ["make it 5", "I meant 5", "no, 5", "Sorry! 5", "oops 5", "change it to 5 please"])
def test_what_only_an_earlier_question_takes_changes_its_answer(said: str) -> None:
    conversation = talk(FORM, "Oslo", "4")
    assert conversation.says(said) == ["Changed: 5 instead of 4.", "Sure?"]
    assert conversation.variables == {"city": "Oslo", "many": 5}
    assert ["rewound", "many"] in conversation.trace


ROME = [
    ("en", "I meant Rome"),
    ("en", "Oh, I meant Rome"),
    ("en", "my bad, I meant Rome"),
    ("en", "Sorry about that, I meant Rome"),
    ("en", "I’m sorry, I meant Rome."),
    ("en", "ah I meant Rome"),
    ("de", "ich meinte Rome"),
    ("de", "ach, ich meinte Rome"),
    ("de", "Tut mir leid, ich meinte Rome!"),
    ("de", "Rome meinte ich"),
    ("es", "quise decir Rome"),
    ("es", "perdón, quise decir Rome"),
    ("es", "culpa mía, quería decir Rome"),
    ("fr", "je voulais dire Rome"),
    ("fr", "pardon, je voulais dire Rome"),
    ("fr", "autant pour moi, je voulais dire Rome"),
]


@pytest.mark.parametrize(("language", "said"), ROME)
def test_words_that_were_meant_before_change_the_only_text(language: str, said: str) -> None:
    conversation = talk(FORM, "Oslo", language=language)
    assert conversation.says(said) == [
        sentences_in(language).changed.format(new="Rome", old="Oslo"),
        "How many?",
    ]
    assert conversation.variables == {"city": "Rome"}


@pytest.mark.parametrize(
    "said",
    [
        "I meant 50",
        "I meant tomorrow",
        "I meant 7pm",
        "I meant a@b.co",
        "I meant +4712345678",
        "I mean it",
        "I mean what I said",
        "I meant to ask something",
        "I meant that other thing",
        "I meant a burger",
        "make it quick",
        "make it snappy",
        "change it to whatever",
        "sorry what?",
        "no idea",
        "wait what",
        "oops",
        "I meant",
        "actually I have a question",
        "hmm, never mind",
        "I meant room 12B",
        "I meant maybe",
    ],
)
def test_a_text_is_changed_only_by_what_can_only_be_meant_for_it(said: str) -> None:
    conversation = talk(FORM, "Oslo", "4")
    conversation.says(said)
    assert conversation.variables == {"city": "Oslo", "many": 4}
    assert conversation.session.frames[-1].node == "sure"


@pytest.mark.parametrize(
    "said", ["make it a salad", "I meant salad", "make it salad please", "no, salad", "Ah, I meant salad"]
)
def test_an_option_is_chosen_not_stored_as_a_name(said: str) -> None:
    conversation = talk(ORDER, "Ann")
    assert conversation.says(said) == ["Mail?"]
    assert conversation.variables == {"name": "Ann", "dish": "salad"}


def test_a_dish_that_is_not_on_the_menu_is_no_name() -> None:
    conversation = talk(ORDER, "Ann", "burger")
    for said in ("I meant cheeseburger", "make it fries", "I meant a cheeseburger"):
        conversation.says(said)
        assert conversation.variables == {"name": "Ann"}


def test_an_earlier_option_is_changed_and_named_by_its_label() -> None:
    conversation = talk(ORDER, "Ann", "pizza")
    assert conversation.says("make it a salad") == ["Changed: Salad instead of Pizza.", "Mail?"]
    assert conversation.variables == {"name": "Ann", "dish": "salad"}


@pytest.mark.parametrize("said", ["make it friday", "I meant friday", "no, friday", "let's make it friday"])
def test_a_day_answers_the_question_for_a_day(said: str) -> None:
    conversation = talk(ORDER, "Ann", "pizza", "a@b.co")
    assert conversation.says(said) == ["Note?"]
    assert conversation.variables == {"name": "Ann", "dish": "pizza", "mail": "a@b.co", "day": "2026-11-20"}


def test_a_free_question_leaves_a_day_to_the_question_for_a_day() -> None:
    conversation = talk(ORDER, "Ann", "pizza", "a@b.co", "tomorrow")
    said = conversation.says("make it friday")
    assert conversation.variables == {"name": "Ann", "dish": "pizza", "mail": "a@b.co", "day": "2026-11-20"}
    assert said == ["Changed: November 20, 2026 instead of November 19, 2026.", "Note?"]


@pytest.mark.parametrize(
    "said",
    [
        "make it spicy",
        "I meant it as a surprise",
        "sorry for the late order",
        "no onions",
        "wait for me outside",
        "actually it is a birthday",
        "I mean, it was fine",
        "oh, and ring twice",
    ],
)
def test_a_note_that_only_sounds_like_a_correction_is_a_note(said: str) -> None:
    conversation = talk(ORDER, "Ann", "pizza", "a@b.co", "tomorrow")
    conversation.says(said)
    assert conversation.variables["note"] == said
    assert conversation.variables["name"] == "Ann"


ADULTS = node("adults", "chatbot.ask", text="Adults?", variable="adults", expect="integer", next="children")
CHILDREN = node("children", "chatbot.ask", text="Children?", variable="children", expect="integer", next="time")
FAMILY = (ADULTS, CHILDREN, *TABLE[1:])
FIRST = node("first", "chatbot.ask", text="First name?", variable="first", next="city")
TEXTS = (FIRST, *FORM)


@pytest.mark.parametrize(
    ("nodes", "before", "said"),
    [
        (FAMILY, ("2", "3"), "I meant 4"),
        (FAMILY, ("2", "3"), "no, 4"),
        (FAMILY, ("2",), "I meant 3"),
        (FAMILY, ("2",), "no, 3"),
        (TEXTS, ("Ann", "Oslo"), "I meant Rome"),
    ],
)
def test_what_may_belong_to_several_questions_changes_none_and_is_asked(
    nodes: tuple[dict[str, Any], ...], before: tuple[str, ...], said: str
) -> None:
    conversation = talk(nodes, *before)
    variables, at = conversation.variables, conversation.session.frames[-1].node
    assert conversation.says(said)[0] == sentences_in("en").which_answer
    assert conversation.variables == variables
    assert conversation.session.frames[-1].node == at
    assert ["refused", at, "unclear_correction"] in conversation.trace


@pytest.mark.parametrize("said", ["make it 3", "3", "hmm, make it three"])
def test_a_wish_fits_the_question_at_hand_also_when_an_earlier_one_would_take_it(said: str) -> None:
    conversation = talk(FAMILY, "2")
    assert conversation.says(said) == ["When?"]
    assert conversation.variables == {"adults": 2, "children": 3}


def test_the_same_answer_once_more_is_no_change() -> None:
    conversation = talk(FORM, "Oslo", "4")
    assert conversation.says("I meant 4") == ["Sure?"]
    assert conversation.variables == {"city": "Oslo", "many": 4}


def test_the_words_of_a_label_are_that_option_whatever_they_begin_with() -> None:
    options = [
        {"id": "on", "label": "Go on"},
        {"id": "five", "label": "Make it 5"},
        {"id": "no", "label": "No, 5 is too many"},
    ]
    menu = node(
        "menu",
        "chatbot.menu",
        text="And now?",
        options=options,
        on={"on": "end", "five": "end", "no": "end"},
        variable="menu",
    )
    for said, option in (("make it 5", "five"), ("No, 5 is too many", "no")):
        conversation = talk(({**MANY, "next": "menu"}, menu, *FORM[3:]), "4")
        conversation.says(said)
        assert conversation.variables == {"many": 4, "menu": option}


def test_without_corrections_no_opener_changes_anything() -> None:
    conversation = talk(FORM, "Oslo", "4", corrections=False)
    conversation.says("I meant 5")
    assert conversation.variables == {"city": "Oslo", "many": 4}
