"""Erasures of persons: what was asked for, how far it is, and what providers are to delete."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    ForeignKey,
    Identity,
    Index,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    text,
)

from botflow.storage.engines.column_types import BigId, Json, UtcTime
from botflow.storage.tables.schema import metadata

# `person` is a keyed hash. `names` are what is looked for, NULL as soon as it is over: then nothing of the person is
# here.
erasures = Table(
    "erasures",
    metadata,
    Column("id", BigId, Identity(), primary_key=True),
    Column("organization_id", BigId, ForeignKey("organizations.id"), nullable=False),
    Column("state", Text, nullable=False),  # running, done
    Column("stage", Text, nullable=False),
    Column("cursor", Json),
    Column("person", Text, nullable=False),
    Column("names", Json),
    Column("counts", Json, nullable=False),
    Column("requested_by", Text, nullable=False),
    Column("requested_at", UtcTime, nullable=False),
    Column("finished_at", UtcTime),
    Column("receipt", Json),
    Column("signature", Text),
)
Index("erasures_organization_id_idx", erasures.c.organization_id, erasures.c.id)
IS_RUNNING = "state = 'running'"
Index("erasures_running_idx", erasures.c.id, postgresql_where=text(IS_RUNNING), sqlite_where=text(IS_RUNNING))

# The sessions and runs of an erasure under way, with the key that each had. `state`: listed, detached, erased.
erased_sessions = Table(
    "erased_sessions",
    metadata,
    Column("erasure_id", BigId, ForeignKey("erasures.id", ondelete="CASCADE"), nullable=False),
    Column("session_id", BigId, nullable=False),
    Column("state", Text, nullable=False),
    Column("workflow_id", BigId, nullable=False),
    Column("channel", Text, nullable=False),
    Column("external_id", Text, nullable=False),
    PrimaryKeyConstraint("erasure_id", "session_id"),
)

# Messages that a provider is to delete. `reference` is the provider's id, NULL as soon as that is done or given up.
redactions = Table(
    "redactions",
    metadata,
    Column("id", BigId, Identity(), primary_key=True),
    Column("erasure_id", BigId, ForeignKey("erasures.id", ondelete="CASCADE"), nullable=False),
    Column("workflow_id", BigId, nullable=False),
    Column("channel", Text, nullable=False),
    Column("reference", Text),
    Column("state", Text, nullable=False),  # pending, done, unknown, failed
    Column("attempts", SmallInteger, nullable=False),
    Column("due_at", UtcTime, nullable=False),
    Column("error_code", Text),
)
IS_PENDING = "state = 'pending'"
Index("redactions_pending_idx", redactions.c.due_at, postgresql_where=text(IS_PENDING), sqlite_where=text(IS_PENDING))
Index("redactions_erasure_id_idx", redactions.c.erasure_id)
