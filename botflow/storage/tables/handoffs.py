"""Conversations that wait for a person or that a person has, and how long people waited."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, PrimaryKeyConstraint, SmallInteger, Table, Text, text

from botflow.storage.engines.column_types import BigId, Json, UtcTime
from botflow.storage.tables.schema import metadata

# What people see of a handoff; who has the conversation now is in the session's state, which the bot's silence follows.
# `version` is the session's with which it began. `node` is "" when a person took the conversation over without being
# asked. A turn that hands nothing off neither reads nor writes this table.
handoffs = Table(
    "handoffs",
    metadata,
    Column("session_id", BigId, nullable=False),
    Column("version", Integer, nullable=False),
    Column("organization_id", BigId, nullable=False),
    Column("workflow_id", BigId, nullable=False),
    Column("node", Text, nullable=False),
    Column("queue", Text, nullable=False),
    Column("priority", SmallInteger, nullable=False),  # 0 is the most urgent
    Column("note", Text, nullable=False),
    Column("summary", Json, nullable=False),
    Column("results", Json, nullable=False),
    Column("requested_at", UtcTime, nullable=False),
    Column("person", Text),  # NULL while it waits for one
    Column("claimed_by", Text),
    Column("claimed_at", UtcTime),
    Column("first_claimed_at", UtcTime),
    Column("ended_at", UtcTime),
    Column("outcome", Text),  # returned, timed_out, cancelled
    Column("returned_note", Text),
    PrimaryKeyConstraint("session_id", "version"),
)
OPEN = "ended_at IS NULL"
Index(
    "handoffs_open_idx",
    handoffs.c.organization_id,
    handoffs.c.priority,
    handoffs.c.requested_at,
    handoffs.c.session_id,
    handoffs.c.version,
    postgresql_where=text(OPEN),
    sqlite_where=text(OPEN),
)
ENDED = "ended_at IS NOT NULL"
Index(
    "handoffs_ended_idx",
    handoffs.c.organization_id,
    handoffs.c.ended_at,
    handoffs.c.session_id,
    handoffs.c.version,
    postgresql_where=text(ENDED),
    sqlite_where=text(ENDED),
)
ASKED_FOR = "queue <> ''"  # by a flow: a person who takes a conversation over unasked lets none wait
Index(
    "handoffs_requested_idx",
    handoffs.c.organization_id,
    handoffs.c.requested_at,
    handoffs.c.queue,
    handoffs.c.first_claimed_at,
    handoffs.c.ended_at,
    handoffs.c.outcome,
    postgresql_where=text(ASKED_FOR),
    sqlite_where=text(ASKED_FOR),
)
