"""Schedules on a virtual clock: when each trigger.schedule is due next, and its input."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from botflow.flow.graph import Flow
from botflow.nodes.triggers.runs import ScheduleProperties
from botflow.runtime.runs.schedules.cron_times import next_moment


class Schedule:
    """One trigger's schedule, in its own time zone, else in the workflow's. `due_at` None: there is no next time."""

    def __init__(self, flow: Flow, node: str, properties: ScheduleProperties, after: datetime) -> None:
        self.workflow = flow.id
        self._node = node
        self._properties = properties
        self._zone = properties.time_zone or flow.policy.time_zone
        self.due_at = self._next(after)

    @property
    def input(self) -> object:
        """The input of the run that starts at `due_at`."""
        given = self._properties.input
        return {"scheduledAt": self._at} if given is None else given

    @property
    def parameters(self) -> dict[str, object]:
        return {"name": self._node, "start": self._node, "scheduledAt": self._at}

    def move_on(self) -> None:
        """Find the next moment."""
        if self.due_at is not None:
            self.due_at = self._next(self.due_at)

    @property
    def _at(self) -> str:
        return self.due_at.isoformat() if self.due_at is not None else ""

    def _next(self, after: datetime) -> datetime | None:
        moment = next_moment(self._properties.cron, self._zone, after)
        return None if moment is None else moment.astimezone(UTC)


def schedules_of(flows: Iterable[Flow], after: datetime) -> list[Schedule]:
    """Return the schedules of these workflows, due for the first time after `after`."""
    return [
        Schedule(flow, node.id, node.properties, after)
        for flow in flows
        for node in flow.triggers
        if isinstance(node.properties, ScheduleProperties)
    ]
