"""What the audit log names: the changes that people and programs make."""

from __future__ import annotations

from typing import Literal

Action = Literal[
    "artifact.deleted",
    "event.emitted",
    "execution.cancelled",
    "execution.completed",
    "execution.failed",
    "execution.hurried",
    "execution.moved",
    "execution.paused",
    "execution.resumed",
    "execution.retried",
    "execution.started",
    "key.created",
    "key.revoked",
    "workflow.created",
    "workflow.edited",
    "workflow.published",
    "workflow.rolled_back",
    "workflow.status",
]
