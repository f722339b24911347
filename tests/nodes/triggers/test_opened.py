"""A flow that begins when the chat is opened, and the visitor who writes after its end."""

from __future__ import annotations

import pytest

from botflow import Flow
from botflow.errors import UsageError
from botflow.testing import Person, Simulator


def flow(*, hears: bool = False) -> Flow:
    made = Flow("hello")
    form = made.form([{"name": "people", "text": "For how many?", "expect": "integer", "words": ["for"]}], text="Hi!")
    made.opened() >> form
    form["done"] >> made.say("{{ people }}, thanks.")
    if hears:
        made.message_received() >> made.say("Yes?")
    return made


def test_a_message_after_the_end_opens_the_chat_once_more() -> None:
    talk = Simulator(flow())
    assert talk.opens() == ["Hi!"]
    assert talk.says("4") == ["4, thanks."]
    assert talk.ended
    assert talk.says("and another one") == ["Hi!"]
    assert talk.says("5") == ["5, thanks."]
    assert talk.says("for 6") == ["Understood: 6.", "6, thanks."]


def test_a_first_message_without_opening_opens_it() -> None:
    assert Simulator(flow()).says("hello") == ["Hi!"]


def test_a_trigger_for_messages_comes_first() -> None:
    talk = Simulator(flow(hears=True))
    talk.opens()
    talk.says("4")
    assert talk.says("hello") == ["Yes?"]


def test_a_phone_opens_no_chat() -> None:
    talk = Simulator(flow(), person=Person(channel="sms", sender="+15550001111"))
    with pytest.raises(UsageError, match="no trigger of 'hello' takes this message on the channel 'sms'"):
        talk.says("hello")
