"""Executions as JSON: in lists, one with its details, and its children, steps, logs and artifacts."""

from __future__ import annotations

from datetime import datetime
from types import MappingProxyType
from typing import Any

from botflow.records.queues import PRIORITIES
from botflow.records.runs import Artifact, ExecutionRecord
from botflow.runtime.runs.executions import ExecutionDetail
from botflow.runtime.runs.log import LogEntry
from botflow.runtime.runs.steps import Step, Steps

_PRIORITY_NAMES = MappingProxyType({number: name for name, number in PRIORITIES.items()})


def shown(record: ExecutionRecord) -> dict[str, Any]:
    """Return an execution as an entry of a list."""
    return {
        "id": record.id,
        "workflow": record.workflow,
        "version": record.version,
        "status": record.status,
        "trigger": record.trigger,
        "session": record.session,
        "channel": record.channel,
        "key": record.key,
        "priority": _PRIORITY_NAMES[record.priority or 0],
        "retries": record.retries,
        "node": record.node,
        "startedAt": _time(record.started_at),
        "endedAt": _time(record.ended_at),
        "wakesAt": _time(record.wakes_at),
        "error": record.error,
    }


def shown_detail(found: ExecutionDetail) -> dict[str, Any]:
    record, spent = found.record, found.spent
    ended_at = record.ended_at
    return {
        **shown(record),
        "user": record.user_name,
        "input": record.input,
        "output": record.output,
        "metadata": record.metadata,
        "variables": record.variables,
        "progress": record.progress,
        "parentSession": record.parent_session,
        "branch": record.branch,
        "durationS": (ended_at - record.started_at).total_seconds() if ended_at else None,
        "turns": spent.turns,
        "attempts": spent.attempts,
        "asks": spent.asks,
        "tokens": {"prompt": spent.prompt_tokens, "completion": spent.completion_tokens},
        "costUsd": spent.cost_usd,
        "checkpoints": [
            {"version": checkpoint.version, "node": checkpoint.node, "at": _time(checkpoint.at)}
            for checkpoint in found.checkpoints
        ],
    }


def shown_steps(found: Steps) -> dict[str, Any]:
    return {
        "steps": [_step(step) for step in found.steps],
        "firstFailed": found.first_failed,
        "lastCompleted": found.last_completed,
        "readyToResume": found.ready_to_resume or None,
    }


def _step(step: Step) -> dict[str, Any]:
    return {
        "number": step.number,
        "node": step.node,
        "type": step.type,
        "status": step.status,
        "startedAt": _time(step.started_at),
        "endedAt": _time(step.ended_at),
        "handle": step.handle or None,
        "output": step.output,
        "error": step.error,
        "attempts": step.attempts,
        "asks": step.asks,
        "tokens": {"prompt": step.prompt_tokens, "completion": step.completion_tokens},
        "costUsd": step.cost_usd,
    }


def shown_entry(entry: LogEntry) -> dict[str, Any]:
    return {
        "version": entry.version,
        "index": entry.index,
        "at": _time(entry.at),
        "level": entry.level,
        "event": entry.event,
        "node": entry.node or None,
        "message": entry.message or None,
        "fields": dict(entry.fields),
    }


def shown_artifact(artifact: Artifact) -> dict[str, Any]:
    return {
        "key": artifact.key,
        "kind": artifact.kind,
        "contentType": artifact.content_type,
        "size": artifact.size,
        "createdAt": _time(artifact.created_at),
    }


def _time(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment is not None else None
