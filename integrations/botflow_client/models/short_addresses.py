"""Answers: short addresses. Written by `python -m docs.generate`: do not edit it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from botflow_client.models.executions import ShownCheckpoint, ShownLogEntry, ShownOrigin, Tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class RunDetails:
    """An execution with the first page of its log."""

    id: str
    workflow: str
    version: int
    """The number of the workflow's version that it is on, 0 for one that is not stored any more."""
    status: Literal["pending", "running", "waiting", "paused", "cancelling", "completed", "failed", "cancelled"]
    trigger: str
    """What began it: api, event, schedule, webhook, missed_call, campaign, manual, child, fork, message or opened."""
    session: int
    channel: str
    """The channel of its conversation, `run` for a run without a person."""
    key: str
    """The person of its conversation; of a run the key that it was started with, or its own id."""
    priority: Literal["low", "normal", "high", "critical"]
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
    user: str | None
    """The user whose credentials it may use."""
    input: Any
    output: Any
    metadata: dict[str, Any] | None
    variables: dict[str, Any]
    """Those of the workflow's own graph, at the end or so far."""
    progress: dict[str, Any] | None
    """What its node reported last."""
    parent_session: int | None
    """The session of the execution that started it."""
    branch: str | None
    """Its name there."""
    paused_at: datetime | None
    """When it was last paused; so for the next two."""
    resumed_at: datetime | None
    retried_at: datetime | None
    completed_at: datetime | None
    """When it ended, if it has completed; so for the next two."""
    failed_at: datetime | None
    cancelled_at: datetime | None
    duration_s: float | None
    turns: int
    attempts: int
    asks: int
    """Calls of models and actions."""
    tokens: Tokens
    cost_usd: float | None
    """US dollars, null if a model's price is not known."""
    checkpoints: list[ShownCheckpoint]
    logs: list[ShownLogEntry]
