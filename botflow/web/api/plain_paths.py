"""The same operations at the short addresses of /api: workflows, and `workflow-runs` for executions.

Each one only calls an operation of /api/v1; nothing is decided here.
"""

from __future__ import annotations

from http import HTTPStatus

from starlette.responses import Response

from botflow.flow.document import Document
from botflow.records.access import Scope
from botflow.records.files import complete
from botflow.service.executions.execution_models import Execution, ExecutionDetails, ShownLogEntry, TriggerResult
from botflow.service.models import Page
from botflow.service.workflows.drafts import LARGEST_DRAFT, WorkflowDraft
from botflow.service.workflows.workflows import Workflow
from botflow.web.api import execution_changes, executions
from botflow.web.api.workflows import drafts, workflows
from botflow.web.context import desk_of
from botflow.web.rest.json_response import ApiResponse
from botflow.web.rest.operation import Call, Operation

TAG = "Short addresses"
ROOT = "/api"


class RunDetails(ExecutionDetails):
    """An execution with the first page of its log."""

    logs: list[ShownLogEntry]


async def list_workflows(call: Call) -> Page[Workflow]:
    """List the workflows of your organization."""
    return await workflows.get_workflows_by_organization(call)


async def post_workflow(call: Call) -> WorkflowDraft:
    """Make a workflow from its document."""
    return await drafts.create_workflow(call)


async def put_workflow(call: Call) -> WorkflowDraft:
    """Replace a workflow's draft."""
    return await drafts.update_workflow(call)


async def put_activation(call: Call) -> Workflow:
    """Put a workflow into service."""
    return await call.service.workflows.activate_workflow(call.path["workflow"])


async def put_pause(call: Call) -> Workflow:
    """Take a workflow out of service for a while."""
    return await workflows.pause_workflow(call)


async def post_trigger(call: Call) -> TriggerResult:
    """Start a workflow by hand."""
    return await execution_changes.trigger_workflow(call)


async def list_workflow_runs(call: Call) -> Page[Execution]:
    """List executions, the newest first."""
    return await executions.get_executions(call)


async def get_workflow_run(call: Call) -> Response:
    """Read an execution with the first hundred lines of its log."""
    id, service = call.path["execution"], call.service.executions
    details = await service.get_execution(id)
    logs = await service.get_execution_logs(id, limit=100)
    scope = call.request.scope
    shown = {**details.model_dump(), "logs": logs.model_dump()["items"]}
    return ApiResponse(complete(shown, desk_of(scope).base_of(scope)))


_ONE = "/workflows/{workflow}"
OPERATIONS = (
    Operation(
        method="GET",
        root=ROOT,
        path="/workflows",
        handler=list_workflows,
        scope=Scope.WORKFLOWS_READ,
        tag=TAG,
        query=workflows.WorkflowQuery,
        answer=Page[Workflow],
    ),
    Operation(
        method="POST",
        root=ROOT,
        path="/workflows",
        handler=post_workflow,
        scope=Scope.WORKFLOWS_WRITE,
        tag=TAG,
        body=Document,
        largest_body=LARGEST_DRAFT,
        answer=WorkflowDraft,
        status=HTTPStatus.CREATED,
    ),
    Operation(
        method="PUT",
        root=ROOT,
        path=_ONE,
        handler=put_workflow,
        scope=Scope.WORKFLOWS_WRITE,
        tag=TAG,
        body=Document,
        largest_body=LARGEST_DRAFT,
        answer=WorkflowDraft,
        edits=True,
    ),
    Operation(
        method="PUT",
        root=ROOT,
        path=f"{_ONE}/activate",
        handler=put_activation,
        scope=Scope.WORKFLOWS_WRITE,
        tag=TAG,
        answer=Workflow,
    ),
    Operation(
        method="PUT",
        root=ROOT,
        path=f"{_ONE}/pause",
        handler=put_pause,
        scope=Scope.WORKFLOWS_WRITE,
        tag=TAG,
        answer=Workflow,
    ),
    Operation(
        method="POST",
        root=ROOT,
        path=f"{_ONE}/trigger",
        handler=post_trigger,
        scope=Scope.EXECUTIONS_WRITE,
        tag=TAG,
        body=execution_changes.Trigger,
        largest_body=execution_changes.LARGEST_START,
        answer=TriggerResult,
        status=HTTPStatus.ACCEPTED,
    ),
    Operation(
        method="GET",
        root=ROOT,
        path="/workflow-runs",
        handler=list_workflow_runs,
        scope=Scope.EXECUTIONS_READ,
        tag=TAG,
        query=executions.ExecutionQuery,
        answer=Page[Execution],
    ),
    Operation(
        method="GET",
        root=ROOT,
        path="/workflow-runs/{execution}",
        handler=get_workflow_run,
        scope=Scope.EXECUTIONS_READ,
        tag=TAG,
        answer=RunDetails,
    ),
)
