"""Looks for the person in every place, first to redact what may be redacted, then to prove that nothing is left.

A row that names the person belongs to a run that is over, to a log, or to something that is not theirs to have erased:
another person's conversation, a run under way, a document of the organization. Only the first are redacted; the others
are counted with the reason why they stay.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, delete, null, select, update

from botflow.engine.inbound import RUN
from botflow.records.erasures import Erasing, without
from botflow.storage.erasure.deleting import queue_redactions, references_of
from botflow.storage.erasure.places import Place, places
from botflow.storage.tables import (
    UNSETTLED_STATES,
    artifacts,
    audit_log,
    contacts,
    decisions,
    executions,
    file_pieces,
    files,
    idempotent_requests,
    outbounds,
    person_terms,
    person_values,
    sessions,
    spending,
)

LOGS = (audit_log, decisions, idempotent_requests)
OPEN_STATES = (*UNSETTLED_STATES, "held")


def redact_some(connection: Connection, erasing: Erasing) -> bool:
    """Redact the next part of the tables; False at the end."""
    return _look(connection, erasing, is_last=False)


def search_some(connection: Connection, erasing: Erasing) -> bool:
    """Count what is left in the next part of the tables, and why; False at the end. The proof says for how many names
    it was looked: a short one would be a word or a number elsewhere."""
    if not erasing.cursor:
        for how, names in erasing.person.counted.items():
            erasing.count("names", how, names)
    return _look(connection, erasing, is_last=True)


def _look(connection: Connection, erasing: Erasing, *, is_last: bool) -> bool:
    place, after = _place(erasing)
    if place is None or not erasing.person.needles:
        return False
    end = place.end_of(connection, after)
    if end is None:
        erasing.cursor = [str(place.table.name), "over"]
        return True
    for row in place.rows_naming(connection, erasing.organization, erasing.person, after, end):
        if not any(erasing.person.is_in(row._mapping[column.name]) for column in place.columns):
            continue  # a longer number, or a longer word
        reason = _reason_to_keep(connection, erasing, place, row)
        if is_last:
            erasing.count("kept" if reason else "left", f"{place.table.name}.{reason}" if reason else place.table.name)
        elif reason is None:
            _redact(connection, erasing, place, row)
    erasing.cursor = [str(place.table.name), *(str(value) if isinstance(value, UUID) else value for value in end)]
    return True


def _place(erasing: Erasing) -> tuple[Place | None, list[Any]]:
    """Return where to look next, and after which row."""
    name, *after = erasing.cursor or [""]
    if after != ["over"] and name:
        here = next((place for place in places() if place.table.name == name), None)
        return here, after
    return next((place for place in places() if place.table.name > name), None), []


def _reason_to_keep(connection: Connection, erasing: Erasing, place: Place, row: Any) -> str | None:
    """Return why a row stays that names the person; None when it is to be redacted."""
    table = place.table
    if table in LOGS:
        return None
    if table is contacts:
        return "opt_out" if row.stopped else "since"
    if table is spending:
        return "since"
    if table in (person_values, person_terms):
        return "another_person"
    session = _session_of(connection, place, row)
    if session is None:
        return "configuration"
    if session.channel != RUN:
        return "since" if session.external_id in erasing.person.keys else "another_person"
    if _is_for_the_person(connection, erasing, session.id):
        return "since"
    is_busy = session.flow_version is not None or session.last_seq != session.done_seq
    is_open = table is outbounds and row.state in OPEN_STATES
    return "under_way" if is_busy or is_open else None


def _session_of(connection: Connection, place: Place, row: Any) -> Any:
    """Return the session that a row belongs to, None for a row of none."""
    table = place.table
    if table is sessions:
        return row
    if "session_id" in table.c:
        id = row.session_id
    elif table is artifacts:
        of_run = select(executions.c.session_id).where(executions.c.id == row.execution_id)
        id = connection.execute(of_run).scalar()
    elif table is file_pieces:
        id = connection.execute(select(files.c.session_id).where(files.c.id == row.file_id)).scalar()
    else:
        return None
    return connection.execute(select(sessions).where(sessions.c.id == id)).first()


def _is_for_the_person(connection: Connection, erasing: Erasing, session: int) -> bool:
    if erasing.person.user is None:
        return False
    theirs = (executions.c.session_id == session, executions.c.user_name == erasing.person.user)
    return connection.execute(select(executions.c.id).where(*theirs)).first() is not None


def _redact(connection: Connection, erasing: Erasing, place: Place, row: Any) -> None:
    table, person = place.table, erasing.person
    if table is outbounds and row.body.get("to") in person.keys:
        _drop_message(connection, erasing, place, row)
        return
    if table is idempotent_requests:
        _forget_answer(connection, erasing, place, row)
        return
    changed = dict(_changed(erasing, place, row))
    if table is artifacts and "content" in changed:
        changed["size"] = len(changed["content"])
    mine = update(table).where(place.is_row(row))
    if table is sessions:
        mine = mine.where(sessions.c.version == row.version)  # a retry may have begun
        changed["version"] = sessions.c.version + 1
    erasing.count("redacted", table.name, connection.execute(mine.values(changed)).rowcount)


def _changed(erasing: Erasing, place: Place, row: Any) -> Iterator[tuple[str, Any]]:
    unique = {*place.table.primary_key.columns, sessions.c.external_id}
    for column in place.columns:
        value = row._mapping[column.name]
        new = without(bytes(value) if isinstance(value, memoryview) else value, erasing.person)
        if new != value:
            yield column.name, f"erased:{secrets.token_hex(8)}" if column in unique else new


def _drop_message(connection: Connection, erasing: Erasing, place: Place, row: Any) -> None:
    """Delete a message that a run has sent to the person."""
    of_run = select(sessions.c.workflow_id).where(sessions.c.id == row.session_id)
    workflow = connection.execute(of_run).scalar_one()
    queue_redactions(connection, erasing, references_of(workflow, RUN, row))
    erasing.count("erased", "outbounds", connection.execute(delete(outbounds).where(place.is_row(row))).rowcount)


def _forget_answer(connection: Connection, erasing: Erasing, place: Place, row: Any) -> None:
    """Forget the stored answer of a request, or the request if its key names the person."""
    if erasing.person.is_in(row.key):
        gone = connection.execute(delete(idempotent_requests).where(place.is_row(row)))
        erasing.count("erased", "idempotent_requests", gone.rowcount)
        return
    mine = update(idempotent_requests).where(place.is_row(row))
    erasing.count("redacted", "idempotent_requests", connection.execute(mine.values(body=null())).rowcount)
