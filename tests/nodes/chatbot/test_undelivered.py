"""The handle `undelivered` of say, ask and menu: a message that does not arrive leads elsewhere, once and in time."""

from __future__ import annotations

from typing import Any

import pytest

from botflow.engine.inbound import Inbound
from tests.engine.conversation import Talk, node, say
from tests.engine.inbounds import message

PHONE = {"channel": "sms", "provider": "twilio", "sender": "+12125550111", "address": "+15550002222"}
LOST = say("lost", "{{ $it.code }} {{ $it.reason }}")
ASK = node("it", "chatbot.ask", text="Name?", variable="name", on={"answered": "bye", "undelivered": "lost"})
MENU = node(
    "it", "chatbot.menu", text="Which?", options=[{"id": "a", "label": "Ann"}], on={"a": "bye", "undelivered": "lost"}
)
SAY = node("it", "chatbot.say", text="Hello.", on={"next": "bye", "undelivered": "lost"})
BYE = say("bye", "Bye.")


def news(talk: Talk, state: str, token: str | None = None, **more: str) -> Inbound:
    wait = talk.session.wait
    group = token if token is not None else (wait.group if wait else "")
    return message(
        "",
        kind="delivery",
        key=f"d{len(talk.conversation.turns)}",
        token=group,
        parameters={"state": state, **more},
        **PHONE,
    )


@pytest.mark.parametrize("asking", [ASK, MENU], ids=["ask", "menu"])
def test_a_question_that_does_not_arrive_leads_to_undelivered_once(asking: dict[str, Any]) -> None:
    talk = Talk(asking, BYE, LOST)
    talk.send("hi", **PHONE)
    [sent] = talk.turn.messages
    assert talk.session.wait is not None
    assert (sent.awaited, sent.awaited_by) == ("failed", talk.session.wait.group)
    first = news(talk, "failed", code="30005", reason="no such number")
    assert talk.take(first) == ["30005 no such number"]
    assert talk.take(first) == []


@pytest.mark.parametrize("asking", [ASK, MENU], ids=["ask", "menu"])
def test_a_failure_that_is_known_after_an_answer_changes_nothing(asking: dict[str, Any]) -> None:
    """Also after one that did not fit: whoever answers has got the question."""
    asking = {**asking, "properties": {**asking["properties"], **({"expect": "integer"} if asking is ASK else {})}}
    talk = Talk(asking, BYE, LOST)
    talk.send("hi", **PHONE)
    late = news(talk, "failed", code="30005")
    talk.send("no such answer", **PHONE)
    assert talk.take(late) == []
    assert talk.turn.status == "ignored"
    assert talk.take(news(talk, "suppressed", code="consent.stopped", reason="opted out")) == [
        "consent.stopped opted out"
    ]
    talk.send("hi", **PHONE)
    late = news(talk, "failed")
    assert talk.send("1", **PHONE) == ["Bye."]
    assert talk.take(late) == []


def test_a_failure_of_another_nodes_message_is_not_for_the_question_at_hand() -> None:
    other = node("other", "chatbot.ask", text="Age?", on={"answered": "it"})
    talk = Talk(other, ASK, BYE, LOST)
    assert talk.send("hi", **PHONE) == ["Age?"]
    assert [sent.awaited_by for sent in talk.turn.messages] == [""]
    old = news(talk, "failed", token=talk.session.wait.token if talk.session.wait else "")
    assert talk.send("40", **PHONE) == ["Name?"]
    assert talk.take(old) == []
    assert talk.send("Ann", **PHONE) == ["Bye."]


def test_a_reminder_leaves_the_question_watched() -> None:
    reminded = {**ASK, "properties": {**ASK["properties"], "reminders": [{"after": "5m"}], "timeout": "1h"}}
    talk = Talk(reminded, BYE, LOST)
    talk.send("hi", **PHONE)
    first = news(talk, "failed", code="30003")
    talk.wait(**PHONE)
    assert talk.take(first) == ["30003 "]


@pytest.mark.parametrize(("state", "then"), [("delivered", "Bye."), ("read", "Bye."), ("failed", "30006 landline")])
def test_a_text_waits_until_its_delivery_is_known(state: str, then: str) -> None:
    talk = Talk(SAY, BYE, LOST)
    assert talk.send("hi", **PHONE) == ["Hello."]
    assert talk.turn.status == "waiting"
    told = {"code": "30006", "reason": "landline"} if state == "failed" else {}
    assert talk.take(news(talk, state, **told)) == [then]


def test_a_text_of_which_nothing_is_heard_goes_on_after_a_minute() -> None:
    talk = Talk(SAY, BYE, LOST)
    talk.send("hi", **PHONE)
    assert talk.session.wait is not None
    assert talk.session.wait.timeout_s == 60
    assert talk.wait(**PHONE) == ["Bye."]


@pytest.mark.parametrize("first", [SAY, ASK, MENU], ids=["say", "ask", "menu"])
def test_in_the_chat_and_where_nothing_is_connected_nothing_is_watched(first: dict[str, Any]) -> None:
    for talk, where in (
        (Talk(first, BYE, LOST), {}),
        (Talk({**first, "on": {name: to for name, to in first["on"].items() if name != "undelivered"}}, BYE), PHONE),
    ):
        talk.send("hi", **where)
        assert [sent.awaited_by for sent in talk.turn.messages] == [""] * len(talk.turn.messages)
        wait = talk.session.wait
        assert wait is None or (wait.accepts, wait.group) == (("message",), "")


def test_a_text_that_is_empty_is_not_waited_for() -> None:
    empty = {**SAY, "properties": {"text": "{{ nothing }}"}}
    assert Talk(empty, BYE, LOST).send("hi", **PHONE) == ["Bye."]


def test_the_simulator_reports_the_delivery_of_a_question() -> None:
    talk = Talk(ASK, BYE, LOST)
    talk.send("hi", **PHONE)
    assert talk.delivery("sent") == []
    assert talk.delivery("failed", code="30003", reason="unreachable") == ["30003 unreachable"]
