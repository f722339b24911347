"""What the audit log names: the changes that people and programs make."""

from __future__ import annotations

from typing import Literal

Action = Literal[
    "credential.activated",
    "credential.created",
    "credential.deactivated",
    "credential.deleted",
    "credential.updated",
    "key.created",
    "key.revoked",
    "workflow.created",
    "workflow.edited",
    "workflow.published",
    "workflow.rolled_back",
    "workflow.status",
]
