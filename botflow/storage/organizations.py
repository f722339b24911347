"""Organizations: each workflow, key and credential belongs to one. A deployment begins with one, its home."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select, update

from botflow.storage.engines.dialects import upsert
from botflow.storage.tables import organizations

DEFAULT_ORGANIZATION = "default"


def home_organization(connection: Connection) -> int:
    """Return the organization that flow files, the command line and BOTFLOW_API_KEY belong to."""
    home = select(organizations.c.id).where(organizations.c.slug == DEFAULT_ORGANIZATION)
    found: int = connection.execute(home).scalar_one()
    return found


def is_home(connection: Connection, id: int) -> bool:
    """Say whether this is the home organization; also in a transaction for another one, which does not see it."""
    return (
        connection.execute(select(organizations.c.slug).where(organizations.c.id == id)).scalar()
        == DEFAULT_ORGANIZATION
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganizationRow:
    """An organization."""

    id: int
    slug: str
    name: str
    revision: int


def find_organization(connection: Connection, slug: str) -> OrganizationRow | None:
    row = connection.execute(select(organizations).where(organizations.c.slug == slug)).first()
    return _row(row) if row is not None else None


def get_organization(connection: Connection, id: int, *, lock: bool = False) -> OrganizationRow:
    mine = select(organizations).where(organizations.c.id == id)
    return _row(connection.execute(mine.with_for_update(key_share=True) if lock else mine).one())


def list_organizations(connection: Connection, after: Sequence[Any] | None, limit: int) -> list[OrganizationRow]:
    """Return at most `limit` + 1 organizations, in the order of their slugs."""
    statement = select(organizations).order_by(organizations.c.slug).limit(limit + 1)
    if after is not None:
        statement = statement.where(organizations.c.slug > after[0])
    return [_row(row) for row in connection.execute(statement)]


def add_organization(connection: Connection, slug: str, name: str) -> OrganizationRow | None:
    """Store a new organization; None when the slug is taken."""
    row = upsert(connection, organizations).values(slug=slug, name=name).on_conflict_do_nothing()
    made = connection.execute(row.returning(*organizations.c)).first()
    return _row(made) if made is not None else None


def rename_organization(connection: Connection, id: int, name: str) -> None:
    changed = {"name": name, "revision": organizations.c.revision + 1}
    connection.execute(update(organizations).where(organizations.c.id == id).values(changed))


def _row(row: Row[Any]) -> OrganizationRow:
    return OrganizationRow(id=row.id, slug=row.slug, name=row.name, revision=row.revision)
