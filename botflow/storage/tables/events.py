"""Lifecycle events: what is to be told, what has been told, and to whom. Without a feed nothing is written here."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    text,
)

from botflow.storage.engines.column_types import BigId, Json, UtcTime
from botflow.storage.tables.schema import metadata

# An organization whose events are kept until `wanted_until`. `token` is in the ids of its events: a feed that began
# again does not use an id twice.
event_feeds = Table(
    "event_feeds",
    metadata,
    Column("organization_id", BigId, ForeignKey("organizations.id"), primary_key=True),
    Column("token", Text, nullable=False),
    Column("last_number", Integer, nullable=False),
    Column("wanted_until", UtcTime, nullable=False),
)

# Rows that were committed and have not become events yet. Triggers write them: see storage/events/recording.py.
event_sources = Table(
    "event_sources",
    metadata,
    Column("id", BigId, Identity(), primary_key=True),
    Column("organization_id", BigId, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("source", Text, nullable=False),  # turn, queued, message, consent, change
    Column("session_id", BigId),
    Column("refers", Text, nullable=False),  # the rest of that row's key
)

# The events of an organization, numbered without gaps in the order in which they became visible.
events = Table(
    "events",
    metadata,
    Column("organization_id", BigId, nullable=False),
    Column("number", Integer, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("type", Text, nullable=False),
    Column("data", Json, nullable=False),
    PrimaryKeyConstraint("organization_id", "number"),
)
Index("events_at_idx", events.c.organization_id, events.c.at)

# Where events are sent. `secrets` is encrypted and bound to the row.
webhooks = Table(
    "webhooks",
    metadata,
    Column("id", Text, primary_key=True),
    Column("organization_id", BigId, ForeignKey("organizations.id"), nullable=False),
    Column("url", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("types", Json, nullable=False),  # which events it gets, all of them if empty
    Column("secrets", LargeBinary, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Column("disabled_at", UtcTime),
    Column("disabled_reason", Text),
)
Index("webhooks_organization_id_idx", webhooks.c.organization_id, webhooks.c.created_at, webhooks.c.id)

# Who gets the events in their order: a webhook, or an observer (`observer:NAME`). `number` is the last event that it
# has got, `latest` the last one there is; `failures` counts the tries of the one after `number`. `due_at` is NULL while
# there is nothing to tell. `owner` is the process that tells it, until `owned_until`.
event_consumers = Table(
    "event_consumers",
    metadata,
    Column("organization_id", BigId, nullable=False),
    Column("id", Text, nullable=False),
    Column("is_enabled", Boolean, nullable=False),
    Column("number", Integer, nullable=False),
    Column("latest", Integer, nullable=False),
    Column("failures", SmallInteger, nullable=False),
    Column("due_at", UtcTime),
    Column("owner", Text),
    Column("owned_until", UtcTime),
    PrimaryKeyConstraint("organization_id", "id"),
)
Index(
    "event_consumers_due_at_idx",
    event_consumers.c.due_at,
    postgresql_where=text("due_at IS NOT NULL"),
    sqlite_where=text("due_at IS NOT NULL"),
)

# What became of each event that was sent to a webhook.
webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    Column("webhook_id", Text, ForeignKey("webhooks.id", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("type", Text, nullable=False),
    Column("state", Text, nullable=False),  # delivered, retrying, failed
    Column("attempts", SmallInteger, nullable=False),
    Column("status", SmallInteger),  # of the last answer, NULL without one
    Column("error", Text),  # a stable code, NULL when it was delivered
    Column("at", UtcTime, nullable=False),  # of the last try
    PrimaryKeyConstraint("webhook_id", "number"),
)
