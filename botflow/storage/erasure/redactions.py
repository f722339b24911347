"""Messages that providers are to delete, taken up when they are due by any number of processes, and settled."""

from __future__ import annotations

from sqlalchemy import Connection, null, select, text, update

from botflow.records.erasures import Redaction, RedactionState
from botflow.storage.engines.dialects import now
from botflow.storage.tables import redactions
from botflow.storage.tables.erasures import IS_PENDING

TAKEN_S = 60.0  # after which one that was taken up, and not settled, is due again


def has_due(connection: Connection) -> bool:
    due = select(redactions.c.id).where(text(IS_PENDING), redactions.c.due_at <= now())
    return connection.execute(due.limit(1)).first() is not None


def take_redactions(connection: Connection, limit: int) -> list[Redaction]:
    """Take up to `limit` that are due; no other process gets them within TAKEN_S."""
    due = select(redactions.c.id).where(text(IS_PENDING), redactions.c.due_at <= now()).order_by(redactions.c.due_at)
    ids = connection.execute(due.limit(limit).with_for_update(skip_locked=True)).scalars().all()
    taken = (
        update(redactions)
        .where(redactions.c.id.in_(ids))
        .values(due_at=now(TAKEN_S), attempts=redactions.c.attempts + 1)
        .returning(redactions)
    )
    return [
        Redaction(
            id=row.id,
            erasure=row.erasure_id,
            workflow=row.workflow_id,
            channel=row.channel,
            reference=row.reference,
            attempts=row.attempts,
        )
        for row in connection.execute(taken).all()
    ]


def settle_redaction(connection: Connection, id: int, state: RedactionState, error_code: str | None = None) -> None:
    """Note that it is over. The provider's id of what is done is forgotten; with the others one can look there."""
    over = {"state": state, "error_code": error_code, **({"reference": null()} if state == "done" else {})}
    connection.execute(update(redactions).where(redactions.c.id == id, text(IS_PENDING)).values(**over))


def put_off(connection: Connection, id: int, after_s: float, error_code: str) -> None:
    """Try it again later."""
    mine = update(redactions).where(redactions.c.id == id, text(IS_PENDING))
    connection.execute(mine.values(due_at=now(after_s), error_code=error_code))
