"""Audit log. Written by `python -m docs.generate`: do not edit it."""

from __future__ import annotations

from datetime import datetime

from botflow_client.models.audit_log import Change
from botflow_client.pages import AsyncPages, Pages
from botflow_client.transport import AsyncCaller, Caller


class AuditLogCalls(Caller):
    """Audit log."""

    def get_changes(
        self,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        subject: str | None = None,
        after: str | datetime | None = None,
        before: str | datetime | None = None,
    ) -> Pages[Change]:
        """List who changed what in your organization, the newest first. It needs the scope `audit:read`."""
        return self._list(
            Change,
            "/api/v1/audit-log",
            {"cursor": cursor, "limit": limit, "subject": subject, "after": after, "before": before},
        )


class AsyncAuditLogCalls(AsyncCaller):
    """Audit log."""

    def get_changes(
        self,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        subject: str | None = None,
        after: str | datetime | None = None,
        before: str | datetime | None = None,
    ) -> AsyncPages[Change]:
        """List who changed what in your organization, the newest first. It needs the scope `audit:read`."""
        return self._list(
            Change,
            "/api/v1/audit-log",
            {"cursor": cursor, "limit": limit, "subject": subject, "after": after, "before": before},
        )
