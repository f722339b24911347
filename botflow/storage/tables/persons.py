"""People, whom their addresses (`contacts`) name: the fields and groups that each of them has.

A field's value is a row, so that two writers of different fields lose nothing, and every field can be searched by one
index. A turn that neither reads nor writes `$contact` touches none of these tables.
"""

from __future__ import annotations

from sqlalchemy import (
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from botflow.storage.engines.column_types import BigId, Json, UtcTime
from botflow.storage.tables.schema import metadata

# `merged_into`: the person that this one was merged into; then nothing else is stored of it.
people = Table(
    "people",
    metadata,
    Column("id", BigId, Identity(), primary_key=True),
    Column("organization_id", BigId, ForeignKey("organizations.id"), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("merged_into", BigId),
)
Index("people_organization_id_idx", people.c.organization_id, people.c.id)
_IS_MERGED = text("merged_into IS NOT NULL")
Index("people_merged_into_idx", people.c.merged_into, postgresql_where=_IS_MERGED, sqlite_where=_IS_MERGED)

# The name, the language and the time zone are fields like any other. `sought` is the value as it is searched for: a
# date's is in order of time.
person_values = Table(
    "person_values",
    metadata,
    Column("person_id", BigId, nullable=False),
    Column("field", Text, nullable=False),
    Column("organization_id", BigId, nullable=False),
    Column("value", Json, nullable=False),
    Column("sought", Text, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    PrimaryKeyConstraint("person_id", "field"),
)
Index(
    "person_values_sought_idx",
    person_values.c.organization_id,
    person_values.c.field,
    person_values.c.sought,
    person_values.c.person_id,
)

# The name from each of its words on, in small letters, so that the beginning of any of its words finds it.
person_terms = Table(
    "person_terms",
    metadata,
    Column("organization_id", BigId, nullable=False),
    Column("term", Text().with_variant(Text(collation="C"), "postgresql"), nullable=False),
    Column("person_id", BigId, nullable=False),
    PrimaryKeyConstraint("organization_id", "term", "person_id"),
)
Index("person_terms_person_id_idx", person_terms.c.person_id)

contact_groups = Table(
    "contact_groups",
    metadata,
    Column("id", BigId, Identity(), primary_key=True),
    Column("organization_id", BigId, ForeignKey("organizations.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    UniqueConstraint("organization_id", "name"),
)
contact_group_members = Table(
    "contact_group_members",
    metadata,
    Column("group_id", BigId, nullable=False),
    Column("person_id", BigId, nullable=False),
    PrimaryKeyConstraint("group_id", "person_id"),
)
Index("contact_group_members_person_id_idx", contact_group_members.c.person_id)

# `declaration` is {type, choices}; `declared_by` is the workflow that was published with it, "" for the organization.
contact_fields = Table(
    "contact_fields",
    metadata,
    Column("organization_id", BigId, ForeignKey("organizations.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("declaration", Json, nullable=False),
    Column("declared_by", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    PrimaryKeyConstraint("organization_id", "name"),
)
