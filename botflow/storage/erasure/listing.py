"""Which sessions and runs are a person's: conversations, runs for them, what those have started, and forks of runs."""

from __future__ import annotations

from sqlalchemy import Connection, Select, exists, insert, literal, select

from botflow.engine.inbound import RUN
from botflow.records.erasures import Erasing
from botflow.records.sessions import SessionKey
from botflow.storage.tables import erased_sessions, executions, forks, sessions, workflows

AT_ONCE = 500


def list_sessions(connection: Connection, erasing: Erasing) -> bool:
    """List some sessions that are not listed yet; False when there are none.

    A conversation that has begun after the request is another one, and stays. Runs that a listed session started, and
    forks of a listed run, belong to it, whenever they began: they hold what the person has said.
    """
    kinds = (_conversations(erasing), _runs(erasing), _below(erasing), _forks(erasing))
    return any(_add(connection, erasing, found) for found in kinds)


def keys_of(connection: Connection, erasure: int) -> list[SessionKey]:
    """Return the keys that the erased sessions had."""
    columns = (erased_sessions.c.workflow_id, erased_sessions.c.channel, erased_sessions.c.external_id)
    rows = connection.execute(select(*columns).where(erased_sessions.c.erasure_id == erasure))
    return [SessionKey(*row) for row in rows]


def _conversations(erasing: Erasing) -> Select[tuple[int, int, str, str]]:
    return _sessions(erasing).where(
        sessions.c.external_id.in_(erasing.person.keys),
        sessions.c.channel != RUN,
        sessions.c.created_at <= erasing.requested_at,
    )


def _runs(erasing: Erasing) -> Select[tuple[int, int, str, str]]:
    of_user = exists().where(
        executions.c.session_id == sessions.c.id,
        executions.c.user_name == erasing.person.user,
        executions.c.started_at <= erasing.requested_at,
    )
    return _sessions(erasing).where(of_user, literal(erasing.person.user is not None))


def _below(erasing: Erasing) -> Select[tuple[int, int, str, str]]:
    above = erased_sessions.alias("above")
    of_listed = exists().where(
        executions.c.session_id == sessions.c.id,
        executions.c.parent_session == above.c.session_id,
        above.c.erasure_id == erasing.id,
    )
    return _sessions(erasing).where(of_listed)


def _forks(erasing: Erasing) -> Select[tuple[int, int, str, str]]:
    """Return the forks of what is erased, which hold what the person had said."""
    original = erased_sessions.alias("original")
    of_listed = exists().where(
        forks.c.session_id == sessions.c.id,
        forks.c.from_session == original.c.session_id,
        original.c.erasure_id == erasing.id,
    )
    return _sessions(erasing).where(of_listed)


def _sessions(erasing: Erasing) -> Select[tuple[int, int, str, str]]:
    is_listed = exists().where(
        erased_sessions.c.erasure_id == erasing.id, erased_sessions.c.session_id == sessions.c.id
    )
    return (
        select(sessions.c.id, sessions.c.workflow_id, sessions.c.channel, sessions.c.external_id)
        .join(workflows, workflows.c.id == sessions.c.workflow_id)
        .where(workflows.c.organization_id == erasing.organization, ~is_listed)
        .order_by(sessions.c.id)
        .limit(AT_ONCE)
    )


def _add(connection: Connection, erasing: Erasing, found: Select[tuple[int, int, str, str]]) -> bool:
    rows = [
        {
            "erasure_id": erasing.id,
            "session_id": row.id,
            "state": "listed",
            "workflow_id": row.workflow_id,
            "channel": row.channel,
            "external_id": row.external_id,
        }
        for row in connection.execute(found).all()
    ]
    if rows:
        connection.execute(insert(erased_sessions), rows)
    return bool(rows)
