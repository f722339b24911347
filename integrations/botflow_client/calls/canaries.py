"""Canaries. Written by `python -m docs.generate`: do not edit it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from botflow_client import inputs
from botflow_client.models.canaries import Canary, CanaryPlan, CanaryReport
from botflow_client.omit import OMIT, Omit
from botflow_client.pages import AsyncPages, Pages
from botflow_client.request import make_request, segment
from botflow_client.transport import AsyncCaller, Caller


class CanariesCalls(Caller):
    """Canaries."""

    def create_canary(
        self,
        workflow: str | int,
        *,
        percent: int,
        version: int | Omit | None = OMIT,
        message: str | Omit = OMIT,
        if_match: int | None = None,
        idempotency_key: str | None = None,
    ) -> Canary:
        """Let a share of the new executions begin in a version of the draft, or in a stored version. Who gets it is
        decided once for each person, when an execution begins; those under way stay. `If-Match` names the draft's
        revision. It needs the scope `workflows:write`.
        """
        return self._call(
            Canary,
            make_request(
                "POST",
                f"/api/v1/workflows/{segment(workflow)}/canaries",
                body={"percent": percent, "version": version, "message": message},
                if_match=if_match,
                idempotency_key=idempotency_key,
            ),
        )

    def get_canaries(
        self, workflow: str | int, *, cursor: str | None = None, limit: int | None = None
    ) -> Pages[Canary]:
        """List the canaries of a workflow, the newest first; at most one runs. It needs the scope `workflows:read`."""
        return self._list(Canary, f"/api/v1/workflows/{segment(workflow)}/canaries", {"cursor": cursor, "limit": limit})

    def get_canary(self, workflow: str | int, canary: str | int) -> Canary:
        """Read a canary. It needs the scope `workflows:read`."""
        return self._call(
            Canary, make_request("GET", f"/api/v1/workflows/{segment(workflow)}/canaries/{segment(canary)}")
        )

    def update_canary(
        self, workflow: str | int, canary: str | int, *, percent: int, if_match: int | None = None
    ) -> Canary:
        """Give a canary a larger or smaller share of the new executions. A larger one takes nobody out of it. It
        needs the scope `workflows:write`.
        """
        return self._call(
            Canary,
            make_request(
                "PATCH",
                f"/api/v1/workflows/{segment(workflow)}/canaries/{segment(canary)}",
                body={"percent": percent},
                if_match=if_match,
            ),
        )

    def get_canary_report(self, workflow: str | int, canary: str | int) -> CanaryReport:
        """Compare the executions of both versions that began while the canary runs: how they end, what they cost,
        and how far they come. It needs the scope `executions:read`.
        """
        return self._call(
            CanaryReport,
            make_request("GET", f"/api/v1/workflows/{segment(workflow)}/canaries/{segment(canary)}/report"),
        )

    def plan_canary_end(
        self,
        workflow: str | int,
        canary: str | int,
        *,
        end: Literal["promote", "abort"],
        moves: Mapping[str, Literal["stay", "same", "restart"] | inputs.MoveTo] | Omit = OMIT,
        default: Literal["stay", "same", "restart"] | Omit = OMIT,
        idempotency_key: str | None = None,
    ) -> CanaryPlan:
        """Say what would become of each session that waits if the canary were promoted or aborted. Nothing is
        changed; the answer's `token` does what was planned. It needs the scope `workflows:write`.
        """
        return self._call(
            CanaryPlan,
            make_request(
                "POST",
                f"/api/v1/workflows/{segment(workflow)}/canaries/{segment(canary)}/plan",
                body={"moves": moves, "default": default, "end": end},
                idempotency_key=idempotency_key,
            ),
        )

    def promote_canary(
        self,
        workflow: str | int,
        canary: str | int,
        *,
        token: str | Omit | None = OMIT,
        if_match: int | None = None,
        idempotency_key: str | None = None,
    ) -> Canary:
        """Make the canary's version the active one. Sessions in other versions stay there, or go where a plan says
        whose `token` is given. It needs the scope `workflows:write`.
        """
        return self._call(
            Canary,
            make_request(
                "POST",
                f"/api/v1/workflows/{segment(workflow)}/canaries/{segment(canary)}/promote",
                body={"token": token},
                if_match=if_match,
                idempotency_key=idempotency_key,
            ),
        )

    def abort_canary(
        self,
        workflow: str | int,
        canary: str | int,
        *,
        token: str | Omit | None = OMIT,
        if_match: int | None = None,
        idempotency_key: str | None = None,
    ) -> Canary:
        """Let all new executions begin in the active version again. Sessions in the canary's version stay there
        until they end, or return as a plan says whose `token` is given. It needs the scope `workflows:write`.
        """
        return self._call(
            Canary,
            make_request(
                "POST",
                f"/api/v1/workflows/{segment(workflow)}/canaries/{segment(canary)}/abort",
                body={"token": token},
                if_match=if_match,
                idempotency_key=idempotency_key,
            ),
        )


class AsyncCanariesCalls(AsyncCaller):
    """Canaries."""

    async def create_canary(
        self,
        workflow: str | int,
        *,
        percent: int,
        version: int | Omit | None = OMIT,
        message: str | Omit = OMIT,
        if_match: int | None = None,
        idempotency_key: str | None = None,
    ) -> Canary:
        """Let a share of the new executions begin in a version of the draft, or in a stored version. Who gets it is
        decided once for each person, when an execution begins; those under way stay. `If-Match` names the draft's
        revision. It needs the scope `workflows:write`.
        """
        return await self._call(
            Canary,
            make_request(
                "POST",
                f"/api/v1/workflows/{segment(workflow)}/canaries",
                body={"percent": percent, "version": version, "message": message},
                if_match=if_match,
                idempotency_key=idempotency_key,
            ),
        )

    def get_canaries(
        self, workflow: str | int, *, cursor: str | None = None, limit: int | None = None
    ) -> AsyncPages[Canary]:
        """List the canaries of a workflow, the newest first; at most one runs. It needs the scope `workflows:read`."""
        return self._list(Canary, f"/api/v1/workflows/{segment(workflow)}/canaries", {"cursor": cursor, "limit": limit})

    async def get_canary(self, workflow: str | int, canary: str | int) -> Canary:
        """Read a canary. It needs the scope `workflows:read`."""
        return await self._call(
            Canary, make_request("GET", f"/api/v1/workflows/{segment(workflow)}/canaries/{segment(canary)}")
        )

    async def update_canary(
        self, workflow: str | int, canary: str | int, *, percent: int, if_match: int | None = None
    ) -> Canary:
        """Give a canary a larger or smaller share of the new executions. A larger one takes nobody out of it. It
        needs the scope `workflows:write`.
        """
        return await self._call(
            Canary,
            make_request(
                "PATCH",
                f"/api/v1/workflows/{segment(workflow)}/canaries/{segment(canary)}",
                body={"percent": percent},
                if_match=if_match,
            ),
        )

    async def get_canary_report(self, workflow: str | int, canary: str | int) -> CanaryReport:
        """Compare the executions of both versions that began while the canary runs: how they end, what they cost,
        and how far they come. It needs the scope `executions:read`.
        """
        return await self._call(
            CanaryReport,
            make_request("GET", f"/api/v1/workflows/{segment(workflow)}/canaries/{segment(canary)}/report"),
        )

    async def plan_canary_end(
        self,
        workflow: str | int,
        canary: str | int,
        *,
        end: Literal["promote", "abort"],
        moves: Mapping[str, Literal["stay", "same", "restart"] | inputs.MoveTo] | Omit = OMIT,
        default: Literal["stay", "same", "restart"] | Omit = OMIT,
        idempotency_key: str | None = None,
    ) -> CanaryPlan:
        """Say what would become of each session that waits if the canary were promoted or aborted. Nothing is
        changed; the answer's `token` does what was planned. It needs the scope `workflows:write`.
        """
        return await self._call(
            CanaryPlan,
            make_request(
                "POST",
                f"/api/v1/workflows/{segment(workflow)}/canaries/{segment(canary)}/plan",
                body={"moves": moves, "default": default, "end": end},
                idempotency_key=idempotency_key,
            ),
        )

    async def promote_canary(
        self,
        workflow: str | int,
        canary: str | int,
        *,
        token: str | Omit | None = OMIT,
        if_match: int | None = None,
        idempotency_key: str | None = None,
    ) -> Canary:
        """Make the canary's version the active one. Sessions in other versions stay there, or go where a plan says
        whose `token` is given. It needs the scope `workflows:write`.
        """
        return await self._call(
            Canary,
            make_request(
                "POST",
                f"/api/v1/workflows/{segment(workflow)}/canaries/{segment(canary)}/promote",
                body={"token": token},
                if_match=if_match,
                idempotency_key=idempotency_key,
            ),
        )

    async def abort_canary(
        self,
        workflow: str | int,
        canary: str | int,
        *,
        token: str | Omit | None = OMIT,
        if_match: int | None = None,
        idempotency_key: str | None = None,
    ) -> Canary:
        """Let all new executions begin in the active version again. Sessions in the canary's version stay there
        until they end, or return as a plan says whose `token` is given. It needs the scope `workflows:write`.
        """
        return await self._call(
            Canary,
            make_request(
                "POST",
                f"/api/v1/workflows/{segment(workflow)}/canaries/{segment(canary)}/abort",
                body={"token": token},
                if_match=if_match,
                idempotency_key=idempotency_key,
            ),
        )
