"""Answers: campaigns. Written by `python -m docs.generate`: do not edit it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCampaign:
    """A campaign trigger of a workflow's active version; `campaign` is the trigger's id. `before` and `after` are
    durations such as `3d`. It counts from `since` on; `lookAt` is when it looks for contacts next. Both are null
    while its workflow is not active.
    """

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


@dataclass(frozen=True, slots=True, kw_only=True)
class PageOfShownCampaign:
    """PageOfShownCampaign."""

    items: list[ShownCampaign]
    next: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownStart:
    """What a contact's date has led to. `occasion` is the day or the moment that is stored of them; `reason` is the
    code why it waits or was missed. `executionId` is the conversation that began.
    """

    contact: int
    occasion: str
    due_at: datetime
    decided_at: datetime
    outcome: Literal["waiting", "started", "missed"]
    reason: str | None
    execution_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignPreview:
    """Who is due within the next seven days, as their dates are now, the earliest first. While the workflow is not
    active, nothing starts. `isComplete` is false when there may be more contacts than were read.
    """

    workflow: str
    campaign: str
    is_complete: bool
    contacts: list[DueContact]


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignCounts:
    """How many occasions wait because the person is in a conversation, have started one, or were missed. At most
    10,000 of each are counted.
    """

    waiting: int
    started: int
    missed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DueContact:
    """A contact whose conversation is due: `dueAt` in UTC, `local` by the clocks of their time zone."""

    contact: int
    date: str
    due_at: datetime
    local: str
