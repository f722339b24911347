"""Differences between versions and the draft over HTTP."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from botflow.records.access import Scope
from botflow.service.workflows.diffs import WorkflowDiff
from botflow.storage.service.workflows.documents import Which
from botflow.web.rest.operation import Call, Operation
from botflow.web.rest.query import Query

_SIDE = r"^(draft|active|[1-9][0-9]{0,8})$"
_Side = Annotated[str, Field(pattern=_SIDE)]


class DiffQuery(Query):
    """Which two documents to compare: a version's number, `active` or `draft`."""

    from_: Annotated[str, Field(alias="from", pattern=_SIDE)] = "active"
    to: _Side = "draft"


async def get_workflow_diff(call: Call) -> WorkflowDiff:
    """Compare two documents of a workflow, as data and in sentences: versions by their numbers, the `active` one, or
    the `draft`."""
    query: DiffQuery = call.query
    return await call.service.diffs.get_workflow_diff(call.path["workflow"], _which(query.from_), _which(query.to))


def _which(side: str) -> Which:
    match side:
        case "draft" | "active":
            return side
    return int(side)


OPERATIONS = (
    Operation(
        method="GET",
        path="/workflows/{workflow}/diff",
        handler=get_workflow_diff,
        scope=Scope.WORKFLOWS_READ,
        tag="Versions",
        query=DiffQuery,
        answer=WorkflowDiff,
    ),
)
