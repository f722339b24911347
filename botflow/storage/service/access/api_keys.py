"""API keys: a row per key, with the digest of its secret half only."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from botflow.records.access import KeyRecord, Scope
from botflow.storage.engines.dialects import clock_time
from botflow.storage.service.pages import Order
from botflow.storage.tables.service import api_keys

_SHOWN = [column for column in api_keys.c if column.name != "digest"]
_KNOWN = frozenset(scope.value for scope in Scope)  # a newer release may know more
ORDER = Order(columns=(api_keys.c.created_at, api_keys.c.id), descending=True)


def add_key(
    connection: Connection,
    id: str,
    digest: bytes,
    *,
    organization: int,
    name: str,
    scopes: Collection[Scope],
    created_by: str,
    lifetime: timedelta | None,
) -> KeyRecord:
    """Store a new key."""
    moment = clock_time(connection)
    row = connection.execute(
        insert(api_keys)
        .values(
            id=id,
            organization_id=organization,
            name=name,
            digest=digest,
            scopes=sorted(scopes),
            created_by=created_by,
            created_at=moment,
            expires_at=moment + lifetime if lifetime is not None else None,
        )
        .returning(*_SHOWN)
    )
    return _record(row.one())


def find_digest(connection: Connection, id: str) -> tuple[KeyRecord, bytes, datetime] | None:
    """Return the key with this id, the digest of its secret, and the database's time; None when there is none."""
    row = connection.execute(select(api_keys).where(api_keys.c.id == id)).first()
    return (_record(row), bytes(row.digest), clock_time(connection)) if row is not None else None


def get_key(connection: Connection, organization: int, id: str) -> KeyRecord | None:
    mine = select(*_SHOWN).where(api_keys.c.organization_id == organization, api_keys.c.id == id)
    row = connection.execute(mine).first()
    return _record(row) if row is not None else None


def list_keys(connection: Connection, organization: int, after: Sequence[Any] | None, limit: int) -> list[KeyRecord]:
    """Return at most `limit` + 1 keys, the newest first."""
    mine = select(*_SHOWN).where(api_keys.c.organization_id == organization)
    return [_record(row) for row in connection.execute(ORDER.page(mine, after, limit))]


def revoke_key(connection: Connection, organization: int, id: str) -> bool:
    """Revoke a key for good; False when it was not in force."""
    mine = (api_keys.c.organization_id == organization, api_keys.c.id == id, api_keys.c.revoked_at.is_(None))
    changed = connection.execute(update(api_keys).where(*mine).values(revoked_at=clock_time(connection)))
    return changed.rowcount > 0


def note_use(connection: Connection, id: str) -> None:
    """Write that the key was used just now."""
    connection.execute(update(api_keys).where(api_keys.c.id == id).values(last_used_at=clock_time(connection)))


def _record(row: Row[Any]) -> KeyRecord:
    return KeyRecord(
        id=row.id,
        organization=row.organization_id,
        name=row.name,
        scopes=frozenset(Scope(scope) for scope in row.scopes if scope in _KNOWN),
        created_by=row.created_by,
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
        revoked_at=row.revoked_at,
    )
