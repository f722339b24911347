"""Reads the sessions of an organization in pages by key, each with what should arrive at it. Writes and locks nothing.

The statements of a page see the database one after the other. A session that has changed between the first and the last
of them is left out: it is not stuck.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, literal_column, or_, select

from botflow.records.doctor import Examined, OldOutbound, Place, QueuedInbound
from botflow.records.leases import Worker
from botflow.records.runs import ENDED
from botflow.storage.engines.dialects import clock_time, now
from botflow.storage.service.pages import Order
from botflow.storage.tables import effects, executions, inbounds, outbounds, processes, sessions, turns, workflows
from botflow.storage.turns.row_mapping import SESSION, is_new, is_unsettled, stored_session

_BY_KEY = Order(columns=(sessions.c.channel, sessions.c.external_id))
# Literals: a partial index is used only if the query repeats its condition.
_IS_HELD = outbounds.c.state == literal_column("'held'")
_IS_UNKNOWN = and_(is_unsettled(), outbounds.c.state == literal_column("'unknown'"))


def examine_page(
    connection: Connection, organization: int, workflow: str | None, after: Place | None, limit: int
) -> tuple[list[Examined], Place | None]:
    """Look at the next `limit` sessions and runs of a workflow; return those that wait for something or have something
    queued, and the place after which to go on, None at the end."""
    mine = select(workflows.c.id).where(workflows.c.organization_id == organization)
    if workflow is not None:
        mine = mine.where(workflows.c.slug == workflow)
    if after is not None:
        mine = mine.where(workflows.c.id >= after[0])
    numbers = connection.execute(mine.order_by(workflows.c.id).limit(2)).scalars().all()
    if not numbers:
        return [], None
    begin = after[1:] if after is not None and after[0] == numbers[0] else None
    of_workflow = _sessions(organization).where(sessions.c.workflow_id == numbers[0])
    rows = connection.execute(_BY_KEY.page(of_workflow, begin, limit)).all()
    found = _with_facts(connection, organization, rows[:limit])
    if len(rows) > limit:
        last = rows[limit - 1]
        return found, (numbers[0], last.channel, last.external_id)
    return found, (numbers[1], "", "") if len(numbers) > 1 else None


def examine_session(connection: Connection, organization: int, session: int) -> Examined | None:
    """Look at one session or run; None when the organization has none with this number."""
    row = connection.execute(_sessions(organization).where(sessions.c.id == session)).first()
    if row is None:
        return None
    found = _with_facts(connection, organization, [row])
    return found[0] if found else _examined(row, clock_time(connection))


def live_workers(connection: Connection, dead_after_s: float) -> list[Worker]:
    """Return what each process that lives takes: for a command, which is none of them."""
    alive = select(processes.c.queues, processes.c.cannot_run).where(processes.c.seen_at > now(-dead_after_s))
    return [
        Worker(frozenset(_words(row.queues)), frozenset(map(int, _words(row.cannot_run))))
        for row in connection.execute(alive)
    ]


def _with_facts(connection: Connection, organization: int, rows: Sequence[Row[Any]]) -> list[Examined]:
    at = clock_time(connection)
    read = {row.id: _examined(row, at) for row in rows}
    messages = _old_outbounds(connection, list(read))
    found = {
        id: each for id, each in read.items() if each.is_active or each.has_queue or each.is_paused or id in messages
    }
    if not found:
        return []
    ids = list(found)
    groups = _waited_for(connection, [id for id, each in found.items() if _waits_for_runs(each)])
    handed, queued = _handed_off(connection, found), _queued(connection, ids)
    parents, theirs = _parents(connection, organization, found), _executions(connection, found)
    changed = _changed(connection, found)
    return [
        replace(
            each,
            outbounds=tuple(messages.get(id, ())),
            waited_for=groups.get(id, frozenset()),
            handed_off_at=handed.get(id),
            queued=tuple(queued.get(id, ())),
            has_parent=each.stored.session.parent is None or each.stored.session.parent.session in parents,
            execution_status=theirs.get(id, ("", ""))[0],
            user_name=theirs.get(id, ("", ""))[1],
        )
        for id, each in found.items()
        if id not in changed
    ]


def _examined(row: Row[Any], at: datetime) -> Examined:
    return Examined(
        stored=stored_session(tuple(row[: len(SESSION)])),
        workflow=row.slug,
        workflow_status=row.status,
        is_paused=row.paused,
        wakes_at=row.wake_at,
        now=at,
    )


def _waits_for_runs(each: Examined) -> bool:
    wait = each.stored.session.wait
    return wait is not None and "child_done" in wait.accepts


def _waited_for(connection: Connection, ids: Sequence[int]) -> dict[int, frozenset[str]]:
    """Return the groups of runs that have not ended, are yet to start, or have an end that is yet to be told, and those
    of conversations that are yet to start."""
    if not ids:
        return {}
    of_children = select(executions.c.parent_session, executions.c.parent_token).where(
        executions.c.parent_session.in_(ids)
    )
    living = of_children.where(executions.c.status.not_in(ENDED))
    telling = of_children.join(effects, effects.c.session_id == executions.c.session_id).where(effects.c.kind == "done")
    group = effects.c.body["group"].as_string()
    begins = effects.c.kind.in_(("start", "converse"))
    starting = select(effects.c.session_id, group).where(effects.c.session_id.in_(ids), begins)
    found: dict[int, set[str]] = {}
    # In the order in which a run goes: one that goes on meanwhile is found by a later statement, or has told its
    # parent, whose row has changed then.
    for statement in (starting, living, telling):
        for parent, token in connection.execute(statement.distinct()):
            found.setdefault(parent, set()).add(token)
    return {parent: frozenset(tokens) for parent, tokens in found.items()}


def _handed_off(connection: Connection, found: dict[int, Examined]) -> dict[int, datetime]:
    handed = [
        and_(turns.c.session_id == id, turns.c.seq >= handoff.since)
        for id, each in found.items()
        if (handoff := each.stored.session.handoff) is not None
    ]
    if not handed:
        return {}
    first = select(turns.c.session_id, func.min(turns.c.at).label("at")).where(
        turns.c.status == "handed_off", or_(*handed)
    )
    return {row.session_id: row.at for row in connection.execute(first.group_by(turns.c.session_id))}


def _queued(connection: Connection, ids: Sequence[int]) -> dict[int, list[QueuedInbound]]:
    is_next = or_(inbounds.c.owner.is_not(None), inbounds.c.priority.is_not(None))
    waiting = (
        select(
            *(inbounds.c.session_id, inbounds.c.seq, inbounds.c.received_at),
            func.coalesce(sessions.c.flow_version, inbounds.c.flow_version).label("version"),
        )
        .join(sessions, sessions.c.id == inbounds.c.session_id)
        .where(inbounds.c.session_id.in_(ids), is_new(), is_next, ~sessions.c.paused)
        .order_by(inbounds.c.session_id, inbounds.c.seq)
        .limit(2 * len(ids))
    )
    found: dict[int, list[QueuedInbound]] = {}
    for row in connection.execute(waiting):
        inbound = QueuedInbound(seq=row.seq, flow_version=row.version, received_at=row.received_at)
        found.setdefault(row.session_id, []).append(inbound)
    return found


def _parents(connection: Connection, organization: int, found: dict[int, Examined]) -> set[int]:
    named = {parent.session for each in found.values() if (parent := each.stored.session.parent) is not None}
    if not named:
        return set()
    mine = select(sessions.c.id).join(workflows, workflows.c.id == sessions.c.workflow_id)
    there = mine.where(sessions.c.id.in_(named), workflows.c.organization_id == organization)
    return set(connection.execute(there).scalars())


def _executions(connection: Connection, found: dict[int, Examined]) -> dict[int, tuple[str, str]]:
    named = [UUID(each.stored.session.execution) for each in found.values() if each.stored.session.execution]
    columns = (executions.c.session_id, executions.c.status, executions.c.user_name)
    theirs = select(*columns).where(executions.c.id.in_(named))
    return {row.session_id: (row.status, row.user_name or "") for row in connection.execute(theirs)} if named else {}


def _old_outbounds(connection: Connection, ids: Sequence[int]) -> dict[int, list[OldOutbound]]:
    found: dict[int, list[OldOutbound]] = {}
    for condition in (_IS_HELD, _IS_UNKNOWN) if ids else ():
        theirs = select(outbounds).where(outbounds.c.session_id.in_(ids), condition)
        in_order = theirs.order_by(outbounds.c.session_id, outbounds.c.version, outbounds.c.index).limit(2 * len(ids))
        for row in connection.execute(in_order):
            message = OldOutbound(
                id=f"{row.session_id}.{row.version}.{row.index}",
                state=row.state,
                error_code=row.error_code or "",
                since=row.updated_at or row.created_at,
            )
            found.setdefault(row.session_id, []).append(message)
    return found


def _changed(connection: Connection, found: dict[int, Examined]) -> set[int]:
    """Return those that are not as they were read."""
    columns = (sessions.c.id, sessions.c.version, sessions.c.last_seq, sessions.c.done_seq)
    same = {
        row.id
        for row in connection.execute(select(*columns).where(sessions.c.id.in_(list(found))))
        if (stored := found[row.id].stored).session.version == row.version
        and (stored.last_seq, stored.done_seq) == (row.last_seq, row.done_seq)
    }
    return set(found) - same


def _sessions(organization: int) -> Select[*tuple[Any, ...]]:
    columns = (*SESSION, sessions.c.paused, sessions.c.wake_at, workflows.c.slug, workflows.c.status)
    is_mine: ColumnElement[bool] = workflows.c.organization_id == organization
    return select(*columns).join(workflows, workflows.c.id == sessions.c.workflow_id).where(is_mine)


def _words(text: str) -> list[str]:
    return [word for word in text.split(",") if word]
