"""What becomes of a session that an opt-in frees, in the caller's transaction, on both databases.

A parked session visits no node, so what arrived for its wait was finished unheard: the return of a handoff, the end of
a run. Nothing would ever end that wait. So it is queued again, and the wait's deadline begins again.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, case, delete, literal_column, select, update

from botflow.engine.events import InboundIgnored
from botflow.engine.inbound import RETURNED
from botflow.engine.session import Session, Wait
from botflow.records.queues import MESSAGE_PRIORITY
from botflow.storage.engines.dialects import now
from botflow.storage.tables import inbounds, sessions, turns

COLUMNS = (sessions.c.id, sessions.c.version, sessions.c.state, sessions.c.paused)
UNHEARD = InboundIgnored("opted_out").to_json()
AWAITED = (RETURNED, "child_done", "delivery")


def free(connection: Connection, row: Any) -> None:
    """Free a parked session that the caller has locked, under a new version; `row` has its COLUMNS."""
    wait = Session.from_json(row.state, row.version).wait
    connection.execute(
        update(sessions)
        .where(sessions.c.id == row.id)
        .values(parked=False, version=sessions.c.version + 1, wake_at=_deadline(wait), updated_at=now())
    )
    queue_unheard(connection, row)


def queue_unheard(connection: Connection, row: Any) -> None:
    """Queue again what the session still waits for, and what it was given while it was parked."""
    wait = Session.from_json(row.state, row.version).wait
    if wait is None or not set(wait.accepts) & set(AWAITED):
        return
    began = int(wait.group or wait.token)  # the version in which its node began to wait
    since = (
        select(inbounds.c.seq, turns.c.trace)
        .join(turns, (turns.c.session_id == inbounds.c.session_id) & (turns.c.seq == inbounds.c.seq))
        .where(turns.c.session_id == row.id, turns.c.version > began, turns.c.status == "ignored")
        .where(inbounds.c.kind.in_(AWAITED))
    )
    seqs = [found.seq for found in connection.execute(since) if found.trace == [UNHEARD]]
    if not seqs:
        return
    connection.execute(delete(turns).where(turns.c.session_id == row.id, turns.c.seq.in_(seqs)))
    connection.execute(
        update(inbounds)
        .where(inbounds.c.session_id == row.id, inbounds.c.seq.in_(seqs))
        .values(state=literal_column("'new'"), attempt=0, owner=None, priority=None if row.paused else MESSAGE_PRIORITY)
    )
    before = min(seqs) - 1
    done = case((sessions.c.done_seq > before, before), else_=sessions.c.done_seq)
    connection.execute(update(sessions).where(sessions.c.id == row.id).values(done_seq=done))


def _deadline(wait: Wait | None) -> Any:
    """Return when the session wakes up without an inbound, as an expression; None for never."""
    if wait is None or (wait.timeout_s is None and not wait.until):
        return None
    return datetime.fromisoformat(wait.until) if wait.until else now(wait.timeout_s or 0.0)
