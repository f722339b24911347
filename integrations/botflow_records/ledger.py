"""What was done, in the application's own database: a change and its entry are one transaction.

A node may run again when its process died after the change and before the turn was stored. The entry of its visit then
says what the change gave, and nothing is changed twice.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import orjson
from sqlalchemy import BigInteger, Column, Connection, Index, MetaData, Table, Text, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError

from botflow.engine.node_type import NodeFailure

KEPT_S = 30 * 86_400  # longer than any turn is tried again
FORGOTTEN_AT_ONCE = 20
_metadata = MetaData()
_done = Table(
    "botflow_done",
    _metadata,
    Column("key", Text, primary_key=True),
    Column("done_at", BigInteger, nullable=False),  # seconds since 1970
    Column("result", Text),
)
Index("botflow_done_at_idx", _done.c.done_at)


def prepare(connection: Connection) -> None:
    """Make the table if it is not there; NodeFailure `record.ledger` when the database's user may not."""
    try:
        _metadata.create_all(connection)
    except DBAPIError:
        if connection.dialect.has_table(connection, _done.name):  # another process made it at the same moment
            return
        raise NodeFailure(
            "the table botflow_done, which keeps changes from being made twice, cannot be made",
            code="record.ledger",
            hint="let the database's user make tables, or make it: CREATE TABLE botflow_done "
            "(key TEXT PRIMARY KEY, done_at BIGINT NOT NULL, result TEXT)",
        ) from None


def once(connection: Connection, key: str, change: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Return what `change` gives, and note it; if this key was noted before, return what it gave then."""
    now = int(time.time())
    made = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    # Another attempt with this key that is still open is waited for here.
    entry = made(_done).values(key=key, done_at=now).on_conflict_do_nothing().returning(_done.c.key)
    if connection.execute(entry).scalar_one_or_none() is None:
        kept = connection.execute(select(_done.c.result).where(_done.c.key == key)).scalar_one()
        given: dict[str, Any] = orjson.loads(kept)
        return given
    result = change()
    noted = orjson.dumps(result).decode()
    connection.execute(update(_done).where(_done.c.key == key).values(result=noted))
    _forget(connection, now)
    return result


def _forget(connection: Connection, now: int) -> None:
    """Delete a few entries that no node can need any more, unless another transaction is about to."""
    old = select(_done.c.key).where(_done.c.done_at < now - KEPT_S).order_by(_done.c.done_at).limit(FORGOTTEN_AT_ONCE)
    connection.execute(delete(_done).where(_done.c.key.in_(old.with_for_update(skip_locked=True))))
