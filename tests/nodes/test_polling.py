"""@polling: submit once, look again and again, park in between."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from botflow import Pending, Properties, UsageError, polling
from botflow.engine.asks import Answer, AskFailure, Invoke
from tests.engine.runs import Runs
from tests.nodes.talk import node


class BatchProperties(Properties):
    """What is asked for."""

    prompt: str
    variable: str = "answer"


@polling("test.batch", every="30s", longest="70s")
class Batch:
    """A batch elsewhere that counts its looks."""

    async def submit(self, properties: BatchProperties, context: Any) -> Any:
        return {"id": f"{properties.prompt}:{context.key}"}

    async def check(self, properties: BatchProperties, state: Mapping[str, Any], context: Any) -> Any:
        return Pending({**state, "seen": True}) if "seen" not in state else {"text": state["id"]}


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
    return Runs(*nodes, types=(Batch,), answer=lambda _: next(supply), variables={"what": "sum"})


SUBMITTED = Answer(value={"id": 1})
PENDING = Answer(value={"pending": {"id": 1, "seen": 1}})
STILL = Answer(value={"pending": None})
DONE = Answer(value={"done": {"text": "42"}})


def test_it_parks_between_looks_and_goes_on_with_the_result() -> None:
    batch = runs(SUBMITTED, PENDING, STILL, DONE)
    batch.run()
    for _ in range(2):
        wait = batch.sessions[1].wait
        assert wait is not None
        assert (wait.timeout_s, wait.accepts) == (30, ())
        batch.alarm(1)
    assert batch.sessions[1].wait.timeout_s == 10  # type: ignore[union-attr]
    batch.alarm(1)
    assert batch.last(1).output == {"text": "42"}
    asked = [(ask.step, ask.state, ask.properties) for ask in batch.asks if isinstance(ask, Invoke)]
    given = {"prompt": "sum"}
    seen = {"id": 1, "seen": 1}
    assert asked == [
        ("submit", None, given),
        ("check", {"id": 1}, given),
        ("check", seen, given),
        ("check", seen, given),
    ]
    assert batch.asks_per_turn == [1, 1, 1, 1, 0]


@pytest.mark.parametrize("failing", [0, 1])
def test_a_failing_submit_or_check_leaves_by_error(failing: int) -> None:
    answers = [SUBMITTED, SUBMITTED]
    answers[failing] = Answer(failure=AskFailure(code="batch.refused", message="no"))
    batch = runs(*answers, error="late")
    batch.run()
    if failing:
        batch.alarm(1)
    assert batch.last(1).output == "batch.refused late"


def test_what_takes_too_long_leaves_by_timeout_or_fails() -> None:
    for ways, ended in (({"timeout": "late"}, "completed"), ({}, "failed")):
        batch = runs(SUBMITTED, STILL, STILL, STILL, **ways)
        batch.run()
        for _ in range(3):
            batch.alarm(1)
        assert batch.last(1).status == ended
        assert batch.last(1).failure is None or batch.last(1).failure.code == "polling.timeout"


def test_a_check_that_fails_is_tried_again_where_the_node_says_so() -> None:
    answers = iter([SUBMITTED, Answer(failure=AskFailure(code="x", message="x")), Answer(), DONE])
    placed = {**BATCH, "retry": {"attempts": 2, "delay": "1s"}}
    batch = Runs(placed, AFTER, types=(Batch,), answer=lambda _: next(answers), variables={"what": "sum"})
    batch.run()
    batch.alarm(1)
    assert batch.last(1).output == {"text": "42"}
    keys = [(ask.attempt, ask.key) for ask in batch.asks if isinstance(ask, Invoke)]
    assert keys == [(1, "1.2.1"), (1, "2.1.1"), (2, "2.1.1")]


async def test_the_runtime_calls_submit_and_check_with_the_classs_own_properties() -> None:
    ask = Invoke(type="test.batch", properties={"prompt": "sum"}, variables={}, step="submit")
    context: Any = Context()
    state = await Batch.invoke(ask, context)
    first = await Batch.invoke(
        Invoke(type="t", properties=ask.properties, variables={}, step="check", state=state), context
    )
    assert first == {"pending": {"id": "sum:k1", "seen": True}}
    again = Invoke(type="t", properties=ask.properties, variables={}, step="check", state=first["pending"])
    assert await Batch.invoke(again, context) == {"done": {"text": "sum:k1"}}


def test_a_class_without_both_methods_is_refused_where_it_is_written() -> None:
    with pytest.raises(UsageError, match="no async method 'check'"):

        @polling("test.half")
        class Half:
            """Only the first half."""

            async def submit(self, properties: BatchProperties, context: Any) -> Any:
                return {}
