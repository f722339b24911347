"""The rows that people see of handoffs, on both databases: opened, claimed, released and ended. Each function is a part
of its caller's transaction.

Who has a conversation is in its session's state; a row says the same to people, and why. One that the flow asks for is
opened by an effect, in a moment after the turn. So that effect looks at the session: meanwhile a person may have taken
the conversation over, or it may be over.
"""

from __future__ import annotations

from typing import Any, Literal

from sqlalchemy import Connection, func, insert, select, update

from botflow.engine.effects import OpenHandoff
from botflow.engine.session import Handoff, Session
from botflow.storage.engines.dialects import now, upsert
from botflow.storage.tables import handoffs, sessions, workflows

Outcome = Literal["returned", "timed_out", "cancelled"]


def open_row(connection: Connection, session: int, request: OpenHandoff) -> bool:
    """List a handoff that the flow has asked for; True if it waits for a person now. Repeated, it changes nothing."""
    locked = select(sessions.c.state, sessions.c.version).where(sessions.c.id == session).with_for_update()
    row = connection.execute(locked).first()
    if row is None:
        return False
    handoff = Session.from_json(row.state, row.version).handoff
    is_open = handoff is not None and handoff.version == request.version
    person = handoff.person if handoff is not None and is_open else ""
    columns = {
        "node": request.node,
        "queue": request.queue,
        "priority": request.priority,
        "note": request.note,
        "summary": dict(request.summary),
        "results": list(request.results),
        "person": person or None,
        "claimed_at": now() if person else None,
        "first_claimed_at": now() if person else None,
        "ended_at": None if is_open else now(),
        "outcome": None if is_open else "cancelled",
    }
    added = upsert(connection, handoffs).values(**_place(session, request.version), **columns)
    is_new = connection.execute(added.on_conflict_do_nothing().returning(handoffs.c.version)).first() is not None
    return is_new and is_open and not person


def claim_row(connection: Connection, session: int, handoff: Handoff, actor: str, *, is_new: bool) -> None:
    """Write who has the conversation; `is_new` for one that no node has handed off."""
    claimed: dict[str, Any] = {"person": handoff.person, "claimed_by": actor, "claimed_at": now()}
    if is_new:
        unasked = {"node": "", "queue": "", "priority": 0, "note": "", "summary": {}, "results": []}
        place = _place(session, handoff.version)
        connection.execute(insert(handoffs).values(**place, **unasked, **claimed, first_claimed_at=now()))
        return
    first = func.coalesce(handoffs.c.first_claimed_at, now())
    connection.execute(_row(session, handoff.version).values(**claimed, first_claimed_at=first))


def release_row(connection: Connection, session: int, version: int) -> None:
    """Let the handoff wait for a person again, in its old place."""
    connection.execute(_row(session, version).values(person=None, claimed_by=None, claimed_at=None))


def requeue_row(connection: Connection, session: int, version: int, queue: str) -> None:
    """Let it wait in another queue."""
    connection.execute(_row(session, version).values(queue=queue))


def close_rows(connection: Connection, session: int, outcome: Outcome, *, note: str = "", version: int = 0) -> None:
    """End the session's open handoff, with 0 whichever it is."""
    mine = update(handoffs).where(handoffs.c.session_id == session, handoffs.c.ended_at.is_(None))
    if version:
        mine = mine.where(handoffs.c.version == version)
    connection.execute(mine.values(ended_at=now(), outcome=outcome, returned_note=note or None))


def _row(session: int, version: int) -> Any:
    return update(handoffs).where(
        handoffs.c.session_id == session, handoffs.c.version == version, handoffs.c.ended_at.is_(None)
    )


def _place(session: int, version: int) -> dict[str, Any]:
    workflow = select(sessions.c.workflow_id).where(sessions.c.id == session).scalar_subquery()
    organization = (
        select(workflows.c.organization_id)
        .join(sessions, sessions.c.workflow_id == workflows.c.id)
        .where(sessions.c.id == session)
        .scalar_subquery()
    )
    return {
        "session_id": session,
        "version": version,
        "workflow_id": workflow,
        "organization_id": organization,
        "requested_at": now(),
    }
