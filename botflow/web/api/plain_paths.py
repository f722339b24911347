"""The same operations at the short addresses of /api: workflows, and `workflow-runs` for executions.

Each one only calls an operation of /api/v1; nothing is decided here.
"""

from __future__ import annotations

from dataclasses import replace

from starlette.responses import Response

from botflow.records.access import Scope
from botflow.records.files import complete
from botflow.service.executions.execution import Execution
from botflow.service.executions.execution_models import ExecutionDetails, ShownLogEntry, TriggerResult
from botflow.service.models import Page
from botflow.service.workflows.drafts import WorkflowDraft
from botflow.service.workflows.workflows import Workflow
from botflow.web.api.executions import execution_changes, executions
from botflow.web.api.workflows import drafts, workflows
from botflow.web.context import desk_of
from botflow.web.rest.json_response import ApiResponse
from botflow.web.rest.operation import Call, Handler, Operation

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
    return await workflows.activate_workflow(call)


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


def _short(method: str, path: str, handler: Handler, long_form: Handler) -> Operation:
    """Return the operation of `long_form` at another address."""
    found = (*workflows.OPERATIONS, *drafts.OPERATIONS, *executions.OPERATIONS, *execution_changes.OPERATIONS)
    operation = next(each for each in found if each.handler is long_form)
    return replace(operation, method=method, root=ROOT, path=path, handler=handler, tag=TAG)


_ONE = "/workflows/{workflow}"
OPERATIONS = (
    _short("GET", "/workflows", list_workflows, workflows.get_workflows_by_organization),
    _short("POST", "/workflows", post_workflow, drafts.create_workflow),
    _short("PUT", _ONE, put_workflow, drafts.update_workflow),
    _short("PUT", f"{_ONE}/activate", put_activation, workflows.activate_workflow),
    _short("PUT", f"{_ONE}/pause", put_pause, workflows.pause_workflow),
    _short("POST", f"{_ONE}/trigger", post_trigger, execution_changes.trigger_workflow),
    _short("GET", "/workflow-runs", list_workflow_runs, executions.get_executions),
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
