"""The organization's retention over HTTP."""

from __future__ import annotations

from botflow.records.access import Scope
from botflow.service.access.retention import NewRetention, Retention
from botflow.web.rest.operation import Call, Operation

TAG = "Organizations"
_PATH = "/organization/retention"


async def get_retention(call: Call) -> Retention:
    """Read how long your organization keeps what is over."""
    return await call.service.retention.get_retention()


async def set_retention(call: Call) -> Retention:
    """Decide how long your organization keeps what is over: all of it anew, what is left out is as the deployment keeps
    it. What is deleted does not come back when you choose more days later."""
    return await call.service.retention.set_retention(call.body, if_revision=call.if_revision)


OPERATIONS = (
    Operation(method="GET", path=_PATH, handler=get_retention, scope=Scope.WORKFLOWS_READ, tag=TAG, answer=Retention),
    Operation(
        method="PUT",
        path=_PATH,
        handler=set_retention,
        scope=Scope.RETENTION_WRITE,
        tag=TAG,
        body=NewRetention,
        answer=Retention,
        edits=True,
        needs_body=True,
    ),
)
