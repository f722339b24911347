"""What the audit log names: the changes that people and programs make."""

from __future__ import annotations

from typing import Literal

Action = Literal[
    "contact.edited",
    "key.created",
    "key.revoked",
    "session.deactivated",
    "session.edited",
    "session.handed_over",
    "session.noted",
    "session.returned",
    "session.said",
    "session.token_revoked",
    "workflow.created",
    "workflow.edited",
    "workflow.published",
    "workflow.rolled_back",
    "workflow.status",
]
