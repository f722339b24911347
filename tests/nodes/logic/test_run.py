"""logic.run, logic.emit, logic.log and what logic.end gives."""

from __future__ import annotations

from typing import Any

import pytest

from botflow.engine.effects import EmitEvent, StartRun
from tests.engine.conversation import Talk, node, say
from tests.engine.runs_in_memory import Runs

CALL = node("call", "logic.run", workflow="{{ which }}", input={"n": "{{ n }}"}, variable="got", next="after")
AFTER = node("after", "logic.end", output="{{ got }}")
VALUES = {"which": "double", "n": 4}


def child(*nodes: dict[str, Any]) -> dict[str, dict[str, Any]]:
    start = node("start", "trigger.manual", schema={"n": {"type": "integer"}}, next=nodes[0]["id"])
    return {"double": {"botflow": 1, "id": "double", "executionMode": "single", "nodes": [start, *nodes]}}


DOUBLE = child(node("end", "logic.end", output="{{ $input.n + $input.n }}"))


def test_a_workflow_that_is_chosen_at_run_time_gives_its_output() -> None:
    assert Runs(CALL, AFTER, others=DOUBLE, variables=VALUES).run().output == 8


def test_a_workflow_without_an_output_gives_its_variables() -> None:
    others = child(node("set", "logic.set", variables={"x": 1}))
    assert Runs(CALL, AFTER, others=others, variables=VALUES).run().output == {"x": 1, "input": {"n": 4}}


@pytest.mark.parametrize("output", [None, "{{ none }}", "{{ $input.nosuch }}"])
def test_a_workflow_whose_output_is_nothing_gives_null(output: object) -> None:
    others = child(node("set", "logic.set", variables={"x": 1}, next="end"), node("end", "logic.end", output=output))
    seen = node("after", "logic.end", output={"got": "{{ got }}", "output": "{{ $call.output }}"})
    assert Runs(CALL, seen, others=others, variables=VALUES).run().output == {"got": None, "output": None}


@pytest.mark.parametrize("nodes", [(node("fail", "logic.set", variables={"x": "{{ 1 / 0 }}"}),)])
def test_a_run_that_fails_leaves_by_error_or_fails_its_starter(nodes: tuple[dict[str, Any], ...]) -> None:
    turn = Runs(CALL, AFTER, others=child(*nodes), variables=VALUES).run()
    assert turn.failure is not None
    assert (turn.failure.node, turn.failure.code) == ("call", "condition.failed")
    guarded = {**CALL, "on": {"error": "sorry"}}
    sorry = node("sorry", "logic.end", output="{{ $call.code }}")
    assert Runs(guarded, AFTER, sorry, others=child(*nodes), variables=VALUES).run().output == "condition.failed"


def test_an_input_that_does_not_fit_fails_the_run_and_says_why() -> None:
    turn = Runs(CALL, AFTER, others=DOUBLE, variables={**VALUES, "n": "four"}).run()
    assert turn.failure is not None
    assert turn.failure.code == "input.invalid"
    assert "'n' must be a whole number" in turn.failure.message


@pytest.mark.parametrize("which", ["", "Not a slug", "{{ 1 }}"])
def test_what_is_no_id_fails_before_anything_is_started(which: str) -> None:
    runs = Runs(CALL, AFTER, variables={**VALUES, "which": which})
    turn = runs.run()
    assert turn.failure is not None
    assert turn.failure.code == "run.workflow"
    assert len(runs.sessions) == 1


def test_without_waiting_it_goes_on_at_once_and_hears_nothing() -> None:
    call = {**CALL, "properties": {**CALL["properties"], "wait": False}}
    talk = Talk(call, say("after", "{{ $call.workflow }}"), variables=VALUES)
    assert talk.says("hi") == ["double"]
    assert talk.turn.effects == (StartRun(branch="run", workflow="double", input={"n": 4}),)


def test_an_alarm_cancels_the_run() -> None:
    call = {**CALL, "properties": {**CALL["properties"], "timeout": "1m"}, "on": {"timeout": "late"}}
    others = child(node("rest", "logic.wait", for_="1h"))
    runs = Runs(call, AFTER, node("late", "logic.end", output="late"), others=others, variables=VALUES)
    runs.run()
    runs.alarm(1)
    assert (runs.last(1).output, runs.cancelled) == ("late", {2})


def test_a_late_end_of_a_run_that_nobody_waits_for_any_more_is_stale() -> None:
    ask = node("ask", "chatbot.ask", text="?")
    talk = Talk(ask)
    talk.says("hi")
    talk.take(Runs(AFTER).inbound("child_done", token="7", parameters={"branch": "run"}))
    assert talk.trace == [["ignored", "stale_child"]]


def test_an_event_is_an_effect_with_its_payload() -> None:
    emit = node("tell", "logic.emit", event="order.{{ kind }}", payload={"n": "{{ n }}"})
    talk = Talk(emit, variables={"kind": "paid", "n": 3})
    talk.says("hi")
    assert talk.turn.effects == (EmitEvent(name="order.paid", payload={"n": 3}),)
    assert ["emitted", "tell", "order.paid"] in talk.trace


def test_an_event_without_a_name_fails() -> None:
    talk = Talk(node("tell", "logic.emit", event="{{ name }}"), variables={"name": " "})
    talk.says("hi")
    assert talk.turn.failure is not None
    assert talk.turn.failure.code == "emit.name"


@pytest.mark.parametrize("level", ["debug", "info", "warning", "error"])
def test_a_log_line_is_an_event(level: str) -> None:
    talk = Talk(node("note", "logic.log", level=level, message="n is {{ n }}"), variables={"n": 3})
    talk.says("hi")
    assert ["log", "note", level, "n is 3"] in talk.trace


def test_a_run_that_would_talk_fails_because_nobody_is_there() -> None:
    talks = node("x", "logic.subflow", workflow="other")
    turn = Runs(talks, others={"other": _talking()}, executionMode="persistent").run()  # which may have a person
    assert turn.failure is not None
    assert turn.failure.code == "run.nobody"
    assert turn.messages == ()


def _talking() -> dict[str, Any]:
    start = {"id": "start", "type": "chatbot", "actionType": "message_received", "next": "hello"}
    return {"botflow": 1, "id": "other", "nodes": [start, say("hello", "Hello")]}


TWICE = ["{{ $input }}", "{{ $input }}"]


@pytest.mark.parametrize(
    "start",
    [
        node("tell", "logic.run", workflow="double", input={"n": TWICE}, next="after"),
        node("tell", "logic.run", workflow="double", input={"n": TWICE}, wait=False, next="after"),
        node("tell", "logic.emit", event="told", payload=TWICE, next="after"),
    ],
)
def test_an_input_that_no_run_could_take_fails_where_it_is_given(start: dict[str, Any]) -> None:
    others = child(node("end", "logic.end"))
    others["double"]["nodes"][0]["properties"] = {}
    runs = Runs(start, node("after", "logic.end", output="done"), others=others)
    assert runs.run(input=["x" * 1_000] * 400).output == "done"
    failure = runs.run(input=["x" * 1_000] * 600).failure
    assert failure is not None
    assert (failure.node, failure.code) == ("tell", "input.too_large")
