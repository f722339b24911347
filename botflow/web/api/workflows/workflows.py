"""Workflows over HTTP: listed, put into service and out of it."""

from __future__ import annotations

from pydantic import Field

from botflow.flow.graph import ExecutionMode
from botflow.records.access import Scope
from botflow.records.workflows import WorkflowStatus
from botflow.service.models import Body, Page
from botflow.service.workflows.workflows import Sort, Workflow
from botflow.web.rest.operation import Call, Operation
from botflow.web.rest.query import PageQuery, QueryText

TAG = "Workflows"


class WorkflowQuery(PageQuery):
    """Which workflows, in which order. `name` is a part of the name, in any case."""

    status: WorkflowStatus | None = None
    execution_mode: ExecutionMode | None = None
    name: QueryText | None = None
    sort: Sort = "id"


class Activation(Body):
    """What to activate: the workflow as it is, or another of its versions."""

    example = '{"version": 3}'

    version: int | None = Field(default=None, ge=1, le=2**31 - 1)


async def get_workflows_by_organization(call: Call) -> Page[Workflow]:
    """List the workflows of your organization."""
    query: WorkflowQuery = call.query
    return await call.service.workflows.get_workflows_by_organization(
        status=query.status,
        execution_mode=query.execution_mode,
        name=query.name,
        sort=query.sort,
        cursor=query.cursor,
        limit=query.limit,
    )


async def get_workflow(call: Call) -> Workflow:
    """Read a workflow."""
    return await call.service.workflows.get_workflow(call.path["workflow"])


async def activate_workflow(call: Call) -> Workflow:
    """Put a workflow into service; with a version, serve that version to new executions, too."""
    activation: Activation = call.body
    if activation.version is not None:
        await call.service.versions.rollback_workflow(call.path["workflow"], activation.version)
    return await call.service.workflows.activate_workflow(call.path["workflow"])


async def deactivate_workflow(call: Call) -> Workflow:
    """Take a workflow out of service: it takes no messages and starts nothing. Conversations stay where they are."""
    return await call.service.workflows.deactivate_workflow(call.path["workflow"])


async def pause_workflow(call: Call) -> Workflow:
    """Take a workflow out of service for a while."""
    return await call.service.workflows.pause_workflow(call.path["workflow"])


async def archive_workflow(call: Call) -> Workflow:
    """Take a workflow out of service for good. Nothing is deleted."""
    return await call.service.workflows.archive_workflow(call.path["workflow"])


_ONE = "/workflows/{workflow}"
_READS, _WRITES = Scope.WORKFLOWS_READ, Scope.WORKFLOWS_WRITE
OPERATIONS = (
    Operation(
        method="GET",
        path="/workflows",
        handler=get_workflows_by_organization,
        scope=_READS,
        tag=TAG,
        query=WorkflowQuery,
        answer=Page[Workflow],
    ),
    Operation(method="GET", path=_ONE, handler=get_workflow, scope=_READS, tag=TAG, answer=Workflow),
    Operation(
        method="POST",
        path=f"{_ONE}/activate",
        handler=activate_workflow,
        scope=_WRITES,
        tag=TAG,
        body=Activation,
        answer=Workflow,
    ),
    *(
        Operation(method="POST", path=f"{_ONE}/{word}", handler=handler, scope=_WRITES, tag=TAG, answer=Workflow)
        for word, handler in (
            ("deactivate", deactivate_workflow),
            ("pause", pause_workflow),
            ("archive", archive_workflow),
        )
    ),
)
