"""Interrupts: a keyword, a pattern or an intent leads away from any question, and back to it."""

from __future__ import annotations

from typing import Any

import pytest

from botflow.engine.asks import Answer, AskFailure, AskModel
from tests.engine.conversation import Talk, node, say

HELP = {"id": "help", "match": ["help", "¿Ayuda?"], "target": "help_text"}
ORDER = {"id": "order", "pattern": "^#[0-9]{4}$", "target": "order_text"}
AGENT = {"id": "agent", "intent": "wants to talk to a person", "target": "which_topic"}
BYE = {"id": "bye", "match": ["bye"], "target": "stop"}
NODES = [
    node(
        "age",
        "chatbot.ask",
        text="Age?",
        expect="integer",
        variable="age",
        retries=0,
        on={"answered": "done", "invalid": "lost"},
    ),
    say("done", "{{ age }} {{ topic }}"),
    say("lost", "lost"),
    say("help_text", "Just tell me your age."),
    say("order_text", "Order {{ $input.text }} is on its way."),
    node("which_topic", "chatbot.ask", text="About what?", variable="topic", next="noted"),
    say("noted", "Noted: {{ topic }}."),
    node("stop", "logic.end"),
]


def talk(answer: Answer | None = None) -> Talk:
    conversation = Talk(*NODES, interrupts=[HELP, ORDER, AGENT, BYE], answer=lambda _: answer or Answer(value=None))
    conversation.says("hi")
    return conversation


@pytest.mark.parametrize("text", ["help", "HELP!", "ayuda", "¿AYUDA?"])
def test_a_keyword_leads_away_and_the_interrupted_question_is_asked_again(text: str) -> None:
    conversation = talk()
    assert conversation.says(text) == ["Just tell me your age.", "Age?"]
    assert conversation.trace[:1] == [["entered", "help", "help_text"]]
    assert ["left", "help"] in conversation.trace
    assert conversation.says("41") == ["41 "]


def test_a_pattern_leads_away() -> None:
    assert talk().says("#1234") == ["Order #1234 is on its way.", "Age?"]


def test_a_pressed_button_is_compared_by_what_it_brings_and_asks_no_model() -> None:
    conversation = talk()
    assert conversation.send("Get some advice", payload="help") == ["Just tell me your age.", "Age?"]
    assert conversation.send("help", payload="42") == ["lost"]
    assert conversation.asks == []


def test_an_intent_is_asked_of_a_model_and_a_wait_inside_the_digression_works() -> None:
    conversation = talk(Answer(value="agent"))
    assert conversation.says("let me talk to someone") == ["About what?"]
    assert isinstance(conversation.asks[0], AskModel)
    assert conversation.asks[0].text == "let me talk to someone"
    assert [choice.handle for choice in conversation.asks[0].choices] == ["agent"]
    assert [frame.kind for frame in conversation.session.frames] == ["main", "digression"]
    assert conversation.says("the bill") == ["Noted: the bill.", "Age?"]


def test_a_digression_shares_the_variables_of_the_flow() -> None:
    conversation = talk(Answer(value="agent"))
    conversation.says("someone, please")
    conversation.says("the bill")
    assert conversation.send("41", payload="41") == ["41 the bill"]


@pytest.mark.parametrize(
    "answer",
    [
        Answer(value=None),
        Answer(value="somewhere"),
        Answer(value=["agent"]),
        Answer(failure=AskFailure(code="x", message="x")),
    ],
)
def test_without_a_clear_intent_the_question_gets_its_answer(answer: Answer) -> None:
    assert talk(answer).says("41") == ["41 "]


def test_an_interrupt_under_way_is_not_entered_again() -> None:
    conversation = talk(Answer(value="agent"))
    conversation.says("someone, please")
    assert conversation.says("help") == ["Just tell me your age.", "About what?"]
    assert conversation.says("someone, please") == ["Noted: someone, please.", "Age?"]


def test_end_inside_a_digression_ends_the_execution() -> None:
    conversation = talk()
    assert conversation.says("bye") == []
    assert conversation.turn.status == "completed"
    assert conversation.session.frames == ()


def test_a_subflow_is_interrupted_by_its_workflow_and_asks_again() -> None:
    child: dict[str, Any] = {
        "botflow": 1,
        "id": "child",
        "name": "Child",
        "nodes": [
            {"id": "start", "type": "chatbot", "actionType": "message_received", "next": "street"},
            node("street", "chatbot.ask", text="Street, {{ who }}?", variable="street"),
        ],
    }
    call = node("sub", "logic.subflow", workflow="child", input={"who": "Ann"}, output={"road": "street"}, next="after")
    nodes = [call, say("after", "{{ road }}"), say("info", "I am {{ name }}.")]
    interrupt = {"id": "help", "match": ["help"], "target": "info"}
    conversation = Talk(*nodes, others={"child": child}, interrupts=[interrupt], variables={"name": "Bot"})
    conversation.says("hi")
    assert conversation.says("help") == ["I am Bot.", "Street, Ann?"]
    assert conversation.says("High St") == ["High St"]


def test_tries_are_counted_afresh_after_a_digression() -> None:
    ask = node("n", "chatbot.ask", text="N?", expect="integer", retries=1, on={"invalid": "lost"}, invalidText="no")
    conversation = Talk(ask, say("lost", "lost"), NODES[3], interrupts=[HELP])
    conversation.says("hi")
    assert [conversation.says(text)[-1] for text in ("x", "help", "x", "x")] == ["no", "N?", "no", "lost"]


