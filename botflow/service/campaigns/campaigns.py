"""Campaigns: whom a workflow writes to because of a date, whom it will, and whom it missed."""

from __future__ import annotations

from datetime import datetime

from botflow.records.access import Principal
from botflow.records.campaigns import Outcome
from botflow.service.campaigns.campaign_models import CampaignPreview, ShownCampaign, ShownStart, shown_start
from botflow.service.campaigns.campaign_reads import CampaignReads
from botflow.service.cursors import PAGE, page_of, read_cursor
from botflow.service.models import Page
from botflow.storage.engines.engine import Engine

_BY_WORKFLOW, _BY_DUE = "workflow", "due"


class Campaigns:
    """The campaigns of the caller's organization. Each refuses what it does not know by `workflow.unknown` or
    `campaign.unknown` (404)."""

    def __init__(self, engine: Engine, caller: Principal) -> None:
        self._engine = engine
        self._reads = CampaignReads(caller)

    async def get_campaigns(self, *, cursor: str | None = None, limit: int = PAGE) -> Page[ShownCampaign]:
        """Return a page of the campaigns of all workflows that are not archived, by workflow and by campaign."""
        after = read_cursor(cursor, _BY_WORKFLOW, (str, str))
        place = (after[0], after[1]) if after is not None else None
        found = await self._engine.read(self._reads.listed, place, limit)
        return page_of(found, limit, _BY_WORKFLOW, lambda each: (each.workflow, each.campaign), lambda each: each)

    async def get_campaigns_by_workflow_id(self, workflow: str) -> Page[ShownCampaign]:
        """Return the campaigns of a workflow."""
        return Page(items=await self._engine.read(self._reads.of_workflow, workflow))

    async def get_campaign(self, workflow: str, campaign: str) -> ShownCampaign:
        """Return a campaign, with counts of what it did."""
        return await self._engine.read(self._reads.one, workflow, campaign)

    async def get_campaign_starts(
        self,
        workflow: str,
        campaign: str,
        *,
        outcome: Outcome = "started",
        cursor: str | None = None,
        limit: int = PAGE,
    ) -> Page[ShownStart]:
        """Return a page of what contacts' dates have led to, the latest due first."""
        sort = f"{_BY_DUE}:{outcome}"
        after = read_cursor(cursor, sort, (datetime, int, str))
        found = await self._engine.read(self._reads.starts, workflow, campaign, outcome, after, limit)
        return page_of(found, limit, sort, lambda each: (each.due_at, each.person, each.occasion), shown_start)

    async def preview_campaign(self, workflow: str, campaign: str, *, count: int = 20) -> CampaignPreview:
        """Return the contacts who are due next, within seven days."""
        return await self._engine.read(self._reads.preview, workflow, campaign, count)
