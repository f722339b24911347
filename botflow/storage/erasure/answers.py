"""Answers that are kept for requests with an Idempotency-Key: those about an erased session or run are forgotten."""

from __future__ import annotations

import re
from uuid import UUID

from sqlalchemy import Connection, null, or_, select, update

from botflow.records.erasures import Erasing
from botflow.storage.tables import erased_sessions, executions, idempotent_requests

ROWS = 20  # each may have a megabyte
_EXECUTION = re.compile(rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SESSION = re.compile(rb'"(?:session|sessionId|id)":"(\d{1,18})"')


def forget_answers(connection: Connection, erasing: Erasing) -> bool:
    """Look through the next answers of the organization; False at the end."""
    columns = (idempotent_requests.c.key, idempotent_requests.c.body)
    mine = (idempotent_requests.c.organization_id == erasing.organization, idempotent_requests.c.body.is_not(None))
    after = erasing.cursor[0] if erasing.cursor else ""
    rows = connection.execute(
        select(*columns).where(*mine, idempotent_requests.c.key > after).order_by(idempotent_requests.c.key).limit(ROWS)
    ).all()
    theirs = [row.key for row in rows if _is_about(connection, erasing, bytes(row.body))]
    gone = update(idempotent_requests).where(*mine, idempotent_requests.c.key.in_(theirs))
    erasing.count("redacted", "idempotent_requests", connection.execute(gone.values(body=null())).rowcount)
    erasing.cursor = [rows[-1].key] if rows else []
    return len(rows) == ROWS


def _is_about(connection: Connection, erasing: Erasing, body: bytes) -> bool:
    named = {UUID(found.decode()) for found in _EXECUTION.findall(body)}
    numbers = {int(found) for found in _SESSION.findall(body)}
    of_runs = select(executions.c.session_id).where(executions.c.id.in_(named))
    is_listed = or_(erased_sessions.c.session_id.in_(numbers), erased_sessions.c.session_id.in_(of_runs))
    found = select(erased_sessions.c.session_id).where(erased_sessions.c.erasure_id == erasing.id, is_listed)
    return connection.execute(found.limit(1)).first() is not None
