"""The rows of `campaign_starts`, on the caller's connection: what each person's date has led to, once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, delete, exists, func, select, tuple_, update

from botflow.records.campaigns import Outcome
from botflow.storage.engines.dialects import upsert
from botflow.storage.tables import campaign_starts

WAITING: Outcome = "waiting"
BUSY = "session.busy"
KEY = ["workflow_id", "node", "person_id", "occasion"]
MOST_COUNTED = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class StartKey:
    """What makes it the same start."""

    workflow: int
    node: str
    person: int
    occasion: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignStart:
    """A row."""

    person: int
    occasion: str
    due_at: datetime
    decided_at: datetime
    outcome: Outcome
    reason: str
    execution: UUID | None


def decided(connection: Connection, workflow: int, node: str, people: Sequence[int]) -> dict[tuple[int, str], Outcome]:
    """Return what has become of the occasions of these people, by person and occasion."""
    columns = (campaign_starts.c.person_id, campaign_starts.c.occasion, campaign_starts.c.outcome)
    mine = (campaign_starts.c.workflow_id == workflow, campaign_starts.c.node == node)
    rows = connection.execute(select(*columns).where(*mine, campaign_starts.c.person_id.in_(people)))
    return {(row.person_id, row.occasion): row.outcome for row in rows}


def note_occasion(connection: Connection, key: StartKey, organization: int, due_at: datetime, now: datetime) -> bool:
    """Write the row of an occasion as waiting, and lock it; False when it has been decided. Another process that comes
    to the same occasion waits here until the caller's transaction ends."""
    row = upsert(connection, campaign_starts).values(
        workflow_id=key.workflow,
        node=key.node,
        person_id=key.person,
        occasion=key.occasion,
        organization_id=organization,
        due_at=due_at,
        decided_at=now,
        outcome=WAITING,
        reason=BUSY,
    )
    connection.execute(row.on_conflict_do_nothing(index_elements=KEY))
    held = select(campaign_starts.c.outcome).where(*_is(key)).with_for_update()
    return connection.execute(held).scalar() == WAITING


def decide(
    connection: Connection, key: StartKey, now: datetime, outcome: Outcome, reason: str = "", execution: str = ""
) -> None:
    """Write what an occasion that waits has led to."""
    made = {
        "decided_at": now,
        "outcome": outcome,
        "reason": reason,
        "execution_id": UUID(execution) if execution else None,
    }
    connection.execute(update(campaign_starts).where(*_is(key), campaign_starts.c.outcome == WAITING).values(**made))


def follow_merge(connection: Connection, kept: int, merged: int) -> None:
    """Let what the merged person's dates have led to be that of the person who is kept: neither gets it again. Where
    both have an occasion, what was decided counts rather than what waits."""
    table, other = campaign_starts, campaign_starts.alias("other")
    same = [getattr(other.c, name) == getattr(table.c, name) for name in ("workflow_id", "node", "occasion")]
    both = exists().where(*same, other.c.person_id == merged, other.c.outcome != WAITING)
    waits = (table.c.person_id == kept, table.c.outcome == WAITING, both)
    connection.execute(delete(table).where(*waits))
    theirs = exists().where(*same, other.c.person_id == kept)
    connection.execute(update(table).where(table.c.person_id == merged, ~theirs).values(person_id=kept))
    connection.execute(delete(table).where(table.c.person_id == merged))


def counts_of(connection: Connection, workflow: int, node: str) -> dict[Outcome, int]:
    """Return how many rows have each outcome; no more than `MOST_COUNTED` of one are counted."""
    found: dict[Outcome, int] = {}
    outcomes: tuple[Outcome, ...] = ("waiting", "started", "missed")
    for outcome in outcomes:
        some = select(campaign_starts.c.person_id).where(*_with(workflow, node, outcome)).limit(MOST_COUNTED).subquery()
        found[outcome] = connection.execute(select(func.count()).select_from(some)).scalar_one()
    return found


def page_of_starts(
    connection: Connection, workflow: int, node: str, outcome: Outcome, after: Sequence[Any] | None, limit: int
) -> list[CampaignStart]:
    """Return up to `limit` + 1 rows with this outcome, the latest due first."""
    columns = (campaign_starts.c.due_at, campaign_starts.c.person_id, campaign_starts.c.occasion)
    page: Select[Any] = select(campaign_starts).where(*_with(workflow, node, outcome))
    if after is not None:
        page = page.where(tuple_(*columns) < tuple_(*after))
    rows = connection.execute(page.order_by(*(column.desc() for column in columns)).limit(limit + 1))
    return [
        CampaignStart(
            person=row.person_id,
            occasion=row.occasion,
            due_at=row.due_at,
            decided_at=row.decided_at,
            outcome=row.outcome,
            reason=row.reason,
            execution=row.execution_id,
        )
        for row in rows
    ]


def _is(key: StartKey) -> tuple[Any, ...]:
    columns = campaign_starts.c
    return (
        columns.workflow_id == key.workflow,
        columns.node == key.node,
        columns.person_id == key.person,
        columns.occasion == key.occasion,
    )


def _with(workflow: int, node: str, outcome: Outcome) -> tuple[Any, ...]:
    columns = campaign_starts.c
    return columns.workflow_id == workflow, columns.node == node, columns.outcome == outcome
