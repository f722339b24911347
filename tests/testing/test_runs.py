"""Runs around a conversation: triggers, events, schedules, branches, children, deliveries."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from botflow import UsageError
from botflow.engine.effects import EmitEvent
from botflow.errors import RejectedInbound
from botflow.testing import Person, Simulator
from botflow.testing.virtual_clock import START
from tests.engine.conversation import node, say


def single(id: str, trigger: dict[str, Any], *nodes: dict[str, Any], **document: Any) -> dict[str, Any]:
    return {"id": id, "executionMode": "single", "nodes": [{**trigger, "next": nodes[0]["id"]}, *nodes], **document}


def persistent(id: str, *nodes: dict[str, Any], **document: Any) -> dict[str, Any]:
    start = node("start", "chatbot.message_received", next=nodes[0]["id"])
    return {"id": id, "nodes": [start, *nodes], **document}


BY_HAND = node("start", "trigger.manual", schema={"n": {"type": "integer"}})
DOUBLE = single("double", BY_HAND, node("end", "logic.end", output="{{ $input.n * 2 }}"))
PAID = node("start", "trigger.event", event="order.paid", when="$input.amount > 10")
SHIP = single("ship", PAID, node("note", "logic.log", message="Ship {{ $input.amount }}"))


def test_a_single_workflow_is_started_by_hand_and_gives_its_output() -> None:
    talk = Simulator(DOUBLE)
    run = talk.trigger({"n": 4})
    assert (run.workflow, run.status, run.input, run.output, run.failure) == ("double", "completed", {"n": 4}, 8, None)
    assert run.variables == {"input": {"n": 4}}
    assert [each.status for each in talk.runs] == ["completed"]


def test_an_input_that_does_not_fit_is_refused_and_fails_a_run_that_a_node_starts() -> None:
    with pytest.raises(RejectedInbound, match="'n' must be a whole number") as refused:
        Simulator(DOUBLE).trigger({"n": "four"})
    assert refused.value.code == "input.invalid"
    call = node("call", "logic.run", workflow="double", input={"n": "four"}, on={"error": "sorry"})
    talk = Simulator(persistent("boss", call, say("sorry", "{{ $call.code }}")), others=[DOUBLE])
    assert talk.says("hi") == ["input.invalid"]
    [run] = talk.runs
    assert run.failure is not None
    assert (run.failure.node, run.failure.code) == ("start", "input.invalid")
    assert repr(run) == "<Run of 'double': failed>"


def test_a_workflow_that_no_message_starts_has_no_person() -> None:
    with pytest.raises(UsageError, match=r"no message starts the workflow 'double' \(use trigger\(\)\)"):
        Simulator(DOUBLE).says("hi")


def test_a_single_workflow_that_messages_start_answers_each_of_them() -> None:
    talk = Simulator({**persistent("echo", say("hello", "Hello {{ $input.text }}")), "executionMode": "single"})
    assert talk.says("Ann") == ["Hello Ann"]
    assert talk.says("Bob") == ["Hello Bob"]


def test_a_workflow_that_is_not_there_is_not_started() -> None:
    with pytest.raises(UsageError, match=r"there is no workflow 'triple' to start \(there are: double\)"):
        Simulator(DOUBLE).trigger(workflow="triple")


def test_a_trigger_of_several_is_named() -> None:
    hook = node("hook", "trigger.webhook", secret="shop", next="end")
    document = single("both", BY_HAND, node("end", "logic.end", output="{{ $input.n }}"))
    talk = Simulator({**document, "nodes": [*document["nodes"], hook]})
    assert talk.trigger({"n": 1}, by="webhook", node="hook").output == 1
    assert talk.trigger({"n": 2}).output == 2


def test_an_event_starts_the_workflows_that_listen() -> None:
    talk = Simulator(SHIP, others=[DOUBLE])
    [run] = talk.emit("order.paid", {"amount": 20})
    assert run.log == [("info", "Ship 20")]
    assert talk.emit("order.paid", {"amount": 5}) == []
    with pytest.raises(
        UsageError, match=r"no workflow here listens to the event 'order.payed' \(did you mean order.paid"
    ):
        talk.emit("order.payed", {"amount": 20})


def test_an_event_that_a_conversation_emits_is_seen_and_starts_the_workflows_that_listen() -> None:
    emit = node("tell", "logic.emit", event="order.paid", payload={"amount": "{{ amount }}"}, next="thanks")
    talk = Simulator(persistent("order", emit, say("thanks", "Thanks"), variables={"amount": 30}), others=[SHIP])
    talk.says("hi")
    talk.hears("Thanks")
    assert talk.emitted == [EmitEvent(name="order.paid", payload={"amount": 30})]
    assert [(run.workflow, run.log) for run in talk.runs] == [("ship", [("info", "Ship 30")])]


def test_workflows_that_start_each_other_for_ever_are_stopped() -> None:
    again = node("again", "logic.emit", event="order.paid", payload={"amount": 20})
    talk = Simulator(single("circle", PAID, again))
    talk.emit("order.paid", {"amount": 20})
    assert len(talk.runs) == 17


def test_a_conversation_waits_for_its_branches_and_hears_what_was_said_meanwhile_afterwards() -> None:
    both = node(
        "both",
        "logic.parallel",
        branches=[{"id": "a"}, {"id": "b"}],
        variable="came",
        on={"a": "rest", "b": "set", "done": "ask"},
    )
    rest = node("rest", "logic.wait", for_="1h")
    ask = node("ask", "chatbot.ask", text="{{ came.b.output.x }}?", variable="said", next="bye")
    flow = persistent("fork", both, rest, node("set", "logic.set", variables={"x": 1}), ask, say("bye", "{{ said }}!"))
    talk = Simulator(flow)
    assert talk.says("hi") == []
    assert (talk.node, [run.status for run in talk.runs]) == ("both", ["waiting", "completed"])
    assert talk.says("still there?") == []
    talk.skip("1h")
    talk.hears("1?", "still there?!")


def test_a_run_that_waits_too_long_is_cancelled_with_all_it_has_started() -> None:
    call = node("call", "logic.run", workflow="slow", timeout="5m", on={"done": "bye", "timeout": "late"})
    slow = single(
        "slow",
        node("start", "trigger.manual"),
        node("deeper", "logic.run", workflow="slower", next="end"),
        node("end", "logic.end"),
    )
    slower = single("slower", node("start", "trigger.manual"), node("rest", "logic.wait", for_="1d"))
    talk = Simulator(persistent("boss", call, say("bye", "Done"), say("late", "Too late")), others=[slow, slower])
    talk.says("hi")
    talk.skip("10m")
    talk.hears("Too late")
    assert [run.status for run in talk.runs] == ["cancelled", "cancelled"]
    assert talk.skip("2d") == []


def test_a_workflow_that_is_not_there_fails_the_node_that_waits_for_it() -> None:
    call = node("call", "logic.run", workflow="nowhere", on={"error": "sorry"})
    talk = Simulator(persistent("boss", call, say("sorry", "{{ $call.code }}")))
    assert talk.says("hi") == ["workflow.unknown"]


def test_schedules_start_their_runs_as_time_passes() -> None:
    daily = node("start", "trigger.schedule", cron="0 9 * * 1-5", timeZone="Europe/Berlin")
    talk = Simulator(single("report", daily, node("note", "logic.log", message="{{ $input.scheduledAt }}")))
    talk.skip("7d")
    assert [run.log[0][1] for run in talk.runs] == [
        f"2026-11-{day}T08:00:00+00:00" for day in ("19", "20", "23", "24", "25")
    ]


def test_a_workflow_that_people_talk_to_may_be_started_for_the_person() -> None:
    start = node("begin", "trigger.manual", next="ask")
    ask = node("ask", "chatbot.ask", text="Did {{ $input.text }}order {{ input.n }} arrive?", variable="said")
    flow = persistent("after", ask)
    talk = Simulator({**flow, "nodes": [*flow["nodes"], start]})
    run = talk.trigger({"n": 7}, by="api")
    talk.hears("Did order 7 arrive?")
    assert (run.status, talk.node, talk.runs) == ("waiting", "ask", [])
    with pytest.raises(RejectedInbound, match=r"an execution under way \(it waits at 'ask'"):
        talk.trigger({"n": 8}, by="api")


def waiting_for_delivery(awaited: str) -> Simulator:
    send = node("send", "twilio.send_message", to="+4915112345678", text="Call Ann", waitFor=awaited, timeout="1h")
    ways = {"next": "sent", "failed": "refused"}
    ends = [say("sent", "It is {{ $send.status }}."), say("refused", "It failed: {{ $send.reason }}")]
    return Simulator(persistent("desk", {**send, "on": ways}, *ends))


def test_a_message_to_another_number_is_seen_and_its_delivery_reported() -> None:
    talk = waiting_for_delivery("delivered")
    talk.says("hi")
    talk.hears_nothing()
    assert [(message.to, message.text) for message in talk.sent] == [("+4915112345678", "Call Ann")]
    assert talk.delivery("sent") == []
    assert talk.delivery("delivered") == ["It is delivered."]
    assert talk.transcript == "> hi\n(to +4915112345678: Call Ann)\nIt is delivered.\n"


def test_a_delivery_may_fail_or_never_be_known() -> None:
    talk = waiting_for_delivery("sent")
    talk.says("hi")
    assert talk.delivery("failed", code="30005", reason="unknown number") == ["It failed: unknown number"]
    talk.says("hi")
    assert talk.skip("1h") == ["It failed: timeout"]


def test_a_delivery_that_nothing_waits_for_is_a_mistake() -> None:
    talk = waiting_for_delivery("sent")
    with pytest.raises(AssertionError, match="no message waits for its delivery"):
        talk.delivery("delivered")


def test_pauses_between_retries_pass_on_the_virtual_clock() -> None:
    fail = {**node("fail", "logic.set", variables={"x": "{{ 1 / 0 }}"}), "retry": {"attempts": 3, "delay": "2s"}}
    talk = Simulator(persistent("stubborn", fail, apology="Ouch."), person=Person())
    assert talk.says("hi") == ["Ouch."]
    assert talk.now - START == timedelta(seconds=6)


def test_what_is_no_json_cannot_be_handed_on() -> None:
    with pytest.raises(UsageError, match="is not plain JSON"):
        Simulator(DOUBLE).trigger({"n": object()})
