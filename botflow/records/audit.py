"""What the audit log names: the changes that people and programs make."""

from __future__ import annotations

from typing import Literal

Action = Literal[
    "key.created",
    "key.revoked",
    "workflow.created",
    "workflow.edited",
    "workflow.publication_rolled_back",
    "workflow.published",
    "workflow.rolled_back",
    "workflow.status",
]
