"""Going back: "back", "I meant 5", "no, Thursday"; never past something that was done in the world."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from botflow.engine.asks import Answer
from botflow.engine.corrections.answer_history import LARGEST_PAST, MOST_ANSWERS
from botflow.engine.corrections.phrases import correction, goes_back
from botflow.languages import sentences_in
from tests.engine.conversation import Talk, node, say
from tests.nodes.custom.test_action import price

QTY = node("qty", "chatbot.ask", text="How many?", variable="qty", expect="integer", max=20, next="day")
DAY = node("day", "chatbot.ask", text="Which day?", variable="day", expect="date", next="name")
NAME = node("name", "chatbot.ask", text="Your name?", variable="name", next="sum")
SUM = node("sum", "chatbot.ask", text="{{ qty }} on {{ day }} for {{ name }}?", expect="yes_no", next="bye")
BYE = say("bye", "Bye")


def talk(*nodes: dict[str, Any], **document: Any) -> Talk:
    return Talk(*(nodes or (QTY, DAY, NAME, SUM, BYE)), **{"corrections": True, **document})


def told(conversation: Talk, *texts: str) -> list[str]:
    said = conversation.says("hi")
    for text in texts:
        said = conversation.says(text)
    return said


@pytest.mark.parametrize("word", ["back", "Back!", "go back"])
def test_back_asks_the_former_question_with_the_variables_as_they_were(word: str) -> None:
    conversation = talk()
    told(conversation, "3", "tomorrow")
    assert conversation.variables == {"qty": 3, "day": "2026-11-19"}
    assert conversation.says(word) == ["Which day?"]
    assert conversation.variables == {"qty": 3}
    assert conversation.says(word) == ["How many?"]
    assert conversation.variables == {}
    assert conversation.says(word) == ["How many?"]


@pytest.mark.parametrize(
    "words", ["I meant 5", "sorry, I meant 5", "No, 5!", "oops 5", "actually, make it 5", "sorry: five"]
)
def test_a_correction_rewinds_to_the_question_that_it_answers_and_goes_on_from_there(words: str) -> None:
    conversation = talk()
    told(conversation, "3", "tomorrow", "Ann")
    assert conversation.says(words) == ["Changed: 5 instead of 3.", "Which day?"]
    assert conversation.variables == {"qty": 5}
    assert ["rewound", "qty"] in conversation.trace
    assert told_on(conversation, "tomorrow", "Ann") == ["5 on 2026-11-19 for Ann?"]


def told_on(conversation: Talk, *texts: str) -> list[str]:
    said: list[str] = []
    for text in texts:
        said = conversation.says(text)
    return said


def test_a_correction_takes_the_last_question_that_fits_exactly_before_one_that_takes_any_text() -> None:
    conversation = talk()
    told(conversation, "3", "tomorrow", "Ann")
    assert conversation.says("no, friday")[1:] == ["Your name?"]
    assert conversation.variables == {"qty": 3, "day": "2026-11-20"}
    told_on(conversation, "Ann")
    assert conversation.says("I meant Anna")[1:] == ["3 on 2026-11-20 for Anna?"]


def test_mere_words_that_correct_nothing_answer_the_question_at_hand() -> None:
    conversation = talk()
    told(conversation, "3", "tomorrow")
    assert conversation.says("No, thanks") == ["3 on 2026-11-19 for No, thanks?"]


def test_a_value_that_does_not_fit_there_either_is_an_answer_like_any_other() -> None:
    conversation = talk()
    told(conversation, "3")
    assert conversation.says("I meant 500")[0] != "Which day?"
    assert conversation.variables == {"qty": 3}


def test_what_was_asked_again_is_answered_not_corrected() -> None:
    conversation = talk(
        QTY, {**QTY, "id": "day", "properties": {**QTY["properties"], "variable": "kids"}}, NAME, SUM, BYE
    )
    told(conversation, "3", "a few")
    conversation.says("sorry, 2")
    assert conversation.variables == {"qty": 3, "kids": 2}


def test_without_corrections_the_words_are_an_answer() -> None:
    conversation = Talk(NAME, SUM, BYE, variables={"qty": 1, "day": "x"})
    assert told(conversation, "back") == ["1 on x for back?"]
    assert orjson.loads(conversation.turn.state).keys() == {"frames", "wait", "execution"}


def test_an_option_called_back_is_that_option() -> None:
    options = [{"id": "on", "label": "Go on"}, {"id": "back", "label": "Back"}]
    menu = node("menu", "chatbot.menu", text="And now?", options=options, on={"on": "bye", "back": "left"})
    conversation = talk({**QTY, "next": "menu"}, menu, BYE, say("left", "Left"))
    assert told(conversation, "3", "back") == ["Left"]


def test_a_pressed_button_corrects_nothing() -> None:
    conversation = talk()
    told(conversation, "3", "tomorrow")
    assert conversation.send("I meant 5", payload="x") == ["3 on 2026-11-19 for I meant 5?"]


@pytest.mark.parametrize(
    "acting",
    [
        node("act", "twilio.send_message", to="+15005550006", text="An order!", next="name"),
        node("act", "shop.price", product="pie", next="name"),
        node("act", "logic.emit", event="ordered", next="name"),
    ],
)
def test_what_was_done_in_the_world_is_a_barrier(acting: dict[str, Any]) -> None:
    conversation = Talk(
        QTY,
        {**DAY, "next": "act"},
        acting,
        NAME,
        SUM,
        BYE,
        corrections=True,
        types=(price,),
        answer=lambda _: Answer(value=1),
    )
    told(conversation, "3", "tomorrow")
    done = len(conversation.asks)
    assert conversation.says("back") == [sentences_in("en").cannot_change, "Your name?"]
    assert conversation.says("I meant 5") == [sentences_in("en").cannot_change, "Your name?"]
    assert conversation.says("Ann") == ["3 on 2026-11-19 for Ann?"]
    assert conversation.says("back") == ["Your name?"]
    assert conversation.says("back") == [sentences_in("en").cannot_change, "Your name?"]
    assert len(conversation.asks) == done


def test_a_digression_and_a_refused_answer_between_change_nothing_about_going_back() -> None:
    conversation = talk(
        QTY, DAY, NAME, SUM, BYE, say("info", "Help!"), interrupts=[{"id": "help", "match": ["hm"], "target": "info"}]
    )
    told(conversation, "3", "hm", "nonsense", "hm")
    assert conversation.says("back") == ["How many?"]
    assert conversation.variables == {}


@pytest.mark.parametrize(
    "said",
    ["No 12, Salad Lane", "no 7", "no, 7 Elm Street", "Actually since monday", "no second opinion", "wait 2 min"],
)
def test_an_answer_in_free_words_that_opens_with_a_no_overwrites_no_number_and_no_date(said: str) -> None:
    conversation = talk()
    told(conversation, "3", "tomorrow")
    assert conversation.says(said) == [f"3 on 2026-11-19 for {said}?"]


@pytest.mark.parametrize(
    ("said", "variables"), [("no, friday", {"qty": 3, "day": "2026-11-20"}), ("oops 5", {"qty": 5})]
)
def test_a_single_word_that_corrects_does_so_at_a_free_question_too(said: str, variables: dict[str, Any]) -> None:
    conversation = talk()
    told(conversation, "3", "tomorrow")
    conversation.says(said)
    assert conversation.variables == variables


@pytest.mark.parametrize("said", ["No thanks", "no, thanks!", "No thank you"])
def test_who_thanks_and_declines_overwrites_no_earlier_choice(said: str) -> None:
    options = [{"id": "yes", "label": "Yes please"}, {"id": "no", "label": "No thanks", "match": ["no thank you"]}]
    menus = [
        node(id, "chatbot.menu", text=id, options=options, variable=id, on={"yes": after, "no": after})
        for id, after in (("drinks", "dessert"), ("dessert", "name"))
    ]
    conversation = talk(*menus, NAME, SUM, BYE)
    told(conversation, "Yes please")
    assert conversation.says(said) == ["Your name?"]
    assert conversation.variables == {"drinks": "yes", "dessert": "no"}


def test_wait_a_second_is_no_number() -> None:
    conversation = talk()
    told(conversation, "3", "tomorrow", "Ann")
    conversation.says("wait a second")
    assert conversation.variables["qty"] == 3


def test_back_leads_out_of_a_digression_before_it_undoes_an_answer() -> None:
    room = node("room", "chatbot.ask", text="Which room?", variable="room", next="floor")
    floor = node("floor", "chatbot.ask", text="Which floor?", variable="floor", expect="integer", next="found")
    help_ = [{"id": "help", "match": ["help"], "target": "room"}]
    conversation = talk(QTY, DAY, NAME, SUM, BYE, room, floor, say("found", "Found."), interrupts=help_)
    assert told(conversation, "3", "help") == ["Which room?"]
    assert conversation.says("back") == ["Which day?"]
    assert conversation.variables == {"qty": 3}
    assert told_on(conversation, "help", "12") == ["Which floor?"]
    assert conversation.says("back") == ["Which room?"]
    assert conversation.says("back") == ["Which day?"]
    assert conversation.variables == {"qty": 3}
    assert conversation.says("back") == ["How many?"]


def test_one_can_go_back_into_a_loop_and_out_of_it() -> None:
    loop = node("all", "logic.loop", items=["a", "b"], on={"each": "ask", "done": "sum"})
    ask = node("ask", "chatbot.ask", text="{{ item }}?", variable="x", expect="integer", next="keep")
    keep = node("keep", "logic.set", variables={"said": "{{ said ~ x }}"})
    end = node("sum", "chatbot.ask", text="{{ said }}!", next="bye")
    conversation = talk(loop, ask, keep, end, BYE, variables={"said": ""})
    assert told(conversation, "1", "2") == ["12!"]
    assert conversation.says("back") == ["b?"]
    assert conversation.says("back") == ["a?"]
    assert told_on(conversation, "7", "8") == ["78!"]
    assert conversation.says("I meant 9") == ["Changed: 9 instead of 8.", "79!"]


def test_one_can_go_back_into_a_subflow() -> None:
    start = {"id": "start", "type": "chatbot", "actionType": "message_received", "next": "street"}
    street = node("street", "chatbot.ask", text="Street?", variable="street")
    call = node("call", "logic.subflow", workflow="child", output={"road": "street"}, next="name")
    conversation = talk(call, NAME, SUM, BYE, others={"child": {"botflow": 1, "id": "child", "nodes": [start, street]}})
    assert told(conversation, "High St") == ["Your name?"]
    assert conversation.says("back") == ["Street?"]
    assert [frame.flow for frame in conversation.session.frames] == ["", "child"]
    told_on(conversation, "Low St")
    assert conversation.variables == {"road": "Low St"}


def test_only_so_many_answers_and_so_many_characters_are_remembered() -> None:
    asks = [
        node(f"q{n}", "chatbot.ask", text=f"{n}?", variable="x" if n % 2 else f"x{n}", next=f"q{n + 1}")
        for n in range(60)
    ]
    conversation = talk(*asks, say("q60", "end"))
    conversation.says("hi")
    sizes = []
    for n in range(59):
        conversation.says(f"{n} " + "y" * (n * 20))
        sizes.append(len(orjson.dumps(conversation.session.past.to_json())))
        assert len(conversation.session.past.answered) <= MOST_ANSWERS
    print(f"59 answers of up to 1,200 characters: the list takes at most {max(sizes)} bytes")
    assert max(sizes) <= LARGEST_PAST + 100


@pytest.mark.parametrize(
    ("language", "said"),
    [("de", "Zurück"), ("de", "zurueck"), ("es", "Atrás"), ("fr", "en arrière"), ("de-AT", "back"), ("ja", "back")],
)
def test_back_is_understood_in_its_language_and_in_english(language: str, said: str) -> None:
    assert goes_back(said, language)
    assert not goes_back(f"{said} to the roots", language)


@pytest.mark.parametrize(
    ("language", "said", "value", "is_clear"),
    [
        ("de", "Ich meinte 5", "5", True),
        ("de", "Nein, Donnerstag.", "Donnerstag", False),
        ("de", "Entschuldigung, ich meinte morgen", "morgen", True),
        ("es", "perdón, quise decir 5", "5", True),
        ("es", "no, jueves", "jueves", False),
        ("fr", "non, jeudi", "jeudi", False),
        ("fr", "pardon, je voulais dire 5", "5", True),
        ("ja", "I meant 5", "5", True),
        ("en", "wait, i mean tuesday", "tuesday", True),
    ],
)
def test_corrections_are_understood(language: str, said: str, value: str, is_clear: bool) -> None:
    found = correction(said, language)
    assert found is not None
    assert found[:2] == (value, is_clear)


@pytest.mark.parametrize(
    ("language", "said", "answer"),
    [
        ("en", "Sorry, no", False),
        ("en", "no, no", False),
        ("en", "Actually yes", True),
        ("de", "Nein, nein!", False),
        ("de", "Entschuldigung, nein", False),
        ("es", "no, no", False),
        ("fr", "Désolé, non", False),
    ],
)
def test_who_declines_politely_answers_the_question_at_hand(language: str, said: str, answer: bool) -> None:
    first = node("first", "chatbot.ask", text="Delivery?", variable="delivery", expect="yes_no", next="second")
    second = node("second", "chatbot.ask", text="Receipt?", variable="receipt", expect="yes_no", next="name")
    conversation = talk(first, second, NAME, SUM, BYE, language=language)
    told(conversation, "no" if answer else {"de": "ja", "es": "si", "fr": "oui"}.get(language, "yes"))
    before = conversation.variables["delivery"]
    assert conversation.says(said) == ["Your name?"]
    assert conversation.variables == {"delivery": before, "receipt": answer}


@pytest.mark.parametrize("said", ["make it spicy", "I mean, it was fine", "change it to whatever you have"])
def test_a_text_that_only_sounds_like_a_correction_overwrites_no_other_text(said: str) -> None:
    notes = node("notes", "chatbot.ask", text="Any notes?", variable="notes", next="sum")
    conversation = talk({**QTY, "next": "name"}, {**NAME, "next": "notes"}, notes, SUM, BYE, variables={"day": "x"})
    told(conversation, "3", "Ann", said)
    assert conversation.variables == {"day": "x", "qty": 3, "name": "Ann", "notes": said}


@pytest.mark.parametrize(
    "said", ["", "5", "nothing", "north 5", "no", "no, I would rather have all of it tomorrow", "x" * 300]
)
def test_other_words_correct_nothing(said: str) -> None:
    assert correction(said, "en") is None
