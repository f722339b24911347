"""Campaigns. Written by `python -m docs.generate`: do not edit it."""

from __future__ import annotations

from typing import Literal

from botflow_client.models.campaigns import CampaignPreview, PageOfShownCampaign, ShownCampaign, ShownStart
from botflow_client.pages import AsyncPages, Pages
from botflow_client.request import make_request, segment
from botflow_client.transport import AsyncCaller, Caller


class CampaignsCalls(Caller):
    """Campaigns."""

    def get_campaigns(self, *, cursor: str | None = None, limit: int | None = None) -> Pages[ShownCampaign]:
        """List the campaigns of all workflows, with counts of what they did. It needs the scope `executions:read`."""
        return self._list(ShownCampaign, "/api/v1/campaigns", {"cursor": cursor, "limit": limit})

    def get_campaigns_by_workflow_id(self, workflow: str | int) -> PageOfShownCampaign:
        """List the campaigns of a workflow. It needs the scope `executions:read`."""
        return self._call(PageOfShownCampaign, make_request("GET", f"/api/v1/workflows/{segment(workflow)}/campaigns"))

    def get_campaign(self, workflow: str | int, campaign: str | int) -> ShownCampaign:
        """Read a campaign: when it looks next, and counts of what it did. It needs the scope `executions:read`."""
        return self._call(
            ShownCampaign, make_request("GET", f"/api/v1/workflows/{segment(workflow)}/campaigns/{segment(campaign)}")
        )

    def get_campaign_starts(
        self,
        workflow: str | int,
        campaign: str | int,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        outcome: Literal["waiting", "started", "missed"] | None = None,
    ) -> Pages[ShownStart]:
        """List what contacts' dates have led to, the latest due first. It needs the scope `executions:read`."""
        return self._list(
            ShownStart,
            f"/api/v1/workflows/{segment(workflow)}/campaigns/{segment(campaign)}/starts",
            {"cursor": cursor, "limit": limit, "outcome": outcome},
        )

    def preview_campaign(
        self, workflow: str | int, campaign: str | int, *, count: int | None = None
    ) -> CampaignPreview:
        """List the contacts who are due next, within seven days, by the clocks of their time zones. It needs the
        scope `executions:read`.
        """
        return self._call(
            CampaignPreview,
            make_request(
                "GET",
                f"/api/v1/workflows/{segment(workflow)}/campaigns/{segment(campaign)}/preview",
                query={"count": count},
            ),
        )


class AsyncCampaignsCalls(AsyncCaller):
    """Campaigns."""

    def get_campaigns(self, *, cursor: str | None = None, limit: int | None = None) -> AsyncPages[ShownCampaign]:
        """List the campaigns of all workflows, with counts of what they did. It needs the scope `executions:read`."""
        return self._list(ShownCampaign, "/api/v1/campaigns", {"cursor": cursor, "limit": limit})

    async def get_campaigns_by_workflow_id(self, workflow: str | int) -> PageOfShownCampaign:
        """List the campaigns of a workflow. It needs the scope `executions:read`."""
        return await self._call(
            PageOfShownCampaign, make_request("GET", f"/api/v1/workflows/{segment(workflow)}/campaigns")
        )

    async def get_campaign(self, workflow: str | int, campaign: str | int) -> ShownCampaign:
        """Read a campaign: when it looks next, and counts of what it did. It needs the scope `executions:read`."""
        return await self._call(
            ShownCampaign, make_request("GET", f"/api/v1/workflows/{segment(workflow)}/campaigns/{segment(campaign)}")
        )

    def get_campaign_starts(
        self,
        workflow: str | int,
        campaign: str | int,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        outcome: Literal["waiting", "started", "missed"] | None = None,
    ) -> AsyncPages[ShownStart]:
        """List what contacts' dates have led to, the latest due first. It needs the scope `executions:read`."""
        return self._list(
            ShownStart,
            f"/api/v1/workflows/{segment(workflow)}/campaigns/{segment(campaign)}/starts",
            {"cursor": cursor, "limit": limit, "outcome": outcome},
        )

    async def preview_campaign(
        self, workflow: str | int, campaign: str | int, *, count: int | None = None
    ) -> CampaignPreview:
        """List the contacts who are due next, within seven days, by the clocks of their time zones. It needs the
        scope `executions:read`.
        """
        return await self._call(
            CampaignPreview,
            make_request(
                "GET",
                f"/api/v1/workflows/{segment(workflow)}/campaigns/{segment(campaign)}/preview",
                query={"count": count},
            ),
        )
