"""The simulator holds whole conversations: what is said and heard, buttons, places, photos, time, digressions."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from botflow import Flow, Media, UsageError
from botflow.engine.events import EdgeFollowed
from botflow.flow.compile import compile_flow
from botflow.flow.problems import FlowProblems
from botflow.nodes import built_in
from botflow.testing import Person, Simulator
from botflow.testing.virtual_clock import START
from tests.engine.conversation import node, say
from tests.testing.flows import PIZZA


def echo(*nodes: dict[str, Any], **document: Any) -> dict[str, Any]:
    """Return a document whose nodes follow a trigger that takes every message."""
    start = node("start", "chatbot.message_received", next=nodes[0]["id"])
    return {"id": "echo", "nodes": [start, *nodes], **document}


def test_a_conversation_is_said_and_heard_in_order() -> None:
    talk = Simulator(PIZZA)
    talk.says("hello")
    talk.hears("Welcome!")
    talk.hears("Hi! What would you like?", buttons=["Pizza", "Salad"])
    assert (talk.node, talk.ended) == ("menu", False)
    talk.says("a pie please")
    talk.hears("How many?")
    talk.says("a lot")
    talk.hears(re.compile("from 1 to 20"))
    talk.says("two")
    talk.hears("2 × pizza, on the way.")
    talk.hears_nothing()
    assert (talk.node, talk.ended, talk.failure) == (None, True, None)
    assert talk.variables == {"dish": "pizza", "quantity": 2}
    assert talk.events[-2] == EdgeFollowed("done", "next", "")


def test_several_messages_may_be_heard_at_once_and_what_is_said_is_returned() -> None:
    talk = Simulator(PIZZA)
    assert talk.says("hello") == ["Welcome!", "Hi! What would you like?"]
    talk.hears("Welcome!", "Hi! What would you like?", buttons=["Pizza", "Salad"], media=[])
    talk.hears_nothing()


def test_what_was_not_heard_is_passed_over_with_the_persons_next_act() -> None:
    talk = Simulator(PIZZA)
    talk.says("hello")
    talk.says("pizza")
    talk.hears("How many?")


def test_a_button_is_pressed_by_its_title_or_its_payload() -> None:
    for button in ("Salad", "salad"):
        talk = Simulator(PIZZA)
        talk.says("hello")
        assert talk.presses(button) == ["How many?"]
        assert talk.variables == {"dish": "salad"}


def test_a_place_and_a_photo_are_answers() -> None:
    where = node("where", "chatbot.ask", text="Where?", expect="location", variable="place", next="photo")
    photo = node("photo", "chatbot.ask", text="How does it look?", expect="media", variable="photo", next="bye")
    talk = Simulator(echo(where, photo, say("bye", "{{ place.label }}: {{ photo.url }}")))
    talk.says("hi")
    talk.shares_location(52.5, 13.4, "Berlin")
    talk.hears("How does it look?")
    talk.sends_media("https://files.test/1.jpg", "image/jpeg", text="like this")
    talk.hears("Berlin: https://files.test/1.jpg")
    assert talk.transcript == (
        "> hi\nWhere?\n> [location] 52.5, 13.4 Berlin\nHow does it look?\n"
        "> like this [image/jpeg] https://files.test/1.jpg\nBerlin: https://files.test/1.jpg\n"
    )


def test_media_that_the_flow_sends_are_heard() -> None:
    talk = Simulator(echo(node("look", "chatbot.say", text="Look", media=["https://files.test/1.jpg"])))
    talk.says("hi")
    talk.hears("Look", media=["https://files.test/1.jpg"], buttons=[])
    assert talk.messages[0].media == (Media(url="https://files.test/1.jpg"),)
    assert talk.transcript == "> hi\nLook\n[media] https://files.test/1.jpg\n"


def test_a_visitor_who_opens_the_chat_is_greeted() -> None:
    opened = node("opened", "chatbot.opened", next="hello")
    talk = Simulator({"id": "greeting", "nodes": [opened, node("hello", "chatbot.ask", text="Hello! Who are you?")]})
    assert talk.opens() == ["Hello! Who are you?"]
    assert talk.transcript == "> (opens the chat)\nHello! Who are you?\n"


# -- time


def test_reminder_and_timeout_go_off_each_at_its_own_time() -> None:
    talk = Simulator(PIZZA)
    talk.says("hello")
    assert talk.skip("59m") == []
    talk.skip("1m")
    talk.hears("Still there?")
    assert talk.node == "menu"
    talk.skip("23h")
    talk.hears("Bye.")
    assert talk.ended
    assert talk.now == START + timedelta(hours=24)


def test_all_that_is_due_on_the_way_goes_off_in_order() -> None:
    talk = Simulator(PIZZA)
    talk.says("hello")
    talk.skip("30d")
    talk.hears("Still there?", "Bye.")
    assert [(line.at - START, line.text) for line in talk.lines[-2:]] == [
        (timedelta(hours=1), "Still there?\n  1. Pizza\n  2. Salad"),
        (timedelta(hours=24), "Bye."),
    ]


def test_an_answer_ends_the_wait_and_its_timers() -> None:
    talk = Simulator(PIZZA)
    talk.says("hello")
    talk.skip("50m")
    talk.says("pizza")
    assert talk.skip("30d") == []
    assert talk.node == "quantity"


def test_a_wait_until_a_moment_ends_at_that_moment() -> None:
    rest = node("rest", "logic.wait", until="09:00", timeZone="Europe/Berlin", next="morning")
    talk = Simulator(echo(rest, say("morning", "Good morning!")), now=datetime(2026, 1, 1, 20, tzinfo=UTC))
    talk.says("hi")
    talk.skip_to(datetime(2026, 1, 2, 7, 59, tzinfo=UTC))
    talk.hears_nothing()
    talk.skip_to(datetime(2026, 1, 2, 8, 0, tzinfo=UTC))
    talk.hears("Good morning!")


def test_tomorrow_counts_from_the_virtual_clock() -> None:
    ask = node("day", "chatbot.ask", text="When?", expect="date", variable="day", next="again")
    talk = Simulator(echo(ask, node("again", "chatbot.ask", text="{{ day }}", expect="date", variable="day")))
    talk.says("hi")
    talk.says("tomorrow")
    talk.hears("2026-11-19")
    talk.skip("10d")
    talk.says("tomorrow")
    assert talk.variables == {"day": "2026-11-29"}


@pytest.mark.parametrize("duration", ["soon", "0s", "-1h"])
def test_what_is_no_duration_cannot_be_skipped(duration: str) -> None:
    with pytest.raises(ValueError, match="duration"):
        Simulator(PIZZA).skip(duration)


def test_the_clock_does_not_go_back() -> None:
    with pytest.raises(UsageError, match="cannot go back"):
        Simulator(PIZZA).skip_to(START - timedelta(hours=1))
    with pytest.raises(UsageError, match="has no time zone"):
        Simulator(PIZZA, now=datetime(2026, 1, 1))


# -- where the conversation is


def test_variables_are_those_in_force_where_the_flow_waits() -> None:
    street = {
        "id": "street",
        "nodes": [
            node("start", "chatbot.message_received", next="ask"),
            node("ask", "chatbot.ask", text="Street?", variable="street"),
        ],
    }
    call = node("call", "logic.subflow", workflow="street", output={"road": "street"}, next="color")
    color = node("color", "chatbot.ask", text="Color?", variable="color", next="bye")
    helps = node("help", "chatbot.ask", text="What is unclear?", variable="unclear")
    interrupts = [{"id": "help", "match": ["help"], "target": "help"}]
    document = echo(call, color, say("bye", "Bye"), helps, variables={"name": "Ann"}, interrupts=interrupts)
    talk = Simulator(document, others=[street])
    talk.says("hi")
    assert talk.variables == {}
    talk.says("High St")
    assert talk.variables == {"name": "Ann", "road": "High St"}
    talk.says("help")
    talk.hears("What is unclear?")
    talk.says("everything")
    talk.hears("Color?")
    assert talk.variables == {"name": "Ann", "road": "High St", "unclear": "everything"}
    talk.says("red")
    assert talk.ended
    assert talk.variables == {"name": "Ann", "road": "High St", "unclear": "everything", "color": "red"}


def test_before_the_first_message_there_is_nothing() -> None:
    talk = Simulator(PIZZA)
    assert (talk.node, talk.ended, talk.variables, talk.transcript) == (None, False, {}, "")


def test_variables_of_the_test_go_before_the_documents() -> None:
    document = echo(say("hello", "{{ a }} {{ b }}"), variables={"a": 1, "b": 2})
    assert Simulator(document, variables={"b": 3}).says("hi") == ["1 3"]


def test_after_the_end_the_next_message_starts_again() -> None:
    talk = Simulator(echo(say("hello", "Hello {{ $input.text }}")))
    assert talk.says("one") == ["Hello one"]
    assert talk.says("two") == ["Hello two"]
    assert talk.transcript == "> one\nHello one\n> two\nHello two\n"


def test_a_failure_says_where_and_why() -> None:
    talk = Simulator(echo(node("divide", "logic.set", variables={"x": "{{ 1 / 0 }}"}), apology="Ouch."))
    talk.says("hi")
    talk.hears("Ouch.")
    assert talk.ended
    assert talk.failure is not None
    assert (talk.failure.node, talk.failure.code) == ("divide", "condition.failed")


def test_lines_of_the_log_are_kept() -> None:
    talk = Simulator(echo(node("note", "logic.log", level="warning", message="{{ $input.text }}")))
    talk.says("hi")
    assert talk.log == [("warning", "hi")]


# -- who talks


def test_a_person_talks_over_a_channel() -> None:
    document = echo(say("hello", "{{ $input.channel }} {{ $input.address }}"))
    talk = Simulator(document, person=Person(channel="sms", sender="+15550001111", address="+15550002222"))
    assert talk.says("hi") == ["sms +15550002222"]


def test_a_trigger_of_a_provider_takes_its_messages() -> None:
    document = {"id": "sms", "nodes": [node("start", "twilio.message_received", next="hi"), say("hi", "Hi")]}
    assert Simulator(document, person=Person(channel="sms", sender="+15550001111")).says("x") == ["Hi"]
    with pytest.raises(UsageError, match="no trigger of 'sms' takes this message on the channel 'chat'"):
        Simulator(document).says("x")


# -- what a flow may be


def test_a_flow_is_a_file_a_text_a_builder_a_document_or_a_compiled_flow(tmp_path: Path) -> None:
    built = Flow("echo")
    built.message_received() >> built.say("Hello", id="hello")
    document = echo(say("hello", "Hello"))
    file = tmp_path / "echo.json"
    file.write_text(json.dumps(document))
    compiled = compile_flow({"echo": document}, "echo", {kind.name: kind for kind in built_in()})
    for flow in (file, str(file), json.dumps(document), built, document, compiled):
        assert Simulator(flow).says("hi") == ["Hello"]


def test_a_document_that_is_wrong_is_refused_with_its_line() -> None:
    with pytest.raises(FlowProblems, match=r"the flow:\d+:\d+: error edge.unknown_node: there is no node 'don'"):
        Simulator(PIZZA.replace("next: done", "next: don"))


@pytest.mark.parametrize(
    ("flow", "complaint"),
    [
        ("nowhere.yaml", r"nowhere.yaml cannot be read: No such file"),
        ("flow.py", r"import it, and give the Simulator its `flow`"),
        ("flow.txt", r"its name must end in .yaml, .yml, .json"),
        (7, r"a int is no flow"),
    ],
)
def test_what_is_no_flow_says_so(flow: Any, complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint):
        Simulator(flow)


def test_two_flows_of_one_id_are_refused() -> None:
    with pytest.raises(UsageError, match="two flows have the id 'pizza'"):
        Simulator(PIZZA, others=[PIZZA])
