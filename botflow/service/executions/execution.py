"""An execution as lists show it, without its values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from pydantic import ConfigDict

from botflow.records.queues import PRIORITIES, Priority
from botflow.records.runs import ExecutionRecord, ExecutionStatus
from botflow.service.models import Shown

PRIORITY_NAMES: Mapping[int, Priority] = MappingProxyType({number: name for name, number in PRIORITIES.items()})


class Described(Shown):
    """The base of answers whose fields have descriptions."""

    model_config = ConfigDict(use_attribute_docstrings=True)


class ShownOrigin(Described):
    """Where a fork began."""

    execution_id: str
    step: int
    """The number of the step that it begins before."""


class Execution(Described):
    """One run from trigger to end."""

    id: str
    workflow: str
    version: int
    """The number of the workflow's version that it is on, 0 for one that is not stored any more."""
    status: ExecutionStatus
    trigger: str
    """What began it: api, event, schedule, webhook, missed_call, campaign, manual, child, fork, message or opened."""
    session: int
    channel: str
    """The channel of its conversation, `run` for a run without a person."""
    key: str
    """The person of its conversation; of a run the key that it was started with, or its own id."""
    priority: Priority
    retries: int
    node: str
    """The node where it is, "" when it has ended or not begun."""
    started_at: datetime
    ended_at: datetime | None
    wakes_at: datetime | None
    """When it goes on by itself."""
    error: dict[str, Any] | None
    """Why it failed: `{node, code, message}`, and `data` if an operator gave some."""
    forked_from: ShownOrigin | None
    """Of a fork its original."""

    @classmethod
    def of(cls, record: ExecutionRecord) -> Execution:
        return cls(**listed_values(record))


def listed_values(record: ExecutionRecord) -> dict[str, Any]:
    """Return the fields of an Execution."""
    origin = record.forked_from
    return {
        "id": record.id,
        "workflow": record.workflow,
        "version": record.version,
        "status": record.status,
        "trigger": record.trigger,
        "session": record.session,
        "channel": record.channel,
        "key": record.key,
        "priority": PRIORITY_NAMES[record.priority or 0],
        "retries": record.retries,
        "node": record.node,
        "started_at": record.started_at,
        "ended_at": record.ended_at,
        "wakes_at": record.wakes_at,
        "error": record.error,
        "forked_from": ShownOrigin(execution_id=origin.execution, step=origin.step) if origin else None,
    }
