"""The policies of row-level security, for migrations. Each table with rows of an organization has one.

They name no role, so a dump can be restored on a server that has none of this one's. They hold for roles whose name
ends with `_organization`; all others, such as a user for reports, see all rows. A role without an organization sees no
row. `botflow.storage.engines.row_security` makes the role and lets it use the tables that have a policy.

SQLite has no roles, and no policies.
"""

from __future__ import annotations

from alembic import op

_OTHER_ROLES = "(SELECT right(current_user, 13) <> '_organization')"
_ORGANIZATION = "(SELECT nullif(current_setting('botflow.organization', true), '')::bigint)"


def secure(table: str, column: str = "organization_id") -> None:
    """Let a transaction for an organization use the rows whose `column` is the organization's id."""
    _add_policy(table, f"{column} = {_ORGANIZATION}")


def secure_by_workflow(table: str) -> None:
    """Let a transaction for an organization use the rows whose `workflow_id` is one of its workflows.

    These are read once in a statement, however many rows of `table` it reads.
    """
    _add_policy(table, f"workflow_id IN (SELECT id FROM workflows WHERE organization_id = {_ORGANIZATION})")


def secure_below(table: str, column: str, parent: str) -> None:
    """Let a transaction for an organization use the rows whose `column` is the id of a row of `parent` that it sees.

    That is a subquery for each row, by the parent's primary key. An EXISTS could read the whole of a large parent table
    instead, also for a page of a list.
    """
    _add_policy(table, f"(SELECT true FROM {parent} AS parent WHERE parent.id = {table}.{column})")


def _add_policy(table: str, is_mine: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"CREATE POLICY botflow_organization ON {table} USING ({_OTHER_ROLES} OR {is_mine})")
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
