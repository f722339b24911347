"""Runs with a `finally`, for the tests of their cancellation."""

from __future__ import annotations

from typing import Any

from botflow.records.runs import ExecutionFilter, StartedRun
from tests.engine.conversation import node
from tests.runtime.bot_without_worker import asks
from tests.runtime.runs_without_worker import Runs, job, rest


def guard(at: str, last: str = "undo", **on: str) -> dict[str, Any]:
    return node("guard", "logic.try", on={"try": at, "finally": last, **on})


def emit(id: str, event: str, payload: str, next: str = "") -> dict[str, Any]:
    return node(id, "logic.emit", event=event, payload=payload, next=next)


UNDO = asks("undo", "undo {{ name }} {{ $guard.code }}", "told")
TOLD = emit("told", "told", "{{ name }}")
HEARS = {
    "botflow": 1,
    "id": "hears",
    "name": "hears",
    "executionMode": "single",
    "nodes": [node("go", "trigger.event", next="end", event="told"), node("end", "logic.end", output="{{ $input }}")],
}
RESTS = job("rests", guard("rest"), rest("rest"), UNDO, TOLD, variables={"name": "it"})
NAMED = node("named", "logic.set", variables={"name": "Ann"}, next="work")
WORKS = job("works", guard("named"), NAMED, asks("work", "work {{ name }}", "rest"), rest("rest"), UNDO, TOLD)
SLOW_UNDO = job("slow", guard("rest", "long"), rest("rest"), rest("long", "told"), TOLD, variables={"name": "it"})


async def cancel(runs: Runs, run: StartedRun, *, skip_finally: bool = False) -> str:
    return (await runs.executions.cancel(run.execution, skip_finally=skip_finally)).status


async def trace(runs: Runs, run: StartedRun) -> list[str]:
    return [entry.event for entry in await runs.executions.log(run.execution)]


async def emitted(runs: Runs) -> int:
    """Return how many runs the event of `finally` has started."""
    return len(await runs.executions.page(ExecutionFilter(workflow="hears")))
