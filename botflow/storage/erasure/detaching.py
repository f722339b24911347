"""Cuts a session off from its person, before its rows are deleted: from then on their next message begins a new one.

The session gets another key and an empty state under a new version, and is paused. So a turn under way in any process
loses its commit, no process begins another one, and no copy of the session in a cache can be written back. What was
still to be sent is dropped; what a provider may have at this moment is named by its address, so that its outcome can
still be asked for.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, delete, exists, literal_column, or_, select, update

from botflow.engine.inbound import RUN
from botflow.records.erasures import Erasing
from botflow.records.runs import CANCELLED
from botflow.storage.consent_changes import IS_HELD, IS_READY
from botflow.storage.engines.dialects import now
from botflow.storage.runs.changes.cancel import end_run
from botflow.storage.tables import effects, erased_sessions, executions, inbounds, outbounds, sessions
from botflow.storage.turns.row_mapping import is_new, is_unsettled

AT_ONCE = 20


def detach_sessions(connection: Connection, erasing: Erasing) -> list[int]:
    """Detach the next sessions; return their ids, none at the end."""
    mine = (erased_sessions.c.erasure_id == erasing.id, erased_sessions.c.state == "listed")
    listed = select(erased_sessions).where(*mine).order_by(erased_sessions.c.session_id).limit(AT_ONCE)
    rows = connection.execute(listed).all()
    for row in rows:
        _detach(connection, erasing, row)
    ids = [row.session_id for row in rows]
    done = update(erased_sessions).where(*mine, erased_sessions.c.session_id.in_(ids))
    connection.execute(done.values(state="detached"))
    return ids


def _detach(connection: Connection, erasing: Erasing, row: Any) -> None:
    session = row.session_id
    if connection.execute(select(sessions.c.id).where(sessions.c.id == session)).first() is None:
        return  # a run that was pruned since it was listed
    tells = row.channel == RUN and _has_other_parent(connection, erasing, session)
    end_run(connection, session, CANCELLED, tell_parent=tells)
    connection.execute(delete(effects).where(effects.c.session_id == session, effects.c.kind != "done"))
    over = update(inbounds).where(inbounds.c.session_id == session, is_new())
    connection.execute(over.values(state=literal_column("'stale'"), owner=None))
    gone: dict[str, Any] = {"state": {}, "flow_version": None, "wake_at": None, "paused": True, "token_revoked": True}
    connection.execute(
        update(sessions)
        .where(sessions.c.id == session)
        .values(version=sessions.c.version + 1, external_id=f"erased:{session}", updated_at=now(), **gone)
    )
    connection.execute(delete(outbounds).where(outbounds.c.session_id == session, or_(IS_READY, IS_HELD)))
    _address_parts(connection, session, row.external_id)


def _has_other_parent(connection: Connection, erasing: Erasing, session: int) -> bool:
    """Say whether an execution that stays waits for this run."""
    above = executions.c.parent_session
    is_listed = exists().where(erased_sessions.c.erasure_id == erasing.id, erased_sessions.c.session_id == above)
    waits = select(above).where(executions.c.session_id == session, above.is_not(None), ~is_listed)
    return connection.execute(waits.limit(1)).first() is not None


def _address_parts(connection: Connection, session: int, address: str) -> None:
    """Name the recipient in the parts that a provider may have: their session has another key now."""
    columns = (outbounds.c.version, outbounds.c.index, outbounds.c.body)
    under_way = select(*columns).where(outbounds.c.session_id == session, is_unsettled())
    for version, index, body in connection.execute(under_way.with_for_update()).all():
        if not body.get("to"):
            mine = (outbounds.c.session_id == session, outbounds.c.version == version, outbounds.c.index == index)
            connection.execute(update(outbounds).where(*mine).values(body={**body, "to": address}))
