"""What is known of people at their addresses: consent, evidence, what is spent on them, and when a sender may go on."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Identity,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)

from botflow.storage.engines.column_types import BigId, Json, UtcTime
from botflow.storage.tables.schema import metadata

# Facts about a person at an address, for every workflow of the organization.
contacts = Table(
    "contacts",
    metadata,
    Column("organization_id", BigId, nullable=False),
    Column("channel", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("stopped", Boolean, nullable=False),
    Column("time_zone", Text),
    Column("updated_at", UtcTime, nullable=False),
    Column("person_id", BigId),
    PrimaryKeyConstraint("organization_id", "channel", "address"),
)
_HAS_PERSON = text("person_id IS NOT NULL")
Index("contacts_person_id_idx", contacts.c.person_id, postgresql_where=_HAS_PERSON, sqlite_where=_HAS_PERSON)

# Evidence: why something was or was not sent, asked or allowed. Rows are not changed; retention deletes old ones, but
# never those of consent.
decisions = Table(
    "decisions",
    metadata,
    Column("id", BigId, Identity(), primary_key=True),
    Column("organization_id", BigId, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("channel", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("kind", Text, nullable=False),  # opt_out, opt_in, suppressed, delayed, held, refused, released
    Column("reason", Text, nullable=False),  # a stable code
    Column("session_id", BigId),
    Column("subject", Text),  # the wire id of the part or the id of the inbound that it is about
    Column("detail", Json),
)
Index("decisions_address_idx", decisions.c.organization_id, decisions.c.channel, decisions.c.address, decisions.c.at)
Index("decisions_person_idx", decisions.c.organization_id, decisions.c.address, decisions.c.id)  # on any channel
# Decisions that may be forgotten, by their age. A plain turn makes none.
FORGETTABLE = "kind NOT IN ('opt_out', 'opt_in')"
Index(
    "decisions_forgettable_idx",
    decisions.c.organization_id,
    decisions.c.at,
    decisions.c.id,
    postgresql_where=text(FORGETTABLE),
    sqlite_where=text(FORGETTABLE),
)

# Spent and reserved amounts, by scope (session, contact, organization) and UTC day ("" for a session's whole life).
spending = Table(
    "spending",
    metadata,
    Column("scope", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("day", Text, nullable=False),
    Column("segments", Integer, nullable=False),
    Column("cost", BigInteger, nullable=False),  # millionths of a US dollar
    PrimaryKeyConstraint("scope", "key", "day"),
)

# When a sending address may send again.
senders = Table(
    "senders",
    metadata,
    Column("channel", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("next_at", UtcTime, nullable=False),
    PrimaryKeyConstraint("channel", "address"),
)
