"""Programs that start workflows with nonsense: RejectedInbound says what is wrong, and nothing is started."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from botflow.errors import RejectedInbound
from botflow.runtime.runs.starts.emit import Event
from botflow.runtime.runs.starts.start import StartRequest
from botflow.runtime.runs.starts.triggers import Triggers
from botflow.storage.database import Database
from tests.engine.conversation import node
from tests.triggering.workflows_to_start import publish, run_flow, runs


def _nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


NO_JSON = {
    "an object": object(),
    "bytes": b"x",
    "a set": {1},
    "half a character": "\ud800",
    "a NUL": "a\0",
    "a huge number": 2**70,
    "deep": _nested(3_000),
    "NaN": float("nan"),
    "infinity": {"a": [float("-inf")]},
}


@pytest.fixture
async def place(database: Database) -> Database:
    await publish(
        database,
        run_flow("job", node("go", "trigger.manual")),
        run_flow("careful", node("start", "trigger.event", event="größe", when="1 / $input.amount > 0")),
    )
    return database


async def test_what_is_no_json_starts_nothing(place: Database, subtests: pytest.Subtests) -> None:
    triggers = Triggers(place.engine, lambda: None)
    for what in NO_JSON:
        with subtests.test(what=what):
            for given in (
                StartRequest(workflow="job", input=NO_JSON[what]),
                StartRequest(workflow="job", metadata={"a": NO_JSON[what]}),
            ):
                with pytest.raises(RejectedInbound) as refused:
                    await triggers.start(given)
                assert refused.value.code == "input.not_json"
            with pytest.raises(RejectedInbound) as refused:
                await triggers.emit(Event(name="größe", payload=NO_JSON[what]))
            assert refused.value.code == "input.not_json"
            assert await runs(place) == []


async def test_an_event_whose_condition_fails_starts_a_run_that_says_so(place: Database) -> None:
    started = await Triggers(place.engine, lambda: None).emit(Event(name="größe", payload={"amount": 0}))

    assert [run.id for run in await runs(place)] == [UUID(each.execution_id) for each in started]
    assert len(started) == 1
