"""People: what is known of a person at all of their addresses, their fields and groups.

A plain turn writes none of these rows, and the new column of `contacts` is written when a person is first stored.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from botflow.storage.engines.column_types import BigId, Json, UtcTime
from botflow.storage.migrations.policies import secure, secure_below

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_HAS_PERSON = sa.text("person_id IS NOT NULL")


def upgrade() -> None:
    organization = ["organization_id"], ["organizations.id"]
    op.create_table(
        "people",
        sa.Column("id", BigId, sa.Identity(), nullable=False),
        sa.Column("organization_id", BigId, nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("updated_at", UtcTime(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("merged_into", BigId),
        sa.PrimaryKeyConstraint("id", name="people_pkey"),
        sa.ForeignKeyConstraint(*organization, name="people_organization_id_fkey"),
    )
    op.create_index("people_organization_id_idx", "people", ["organization_id", "id"])
    op.create_index(
        "people_merged_into_idx",
        "people",
        ["merged_into"],
        postgresql_where=sa.text("merged_into IS NOT NULL"),
        sqlite_where=sa.text("merged_into IS NOT NULL"),
    )
    op.create_table(
        "person_values",
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("organization_id", BigId, nullable=False),
        sa.Column("value", Json, nullable=False),
        sa.Column("sought", sa.Text(), nullable=False),
        sa.Column("updated_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "field", name="person_values_pkey"),
    )
    op.create_index("person_values_sought_idx", "person_values", ["organization_id", "field", "sought", "person_id"])
    op.create_table(
        "person_terms",
        sa.Column("organization_id", BigId, nullable=False),
        sa.Column("term", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "term", "person_id", name="person_terms_pkey"),
    )
    op.create_index("person_terms_person_id_idx", "person_terms", ["person_id"])
    op.create_table(
        "contact_groups",
        sa.Column("id", BigId, sa.Identity(), nullable=False),
        sa.Column("organization_id", BigId, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="contact_groups_pkey"),
        sa.UniqueConstraint("organization_id", "name", name="contact_groups_organization_id_name_key"),
        sa.ForeignKeyConstraint(*organization, name="contact_groups_organization_id_fkey"),
    )
    op.create_table(
        "contact_group_members",
        sa.Column("group_id", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.PrimaryKeyConstraint("group_id", "person_id", name="contact_group_members_pkey"),
    )
    op.create_index("contact_group_members_person_id_idx", "contact_group_members", ["person_id"])
    op.create_table(
        "contact_fields",
        sa.Column("organization_id", BigId, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("declaration", Json, nullable=False),
        sa.Column("declared_by", sa.Text(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "name", name="contact_fields_pkey"),
        sa.ForeignKeyConstraint(*organization, name="contact_fields_organization_id_fkey"),
    )
    op.add_column("contacts", sa.Column("person_id", BigId))
    op.create_index(
        "contacts_person_id_idx",
        "contacts",
        ["person_id"],
        postgresql_where=_HAS_PERSON,
        sqlite_where=_HAS_PERSON,
    )
    for table in ("people", "person_values", "person_terms", "contact_groups", "contact_fields"):
        secure(table)
    secure_below("contact_group_members", "group_id", "contact_groups")
