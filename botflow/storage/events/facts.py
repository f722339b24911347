"""Reads the rows that notes refer to, and returns what is told of each: a few statements, however many notes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, Select, or_, select, tuple_

from botflow.engine.inbound import RUN
from botflow.records.events import EventType
from botflow.records.sessions import FORK
from botflow.storage.events.projection import HANDOFF, Told, Trace, events_of, needs_open_node, open_node_of
from botflow.storage.events.recording import SEPARATOR
from botflow.storage.tables import (
    audit_log,
    campaign_starts,
    decisions,
    executions,
    feedback,
    outbounds,
    sessions,
    turns,
    workflow_versions,
    workflows,
)

LOOKED_BACK = 20  # turns, for the node where an execution was
_STATUS: EventType = "workflow.status_changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A note of a trigger: which row is news. `refers` is the rest of the row's key."""

    id: int
    organization: int
    at: datetime
    source: str
    session: int | None
    refers: str


def told_by(connection: Connection, notes: Sequence[Note]) -> dict[int, list[Told]]:
    """Return what each note tells, by its id; nothing for one whose row is gone."""
    told: dict[int, list[Told]] = {}
    for source, read in _READERS.items():
        wanted = [note for note in notes if note.source == source]
        if wanted:
            told.update(read(connection, wanted))
    return told


def _turns(connection: Connection, notes: Sequence[Note]) -> Iterator[tuple[int, list[Told]]]:
    places = {(note.session, int(note.refers)): note.id for note in notes}
    found = connection.execute(_TURNS.where(_IS_NO_FORK, tuple_(turns.c.session_id, turns.c.seq).in_(places)))
    for row in found.all():
        before = _open_node(connection, row) if needs_open_node(row.trace) else ""
        place = _place(row)
        yield (
            places[row.session_id, row.seq],
            [(kind, {**place, **_with_id(row, more)}) for kind, more in events_of(row.trace, before)],
        )


def _with_id(row: Row[Any], more: dict[str, Any]) -> dict[str, Any]:
    """Return what an event tells, with the id of its handoff as the API writes it."""
    return {**more, HANDOFF: f"{row.session_id}.{more[HANDOFF]}"} if HANDOFF in more else more


def _open_node(connection: Connection, row: Row[Any]) -> str:
    """Return the node where the session was before this turn, by the last turn that tells."""
    before = select(turns.c.trace).where(turns.c.session_id == row.session_id, turns.c.seq < row.seq)
    former: Sequence[Trace] = connection.execute(before.order_by(turns.c.seq.desc()).limit(LOOKED_BACK)).scalars().all()
    return next((node for trace in former if (node := open_node_of(trace)) is not None), "")


def _queued(connection: Connection, notes: Sequence[Note]) -> Iterator[tuple[int, list[Told]]]:
    ids = {UUID(note.refers): note.id for note in notes}
    for row in connection.execute(_EXECUTIONS.where(_IS_NO_FORK, executions.c.id.in_(ids))):
        yield ids[row.execution], [("workflow.queued", _place(row))]


def _messages(connection: Connection, notes: Sequence[Note]) -> Iterator[tuple[int, list[Told]]]:
    keys = {(note.session, *map(int, note.refers.split("."))): note.id for note in notes}
    columns = (outbounds.c.session_id, outbounds.c.version, outbounds.c.index)
    parts = _PARTS.where(tuple_(*columns).in_(keys))
    for row in connection.execute(parts):
        about = {"message": f"{row.version}.{row[2]}", "code": row.error_code or ""}
        yield keys[row.session_id, row.version, row[2]], [("message.failed", {**_session(row), **about})]


def _consent(connection: Connection, notes: Sequence[Note]) -> Iterator[tuple[int, list[Told]]]:
    ids = {int(note.refers): note.id for note in notes}
    made = select(decisions.c.id, decisions.c.kind, decisions.c.reason, decisions.c.channel, decisions.c.session_id)
    for row in connection.execute(made.where(decisions.c.id.in_(ids))):
        kind: EventType = "contact.opted_out" if row.kind == "opt_out" else "contact.opted_in"
        session = None if row.session_id is None else str(row.session_id)
        yield ids[row.id], [(kind, {"channel": row.channel, "session": session, "reason": row.reason})]


def _campaigns(connection: Connection, notes: Sequence[Note]) -> Iterator[tuple[int, list[Told]]]:
    keys: dict[tuple[int, int, str, str], int] = {}
    for note in notes:
        workflow, person, occasion, node = note.refers.split(SEPARATOR, 3)
        keys[int(workflow), int(person), occasion, node] = note.id
    starts = campaign_starts.c
    key = (starts.workflow_id, starts.person_id, starts.occasion, starts.node)
    made = select(*key, starts.due_at, starts.outcome, starts.reason, starts.execution_id, workflows.c.slug)
    made = made.join(workflows, workflows.c.id == starts.workflow_id)
    for row in connection.execute(made.where(tuple_(*key).in_(keys))):
        kind: EventType = "campaign.started" if row.outcome == "started" else "campaign.missed"
        about = {
            "workflow": row.slug,
            "campaign": row.node,
            "contact": row.person_id,
            "dueAt": row.due_at.isoformat(),
            "execution": str(row.execution_id) if row.execution_id is not None else None,
            "reason": row.reason or None,
        }
        yield keys[row.workflow_id, row.person_id, row.occasion, row.node], [(kind, about)]


