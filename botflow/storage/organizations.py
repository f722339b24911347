"""Organizations: each workflow, key and credential belongs to one. A deployment begins with one, its home."""

from __future__ import annotations

from sqlalchemy import Connection, select

from botflow.storage.tables import organizations

DEFAULT_ORGANIZATION = "default"


def home_organization(connection: Connection) -> int:
    """Return the organization that flow files, the command line and BOTFLOW_API_KEY belong to."""
    home = select(organizations.c.id).where(organizations.c.slug == DEFAULT_ORGANIZATION)
    found: int = connection.execute(home).scalar_one()
    return found
