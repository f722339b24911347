"""What a test does besides saying and hearing: other people, opt-outs, calls, starts, deliveries, people in place of
the flow; and what each says when nothing hears it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from botflow import UsageError
from botflow.errors import RejectedInbound
from botflow.testing import Person, Simulator
from tests.engine.conversation import node, say

ANN = Person(channel="sms", sender="+12125550111", address="+15550002222")
START = node("start", "chatbot.message_received", next="ask")
ASK = node("ask", "chatbot.ask", text="Name?", variable="name", next="bye")
BYE = say("bye", "Bye {{ name }}.")
INVITED = {
    "id": "invited",
    "nodes": [
        node("go", "trigger.manual", schema={"host": {}}, next="ask"),
        node("ask", "chatbot.ask", text="{{ input.host }} invites you. Coming?", variable="comes", next="bye"),
        say("bye", "Noted."),
    ],
}


def flow(*nodes: dict[str, Any], **document: Any) -> dict[str, Any]:
    return {"id": "desk", "nodes": list(nodes), **document}


def refusal(act: Callable[[], object]) -> str:
    """Return what an author reads when an act is refused."""
    with pytest.raises((UsageError, RejectedInbound)) as refused:
        act()
    return str(refused.value)


def inviting(**properties: Any) -> Simulator:
    given = {"to": "bea", "channel": "chat", "workflow": "invited", "input": {"host": "Ann"}, **properties}
    start = node("ask", "logic.start", on={"next": "good", "busy": "busy", "error": "bad"}, **given)
    ends = (say("good", "Invited."), say("busy", "Busy."), say("bad", "{{ $ask.code }}"))
    return Simulator(flow(START, start, *ends), others=[INVITED])


def test_the_conversation_that_a_flow_starts_with_another_person_is_said_and_heard() -> None:
    talk = inviting()
    talk.says("hi")
    talk.hears("Invited.")
    talk.hears_nothing()
    bea = talk.with_person("bea", workflow="invited")
    bea.hears("Ann invites you. Coming?")
    assert talk.says("hi") == ["Busy."]
    bea.says("yes")
    bea.hears("Noted.")
    assert bea.ended
    assert bea.variables == {"input": {"host": "Ann"}, "comes": "yes"}
    assert bea.transcript == "Ann invites you. Coming?\n> yes\nNoted.\n"
    assert "yes" not in talk.transcript


def test_a_key_starts_once_and_a_misfit_of_the_schema_leaves_by_error() -> None:
    talk = inviting(key="{{ $message.text }}")
    talk.says("one")
    talk.with_person("bea", workflow="invited").says("yes")
    assert talk.says("one") == ["Invited."]
    assert talk.with_person("bea", workflow="invited").ended
    assert inviting(input={"guest": "Ann"}).says("hi") == ["input.invalid"]
    assert inviting(workflow="invted").says("hi") == ["workflow.unknown"]


def test_stop_opts_out_everywhere_until_start() -> None:
    talk = Simulator(flow(START, ASK, BYE), others=[{**flow(START, ASK, BYE), "id": "other"}], person=ANN)
    other = talk.with_person(workflow="other")
    other.says("hi")
    talk.says("hi")
    assert talk.says("STOP") == []
    assert talk.has_opted_out
    assert other.says("Ann") == []
    with pytest.raises(AssertionError, match="\nthe person has opted out\n"):
        other.hears("Bye Ann.")
    assert other.says("START") == []
    assert talk.says("Ann") == ["Bye Ann."]
    assert talk.says("HELP") == []
    with pytest.raises(AssertionError, match="\nthe provider answers this word itself\n"):
        talk.hears("Help?")
    assert Simulator(flow(START, ASK, BYE)).says("STOP") == ["Name?"]  # in the chat it is a word like others


def test_a_missed_call_begins_a_conversation() -> None:
    called = node("called", "trigger.missed_call", next="ask")
    talk = Simulator(flow(called, ASK, BYE), person=ANN)
    assert refusal(lambda: talk.says("hi")) == (
        "no execution is under way, and no trigger of 'desk' takes this message on the channel 'sms' by 'twilio'"
        " (begin the conversation by rings())"
    )
    assert talk.rings() == ["Name?"]
    assert talk.says("Ann") == ["Bye Ann."]
    talk.rings()
    assert refusal(talk.rings) == (
        "this person's session has an execution under way (it waits at 'ask'; try again once it has ended)"
    )
    assert refusal(Simulator(flow(called, ASK, BYE)).rings) == (
        "a visitor of the chat has no phone to call with (person=Person(channel='sms', ...))"
    )
    assert refusal(Simulator(flow(START, ASK, BYE), person=ANN).rings) == (
        "no trigger.missed_call of 'desk' hears a call (a node of type trigger, actionType missed_call)"
    )


def test_the_chat_is_opened_once() -> None:
    opened = node("opened", "chatbot.opened", next="ask")
    talk = Simulator(flow(opened, ASK, BYE))
    assert talk.opens() == ["Name?"]
    assert refusal(talk.opens).startswith("this visitor is in the chat already: a flow hears only of the first opening")
    assert talk.with_person("bea").opens() == ["Name?"]
    assert refusal(Simulator(flow(opened, ASK, BYE), person=ANN).opens).startswith("only the chat is opened")
    assert Simulator(flow(opened, ASK, BYE)).says("hi") == ["Name?"]  # a message opens it, too


def test_an_application_starts_a_conversation_once_for_a_key() -> None:
    by_hand = node("by_hand", "trigger.manual", schema={"n": {"type": "integer"}}, next="ask")
    talk = Simulator(flow(by_hand, ASK, BYE))
    assert refusal(lambda: talk.start({"n": "x"})) == (
        "the input does not fit: 'n' must be a whole number (see the schema of the trigger 'by_hand')"
    )
    talk.start({"n": 1}, key="order 1")
    talk.says("Ann")
    talk.start({"n": 1}, key="order 1")
    assert talk.ended
    assert "has started an execution with another input" in refusal(lambda: talk.start({"n": 2}, key="order 1"))
    talk.with_person("bea").start({"n": 2})
    talk.with_person("bea").hears("Name?")
    assert refusal(Simulator(flow(START, ASK, BYE)).start) == (
        "the workflow 'desk' has no trigger.manual for this (it has the triggers start (chatbot.message_received))"
    )
    assert refusal(lambda: talk.trigger({"n": 1}, by="call")).startswith("nothing is started by 'call' (by is one of")


def test_what_a_watched_node_says_is_heard_and_a_delivered_message_does_not_fail_later() -> None:
    watched = {**ASK, "on": {"undelivered": "lost"}}
    talk = Simulator(flow(START, watched, BYE, say("lost", "Lost: {{ $ask.code }}")), person=ANN)
    assert talk.says("hi") == ["Name?"]
    talk.hears("Name?")
    assert talk.sent == []
    assert talk.delivery("failed", code="30005") == ["Lost: 30005"]
    talk.says("hi")
    assert talk.delivery("delivered") == []
    with pytest.raises(AssertionError, match="no message waits for its delivery"):
        talk.delivery("failed")


def test_a_person_in_place_of_the_flow_reads_and_writes() -> None:
    talk = Simulator(flow(START, ASK, BYE))
    talk.says("hi")
    assert refusal(lambda: talk.agent.says("Hello")) == (
        "no person has this conversation, so none can write in it (agent.claims() first)"
    )
    talk.agent.claims("Maria")
    assert talk.says("help me") == []
    assert talk.agent.heard == ["help me"]
    talk.agent.says("Of course.")
    talk.hears("Of course.")
    assert talk.messages[-1].author == "Maria"
    with pytest.raises(AssertionError, match="\nthe conversation is left to Maria\n"):
        talk.hears("Bye help me.")
    talk.agent.returns()
    assert talk.says("Ann") == ["Bye Ann."]
    assert "no person has this conversation" in refusal(talk.agent.returns)


def test_a_button_of_an_older_question_is_no_answer_where_buttons_are_kept() -> None:
    options = [{"id": "a", "label": "Soup"}, {"id": "b", "label": "Pie"}]
    dish = node("ask", "chatbot.menu", text="Dish?", options=options, variable="dish", on={"a": "size", "b": "size"})
    sizes = [{"id": "a", "label": "Small"}, {"id": "b", "label": "Big"}]
    size = node("size", "chatbot.menu", text="Size?", options=sizes, variable="size", on={"a": "bye", "b": "bye"})
    document = flow(START, dish, size, say("bye", "{{ size }} {{ dish }}"))
    talk = Simulator(document, person=Person(channel="whatsapp", sender="+12125550111"))
    talk.says("hi")
    talk.presses("Soup")
    talk.presses("Pie", of="Dish?")
    assert talk.node == "size"
    assert talk.presses("Big") == ["b a"]
    chat = Simulator(document)
    chat.says("hi")
    chat.presses("Soup")
    assert chat.presses("Pie", of="Dish?") == ["b a"]  # as in a chat, where an old button is gone from the page


def test_cards_have_buttons_and_a_link_tells_the_flow_nothing() -> None:
    buttons = [{"id": "take", "label": "Take"}, {"label": "Read", "url": "https://files.test/a"}]
    cards = node("ask", "chatbot.cards", cards=[{"id": "a", "title": "A", "buttons": buttons}], on={"take": "bye"})
    talk = Simulator(flow(START, cards, BYE))
    talk.says("hi")
    with pytest.raises(AssertionError, match="the button 'Read' opens https://files"):
        talk.presses("Read")
    assert talk.presses("Take") == ["Bye ."]


def test_a_person_has_an_id_fields_groups_and_a_zone_also_on_another_channel() -> None:
    known = say("ask", "{{ $contact.id }} {{ $contact.name }} {{ $contact.groups | join }} {{ $contact.timeZone }}")
    person = Person(
        channel="sms", sender="+12125550111", fields={"name": "Ann", "timeZone": "Asia/Tokyo"}, groups=("guests",)
    )
    talk = Simulator(flow(START, known), person=person)
    assert talk.says("hi") == ["1 Ann guests Asia/Tokyo"]
    assert (talk.contact_id, talk.groups) == (1, ["guests"])
    assert talk.contact == {"name": "Ann", "timeZone": "Asia/Tokyo"}
    assert talk.with_person(channel="whatsapp").says("hi") == ["1 Ann guests Asia/Tokyo"]
    bea = talk.with_person(Person(channel="sms", sender="+12125550112", fields={"name": "Bea"}))
    assert bea.says("hi") == ["2 Bea  "]
    assert talk.with_person("+1 212 555 0112").contact == {"name": "Bea"}


def test_a_message_that_waits_is_named_in_a_failure() -> None:
    watched = node("ask", "chatbot.say", text="Hello.", on={"next": "bye", "undelivered": "bye"})
    talk = Simulator(flow(START, watched, BYE), person=ANN)
    talk.says("hi")
    talk.says("are you there?")
    with pytest.raises(AssertionError, match="\n1 of the person's messages wait until the node takes messages\n"):
        talk.hears("Yes.")