def _feedback(connection: Connection, notes: Sequence[Note]) -> Iterator[tuple[int, list[Told]]]:
    """Tell what the person thinks now: notes of one message tell the same, once each."""
    ids: dict[tuple[int | None, int, int], list[int]] = defaultdict(list)
    for note in notes:
        version, index = map(int, note.refers.split("."))
        ids[note.session, version, index].append(note.id)
    given = feedback.c
    key = (given.session_id, given.version, given.index)
    for row in connection.execute(_GIVEN.where(tuple_(*key).in_(ids))):
        kind: EventType = "feedback.taken_back" if row.value is None else "feedback.given"
        about = {"message": f"{row.version}.{row[2]}", "node": row.node or None, "version": row.number}
        told: Told = (kind, {**_session(row), **about, **({} if row.value is None else {"value": row.value})})
        for id in ids[row.session_id, row.version, row[2]]:
            yield id, [told]


def _changes(connection: Connection, notes: Sequence[Note]) -> Iterator[tuple[int, list[Told]]]:
    ids = {int(note.refers): note.id for note in notes}
    made = select(audit_log.c.id, audit_log.c.action, audit_log.c.subject, audit_log.c.after)
    for row in connection.execute(made.where(audit_log.c.id.in_(ids))):
        workflow, after = row.subject.removeprefix("workflow:"), row.after or {}
        if row.action == "workflow.status":
            yield ids[row.id], [(_STATUS, {"workflow": workflow, "status": after.get("status")})]
        else:
            yield ids[row.id], [(row.action, {"workflow": workflow, "version": after.get("version")})]


def _place(row: Row[Any]) -> dict[str, Any]:
    return {
        **_session(row),
        "version": row.number,
        "execution": str(row.execution) if row.execution is not None else None,
    }


def _session(row: Row[Any]) -> dict[str, Any]:
    return {"workflow": row.slug, "session": str(row.session_id), "channel": row.channel}


def _with_execution(statement: Select[Any], joined: Any) -> Select[Any]:
    """Add the workflow, the execution and its version's number to a statement about a session's row."""
    return (
        statement.join(workflows, workflows.c.id == sessions.c.workflow_id)
        .outerjoin(executions, joined)
        .outerjoin(workflow_versions, workflow_versions.c.id == executions.c.flow_version)
    )


# The execution that a turn belongs to. A conversation's are those between its start and its end; all of a run are its.
_DURING = (
    select(executions.c.id)
    .where(
        executions.c.session_id == turns.c.session_id,
        executions.c.started_at <= turns.c.at,
        or_(executions.c.ended_at.is_(None), executions.c.ended_at >= turns.c.at, sessions.c.channel == RUN),
    )
    .order_by(executions.c.started_at.desc())
    .limit(1)
    .correlate(turns, sessions)
    .scalar_subquery()
)
_PLACE = (
    *(workflows.c.slug, sessions.c.channel),
    executions.c.id.label("execution"),
    workflow_versions.c.number,
)
# Nothing of a fork is told: a receiver would take it for what has happened.
_IS_NO_FORK = or_(sessions.c.channel != RUN, ~sessions.c.external_id.startswith(FORK, autoescape=True))
_TURNS: Select[Any] = _with_execution(
    select(turns.c.session_id, turns.c.seq, turns.c.trace, *_PLACE).join(sessions, sessions.c.id == turns.c.session_id),
    executions.c.id == _DURING,
)
_EXECUTIONS: Select[Any] = (
    select(executions.c.session_id, *_PLACE)
    .join(sessions, sessions.c.id == executions.c.session_id)
    .join(workflows, workflows.c.id == sessions.c.workflow_id)
    .outerjoin(workflow_versions, workflow_versions.c.id == executions.c.flow_version)
)
_PARTS: Select[Any] = (
    select(
        *(outbounds.c.session_id, outbounds.c.version, outbounds.c.index, outbounds.c.error_code),
        *(workflows.c.slug, sessions.c.channel),
    )
    .join(sessions, sessions.c.id == outbounds.c.session_id)
    .join(workflows, workflows.c.id == sessions.c.workflow_id)
)
_GIVEN: Select[Any] = (
    select(
        *(feedback.c.session_id, feedback.c.version, feedback.c.index, feedback.c.value, feedback.c.node),
        *(workflows.c.slug, sessions.c.channel, workflow_versions.c.number),
    )
    .join(sessions, sessions.c.id == feedback.c.session_id)
    .join(workflows, workflows.c.id == feedback.c.workflow_id)
    .outerjoin(workflow_versions, workflow_versions.c.id == feedback.c.flow_version)
)
_READERS: Mapping[str, Any] = {
    "turn": _turns,
    "queued": _queued,
    "message": _messages,
    "consent": _consent,
    "campaign": _campaigns,
    "feedback": _feedback,
    "feedback_changed": _feedback,
    "change": _changes,
}
