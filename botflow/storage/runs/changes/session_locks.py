"""Locks a session with its queue, for a change from outside, so that it never waits in a circle with a turn's commit.

A turn's commit locks its own inbound, then the session, then others of the queue; an arrival locks the session and adds
an inbound. A change needs all of them. Whatever order it took them in, there would be a commit that holds what it wants
and wants what it holds. So it waits only while it holds nothing: for the session, and then it takes the queue as far as
nobody has it. If a commit has an inbound, the change lets go of all, waits for that commit, and begins again.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Connection, Row, select

from botflow.errors import ProviderError
from botflow.storage.engines.dialects import is_postgres
from botflow.storage.tables import inbounds, sessions
from botflow.storage.turns.row_mapping import is_new

TRIES = 50  # each fails only if a turn of the session begins to commit in this very moment


def lock_with_queue(connection: Connection, session: int, *columns: Column[Any]) -> Row[Any] | None:
    """Lock a session and its queued inbounds; return the columns of the session's row, None if there is none.

    ProviderError `session.contended` if turns of it are committed without a pause.
    """
    mine = select(*columns).where(sessions.c.id == session).with_for_update()
    if not is_postgres(connection):  # SQLite has one writer
        return connection.execute(mine).first()
    queued = select(inbounds.c.seq).where(inbounds.c.session_id == session, is_new()).order_by(inbounds.c.seq)
    for _ in range(TRIES):
        attempt = connection.begin_nested()
        row = connection.execute(mine).first()
        free = set(connection.execute(queued.with_for_update(skip_locked=True)).scalars())
        held = [seq for seq in connection.execute(queued).scalars() if seq not in free]
        if not held:
            attempt.commit()
            return row
        attempt.rollback()
        _wait_for(connection, session, held[0])
    raise ProviderError(
        f"turns of session {session} are committed without a pause", code="session.contended", retryable=True
    )


def _wait_for(connection: Connection, session: int, seq: int) -> None:
    """Wait until no other transaction has this inbound, and hold nothing meanwhile nor afterwards."""
    waiting = connection.begin_nested()
    connection.execute(
        select(inbounds.c.seq).where(inbounds.c.session_id == session, inbounds.c.seq == seq).with_for_update()
    )
    waiting.rollback()
