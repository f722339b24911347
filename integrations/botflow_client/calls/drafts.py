"""Drafts. Written by `python -m docs.generate`: do not edit it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botflow_client.models.drafts import Validation, WorkflowDraft
from botflow_client.omit import OMIT, Omit
from botflow_client.request import make_request, segment
from botflow_client.transport import AsyncCaller, Caller


class DraftsCalls(Caller):
    """Drafts."""

    def create_workflow(self, document: Mapping[str, Any], *, idempotency_key: str | None = None) -> WorkflowDraft:
        """Make a workflow from its document. It is a draft, out of service, until it is published. It needs the
        scope `workflows:write`.
        """
        return self._call(
            WorkflowDraft, make_request("POST", "/api/v1/workflows", body=document, idempotency_key=idempotency_key)
        )

    def get_draft(self, workflow: str | int) -> WorkflowDraft:
        """Read the draft; of a workflow without edits, the document of its active version. It needs the scope
        `workflows:read`.
        """
        return self._call(WorkflowDraft, make_request("GET", f"/api/v1/workflows/{segment(workflow)}/draft"))

    def update_workflow(
        self, workflow: str | int, document: Mapping[str, Any], *, if_match: int | None = None
    ) -> WorkflowDraft:
        """Replace the draft. It may have errors; publishing needs it without. It needs the scope `workflows:write`."""
        return self._call(
            WorkflowDraft,
            make_request("PUT", f"/api/v1/workflows/{segment(workflow)}/draft", body=document, if_match=if_match),
        )

    def validate_workflow(
        self, workflow: str | int, document: Mapping[str, Any] | Omit = OMIT, *, idempotency_key: str | None = None
    ) -> Validation:
        """Check the draft, or the document that you send, together with the workflows that it runs as subflows. It
        needs the scope `workflows:read`.
        """
        return self._call(
            Validation,
            make_request(
                "POST",
                f"/api/v1/workflows/{segment(workflow)}/validate",
                body=document,
                idempotency_key=idempotency_key,
            ),
        )

    def validate_document(self, document: Mapping[str, Any], *, idempotency_key: str | None = None) -> Validation:
        """Check a document that need not be stored, together with the workflows that it runs as subflows. It needs
        the scope `workflows:read`.
        """
        return self._call(
            Validation, make_request("POST", "/api/v1/validate", body=document, idempotency_key=idempotency_key)
        )


class AsyncDraftsCalls(AsyncCaller):
    """Drafts."""

    async def create_workflow(
        self, document: Mapping[str, Any], *, idempotency_key: str | None = None
    ) -> WorkflowDraft:
        """Make a workflow from its document. It is a draft, out of service, until it is published. It needs the
        scope `workflows:write`.
        """
        return await self._call(
            WorkflowDraft, make_request("POST", "/api/v1/workflows", body=document, idempotency_key=idempotency_key)
        )

    async def get_draft(self, workflow: str | int) -> WorkflowDraft:
        """Read the draft; of a workflow without edits, the document of its active version. It needs the scope
        `workflows:read`.
        """
        return await self._call(WorkflowDraft, make_request("GET", f"/api/v1/workflows/{segment(workflow)}/draft"))

    async def update_workflow(
        self, workflow: str | int, document: Mapping[str, Any], *, if_match: int | None = None
    ) -> WorkflowDraft:
        """Replace the draft. It may have errors; publishing needs it without. It needs the scope `workflows:write`."""
        return await self._call(
            WorkflowDraft,
            make_request("PUT", f"/api/v1/workflows/{segment(workflow)}/draft", body=document, if_match=if_match),
        )

    async def validate_workflow(
        self, workflow: str | int, document: Mapping[str, Any] | Omit = OMIT, *, idempotency_key: str | None = None
    ) -> Validation:
        """Check the draft, or the document that you send, together with the workflows that it runs as subflows. It
        needs the scope `workflows:read`.
        """
        return await self._call(
            Validation,
            make_request(
                "POST",
                f"/api/v1/workflows/{segment(workflow)}/validate",
                body=document,
                idempotency_key=idempotency_key,
            ),
        )

    async def validate_document(self, document: Mapping[str, Any], *, idempotency_key: str | None = None) -> Validation:
        """Check a document that need not be stored, together with the workflows that it runs as subflows. It needs
        the scope `workflows:read`.
        """
        return await self._call(
            Validation, make_request("POST", "/api/v1/validate", body=document, idempotency_key=idempotency_key)
        )
