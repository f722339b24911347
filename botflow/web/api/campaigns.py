"""Campaigns over HTTP: whom a workflow writes to because of a date, whom it will, and whom it missed."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from botflow.records.access import Scope
from botflow.records.campaigns import Outcome
from botflow.service.campaigns.campaign_models import CampaignPreview, ShownCampaign, ShownStart
from botflow.service.models import Page
from botflow.web.rest.operation import Call, Operation
from botflow.web.rest.query import PageQuery, Query

TAG = "Campaigns"
MOST_CONTACTS = 100
_OF_WORKFLOW = "/workflows/{workflow}/campaigns"
_ONE = f"{_OF_WORKFLOW}/{{campaign}}"
_READS = Scope.EXECUTIONS_READ


class DueQuery(Query):
    """How many contacts."""

    count: Annotated[int, Field(ge=1, le=MOST_CONTACTS)] = 20


class StartsQuery(PageQuery):
    """Which of the campaign's occasions: that started a conversation, wait for one to end, or were missed."""

    outcome: Outcome = "started"


async def get_campaigns(call: Call) -> Page[ShownCampaign]:
    """List the campaigns of all workflows, with counts of what they did."""
    query: PageQuery = call.query
    return await call.service.campaigns.get_campaigns(cursor=query.cursor, limit=query.limit)


async def get_campaigns_by_workflow_id(call: Call) -> Page[ShownCampaign]:
    """List the campaigns of a workflow."""
    return await call.service.campaigns.get_campaigns_by_workflow_id(call.path["workflow"])


async def get_campaign(call: Call) -> ShownCampaign:
    """Read a campaign: when it looks next, and counts of what it did."""
    return await call.service.campaigns.get_campaign(call.path["workflow"], call.path["campaign"])


async def get_campaign_starts(call: Call) -> Page[ShownStart]:
    """List what contacts' dates have led to, the latest due first."""
    query: StartsQuery = call.query
    return await call.service.campaigns.get_campaign_starts(
        call.path["workflow"],
        call.path["campaign"],
        outcome=query.outcome,
        cursor=query.cursor,
        limit=query.limit,
    )


async def preview_campaign(call: Call) -> CampaignPreview:
    """List the contacts who are due next, within seven days, by the clocks of their time zones."""
    query: DueQuery = call.query
    return await call.service.campaigns.preview_campaign(
        call.path["workflow"], call.path["campaign"], count=query.count
    )


OPERATIONS = (
    Operation(
        method="GET",
        path="/campaigns",
        handler=get_campaigns,
        scope=_READS,
        tag=TAG,
        query=PageQuery,
        answer=Page[ShownCampaign],
    ),
    Operation(
        method="GET",
        path=_OF_WORKFLOW,
        handler=get_campaigns_by_workflow_id,
        scope=_READS,
        tag=TAG,
        answer=Page[ShownCampaign],
    ),
    Operation(method="GET", path=_ONE, handler=get_campaign, scope=_READS, tag=TAG, answer=ShownCampaign),
    Operation(
        method="GET",
        path=f"{_ONE}/starts",
        handler=get_campaign_starts,
        scope=_READS,
        tag=TAG,
        query=StartsQuery,
        answer=Page[ShownStart],
    ),
    Operation(
        method="GET",
        path=f"{_ONE}/preview",
        handler=preview_campaign,
        scope=_READS,
        tag=TAG,
        query=DueQuery,
        answer=CampaignPreview,
    ),
)
