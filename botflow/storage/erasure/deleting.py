"""Deletes detached sessions with all their rows, a few hundred in each transaction, and queues what their providers
are to delete."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Table,
    and_,
    delete,
    func,
    insert,
    or_,
    select,
    tuple_,
    update,
)

from botflow.engine.inbound import execution_id
from botflow.records.erasures import Erasing
from botflow.storage.engines.dialects import is_postgres, now
from botflow.storage.tables import (
    answers,
    artifacts,
    checkpoints,
    effects,
    erased_sessions,
    executions,
    feedback,
    file_pieces,
    files,
    forks,
    handoffs,
    inbounds,
    outbounds,
    publication_sessions,
    recorded_answers,
    redactions,
    sessions,
    spending,
    turns,
)
from botflow.storage.turns.row_mapping import is_unsettled

ROWS = 300  # of each table in one transaction; a piece of a file or an artifact may have a megabyte
LARGE_ROWS = 20
PATIENCE_S = 60.0  # for parts that a provider has at this moment, and for parents that wait for a run

# In the order in which they are deleted: an answer is journalled only while its inbound is there, and feedback is given
# only while its message is.
BY_SESSION: tuple[Table, ...] = (
    inbounds,
    feedback,
    outbounds,
    answers,
    turns,
    checkpoints,
    effects,
    publication_sessions,
    recorded_answers,
    forks,
    handoffs,
)


def delete_sessions(connection: Connection, erasing: Erasing) -> bool | None:
    """Delete some rows of the next detached session. True when there is more to do, None when that is only in a while,
    False when all are gone."""
    detached = (erased_sessions.c.erasure_id == erasing.id, erased_sessions.c.state == "detached")
    mine = select(erased_sessions.c.session_id).where(*detached).order_by(erased_sessions.c.session_id)
    if erasing.age_s < PATIENCE_S:
        session = connection.execute(mine.where(~_is_under_way()).limit(1)).scalar()
        if session is None:
            return None if connection.execute(mine.limit(1)).first() is not None else False
    else:
        session = connection.execute(mine.limit(1)).scalar()
        if session is None:
            return False
    if not _has_more(connection, erasing, session):
        _delete_session(connection, erasing, session)
    return True


def queue_redactions(connection: Connection, erasing: Erasing, references: Iterator[tuple[int, str, str]]) -> None:
    """Queue messages for deletion at their provider: workflow, channel and the provider's id of each."""
    rows = [
        {
            "erasure_id": erasing.id,
            "workflow_id": workflow,
            "channel": channel,
            "reference": reference,
            "state": "pending",
            "attempts": 0,
        }
        for workflow, channel, reference in references
    ]
    if rows:
        connection.execute(insert(redactions).values(due_at=now()), rows)


def references_of(workflow: int, channel: str, row: Any) -> Iterator[tuple[int, str, str]]:
    """Return the provider's ids of an outbound."""
    for reference in (row.provider_id, *(row.former_ids or "").split()):
        if reference:
            yield workflow, row.body.get("channel") or channel, reference


def _is_under_way() -> ColumnElement[bool]:
    """Match a session of which a part is at a provider, or whose end an execution that stays is to be told."""
    session = erased_sessions.c.session_id
    at_provider = select(outbounds.c.index).where(outbounds.c.session_id == session, is_unsettled()).exists()
    to_tell = select(effects.c.index).where(effects.c.session_id == session, effects.c.kind == "done").exists()
    return or_(at_provider, to_tell)


def _has_more(connection: Connection, erasing: Erasing, session: int) -> bool:
    """Delete rows of the session up to the limit; True if there may be more of them."""
    workflow, channel = connection.execute(
        select(erased_sessions.c.workflow_id, erased_sessions.c.channel).where(
            erased_sessions.c.erasure_id == erasing.id, erased_sessions.c.session_id == session
        )
    ).one()
    for table in BY_SESSION:
        of_session = table.c.session_id == session
        _queue_provider_ids(connection, erasing, table, session, workflow, channel)
        if _delete_some(connection, erasing, table, of_session, ROWS) == ROWS:
            return True
    runs = select(executions.c.id).where(executions.c.session_id == session)
    of_files = select(files.c.id).where(files.c.session_id == session)
    for table, condition, limit in (
        (artifacts, artifacts.c.execution_id.in_(runs), LARGE_ROWS),
        (executions, executions.c.session_id == session, ROWS),
        (file_pieces, file_pieces.c.file_id.in_(of_files), LARGE_ROWS),
        (files, files.c.session_id == session, ROWS),
    ):
        if _delete_some(connection, erasing, table, condition, limit) == limit:
            return True
    return False


def _queue_provider_ids(
    connection: Connection, erasing: Erasing, table: Table, session: int, workflow: int, channel: str
) -> None:
    """Queue the messages that `_delete_some` is about to delete."""
    if table is outbounds:
        parts = (outbounds.c.provider_id, outbounds.c.former_ids, outbounds.c.body)
        some = _some(outbounds, outbounds.c.session_id == session, ROWS, *parts)
        found = [each for row in connection.execute(some) for each in references_of(workflow, channel, row)]
        queue_redactions(connection, erasing, iter(found))
    elif table is inbounds:
        columns = (inbounds.c.key, inbounds.c.provider, inbounds.c.received_at, inbounds.c.seed)
        rows = connection.execute(_some(inbounds, inbounds.c.session_id == session, ROWS, *columns)).all()
        queue_redactions(connection, erasing, ((workflow, channel, row.key) for row in rows if row.provider))
        # A turn whose commit was lost may have stored large values for an execution that never got its row.
        begun = [execution_id(row.received_at, row.seed) for row in rows]
        kept = connection.execute(delete(artifacts).where(artifacts.c.execution_id.in_(begun)))
        erasing.count("erased", "artifacts", kept.rowcount)


def _delete_some(
    connection: Connection, erasing: Erasing, table: Table, condition: ColumnElement[bool], limit: int
) -> int:
    key = tuple_(*table.primary_key.columns)
    chosen = _some(table, condition, limit, *table.primary_key.columns)
    deleted: int = connection.execute(delete(table).where(key.in_(chosen))).rowcount
    erasing.count("erased", table.name, deleted)
    return deleted


def _some(table: Table, condition: ColumnElement[bool], limit: int, *columns: ColumnElement[Any]) -> Select[Any]:
    return select(*columns).where(condition).order_by(*table.primary_key.columns).limit(limit)


def _delete_session(connection: Connection, erasing: Erasing, session: int) -> None:
    """Delete the session's own row. SQLite would give the highest id again: there an empty row stays in its place, so
    that no copy of the session in a process can ever be taken for another one's."""
    per_session = spending.c.scope.in_(("session", "visitor"))
    spent = connection.execute(delete(spending).where(per_session, spending.c.key == str(session)))
    erasing.count("erased", "spending", spent.rowcount)
    mine = sessions.c.id == session
    if not is_postgres(connection):
        mine = and_(mine, sessions.c.id < select(func.max(sessions.c.id)).scalar_subquery())
    deleted = connection.execute(delete(sessions).where(mine)).rowcount
    erasing.count("erased", "sessions")
    if not deleted:
        erasing.count("kept", f"{sessions.name}.number")
    gone = (erased_sessions.c.erasure_id == erasing.id, erased_sessions.c.session_id == session)
    connection.execute(update(erased_sessions).where(*gone).values(state="erased"))
