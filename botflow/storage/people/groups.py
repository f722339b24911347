"""The groups of an organization's contacts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, select

from botflow.storage.service.pages import Order
from botflow.storage.tables import contact_groups

_BY_NAME = Order(columns=(contact_groups.c.name,))


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRow:
    """A group."""

    id: int
    name: str
    created_at: datetime


def list_groups(connection: Connection, organization: int, after: Sequence[Any] | None, limit: int) -> list[GroupRow]:
    """Return at most `limit` + 1 groups after a name."""
    columns = (contact_groups.c.id, contact_groups.c.name, contact_groups.c.created_at)
    mine: Select[Any] = select(*columns).where(contact_groups.c.organization_id == organization)
    rows = connection.execute(_BY_NAME.page(mine, after, limit))
    return [GroupRow(id=row.id, name=row.name, created_at=row.created_at) for row in rows]
