"""Campaigns: how far a look through the contacts' dates has come, and what each person's dates have led to."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, PrimaryKeyConstraint, Table, Text, Uuid

from botflow.storage.engines.column_types import BigId, Json, UtcTime
from botflow.storage.tables.schema import metadata

# One row per campaign trigger of a workflow's active version. `rule` says which moments count, `since` from when on;
# both stay while versions do not change the rule. A look goes through the values in the order of their index, and is
# after (`after_sought`, `after_person`), NULL between two looks; `pages` of it are read. `next_at` is when it goes on:
# while a process works on it, when another one may. `started` conversations were begun in the minute of `minute_at`.
campaigns = Table(
    "campaigns",
    metadata,
    Column("workflow_id", BigId, nullable=False),
    Column("node", Text, nullable=False),
    Column("rule", Json, nullable=False),
    Column("since", UtcTime, nullable=False),
    Column("next_at", UtcTime, nullable=False),
    Column("after_sought", Text),
    Column("after_person", BigId),
    Column("pages", Integer, nullable=False),
    Column("minute_at", UtcTime),
    Column("started", Integer, nullable=False),
    PrimaryKeyConstraint("workflow_id", "node"),
)
Index("campaigns_next_at_idx", campaigns.c.next_at)

# What a person's date has led to, once: `occasion` is the day, or the moment, that was stored. `outcome` is waiting
# (the person is in a conversation), started or missed; `reason` is a stable code. It stays when the date is changed,
# and when a new version is published: what was started is not started again.
campaign_starts = Table(
    "campaign_starts",
    metadata,
    Column("workflow_id", BigId, nullable=False),
    Column("node", Text, nullable=False),
    Column("person_id", BigId, nullable=False),
    Column("occasion", Text, nullable=False),
    Column("organization_id", BigId, nullable=False),
    Column("due_at", UtcTime, nullable=False),
    Column("decided_at", UtcTime, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("execution_id", Uuid),
    PrimaryKeyConstraint("workflow_id", "node", "person_id", "occasion"),
)
Index("campaign_starts_person_id_idx", campaign_starts.c.person_id)
Index(
    "campaign_starts_outcome_idx",
    campaign_starts.c.workflow_id,
    campaign_starts.c.node,
    campaign_starts.c.outcome,
    campaign_starts.c.due_at,
    campaign_starts.c.person_id,
    campaign_starts.c.occasion,
)
