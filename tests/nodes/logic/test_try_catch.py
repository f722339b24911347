"""logic.try: error, finally, nesting, questions inside, failures inside failures."""

from __future__ import annotations

from typing import Any

from tests.engine.conversation import Talk, node, say

FAIL = node("fail", "logic.set", variables={"x": "{{ 1 / 0 }}"})
GUARD = node("guard", "logic.try", next="after", on={"try": "fail", "error": "sorry", "finally": "always"})
SORRY = say("sorry", "sorry: {{ $guard.code }} in {{ $guard.node }}")
ALWAYS = say("always", "always")
AFTER = say("after", "after")


def without(guard: dict[str, Any], *handles: str) -> dict[str, Any]:
    return {**guard, "on": {name: to for name, to in guard["on"].items() if name not in handles}}


def failure(talk: Talk) -> tuple[str, str]:
    assert talk.turn.failure is not None
    return talk.turn.failure.node, talk.turn.failure.code


def test_what_goes_well_is_followed_by_finally_and_next() -> None:
    guard = {**GUARD, "on": {**GUARD["on"], "try": "well"}}
    assert Talk(guard, say("well", "well"), SORRY, ALWAYS, AFTER).says("hi") == ["well", "always", "after"]


def test_a_failure_is_dealt_with_by_error_then_finally_then_next() -> None:
    talk = Talk(GUARD, FAIL, SORRY, ALWAYS, AFTER)
    assert talk.says("hi") == ["sorry: condition.failed in fail", "always", "after"]
    assert talk.turn.status == "completed"


def test_without_error_a_failure_passes_finally_and_goes_on_to_fail() -> None:
    talk = Talk(without(GUARD, "error"), FAIL, ALWAYS, AFTER, apology="Ouch.")
    assert talk.says("hi") == ["always", "Ouch."]
    assert failure(talk) == ("fail", "condition.failed")


def test_a_failure_within_error_passes_finally_and_goes_on_to_fail() -> None:
    again = node("sorry", "logic.set", variables={"x": "{{ 2 / 0 }}"})
    talk = Talk(GUARD, FAIL, again, ALWAYS, AFTER, apology="Ouch.")
    assert talk.says("hi") == ["always", "Ouch."]
    assert failure(talk) == ("sorry", "condition.failed")


def test_a_failure_within_finally_is_the_one_that_counts() -> None:
    always = node("always", "logic.set", variables={"x": "{{ 3 / 0 }}"})
    talk = Talk(GUARD, FAIL, SORRY, always, AFTER, apology="Ouch.")
    assert talk.says("hi") == ["sorry: condition.failed in fail", "Ouch."]
    assert failure(talk)[0] == "always"


def test_an_outer_try_takes_what_an_inner_one_leaves() -> None:
    inner = node("inner", "logic.try", on={"try": "fail", "finally": "always"})
    outer = node("guard", "logic.try", next="after", on={"try": "inner", "error": "sorry"})
    talk = Talk(outer, inner, FAIL, SORRY, ALWAYS, AFTER)
    assert talk.says("hi") == ["always", "sorry: condition.failed in fail", "after"]


def test_a_failure_after_a_question_in_the_body_is_taken_turns_later() -> None:
    ask = node("ask", "chatbot.ask", text="How many?", expect="integer", variable="n", next="divide")
    divide = node("divide", "logic.set", variables={"x": "{{ 10 / n }}"}, next="said")
    guard = {**GUARD, "on": {**GUARD["on"], "try": "ask"}}
    talk = Talk(guard, ask, divide, say("said", "{{ x }}"), SORRY, ALWAYS, AFTER)
    assert talk.says("hi") == ["How many?"]
    assert talk.says("0") == ["sorry: condition.failed in divide", "always", "after"]


def test_a_failure_deep_in_a_subflow_of_a_loop_is_taken() -> None:
    start = {"id": "start", "type": "chatbot", "actionType": "message_received", "next": "fail"}
    child = {"botflow": 1, "id": "child", "nodes": [start, FAIL]}
    guard = {**GUARD, "on": {**GUARD["on"], "try": "all"}}
    loop = node("all", "logic.loop", items=[1, 2], on={"each": "call"})
    call = node("call", "logic.subflow", workflow="child")
    talk = Talk(guard, loop, call, SORRY, ALWAYS, AFTER, others={"child": child})
    assert talk.says("hi") == ["sorry: condition.failed in fail", "always", "after"]


def test_a_try_within_a_subflow_guards_it_alone() -> None:
    start = {"id": "start", "type": "chatbot", "actionType": "message_received", "next": "guard"}
    child = {"botflow": 1, "id": "child", "nodes": [start, GUARD, FAIL, SORRY, ALWAYS, AFTER]}
    talk = Talk(node("call", "logic.subflow", workflow="child", next="end"), say("end", "end"), others={"child": child})
    assert talk.says("hi") == ["sorry: condition.failed in fail", "always", "after", "end"]


def test_what_a_failed_body_said_stays_said() -> None:
    guard = {**GUARD, "on": {**GUARD["on"], "try": "before"}}
    talk = Talk(guard, say("before", "before", next="fail"), FAIL, SORRY, ALWAYS, AFTER)
    assert talk.says("hi")[0] == "before"
