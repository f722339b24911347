"""What a change of an execution from outside writes besides its rows: an entry in the log, and effects to carry out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from botflow.storage.engines.dialects import now
from botflow.storage.tables import effects, inbounds, sessions, turns
from botflow.storage.turns.row_mapping import is_new


def record(
    connection: Connection,
    session: int,
    change: str,
    *,
    node: str = "",
    values: Sequence[str] = (),
    holds: bool = False,
) -> int:
    """Write a change from outside into the session's log, as a turn without an inbound; return its seq.

    `values` are the fields of the change's event, if it has more than a node.

    `done_seq` moves along if nothing is queued, unless the change `holds` the queue.
    """
    columns: dict[str, Any] = {"last_seq": sessions.c.last_seq + 1, "updated_at": now()}
    if not holds:
        first_new = select(func.min(inbounds.c.seq) - 1).where(inbounds.c.session_id == session, is_new())
        columns["done_seq"] = func.coalesce(first_new.scalar_subquery(), sessions.c.last_seq + 1)
    moved = (
        update(sessions)
        .where(sessions.c.id == session)
        .values(**columns)
        .returning(sessions.c.last_seq, sessions.c.version)
    )
    seq, version = connection.execute(moved).one()
    connection.execute(
        insert(turns).values(
            session_id=session,
            seq=seq,
            at=now(),
            version=version,
            status=change,
            trace=[[change, *(values or ([node] if node else []))]],
        )
    )
    return int(seq)


def follow(
    connection: Connection, session: int, version: int, following: Sequence[Mapping[str, Any]], after_s: float = 0.0
) -> None:
    """Store effects to be carried out in `after_s` seconds; the tick finds them within a second of that."""
    shared = {"session_id": session, "version": version, "attempts": 0, "due_at": now(after_s)}
    connection.execute(
        insert(effects).values([{**shared, "index": index, **effect} for index, effect in enumerate(following)])
    )
