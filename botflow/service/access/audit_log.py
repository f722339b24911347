"""The audit log: who changed what, when and from where, and what it was before."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from botflow.records.access import Principal
from botflow.service.cursors import PAGE, page_of, read_cursor
from botflow.service.models import Page, Shown
from botflow.storage.service import audit_log
from botflow.storage.service.audit_log import ChangeFilter, ChangeRow

if TYPE_CHECKING:
    from botflow.runtime.app import Runtime

_SORT = "-id"


class Change(Shown):
    """One change. `actor` is `key:NAME`, `user:ADDRESS`, `token:APPLICATION:PERSON`, `command line:USER` or
    BOTFLOW_API_KEY; `subject` is what was changed, such as `workflow:pizza`."""

    id: int
    at: datetime
    actor: str
    address: str
    action: str
    subject: str
    before: Any
    after: Any


class AuditLog:
    """The changes in the caller's organization."""

    def __init__(self, runtime: Runtime, caller: Principal) -> None:
        self._engine = runtime.database.within(caller.organization)
        self._caller = caller

    async def get_changes(
        self,
        *,
        subject: str | None = None,
        after: datetime | None = None,
        before: datetime | None = None,
        cursor: str | None = None,
        limit: int = PAGE,
    ) -> Page[Change]:
        """Return a page of changes, the newest first."""
        wanted = ChangeFilter(subject=subject, after=after, before=before)
        return await self._engine.read(read_changes, self._caller.organization, wanted, cursor, limit)


def read_changes(
    connection: Connection, organization: int, wanted: ChangeFilter, cursor: str | None, limit: int
) -> Page[Change]:
    """Return a page of changes, the newest first."""
    place = read_cursor(cursor, _SORT, (int,))
    found = audit_log.list_changes(connection, organization, wanted, place, limit)
    return page_of(found, limit, _SORT, lambda row: (row.id,), _shown)


def _shown(row: ChangeRow) -> Change:
    return Change.model_validate(row)