def test_a_recap_is_said_before_the_interrupted_question_is_asked_again() -> None:
    ask = node("age", "chatbot.ask", text="Age?", variable="age", next="done")
    recap = "Where were we, {{ name }}?"
    nodes = (ask, NODES[1], NODES[3])
    conversation = Talk(*nodes, interrupts=[HELP], recap=recap, variables={"name": "Ann", "topic": "x"})
    conversation.says("hi")
    assert conversation.says("help") == ["Just tell me your age.", "Where were we, Ann?", "Age?"]


def test_a_recap_that_fails_is_left_unsaid() -> None:
    ask = node("age", "chatbot.ask", text="Age?", variable="age", next="done")
    conversation = Talk(ask, NODES[1], NODES[3], interrupts=[HELP], recap="{{ 1 / 0 }}", variables={"topic": "x"})
    conversation.says("hi")
    assert conversation.says("help") == ["Just tell me your age.", "Age?"]
    assert ["error", "age", "template.failed"] in [event[:3] for event in conversation.trace]


def asked(text: str, question: dict[str, Any], *, says: str = "agent") -> Talk:
    """Return the conversation after `text` answered `question`, with a model that sees an intent in everything."""
    ends = [say("done", "done"), say("help_text", "digressed"), say("order_text", "-"), say("stop", "-")]
    agent = [node("which_topic", "chatbot.say", text="digressed")]
    interrupts = [{"id": "agent", "intent": "wants to talk to a person", "target": "which_topic"}]
    conversation = Talk(question, *ends, *agent, interrupts=interrupts, answer=lambda _: Answer(value=says))
    conversation.says("hi")
    conversation.says(text)
    return conversation


MENU = node("q", "chatbot.menu", text="Q?", options=[{"id": "a", "label": "Talk to us"}], on={"a": "done"})


@pytest.mark.parametrize(
    ("expect", "text"),
    [
        ({"expect": "integer"}, "2 people"),
        ({"expect": "number"}, "1.5"),
        ({"expect": "yes_no"}, "yes please"),
        ({"expect": "date"}, "tomorrow"),
        ({"expect": "time"}, "at 6 pm"),
        ({"expect": "email"}, "ann@example.com"),
        ({"expect": "phone"}, "+49 30 1234567"),
        ({"expect": "choice", "choices": ["Human help", "Other"]}, "human help"),
    ],
)
def test_a_fitting_answer_wins_over_an_intent(expect: dict[str, Any], text: str) -> None:
    conversation = asked(text, node("q", "chatbot.ask", text="Q?", next="done", **expect))
    assert (conversation.asks, conversation.trace[0][:3]) == ([], ["edge", "q", "answered"])


def test_a_menus_label_word_for_word_is_the_choice() -> None:
    conversation = asked("Talk to us", MENU)
    assert (conversation.asks, conversation.trace[0][:3]) == ([], ["edge", "q", "a"])


@pytest.mark.parametrize(
    ("question", "told"),
    [(node("q", "chatbot.ask", text="Your name?", next="done"), "Your name?"), (MENU, "Q?\nTalk to us")],
)
def test_a_model_that_looks_for_an_intent_is_told_the_question(question: dict[str, Any], told: str) -> None:
    conversation = asked("get me somebody", question)
    [ask] = conversation.asks
    assert isinstance(ask, AskModel)
    assert (ask.question, ask.node, conversation.trace[0][:2]) == (told, "q", ["entered", "agent"])


EXAMPLES = ("get me a human", "can somebody call me")


def test_a_model_that_looks_for_an_intent_is_told_the_keywords_and_the_examples() -> None:
    agent = AGENT | {"match": ["agent"], "examples": list(EXAMPLES)}
    conversation = Talk(*NODES, interrupts=[agent], answer=lambda _: Answer(value="agent"))
    conversation.says("hi")
    assert conversation.says("i need somebody") == ["About what?"]
    [ask] = conversation.asks
    assert isinstance(ask, AskModel)
    assert [choice.examples for choice in ask.choices] == [("agent", *EXAMPLES)]


def test_examples_alone_make_an_interrupt() -> None:
    agent = {"id": "agent", "examples": list(EXAMPLES), "target": "which_topic"}
    conversation = Talk(*NODES, interrupts=[agent], answer=lambda _: Answer(value="agent"))
    conversation.says("hi")
    assert conversation.says("i need somebody") == ["About what?"]


AFTER = (say("done", "done"), node("which_topic", "chatbot.ask", text="About what?", variable="topic", next="done"))


def test_a_model_is_told_where_any_text_is_an_answer() -> None:
    agent = {"id": "agent", "examples": list(EXAMPLES), "target": "which_topic"}
    accepts = []
    for expect in ("text", "integer"):
        question = node("q", "chatbot.ask", text="Q?", variable="v", expect=expect, on={"answered": "done"})
        conversation = Talk(question, *AFTER, interrupts=[agent], answer=lambda _: Answer(value=None))
        conversation.says("hi")
        conversation.says("hm")
        [ask] = conversation.asks
        assert isinstance(ask, AskModel)
        accepts.append(ask.accepts)
    assert accepts == ["any text", ""]


def test_an_example_that_may_be_an_answer_by_one_of_its_words_goes_to_the_model() -> None:
    agent = {"id": "agent", "examples": ["quiero hablar con una persona"], "target": "which_topic"}
    question = node("q", "chatbot.ask", text="¿Cuántos?", variable="v", expect="integer", on={"answered": "done"})
    conversation = Talk(question, *AFTER, interrupts=[agent], language="es", answer=lambda _: Answer(value="agent"))
    conversation.says("hola")
    assert conversation.says("¡Quiero hablar con una persona!") == ["About what?"]
    assert len(conversation.asks) == 1
