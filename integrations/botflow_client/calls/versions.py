"""Versions. Written by `python -m docs.generate`: do not edit it."""

from __future__ import annotations

from botflow_client.models.versions import Published, Version, VersionDetail, WorkflowDiff
from botflow_client.omit import OMIT, Omit
from botflow_client.pages import AsyncPages, Pages
from botflow_client.request import make_request, segment
from botflow_client.transport import AsyncCaller, Caller


class VersionsCalls(Caller):
    """Versions."""

    def get_versions(
        self, workflow: str | int, *, cursor: str | None = None, limit: int | None = None
    ) -> Pages[Version]:
        """List the versions of a workflow, the newest first. It needs the scope `workflows:read`."""
        return self._list(
            Version, f"/api/v1/workflows/{segment(workflow)}/versions", {"cursor": cursor, "limit": limit}
        )

    def get_version(self, workflow: str | int, version: str | int) -> VersionDetail:
        """Read a version with its documents. It needs the scope `workflows:read`."""
        return self._call(
            VersionDetail, make_request("GET", f"/api/v1/workflows/{segment(workflow)}/versions/{segment(version)}")
        )

    def publish_workflow(
        self,
        workflow: str | int,
        *,
        message: str | Omit = OMIT,
        token: str | Omit | None = OMIT,
        if_match: int | None = None,
        idempotency_key: str | None = None,
    ) -> Published:
        """Make a version of the draft, and serve it to new executions. Those under way keep theirs, or go where a
        plan says whose `token` is given. It needs the scope `workflows:write`.
        """
        return self._call(
            Published,
            make_request(
                "POST",
                f"/api/v1/workflows/{segment(workflow)}/publish",
                body={"message": message, "token": token},
                if_match=if_match,
                idempotency_key=idempotency_key,
            ),
        )

    def rollback_workflow(
        self, workflow: str | int, version: str | int, *, idempotency_key: str | None = None
    ) -> Published:
        """Serve a former version to new executions again. Those under way keep theirs. It needs the scope
        `workflows:write`.
        """
        return self._call(
            Published,
            make_request(
                "POST",
                f"/api/v1/workflows/{segment(workflow)}/versions/{segment(version)}/rollback",
                idempotency_key=idempotency_key,
            ),
        )

    def get_workflow_diff(
        self, workflow: str | int, *, from_: str | None = None, to: str | None = None
    ) -> WorkflowDiff:
        """Compare two documents of a workflow, as data and in sentences: versions by their numbers, the `active`
        one, or the `draft`. It needs the scope `workflows:read`.
        """
        return self._call(
            WorkflowDiff,
            make_request("GET", f"/api/v1/workflows/{segment(workflow)}/diff", query={"from": from_, "to": to}),
        )


class AsyncVersionsCalls(AsyncCaller):
    """Versions."""

    def get_versions(
        self, workflow: str | int, *, cursor: str | None = None, limit: int | None = None
    ) -> AsyncPages[Version]:
        """List the versions of a workflow, the newest first. It needs the scope `workflows:read`."""
        return self._list(
            Version, f"/api/v1/workflows/{segment(workflow)}/versions", {"cursor": cursor, "limit": limit}
        )

    async def get_version(self, workflow: str | int, version: str | int) -> VersionDetail:
        """Read a version with its documents. It needs the scope `workflows:read`."""
        return await self._call(
            VersionDetail, make_request("GET", f"/api/v1/workflows/{segment(workflow)}/versions/{segment(version)}")
        )

    async def publish_workflow(
        self,
        workflow: str | int,
        *,
        message: str | Omit = OMIT,
        token: str | Omit | None = OMIT,
        if_match: int | None = None,
        idempotency_key: str | None = None,
    ) -> Published:
        """Make a version of the draft, and serve it to new executions. Those under way keep theirs, or go where a
        plan says whose `token` is given. It needs the scope `workflows:write`.
        """
        return await self._call(
            Published,
            make_request(
                "POST",
                f"/api/v1/workflows/{segment(workflow)}/publish",
                body={"message": message, "token": token},
                if_match=if_match,
                idempotency_key=idempotency_key,
            ),
        )

    async def rollback_workflow(
        self, workflow: str | int, version: str | int, *, idempotency_key: str | None = None
    ) -> Published:
        """Serve a former version to new executions again. Those under way keep theirs. It needs the scope
        `workflows:write`.
        """
        return await self._call(
            Published,
            make_request(
                "POST",
                f"/api/v1/workflows/{segment(workflow)}/versions/{segment(version)}/rollback",
                idempotency_key=idempotency_key,
            ),
        )

    async def get_workflow_diff(
        self, workflow: str | int, *, from_: str | None = None, to: str | None = None
    ) -> WorkflowDiff:
        """Compare two documents of a workflow, as data and in sentences: versions by their numbers, the `active`
        one, or the `draft`. It needs the scope `workflows:read`.
        """
        return await self._call(
            WorkflowDiff,
            make_request("GET", f"/api/v1/workflows/{segment(workflow)}/diff", query={"from": from_, "to": to}),
        )
