"""Publications. Written by `python -m docs.generate`: do not edit it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from botflow_client import inputs
from botflow_client.models.publications import Publication, PublicationPlan
from botflow_client.omit import OMIT, Omit
from botflow_client.pages import AsyncPages, Pages
from botflow_client.request import make_request, segment
from botflow_client.transport import AsyncCaller, Caller


class PublicationsCalls(Caller):
    """Publications."""

    def plan_publication(
        self,
        workflow: str | int,
        *,
        moves: Mapping[str, Literal["stay", "same", "restart"] | inputs.MoveTo] | Omit = OMIT,
        default: Literal["stay", "same", "restart"] | Omit = OMIT,
        idempotency_key: str | None = None,
    ) -> PublicationPlan:
        """Say how many sessions wait at each node, and what would become of each if the draft were published. Every
        session is tried against the draft. Nothing is changed; the answer's `token` publishes what was planned. It
        needs the scope `workflows:write`.
        """
        return self._call(
            PublicationPlan,
            make_request(
                "POST",
                f"/api/v1/workflows/{segment(workflow)}/plan",
                body={"moves": moves, "default": default},
                idempotency_key=idempotency_key,
            ),
        )

    def get_publications(
        self, workflow: str | int, *, cursor: str | None = None, limit: int | None = None
    ) -> Pages[Publication]:
        """List the publications of a workflow that had a plan, the newest first. It needs the scope
        `workflows:read`.
        """
        return self._list(
            Publication, f"/api/v1/workflows/{segment(workflow)}/publications", {"cursor": cursor, "limit": limit}
        )

    def get_publication(self, workflow: str | int, publication: str | int) -> Publication:
        """Read a publication: how many of its sessions have moved, and why others have not. It needs the scope
        `workflows:read`.
        """
        return self._call(
            Publication,
            make_request("GET", f"/api/v1/workflows/{segment(workflow)}/publications/{segment(publication)}"),
        )

    def rollback_publication(
        self, workflow: str | int, publication: str | int, *, idempotency_key: str | None = None
    ) -> Publication:
        """Serve the former version again, and return the moved sessions that have not gone on since. It needs the
        scope `workflows:write`.
        """
        return self._call(
            Publication,
            make_request(
                "POST",
                f"/api/v1/workflows/{segment(workflow)}/publications/{segment(publication)}/rollback",
                idempotency_key=idempotency_key,
            ),
        )


class AsyncPublicationsCalls(AsyncCaller):
    """Publications."""

    async def plan_publication(
        self,
        workflow: str | int,
        *,
        moves: Mapping[str, Literal["stay", "same", "restart"] | inputs.MoveTo] | Omit = OMIT,
        default: Literal["stay", "same", "restart"] | Omit = OMIT,
        idempotency_key: str | None = None,
    ) -> PublicationPlan:
        """Say how many sessions wait at each node, and what would become of each if the draft were published. Every
        session is tried against the draft. Nothing is changed; the answer's `token` publishes what was planned. It
        needs the scope `workflows:write`.
        """
        return await self._call(
            PublicationPlan,
            make_request(
                "POST",
                f"/api/v1/workflows/{segment(workflow)}/plan",
                body={"moves": moves, "default": default},
                idempotency_key=idempotency_key,
            ),
        )

    def get_publications(
        self, workflow: str | int, *, cursor: str | None = None, limit: int | None = None
    ) -> AsyncPages[Publication]:
        """List the publications of a workflow that had a plan, the newest first. It needs the scope
        `workflows:read`.
        """
        return self._list(
            Publication, f"/api/v1/workflows/{segment(workflow)}/publications", {"cursor": cursor, "limit": limit}
        )

    async def get_publication(self, workflow: str | int, publication: str | int) -> Publication:
        """Read a publication: how many of its sessions have moved, and why others have not. It needs the scope
        `workflows:read`.
        """
        return await self._call(
            Publication,
            make_request("GET", f"/api/v1/workflows/{segment(workflow)}/publications/{segment(publication)}"),
        )

    async def rollback_publication(
        self, workflow: str | int, publication: str | int, *, idempotency_key: str | None = None
    ) -> Publication:
        """Serve the former version again, and return the moved sessions that have not gone on since. It needs the
        scope `workflows:write`.
        """
        return await self._call(
            Publication,
            make_request(
                "POST",
                f"/api/v1/workflows/{segment(workflow)}/publications/{segment(publication)}/rollback",
                idempotency_key=idempotency_key,
            ),
        )
