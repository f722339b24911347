"""Steps: what each node of a turn cost, when it began and when it ended."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from botflow.records.runs import AnswerLog, TurnLog
from botflow.runtime.runs.steps import Step, steps_of

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
PRICED = {"promptTokens": 10, "completionTokens": 2, "costUsd": 0.5}
UNPRICED = {"promptTokens": 10, "completionTokens": 2}


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def answer(node: str, seconds: float, usage: dict[str, Any], visit: str = "") -> AnswerLog:
    return AnswerLog(at=at(seconds), node=node, kind="model", usage=usage, failure=None, visit=visit)


def turn(begin: float, end: float, status: str, trace: list[list[Any]], *answers: AnswerLog, seq: int = 1) -> TurnLog:
    return TurnLog(
        seq=seq,
        received_at=at(begin),
        at=at(end),
        version=seq,
        status=status,
        attempts=1,
        trace=trace,
        answers=answers,
    )


def edge(node: str, target: str = "") -> list[Any]:
    return ["edge", node, "next", target]


ASKED = turn(0, 1, "waiting", [["started", "start"], edge("start", "ask"), ["waits", "ask"]])
ANSWERED = turn(
    10,
    16,
    "waiting",
    [edge("ask", "hello"), edge("hello", "route"), edge("route", "reply"), edge("reply", "more"), ["waits", "more"]],
    answer("route", 12, PRICED),
    answer("reply", 16, UNPRICED),
    seq=2,
)


def steps(*turns: TurnLog, status: str = "waiting") -> list[Step]:
    return list(steps_of(turns, None, None, status=status).steps)


def spent(found: list[Step]) -> dict[str, tuple[int, int, float | None]]:
    return {step.node: (step.asks, step.prompt_tokens, step.cost_usd) for step in found}


def test_a_call_is_booked_on_the_node_that_made_it() -> None:
    assert spent(steps(ASKED, ANSWERED)) == {
        "start": (0, 0, 0.0),
        "ask": (0, 0, 0.0),
        "hello": (0, 0, 0.0),
        "route": (1, 10, 0.5),
        "reply": (1, 10, None),
        "more": (0, 0, 0.0),
    }


def test_each_step_begins_when_the_one_before_it_ended() -> None:
    found = {step.node: (step.started_at, step.ended_at) for step in steps(ASKED, ANSWERED)}
    assert found == {
        "start": (at(0), at(0)),
        "ask": (at(0), at(10)),
        "hello": (at(10), at(10)),
        "route": (at(10), at(12)),
        "reply": (at(12), at(16)),
        "more": (at(16), None),
    }


def test_a_decision_about_an_interrupt_is_booked_on_the_question() -> None:
    digressed = turn(
        10,
        14,
        "waiting",
        [["entered", "help", "tell"], edge("tell"), ["left", "help"], ["waits", "ask"]],
        answer("ask", 11, PRICED),
        answer("tell", 13, PRICED),
        seq=2,
    )
    assert spent(steps(ASKED, digressed)) == {"start": (0, 0, 0.0), "ask": (1, 10, 0.5), "tell": (1, 10, 0.5)}


def test_a_node_that_a_loop_visits_again_has_a_cost_per_visit() -> None:
    looped = turn(
        0,
        9,
        "completed",
        [["started", "start"], edge("start", "ai"), edge("ai", "say"), edge("say", "ai"), edge("ai"), ["completed"]],
        answer("ai", 3, PRICED, "2"),
        answer("ai", 8, UNPRICED, "4"),
    )
    found = [(step.node, step.started_at, step.ended_at) for step in steps(looped, status="completed")]
    assert found[1:] == [("ai", at(0), at(3)), ("say", at(3), at(3)), ("ai", at(3), at(9))]
    assert [step.asks for step in steps(looped)] == [0, 1, 0, 1]


def test_a_retry_from_the_start_leaves_no_step_without_a_node() -> None:
    failed = turn(0, 1, "failed", [["started", "start"], edge("start", "act"), ["failed", "act", "x.y", "No."]])
    again = turn(2, 2, "taken_up", [["taken_up"]], seq=2)
    done = turn(2, 3, "completed", [["started", "start"], edge("start", "act"), edge("act"), ["completed"]], seq=3)
    found = steps(failed, again, done, status="completed")
    assert [(step.node, step.status) for step in found] == [
        ("start", "completed"),
        ("act", "failed"),
        ("start", "completed"),
        ("act", "completed"),
    ]
    assert all(step.ended_at for step in found)
