"""The audit log: one row per change, written in the transaction of the change itself, and read in pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from botflow.crash_points import reach
from botflow.records.access import Principal
from botflow.records.audit import Action
from botflow.storage.engines.dialects import clock_time
from botflow.storage.service.pages import Order
from botflow.storage.tables.service import audit_log

ORDER = Order(columns=(audit_log.c.id,), descending=True)


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
    reach("change.written")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRow:
    """One change."""

    id: int
    at: datetime
    actor: str
    address: str
    action: str
    subject: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeFilter:
    """Which changes to list; None for any."""

    subject: str | None = None
    after: datetime | None = None
    before: datetime | None = None


def list_changes(
    connection: Connection, organization: int, wanted: ChangeFilter, after: Sequence[Any] | None, limit: int
) -> list[ChangeRow]:
    """Return at most `limit` + 1 changes, the newest first."""
    statement = select(*(audit_log.c[field.name] for field in fields(ChangeRow)))
    statement = statement.where(audit_log.c.organization_id == organization)
    if wanted.subject is not None:
        statement = statement.where(audit_log.c.subject == wanted.subject)
    if wanted.after is not None:
        statement = statement.where(audit_log.c.at >= wanted.after)
    if wanted.before is not None:
        statement = statement.where(audit_log.c.at < wanted.before)
    return [ChangeRow(**row._mapping) for row in connection.execute(ORDER.page(statement, after, limit))]
