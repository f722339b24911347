"""What the audit log names: the changes that people and programs make."""

from __future__ import annotations

from typing import Literal

Action = Literal[
    "credential.activated",
    "credential.created",
    "credential.deactivated",
    "credential.deleted",
    "credential.updated",
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
    "organization.created",
    "organization.renamed",
    "token_key.created",
    "token_key.revoked",
    "user.changed",
    "user.created",
    "user.password_changed",
    "user.password_reset",
    "user.signed_in",
    "workflow.created",
    "workflow.edited",
    "workflow.graph_edited",
    "workflow.published",
    "workflow.rolled_back",
    "workflow.status",
]
