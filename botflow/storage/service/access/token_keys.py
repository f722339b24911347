"""Keys that verify the tokens of applications which embed botflow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from botflow.records.access import Role
from botflow.storage.engines.dialects import clock_time
from botflow.storage.service.pages import Order
from botflow.storage.tables.service import token_keys

ORDER = Order(columns=(token_keys.c.created_at, token_keys.c.id), descending=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenKeyRow:
    """A key. `public_key` is PEM."""

    id: str
    organization: int
    name: str
    algorithm: str
    role: Role
    public_key: str
    created_at: datetime
    revoked_at: datetime | None


def add_token_key(
    connection: Connection, organization: int, id: str, *, name: str, algorithm: str, role: Role, public_key: str
) -> TokenKeyRow:
    row = insert(token_keys).values(
        id=id,
        organization_id=organization,
        name=name,
        algorithm=algorithm,
        role=role.value,
        public_key=public_key,
        created_at=clock_time(connection),
    )
    return _row(connection.execute(row.returning(token_keys)).one())


def find_token_key(connection: Connection, id: str) -> TokenKeyRow | None:
    """Return the key that a token names, of any organization."""
    row = connection.execute(select(token_keys).where(token_keys.c.id == id)).first()
    return _row(row) if row is not None else None


def get_token_key(connection: Connection, organization: int, id: str) -> TokenKeyRow | None:
    found = find_token_key(connection, id)
    return found if found is not None and found.organization == organization else None


def list_token_keys(
    connection: Connection, organization: int, after: Sequence[Any] | None, limit: int
) -> list[TokenKeyRow]:
    """Return at most `limit` + 1 keys, the newest first."""
    mine = select(token_keys).where(token_keys.c.organization_id == organization)
    return [_row(row) for row in connection.execute(ORDER.page(mine, after, limit))]


def revoke_token_key(connection: Connection, organization: int, id: str) -> bool:
    """Revoke a key for good; False when it was not in force."""
    mine = (token_keys.c.organization_id == organization, token_keys.c.id == id, token_keys.c.revoked_at.is_(None))
    changed = connection.execute(update(token_keys).where(*mine).values(revoked_at=clock_time(connection)))
    return changed.rowcount > 0


def _row(row: Row[Any]) -> TokenKeyRow:
    return TokenKeyRow(
        id=row.id,
        organization=row.organization_id,
        name=row.name,
        algorithm=row.algorithm,
        role=Role(row.role),
        public_key=row.public_key,
        created_at=row.created_at,
        revoked_at=row.revoked_at,
    )
