"""@polling: submit once, look again and again, park in between."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from botflow import Pending, Properties, UsageError, polling
from botflow.engine.asks import Answer, AskFailure, Invoke
from botflow.engine.node_type import ActionContext
from tests.engine.conversation import node
from tests.engine.runs_in_memory import Runs


class BatchProperties(Properties):
    """What is asked for."""

    prompt: str
    variable: str = "answer"


async def look(properties: BatchProperties, state: Mapping[str, Any], context: ActionContext) -> Any:
    return Pending({**state, "seen": True}) if "seen" not in state else {"text": state["id"]}


@polling("test.batch", check=look, every="30s", longest="70s")
async def batch(properties: BatchProperties, context: ActionContext) -> Any:
    """Start a batch elsewhere, which is done at the second look."""
    return {"id": f"{properties.prompt}:{context.key}"}


class Context:
    """All of an ActionContext that the batch uses."""

    key = "k1"


BATCH = node("batch", "test.batch", prompt="{{ what }}", next="after")
AFTER = node("after", "logic.end", output="{{ answer }}")


def runs(*answers: Answer, **ways: str) -> Runs:
    supply = iter(answers)
    late = node("late", "logic.end", output="{{ $batch.code }} late")
    placed = {**BATCH, "on": ways}
    nodes = (placed, AFTER, late) if ways else (placed, AFTER)
    return Runs(*nodes, types=(batch,), answer=lambda _: next(supply), variables={"what": "sum"})


SUBMITTED = Answer(value={"id": 1})
PENDING = Answer(value={"pending": {"id": 1, "seen": 1}})
STILL = Answer(value={"pending": None})
DONE = Answer(value={"done": {"text": "42"}})


def test_it_parks_between_looks_and_goes_on_with_the_result() -> None:
    polled = runs(SUBMITTED, PENDING, STILL, DONE)
    polled.run()
    for _ in range(2):
        wait = polled.sessions[1].wait
        assert wait is not None
        assert (wait.timeout_s, wait.accepts) == (30, ())
        polled.alarm(1)
    assert polled.sessions[1].wait.timeout_s == 10  # type: ignore[union-attr]
    polled.alarm(1)
    assert polled.last(1).output == {"text": "42"}
    asked = [(ask.step, ask.state, ask.properties) for ask in polled.asks if isinstance(ask, Invoke)]
    given = {"prompt": "sum"}
    seen = {"id": 1, "seen": 1}
    assert asked == [
        ("submit", None, given),
        ("check", {"id": 1}, given),
        ("check", seen, given),
        ("check", seen, given),
    ]
    assert polled.asks_per_turn == [1, 1, 1, 1, 0]


@pytest.mark.parametrize("failing", [0, 1])
def test_a_failing_submit_or_check_leaves_by_error(failing: int) -> None:
    answers = [SUBMITTED, SUBMITTED]
    answers[failing] = Answer(failure=AskFailure(code="batch.refused", message="no"))
    polled = runs(*answers, error="late")
    polled.run()
    if failing:
        polled.alarm(1)
    assert polled.last(1).output == "batch.refused late"


def test_what_takes_too_long_leaves_by_timeout_or_fails() -> None:
    for ways, ended in (({"timeout": "late"}, "completed"), ({}, "failed")):
        polled = runs(SUBMITTED, STILL, STILL, STILL, **ways)
        polled.run()
        for _ in range(3):
            polled.alarm(1)
        assert polled.last(1).status == ended
        failure = polled.last(1).failure
        assert failure is None or failure.code == "polling.timeout"


def test_a_check_that_fails_is_tried_again_where_the_node_says_so() -> None:
    answers = iter([SUBMITTED, Answer(failure=AskFailure(code="x", message="x")), Answer(), DONE])
    placed = {**BATCH, "retry": {"attempts": 2, "delay": "1s"}}
    polled = Runs(placed, AFTER, types=(batch,), answer=lambda _: next(answers), variables={"what": "sum"})
    polled.run()
    polled.alarm(1)
    assert polled.last(1).output == {"text": "42"}
    keys = [(ask.attempt, ask.key) for ask in polled.asks if isinstance(ask, Invoke)]
    assert keys == [(1, "1.2.1"), (1, "2.1.1"), (2, "2.1.1")]


async def test_the_runtime_calls_submit_and_check_with_their_own_properties() -> None:
    ask = Invoke(type="test.batch", properties={"prompt": "sum"}, variables={}, step="submit")
    context: Any = Context()
    state = await batch.invoke(ask, context)
    first = await batch.invoke(
        Invoke(type="t", properties=ask.properties, variables={}, step="check", state=state), context
    )
    assert first == {"pending": {"id": "sum:k1", "seen": True}}
    again = Invoke(type="t", properties=ask.properties, variables={}, step="check", state=first["pending"])
    assert await batch.invoke(again, context) == {"done": {"text": "sum:k1"}}


def test_functions_that_are_not_async_are_refused_where_they_are_written() -> None:
    def glance(properties: BatchProperties, state: Any, context: ActionContext) -> Any:
        return None

    with pytest.raises(UsageError, match="must both be async"):

        @polling("test.half", check=glance)
        async def half(properties: BatchProperties, context: ActionContext) -> Any:
            return {}
