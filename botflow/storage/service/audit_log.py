"""The audit log: one row per change, written in the transaction of the change itself."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, insert

from botflow.records.access import Principal
from botflow.records.audit import Action
from botflow.storage.engines.dialects import clock_time
from botflow.storage.service.tables import audit_log


def record_change(
    connection: Connection,
    who: Principal,
    action: Action,
    subject: str,
    *,
    before: Any = None,
    after: Any = None,
) -> None:
    """Write that `who` did `action` to `subject` (`workflow:pizza`). `before` and `after` are plain JSON."""
    connection.execute(
        insert(audit_log).values(
            organization_id=who.organization,
            at=clock_time(connection),
            actor=who.actor,
            address=who.address,
            action=action,
            subject=subject,
            before=before,
            after=after,
        )
    )
