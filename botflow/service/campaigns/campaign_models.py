"""Campaigns as the API shows them."""

from __future__ import annotations

import datetime as dates
from datetime import datetime
from typing import Literal

from botflow.flow.duration import write_duration
from botflow.records.campaigns import Outcome
from botflow.runtime.runs.campaigns.look import Campaign
from botflow.service.models import Shown
from botflow.storage.runs.campaigns.campaigns import StoredCampaign
from botflow.storage.runs.campaigns.starts import CampaignStart


class CampaignCounts(Shown):
    """How many occasions wait because the person is in a conversation, have started one, or were missed. At most
    10,000 of each are counted."""

    waiting: int
    started: int
    missed: int


class ShownCampaign(Shown):
    """A campaign trigger of a workflow's active version; `campaign` is the trigger's id. `before` and `after` are
    durations such as `3d`. It counts from `since` on; `lookAt` is when it looks for contacts next. Both are null while
    its workflow is not active."""

    workflow: str
    campaign: str
    field: str
    before: str | None
    after: str | None
    at: str | None
    repeats: Literal["never", "yearly"]
    late: str
    group: str | None
    channel: str | None
    per_minute: int
    status: Literal["active", "out_of_service"]
    since: datetime | None
    look_at: datetime | None
    counts: CampaignCounts


class ShownStart(Shown):
    """What a contact's date has led to. `occasion` is the day or the moment that is stored of them; `reason` is the
    code why it waits or was missed. `executionId` is the conversation that began."""

    contact: int
    occasion: str
    due_at: datetime
    decided_at: datetime
    outcome: Outcome
    reason: str | None
    execution_id: str | None


class DueContact(Shown):
    """A contact whose conversation is due: `dueAt` in UTC, `local` by the clocks of their time zone."""

    contact: int
    date: dates.date
    due_at: datetime
    local: str


class CampaignPreview(Shown):
    """Who is due within the next seven days, as their dates are now, the earliest first. While the workflow is not
    active, nothing starts. `isComplete` is false when there may be more contacts than were read."""

    workflow: str
    campaign: str
    is_complete: bool
    contacts: list[DueContact]


def shown_campaign(campaign: Campaign, stored: StoredCampaign | None, counts: dict[Outcome, int]) -> ShownCampaign:
    """Return a campaign as it is shown; `stored` is its row, None while it is out of service."""
    said = campaign.properties
    return ShownCampaign(
        workflow=campaign.target.slug,
        campaign=campaign.node,
        field=said.field,
        before=write_duration(said.before) if said.before is not None else None,
        after=write_duration(said.after) if said.after is not None else None,
        at=said.at,
        repeats=said.repeats,
        late=write_duration(said.late),
        group=said.group or None,
        channel=said.channel or None,
        per_minute=said.per_minute,
        status="active" if campaign.target.status == "active" else "out_of_service",
        since=stored.since if stored is not None else None,
        look_at=stored.next_at if stored is not None else None,
        counts=CampaignCounts(waiting=counts["waiting"], started=counts["started"], missed=counts["missed"]),
    )


def shown_start(start: CampaignStart) -> ShownStart:
    """Return a start as it is shown."""
    return ShownStart(
        contact=start.person,
        occasion=start.occasion,
        due_at=start.due_at,
        decided_at=start.decided_at,
        outcome=start.outcome,
        reason=start.reason or None,
        execution_id=str(start.execution) if start.execution is not None else None,
    )
