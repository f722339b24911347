"""`finally` when the whole execution ends at a bound, by logic.end or by expiry: in which order, how often."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from botflow.engine.asks import Answer
from botflow.engine.limits import Limits
from tests.engine.conversation import Talk, node, say
from tests.engine.guarded_flows import AFTER, ALWAYS, REST, SPIN, TICK, TYPES, emit, failure, guard
from tests.engine.runs_in_memory import Runs

# -- a person's conversation


def test_too_many_steps_run_finally_and_then_fail_the_conversation() -> None:
    talk = Talk(guard("spin"), SPIN, TICK, ALWAYS, AFTER, variables={"n": 0}, apology="Ouch.")
    assert talk.says("hi") == ["always limit.steps tick", "Ouch."]
    assert failure(talk)[1] == "limit.steps"


def test_a_bound_between_a_body_and_its_finally_leaves_none_out() -> None:
    """Whatever the bound falls on, in a circle without an end: as many bodies are followed as were begun."""
    spin = node("spin", "logic.loop", limit=10_000, on={"each": "guard"}, **{"while": "true"})
    inner = node("guard", "logic.try", on={"try": "tick", "finally": "tock"})
    tick, tock = (node(name, "logic.set", variables={"n": 1}) for name in ("tick", "tock"))
    for ahead in range(8):
        path = [f"n{number}" for number in range(ahead)] + ["spin"]
        nodes = [node(a, "logic.set", variables={"n": 1}, next=b) for a, b in pairwise(path)]
        talk = Talk(*nodes, spin, inner, tick, tock, apology="Ouch.")
        assert talk.says("hi") == ["Ouch."]
        followed = [event[2] for event in talk.trace if event[:2] == ["edge", "guard"]]
        assert followed.count("try") == followed.count("finally") > 0, ahead


def test_no_error_takes_a_bound() -> None:
    talk = Talk(guard("spin", error="sorry"), SPIN, TICK, say("sorry", "sorry"), ALWAYS, AFTER, apology="Ouch.")
    assert talk.says("hi") == ["always limit.steps tick", "Ouch."]


FLOODS: dict[str, list[dict[str, Any]]] = {
    "limit.messages": [
        node("x", "logic.loop", items="{{ range(60) | list }}", on={"each": "y"}),
        say("y", "{{ item }}"),
    ],
    "limit.repeated": [node("x", "logic.loop", items=[1, 2, 3, 4], on={"each": "y"}), say("y", "again")],
    "limit.message_size": [node("x", "test.long")],
    "limit.asks": [node("x", "test.greedy")],
    "limit.frames": [node("x", "logic.subflow", workflow="deep")],
}
DEEP = {
    "botflow": 1,
    "id": "deep",
    "nodes": [
        {"id": "start", "type": "chatbot", "actionType": "message_received", "next": "x0"},
        *(node(f"x{n}", "logic.loop", items=[1], on={"each": f"x{n + 1}"}) for n in range(20)),
        say("x20", "there"),
    ],
}


@pytest.mark.parametrize("code", FLOODS)
def test_every_bound_of_a_turn_runs_finally(code: str) -> None:
    talk = Talk(
        guard("x"),
        *FLOODS[code],
        ALWAYS,
        AFTER,
        types=TYPES,
        others={"deep": DEEP},
        answer=lambda ask: Answer(value=1),
        apology="Ouch.",
    )
    said = talk.says("hi")
    assert said[-2].startswith(f"always {code} ")
    assert said[-1] == "Ouch."
    assert failure(talk)[1] == code
    assert len(said) <= Limits().messages + Limits().messages // 4


def test_finally_runs_after_a_bound_of_a_later_turn() -> None:
    ask = node("ask", "chatbot.ask", text="How many?", variable="n", next="spin")
    talk = Talk(guard("ask"), ask, SPIN, TICK, ALWAYS, AFTER, apology="Ouch.")
    assert talk.says("hi") == ["How many?"]
    assert talk.says("2") == ["always limit.steps tick", "Ouch."]


def test_finally_may_ask_the_person_and_the_execution_ends_after_it() -> None:
    last = node("last", "chatbot.ask", text="Why?", variable="why", next="always")
    talk = Talk(guard("spin", "last"), SPIN, TICK, last, say("always", "so {{ why }}"), AFTER, apology="Ouch.")
    assert talk.says("hi") == ["Why?"]
    assert talk.turn.status == "waiting"
    assert talk.says("who knows") == ["so who knows", "Ouch."]
    assert failure(talk)[1] == "limit.steps"
    assert talk.session.frames == ()


def test_a_finally_that_spins_too_is_left_and_the_first_failure_counts() -> None:
    twin = node("twin", "logic.loop", limit=10_000, on={"each": "tock"}, **{"while": "true"})
    talk = Talk(guard("spin", "twin"), SPIN, TICK, twin, node("tock", "logic.set", variables={"n": 1}), AFTER)
    talk.says("hi")
    assert failure(talk) == ("tick", "limit.steps")
    assert ["error", "twin"] in [event[:2] for event in talk.trace] or ["error", "tock"] in [
        event[:2] for event in talk.trace
    ]


def test_several_finally_run_from_the_inside_out_also_when_one_fails() -> None:
    outer = node("outer", "logic.try", on={"try": "middle", "finally": "last"})
    middle = node("middle", "logic.try", on={"try": "guard", "finally": "breaks"})
    breaks = node("breaks", "logic.set", variables={"x": "{{ 1 / 0 }}"})
    talk = Talk(outer, middle, guard("spin"), SPIN, TICK, ALWAYS, AFTER, breaks, say("last", "last"), apology="Ouch.")
    assert talk.says("hi") == ["always limit.steps tick", "last", "Ouch."]
    assert failure(talk) == ("tick", "limit.steps")


def test_a_try_within_finally_works_as_everywhere() -> None:
    inner = node("inner", "logic.try", next="told", on={"try": "breaks", "error": "sorry", "finally": "deep"})
    breaks = node("breaks", "logic.set", variables={"x": "{{ 1 / 0 }}"})
    talk = Talk(
        guard("spin", "inner"),
        *(SPIN, TICK, inner, breaks, AFTER),
        *(say("sorry", "{{ $inner.code }}"), say("deep", "deep"), say("told", "told")),
        apology="Ouch.",
    )
    assert talk.says("hi") == ["condition.failed", "deep", "told", "Ouch."]


def test_finally_within_a_subflow_and_a_loop_runs_and_then_the_outer_one() -> None:
    start = {"id": "start", "type": "chatbot", "actionType": "message_received", "next": "all"}
    child = {
        "botflow": 1,
        "id": "child",
        "nodes": [
            start,
            node("all", "logic.loop", items=[1, 2], on={"each": "inner"}),
            node("inner", "logic.try", on={"try": "spin", "finally": "told"}),
            *(SPIN, TICK, say("told", "inner {{ item }}")),
        ],
    }
    talk = Talk(
        guard("sub"),
        node("sub", "logic.subflow", workflow="child"),
        ALWAYS,
        AFTER,
        others={"child": child},
        apology="Ouch.",
    )
    assert talk.says("hi") == ["inner 1", "always limit.steps tick", "Ouch."]


def test_the_end_node_runs_finally_and_completes() -> None:
    talk = Talk(guard("end"), node("end", "logic.end"), ALWAYS, AFTER)
    assert talk.says("hi") == ["always"]
    assert talk.turn.status == "completed"
    assert ["closing", "completed"] in talk.trace


def test_the_end_node_within_error_runs_finally() -> None:
    breaks = node("breaks", "logic.set", variables={"x": "{{ 1 / 0 }}"})
    talk = Talk(guard("breaks", error="end"), breaks, node("end", "logic.end"), say("always", "always"), AFTER)
    assert talk.says("hi") == ["always"]
    assert talk.turn.status == "completed"


def test_the_end_node_within_finally_ends_the_execution_and_not_twice() -> None:
    talk = Talk(guard("well", "end"), say("well", "well"), node("end", "logic.end"), AFTER)
    assert talk.says("hi") == ["well"]
    assert talk.turn.status == "completed"


def test_a_failure_of_finally_fails_what_had_completed() -> None:
    breaks = node("breaks", "logic.set", variables={"x": "{{ 1 / 0 }}"})
    talk = Talk(guard("end", "breaks"), node("end", "logic.end"), breaks, AFTER, apology="Ouch.")
    assert talk.says("hi") == ["Ouch."]
    assert failure(talk) == ("breaks", "condition.failed")


def test_of_two_failures_the_first_one_counts() -> None:
    first = node("first", "logic.set", variables={"x": "{{ 1 / 0 }}"})
    second = node("second", "logic.set", variables={"x": "{{ 2 / 0 }}"})
    talk = Talk(guard("first", "second"), first, second, AFTER, apology="Ouch.")
    assert talk.says("hi") == ["Ouch."]
    assert failure(talk) == ("first", "condition.failed")


def test_finally_sees_the_failure_also_without_error_and_none_of_an_earlier_visit() -> None:
    breaks = node("breaks", "logic.set", variables={"x": "{{ 1 / n }}", "n": "{{ n - 1 }}"})
    outer = node("all", "logic.loop", items=[1, 0], on={"each": "catch"})
    catch = node("catch", "logic.try", on={"try": "guard", "error": "none"})
    inner = node("guard", "logic.try", on={"try": "div", "finally": "always"})
    div = node("div", "logic.set", variables={"x": "{{ 1 / (1 - item) }}"})
    talk = Talk(outer, catch, inner, div, ALWAYS, say("none", "none"), breaks)
    assert talk.says("hi") == ["always condition.failed div", "none", "always"]


def test_a_question_that_expires_runs_finally() -> None:
    ask = node("ask", "chatbot.ask", text="How many?", variable="n")
    talk = Talk(guard("ask"), ask, ALWAYS, AFTER, expires="1h", expiredText="Bye.")
    assert talk.says("hi") == ["How many?"]
    assert talk.wait() == ["always execution.expired ask", "Bye."]
    assert talk.turn.status == "cancelled"
    assert talk.session.frames == ()


def test_an_expiry_within_finally_goes_on_to_the_outer_one() -> None:
    outer = node("outer", "logic.try", on={"try": "guard", "finally": "last"})
    ask = node("ask", "chatbot.ask", text="How many?", variable="n")
    why = node("why", "chatbot.ask", text="Why?", variable="why")
    talk = Talk(outer, guard("ask", "why"), ask, why, AFTER, say("last", "last"), expires="1h")
    assert talk.says("hi") == ["How many?"]
    assert talk.wait() == ["Why?"]
    assert talk.wait() == ["last"]
    assert talk.turn.status == "cancelled"


def test_without_finally_nothing_is_written_about_an_end() -> None:
    talk = Talk(SPIN, TICK, apology="Ouch.")
    assert talk.says("hi") == ["Ouch."]
    assert {event[0] for event in talk.trace} == {"started", "edge", "left", "failed"}


# -- size


BIG = node("big", "logic.set", variables={"id": 7, "part": "{{ range(1000) | join(',') }}"}, next="bigger")
BIGGER = node("bigger", "logic.set", variables={f"large{n}": "{{ part ~ part ~ part }}" for n in range(6)}, next="ask")
ASK = node("ask", "chatbot.ask", text="Go on?", variable="on")


def test_too_large_a_session_runs_finally_without_the_largest_variables() -> None:
    last = say("always", "{{ $guard.code }} {{ id }} {{ 'big' if large5 is defined else 'small' }}")
    talk = Talk(guard("big"), BIG, BIGGER, ASK, last, AFTER, apology="Ouch.")
    assert talk.says("hi") == ["Go on?", "limit.session_size 7 small", "Ouch."]
    assert failure(talk) == ("ask", "limit.session_size")


def test_finally_after_too_large_a_session_may_wait() -> None:
    last = node("always", "chatbot.ask", text="{{ id }}?", variable="why", next="told")
    talk = Talk(guard("big"), BIG, BIGGER, ASK, last, say("told", "{{ id }} {{ why }}"), AFTER, apology="Ouch.")
    assert talk.says("hi") == ["Go on?", "7?"]
    assert talk.turn.status == "waiting"
    assert talk.says("well") == ["7 well", "Ouch."]


def test_children_of_a_wait_that_cannot_be_stored_do_not_start() -> None:
    runs = Runs(
        guard("fan"),
        node("fan", "test.fan"),
        emit("always", "gone"),
        REST,
        types=TYPES,
        limits=Limits(session_characters=300),
    )
    turn = runs.run()
    assert turn.failure is not None
    assert turn.failure.code == "limit.session_size"
    assert [type(effect).__name__ for each in runs.turns[1] for effect in each.effects] == ["EmitEvent"]
    assert len(runs.sessions) == 1
