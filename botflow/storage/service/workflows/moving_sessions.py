"""Moves sessions to another version, and back, some in each transaction. Any number of processes may do so at once.

A session moves only while it is idle and as it was read: its row is locked, `version` is the same, and nothing is
queued. A message that comes meanwhile waits for the row, sees another version, and runs its turn on the moved session.
The state that a session came from is copied within the database, so that it returns as it was, to the byte.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, ScalarSelect, Select, bindparam, null, select, update

from botflow.records.publications import MovedSession, PublicationState, SessionOutcome
from botflow.records.sessions import StoredSession
from botflow.storage.engines.dialects import clock_time, now
from botflow.storage.service.pages import Order
from botflow.storage.tables import executions, sessions
from botflow.storage.tables.service import publication_sessions, publications
from botflow.storage.turns.row_mapping import SESSION, shown_variables, stored_session

_OF = publication_sessions.c
_UNDER_WAY: Select[*tuple[Any, ...]] = select(*SESSION, sessions.c.paused).where(sessions.c.flow_version.is_not(None))
_BY_KEY = Order(columns=(sessions.c.channel, sessions.c.external_id))
_RESTARTED = {"node": "", "code": "execution.restarted", "message": "a publication lets the conversation begin again"}


class WaitingSession(NamedTuple):
    """A session of a workflow whose execution is under way, and whether that is paused."""

    stored: StoredSession
    is_paused: bool

    @property
    def is_busy(self) -> bool:
        return self.stored.last_seq != self.stored.done_seq


def sessions_under_way(
    connection: Connection, workflow: int, after: Sequence[Any] | None, limit: int, version: int | None = None
) -> list[WaitingSession]:
    """Return at most `limit` + 1 sessions and runs with an execution under way, in the order of their keys; with a
    `version` (its id) those that are in it."""
    mine = _UNDER_WAY.where(sessions.c.workflow_id == workflow)
    if version is not None:
        mine = mine.where(sessions.c.flow_version == version)
    return [_waiting(row) for row in connection.execute(_BY_KEY.page(mine, after, limit))]


def sessions_to_move(
    connection: Connection, publication: int, after: int, limit: int
) -> tuple[int | None, list[WaitingSession]]:
    """Return the next listed sessions that are still under way, and the id after which to go on; None at the end."""
    ids = _next(connection, publication, "waiting", after, limit)
    if not ids:
        return None, []
    under_way = _UNDER_WAY.where(sessions.c.id.in_(ids)).order_by(sessions.c.id)
    return ids[-1], [_waiting(row) for row in connection.execute(under_way)]


def leave_ended(connection: Connection, publication: int) -> None:
    """Let listed sessions stay whose execution has ended, or that are gone."""
    under_way = select(sessions.c.id).where(sessions.c.id == _OF.session_id, sessions.c.flow_version.is_not(None))
    ended = update(publication_sessions).where(*_listed(publication, "waiting"), ~under_way.exists())
    connection.execute(ended.values(state="stayed"))


def move_sessions(connection: Connection, publication: int, moved: Collection[MovedSession]) -> int:
    """Move those of these sessions that are as they were read, if the publication still moves; return their number."""
    if not moved or not _is_in(connection, publication, "moving"):
        return 0
    by_id = {each.id: each for each in moved}
    locked = (
        select(sessions.c.id, sessions.c.version, sessions.c.state)
        .join(publication_sessions, _OF.session_id == sessions.c.id)
        .where(*_listed(publication, "waiting"), sessions.c.id.in_(by_id), sessions.c.last_seq == sessions.c.done_seq)
        .order_by(sessions.c.id)
        .with_for_update(of=sessions)
    )
    rows = [row for row in connection.execute(locked).all() if row.version == by_id[row.id].version]
    if not rows:
        return 0
    _keep_former(connection, publication, [by_id[row.id] for row in rows])
    goes_on = [by_id[row.id] for row in rows if by_id[row.id].flow_version is not None]
    restarts = [row for row in rows if by_id[row.id].flow_version is None]
    if goes_on:
        _set_sessions(connection, goes_on)
        of_moved = executions.c.id.in_([each.execution for each in goes_on])
        connection.execute(update(executions).where(of_moved).values(flow_version=goes_on[0].flow_version))
    for row in restarts:
        _set_sessions(connection, [by_id[row.id]], wake_at=null())
        ended = {"status": "cancelled", "ended_at": now(), "error": _RESTARTED, "variables": shown_variables(row.state)}
        connection.execute(update(executions).where(executions.c.id == by_id[row.id].execution).values(**ended))
    return len(rows)


def settle_sessions(
    connection: Connection, publication: int, ids: Collection[int], outcome: SessionOutcome, reason: str | None = None
) -> None:
    """Write why sessions that wait to be moved are not."""
    mine = (*_listed(publication, "waiting"), _OF.session_id.in_(ids))
    connection.execute(update(publication_sessions).where(*mine).values(state=outcome, reason=reason))


def return_sessions(connection: Connection, publication: int, after: int, limit: int) -> list[int]:
    """Return the ids of the next moved sessions. Those that are as the move left them are moved back; those that have
    gone on stay where they are, and so do those whose execution was deleted since; a session with a message under way
    is looked at again."""
    ids = _next(connection, publication, "moved", after, limit)
    if not ids or not _is_in(connection, publication, "returning"):
        return []
    columns = (sessions.c.id, sessions.c.version, sessions.c.last_seq, sessions.c.done_seq)
    found = {
        row.id: row
        for row in connection.execute(
            select(*columns, _OF.version.label("moved"))
            .join(publication_sessions, _OF.session_id == sessions.c.id)
            .join(executions, executions.c.id == _OF.execution_id)
            .where(*_listed(publication, "moved"), sessions.c.id.in_(ids))
            .order_by(sessions.c.id)
            .with_for_update(of=sessions)
        )
    }
    unchanged = [row for row in found.values() if row.version == row.moved]
    _set_back(connection, publication, [row.id for row in unchanged if row.last_seq == row.done_seq])
    gone = set(ids) - {row.id for row in unchanged}
    mine = (*_listed(publication, "moved"), _OF.session_id.in_(gone))
    connection.execute(update(publication_sessions).where(*mine).values(state="gone_on"))
    return ids


def finish_publication(
    connection: Connection, publication: int, state: PublicationState, left: SessionOutcome, finished: PublicationState
) -> bool:
    """Let a publication in this state be finished if no session is `left` in that outcome; return whether it was."""
    others = select(_OF.session_id).where(*_listed(publication, left)).exists()
    mine = (publications.c.id == publication, publications.c.state == state, ~others)
    over = {"state": finished, "finished_at": clock_time(connection)}
    return connection.execute(update(publications).where(*mine).values(**over)).rowcount > 0


def _keep_former(connection: Connection, publication: int, moved: Sequence[MovedSession]) -> None:
    statement = update(publication_sessions).where(
        _OF.publication_id == publication, _OF.session_id == bindparam("session")
    )
    former = {name: _of_session(name) for name in ("flow_version", "wake_at")}
    kept = statement.values(
        state="moved",
        version=bindparam("after"),
        execution_id=bindparam("execution"),
        before=_of_session("state"),
        **former,
    )
    rows = [{"session": each.id, "after": each.version + 1, "execution": each.execution} for each in moved]
    connection.execute(kept, rows)


def _of_session(column: str) -> ScalarSelect[Any]:
    return select(sessions.c[column]).where(sessions.c.id == _OF.session_id).scalar_subquery()


def _set_sessions(connection: Connection, moved: Sequence[MovedSession], **columns: Any) -> None:
    statement = (
        update(sessions)
        .where(sessions.c.id == bindparam("session"))
        .values(version=sessions.c.version + 1, flow_version=bindparam("pinned"), state=bindparam("moved"), **columns)
    )
    rows = [{"session": each.id, "pinned": each.flow_version, "moved": each.state} for each in moved]
    connection.execute(statement, rows)


def _set_back(connection: Connection, publication: int, ids: Sequence[int]) -> None:
    """Give these locked sessions, and their executions, what they had before the move."""
    if not ids:
        return
    of_session = (_OF.publication_id == publication, _OF.session_id == sessions.c.id)
    former = {
        name: select(_OF[kept]).where(*of_session).scalar_subquery()
        for name, kept in (("state", "before"), ("flow_version", "flow_version"), ("wake_at", "wake_at"))
    }
    back = update(sessions).where(sessions.c.id.in_(ids)).values(version=sessions.c.version + 1, **former)
    connection.execute(back)
    chosen = (*_listed(publication, "moved"), _OF.session_id.in_(ids))
    version = select(_OF.flow_version).where(
        _OF.publication_id == publication, _OF.session_id == executions.c.session_id
    )
    waits = {"status": "waiting", "ended_at": null(), "error": null(), "variables": null()}
    theirs = executions.c.id.in_(select(_OF.execution_id).where(*chosen))
    connection.execute(update(executions).where(theirs).values(flow_version=version.scalar_subquery(), **waits))
    connection.execute(update(publication_sessions).where(*chosen).values(state="returned"))


def _is_in(connection: Connection, publication: int, state: PublicationState) -> bool:
    """Say whether the publication is in this state, and keep it there until the transaction ends."""
    mine = select(publications.c.state).where(publications.c.id == publication).with_for_update(read=True)
    return bool(connection.execute(mine).scalar() == state)


def _next(connection: Connection, publication: int, state: SessionOutcome, after: int, limit: int) -> list[int]:
    listed: Select[*tuple[Any, ...]] = select(_OF.session_id).where(
        *_listed(publication, state), _OF.session_id > after
    )
    return list(connection.execute(listed.order_by(_OF.session_id).limit(limit)).scalars())


def _listed(publication: int, state: SessionOutcome) -> tuple[Any, ...]:
    return _OF.publication_id == publication, _OF.state == state


def _waiting(row: Any) -> WaitingSession:
    return WaitingSession(stored_session(tuple(row[:-1])), row.paused)
