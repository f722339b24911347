"""The answers to POSTs that named a key, kept for a day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, Connection, delete, select, update

from botflow.storage.engines.dialects import clock_time, upsert
from botflow.storage.tables.service import idempotent_requests

KEPT_FOR = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class FormerRequest:
    """A request with the same key that came before. `status` is None while it runs, or if it was cut off, and `body`
    where it is not kept."""

    digest: bytes
    status: int | None
    headers: Mapping[str, str]
    body: bytes | None


def begin(connection: Connection, organization: int, key: str, digest: bytes) -> FormerRequest | None:
    """Note that a request begins; return the former one if there was one with this key today."""
    moment = clock_time(connection)
    connection.execute(delete(idempotent_requests).where(idempotent_requests.c.created_at < moment - KEPT_FOR))
    row = upsert(connection, idempotent_requests).values(
        organization_id=organization, key=key, digest=digest, created_at=moment
    )
    if connection.execute(row.on_conflict_do_nothing().returning(idempotent_requests.c.key)).first() is not None:
        return None
    former = connection.execute(select(idempotent_requests).where(*_is(organization, key))).first()
    if former is None:  # it was refused, and forgotten, at this moment
        return FormerRequest(digest=digest, status=None, headers={}, body=None)
    return FormerRequest(
        digest=bytes(former.digest), status=former.status, headers=former.headers or {}, body=former.body
    )


def finish(
    connection: Connection, organization: int, key: str, status: int, headers: Mapping[str, str], body: bytes | None
) -> None:
    """Keep the answer."""
    values = {"status": status, "headers": dict(headers), "body": body}
    connection.execute(update(idempotent_requests).where(*_is(organization, key)).values(values))


def forget(connection: Connection, organization: int, key: str) -> None:
    """Forget a request that was refused."""
    connection.execute(delete(idempotent_requests).where(*_is(organization, key)))


def _is(organization: int, key: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return idempotent_requests.c.organization_id == organization, idempotent_requests.c.key == key
