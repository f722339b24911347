"""`$input` is what an execution was started with, `$message` what the person has just sent."""

from __future__ import annotations

from typing import Any

import pytest

from botflow.testing import Simulator
from tests.engine.conversation import node, say
from tests.testing.test_runs import persistent

SHOWN = "{{ $input.text }}|{{ $input.channel }}|{{ $input.n }}|{{ $message.text }}|{{ $message.channel }}"
ASK = node("ask", "chatbot.ask", text=f"1:{SHOWN}", variable="a", retries=1, next="again")
AGAIN = node(
    "again", "chatbot.ask", text=f"2:{SHOWN}", expect="integer", invalidText=f"no:{SHOWN}", variable="input", next="end"
)
BY_HAND = node("begin", "trigger.manual", next="ask")


def conversation(*more: dict[str, Any], **document: Any) -> Simulator:
    flow = persistent("after", ASK, AGAIN, say("end", f"3:{SHOWN}"), *more)
    return Simulator({**flow, **document, "nodes": [*flow["nodes"], BY_HAND]})


def test_in_a_conversation_that_a_trigger_began_it_is_the_given_input_in_every_turn() -> None:
    talk = conversation()
    talk.trigger({"n": 7, "text": "given", "channel": "mail"}, by="api")
    talk.hears("1:given|mail|7||chat")
    answers = (("Ann", "2:given|mail|7|Ann|chat"), ("x", "no:given|mail|7|x|chat"), ("5", "3:given|mail|7|5|chat"))
    for text, heard in answers:
        talk.says(text)
        talk.hears(heard)


def test_in_a_conversation_that_a_message_began_it_is_the_message_also_beside_a_variable_of_that_name() -> None:
    talk = conversation(variables={"input": {"text": "default"}})
    for text, heard in (("hi", "1:hi|chat||hi|chat"), ("Ann", "2:Ann|chat||Ann|chat"), ("5", "3:5|chat||5|chat")):
        talk.says(text)
        talk.hears(heard)


@pytest.mark.parametrize("given", [5, "text", None, [1], False, 0])
def test_an_input_that_is_no_object_is_its_value(given: Any) -> None:
    shown = "{{ $input | tojson }}"
    ask = node("ask", "chatbot.ask", text=shown, variable="input", next="end")
    flow = persistent("after", ask, say("end", shown))
    talk = Simulator({**flow, "nodes": [*flow["nodes"], BY_HAND]})
    talk.trigger(given, by="api")
    [first] = [message.text for message in talk.messages]
    assert talk.says("x") == [first]


def test_the_next_execution_has_its_own_input() -> None:
    talk = conversation()
    talk.trigger({"n": 7}, by="api")
    for text in ("Ann", "5"):
        talk.says(text)
    talk.says("hi")
    talk.hears("1:hi|chat||hi|chat")


def test_a_node_called_message_keeps_its_name() -> None:
    talk = Simulator(persistent("own", say("message", "Hello", next="end"), say("end", "{{ $message.text }}!")))
    talk.says("hi")
    talk.hears("Hello", "Hello!")
