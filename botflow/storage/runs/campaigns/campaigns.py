"""The rows of `campaigns`, on the caller's connection: from when on each campaign counts, and how far its look is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, select, update

from botflow.storage.engines.dialects import upsert
from botflow.storage.runs.starts.targets import Target, find_targets, mentioning
from botflow.storage.tables import campaigns, workflows

PLACE = (campaigns.c.workflow_id, campaigns.c.node)
Place = tuple[str, int]  # the text of a stored date, and the person


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCampaign:
    """A row. `since`: earlier moments do not count. `after` is where the look is, None between two; `pages` of it are
    read. `started` conversations were begun in the minute of `minute_at`. `next_at` is also the claim's own mark."""

    workflow: int
    node: str
    rule: Mapping[str, Any]
    since: datetime
    next_at: datetime
    after: Place | None
    pages: int
    minute_at: datetime | None
    started: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How a look goes on: see StoredCampaign."""

    next_at: datetime
    after: Place | None
    pages: int
    minute_at: datetime | None
    started: int


def lock_campaigning(connection: Connection) -> list[Target]:
    """Return the active workflows that may have a campaign; none is published, paused or archived until the
    transaction ends."""
    ids = [target.workflow for target in mentioning(connection, "campaign")]
    active = select(workflows.c.id).where(workflows.c.id.in_(ids), workflows.c.status == "active")
    held = connection.execute(active.order_by(workflows.c.id).with_for_update(read=True)).scalars().all()
    return find_targets(connection, held)


def hold_version(connection: Connection, target: Target) -> bool:
    """Say whether the workflow is active in this version, and keep it so until the transaction ends."""
    mine = select(workflows.c.status, workflows.c.active_version).where(workflows.c.id == target.workflow)
    row = connection.execute(mine.with_for_update(read=True)).first()
    return row is not None and row.status == "active" and row.active_version == target.version


def stored_campaigns(connection: Connection) -> list[StoredCampaign]:
    """Return all rows in the order of their keys, locked."""
    return [_stored(row) for row in connection.execute(select(campaigns).order_by(*PLACE).with_for_update())]


def read_campaigns(connection: Connection, workflow: int) -> list[StoredCampaign]:
    """Return the rows of a workflow."""
    return [_stored(row) for row in connection.execute(select(campaigns).where(campaigns.c.workflow_id == workflow))]


def put_campaign(
    connection: Connection, workflow: int, node: str, rule: Mapping[str, Any], since: datetime, now: datetime
) -> None:
    """Let a campaign count from `since` on, and look at once."""
    said: dict[str, Any] = {
        "rule": dict(rule),
        "since": since,
        "next_at": now,
        "after_sought": None,
        "after_person": None,
        "pages": 0,
        "minute_at": None,
        "started": 0,
    }
    row = upsert(connection, campaigns).values(workflow_id=workflow, node=node, **said)
    connection.execute(row.on_conflict_do_update(index_elements=["workflow_id", "node"], set_=said))


def drop_campaign(connection: Connection, campaign: StoredCampaign) -> None:
    connection.execute(delete(campaigns).where(*_is(campaign)))


def claim_campaign(connection: Connection, now: datetime, lease: timedelta) -> StoredCampaign | None:
    """Return the campaign whose look is overdue longest: for so long no other process works on it."""
    due = select(campaigns).where(campaigns.c.next_at <= now).order_by(campaigns.c.next_at).limit(1)
    row = connection.execute(due.with_for_update(skip_locked=True)).first()
    if row is None:
        return None
    until = now + lease
    found = _stored(row)
    connection.execute(update(campaigns).where(*_is(found)).values(next_at=until))
    return StoredCampaign(
        workflow=found.workflow,
        node=found.node,
        rule=found.rule,
        since=found.since,
        next_at=until,
        after=found.after,
        pages=found.pages,
        minute_at=found.minute_at,
        started=found.started,
    )


def move_campaign(connection: Connection, claimed: StoredCampaign, progress: Progress) -> bool:
    """Store how far a look is, unless another process has taken it over or the campaign has changed."""
    sought, person = progress.after if progress.after is not None else (None, None)
    moved = update(campaigns).where(*_is(claimed), campaigns.c.next_at == claimed.next_at)
    values = {
        "next_at": progress.next_at,
        "after_sought": sought,
        "after_person": person,
        "pages": progress.pages,
        "minute_at": progress.minute_at,
        "started": progress.started,
    }
    return bool(connection.execute(moved.values(**values)).rowcount)


def _is(campaign: StoredCampaign) -> tuple[Any, Any]:
    return campaigns.c.workflow_id == campaign.workflow, campaigns.c.node == campaign.node


def _stored(row: Row[Any]) -> StoredCampaign:
    return StoredCampaign(
        workflow=row.workflow_id,
        node=row.node,
        rule=row.rule,
        since=row.since,
        next_at=row.next_at,
        after=None if row.after_sought is None else (row.after_sought, row.after_person),
        pages=row.pages,
        minute_at=row.minute_at,
        started=row.started,
    )
