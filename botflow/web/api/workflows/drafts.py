"""Drafts over HTTP: made, read, edited and checked. A draft's revision is its ETag."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from botflow.flow.document import Document
from botflow.records.access import Scope
from botflow.service.workflows.drafts import LARGEST_DRAFT, Validation, WorkflowDraft
from botflow.web.requests.json_body import parse_object
from botflow.web.rest.operation import Call, Operation

TAG = "Drafts"
DEEPEST = 64
EXAMPLE = '{"id": "pizza", "nodes": [{"id": "start", "type": "chatbot", "actionType": "message_received"}]}'


async def create_workflow(call: Call) -> WorkflowDraft:
    """Make a workflow from its document. It is a draft, out of service, until it is published."""
    return await call.service.drafts.create_workflow(_document(call))


async def get_draft(call: Call) -> WorkflowDraft:
    """Read the draft; of a workflow without edits, the document of its active version."""
    return await call.service.drafts.get_draft(call.path["workflow"])


async def update_workflow(call: Call) -> WorkflowDraft:
    """Replace the draft. It may have errors; publishing needs it without."""
    return await call.service.drafts.update_workflow(
        call.path["workflow"], _document(call), if_revision=call.if_revision
    )


async def validate_workflow(call: Call) -> Validation:
    """Check the draft, or the document that you send, together with the workflows that it runs as subflows."""
    return await call.service.drafts.validate_workflow(call.path["workflow"], _document(call) if call.body else None)


async def validate_document(call: Call) -> Validation:
    """Check a document that need not be stored, together with the workflows that it runs as subflows."""
    return await call.service.drafts.validate_document(_document(call))


def _document(call: Call) -> dict[str, Any]:
    return parse_object(call.body, DEEPEST, EXAMPLE)


_ONE = "/workflows/{workflow}"
OPERATIONS = (
    Operation(
        method="POST",
        path="/workflows",
        handler=create_workflow,
        scope=Scope.WORKFLOWS_WRITE,
        tag=TAG,
        body=Document,
        largest_body=LARGEST_DRAFT,
        answer=WorkflowDraft,
        status=HTTPStatus.CREATED,
    ),
    Operation(
        method="GET",
        path=f"{_ONE}/draft",
        handler=get_draft,
        scope=Scope.WORKFLOWS_READ,
        tag=TAG,
        answer=WorkflowDraft,
    ),
    Operation(
        method="PUT",
        path=f"{_ONE}/draft",
        handler=update_workflow,
        scope=Scope.WORKFLOWS_WRITE,
        tag=TAG,
        body=Document,
        largest_body=LARGEST_DRAFT,
        answer=WorkflowDraft,
        edits=True,
    ),
    Operation(
        method="POST",
        path=f"{_ONE}/validate",
        handler=validate_workflow,
        scope=Scope.WORKFLOWS_READ,
        tag=TAG,
        body=Document,
        needs_body=False,
        largest_body=LARGEST_DRAFT,
        answer=Validation,
    ),
    Operation(
        method="POST",
        path="/validate",
        handler=validate_document,
        scope=Scope.WORKFLOWS_READ,
        tag=TAG,
        body=Document,
        largest_body=LARGEST_DRAFT,
        answer=Validation,
    ),
)
