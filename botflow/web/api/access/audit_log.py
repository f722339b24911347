"""The audit log over HTTP."""

from __future__ import annotations

from botflow.records.access import Scope
from botflow.service.access.audit_log import Change
from botflow.service.models import Page
from botflow.web.rest.operation import Call, Operation
from botflow.web.rest.query import Moment, PageQuery, QueryText

TAG = "Audit log"


class ChangeQuery(PageQuery):
    """Which changes: of one subject, such as `workflow:pizza`, and between two times."""

    subject: QueryText | None = None
    after: Moment | None = None
    before: Moment | None = None


async def get_changes(call: Call) -> Page[Change]:
    """List who changed what in your organization, the newest first."""
    query: ChangeQuery = call.query
    return await call.service.audit_log.get_changes(
        subject=query.subject, after=query.after, before=query.before, cursor=query.cursor, limit=query.limit
    )


OPERATIONS = (
    Operation(
        method="GET",
        path="/audit-log",
        handler=get_changes,
        scope=Scope.AUDIT_READ,
        tag=TAG,
        query=ChangeQuery,
        answer=Page[Change],
    ),
)
