"""What a committed turn adds to the metrics: the turn, its steps, its errors, and the end of an execution.

A step is a visit of a node, as in the API: it lasts as long as its calls of models and actions, or no time at all; the
time in which it waits for a person is none of it.
"""

from __future__ import annotations

import time
from bisect import bisect_left
from collections.abc import Callable, Iterator

from prometheus_client.core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector

from botflow.engine.events import (
    EdgeFollowed,
    Event,
    ExecutionCompleted,
    ExecutionFailed,
    ExecutionStarted,
    FrameEntered,
    NodeFailed,
    WaitStarted,
)
from botflow.records.turns import TurnCommit
from botflow.runtime.process.bounded_labels import code_label
from botflow.runtime.process.error_classes import error_class
from botflow.runtime.process.tally import MOST, MOST_EACH, Cells, Tally, Timed, histogram

TURN_BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
EXECUTION_BUCKETS_S = (0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 3600.0, 86_400.0)
STEP_BUCKETS_S = (0.01, 0.05, 0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
ENDED = frozenset(("completed", "failed", "cancelled"))
UNKNOWN = "unknown"


class TurnMeasurements:
    """Counts committed turns. `slug_of` names a workflow by its row's id; `type_of` the type of a version's node."""

    def __init__(self, slug_of: Callable[[int], str | None], type_of: Callable[[int, str], str | None]) -> None:
        def with_slug(key: tuple[int | str, str]) -> tuple[str, str]:
            workflow = key[0] if isinstance(key[0], str) else slug_of(key[0])
            return workflow or UNKNOWN, key[1]

        self._turns = Timed(
            ("botflow_turns", "Turns committed, by what the conversation or run does after them"),
            (
                "botflow_turn_duration_seconds",
                "From the receipt of a message, timer or trigger to the commit of its turn",
            ),
            ("outcome", "workflow"),
            shown=1,
            bounds_s=TURN_BUCKETS_S,
            of=lambda key: with_slug(key)[::-1],
        )
        self._executions = Timed(
            ("workflow_executions", "Executions that have ended, by their status"),
            ("workflow_duration_seconds", "From the start of an execution to its end"),
            ("workflow_id", "status"),
            shown=1,
            bounds_s=EXECUTION_BUCKETS_S,
            of=with_slug,
        )
        self._errors = Tally(
            "workflow_errors",
            "Errors of steps; an error that an edge leads on from is one, too",
            ("workflow_id", "step_id", "error_type", "error_code"),
            of=lambda key: (slug_of(key[0]) or UNKNOWN, key[1], error_class(key[2]), code_label(key[2])),
            each=MOST_EACH,
        )
        self._steps = Steps(type_of)

    def collectors(self) -> tuple[Collector, ...]:
        return self._turns, self._executions, self._errors, self._steps

    def committed(self, commit: TurnCommit, seconds: float) -> None:
        """Count a turn that was committed `seconds` after its inbound was received."""
        turn = commit.turn
        workflow = commit.read.key.workflow
        self._turns.observe((workflow, turn.status), seconds)
        self._count_steps(workflow, commit.flow_version, turn.events)
        if turn.status in ENDED and turn.execution:
            self.ended(workflow, turn.status, turn.execution)

    def ended(self, workflow: int | str, status: str, execution: str) -> None:
        """Count the end of an execution, also one that no turn made, of a workflow by its row's id or its slug. The
        execution's id, a UUIDv7, says when it began."""
        began_ms = int(execution[:8] + execution[9:13], 16)
        self._executions.observe((workflow, status), time.time() - began_ms / 1000)

    def spent(self, version: int, node: str, seconds: float) -> None:
        """Add what the calls of a node took in one turn."""
        self._steps.spent(version, node, seconds)

    def _count_steps(self, workflow: int, version: int, events: tuple[Event, ...]) -> None:
        get, new = self._steps.counts.get, self._steps.counts.new
        failed: dict[str, str] = {}  # by node: the code of its last error
        current = ""
        for event in events:
            if isinstance(event, EdgeFollowed):
                node, current = event.node, event.target
                ended = "failed" if event.handle == "error" and node in failed else "completed"
            elif isinstance(event, WaitStarted):
                node, current, ended = event.node, "", "suspended"
            elif isinstance(event, ExecutionCompleted) and current:
                node, ended = current, "completed"
            elif isinstance(event, ExecutionFailed):
                node, ended = event.node, "failed"
                if failed.get(node) != event.code:
                    self._errors.add((workflow, node, event.code))
            else:
                if isinstance(event, (ExecutionStarted, FrameEntered)):
                    current = event.node
                elif isinstance(event, NodeFailed):
                    failed[event.node] = event.code
                    self._errors.add((workflow, event.node, event.code))
                continue
            key = version, node, ended
            (get(key) or new(key))[0] += 1


class Steps(Collector):
    """Steps by the type of their node: one cell for each status, and one for the times of those that made calls."""

    def __init__(self, type_of: Callable[[int, str], str | None]) -> None:
        def type_and_rest(key: tuple[int, str, *tuple[str, ...]]) -> tuple[str, ...]:
            return type_of(key[0], key[1]) or UNKNOWN, *key[2:]

        self.counts = Cells(2, 1, type_and_rest, MOST)  # by version, node, and what became of the step
        self._times = Cells(1, len(STEP_BUCKETS_S) + 2, type_and_rest, MOST)

    def spent(self, version: int, node: str, seconds: float) -> None:
        key = (version, node)
        cell = self._times.get(key) or self._times.new(key)
        cell[bisect_left(STEP_BUCKETS_S, seconds)] += 1
        cell[-1] += seconds

    def collect(self) -> Iterator[Metric]:
        counted = CounterMetricFamily("workflow_steps", "Steps, by what became of them", labels=("step_type", "status"))
        ended: dict[tuple[str, ...], float] = {}
        for labels, (count,) in sorted(self.counts.by_labels.items()):
            counted.add_metric(labels, count)
            if labels[1] != "suspended":
                ended[labels[:1]] = ended.get(labels[:1], 0.0) + count
        times: dict[tuple[str, ...], list[float]] = {}
        for labels, count in ended.items():
            times[labels] = cell = list(self._times.by_labels.get(labels, [0.0] * (len(STEP_BUCKETS_S) + 2)))
            cell[0] += max(0.0, count - sum(cell[:-1]))  # the others made no call
        yield counted
        yield histogram(
            "workflow_step_duration_seconds",
            "How long the calls of a step took; a step without any takes no time",
            ("step_type",),
            STEP_BUCKETS_S,
            times,
        )
