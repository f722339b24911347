"""Calls of models, as the journal of the turns keeps them, and what they used.

The journal is written by turns, and has no index by time: all of it is read by way of executions, which have one.
So a time range is always that of the executions' starts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, Select, Text, and_, case, func, or_, select, tuple_

from botflow.records.runs import STATUSES, ExecutionFilter
from botflow.storage.engines.dialects import is_postgres
from botflow.storage.runs.execution_pages import page_of
from botflow.storage.tables import answers, executions, sessions, turns, workflow_versions, workflows

AT_ONCE = 200  # executions of one statement
MOST_EXECUTIONS = 1_000  # that are looked through for one page
MOST_GROUPS = 1_000
_LAST = 2**31 - 1
GroupBy = Literal["workflow", "node", "model", "day"]
Place = tuple[str, int, int]  # execution, seq, index

_USAGE = answers.c.value["usage"]
_NODE = func.coalesce(answers.c.ask["node"].as_string(), "")
_MODEL = _USAGE["model"].as_string()
_TOPIC = workflows.c.slug.concat(".").concat(_NODE)
_COST = _USAGE["costUsd"].as_float()
_HAS_NO_PRICE = and_(_USAGE["promptTokens"].as_integer().is_not(None), _COST.is_(None))


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFilter:
    """Which calls of models: of executions that started from `after` until before `before`. A topic is
    `workflow.node`; `topic` is what it begins with. `version` is a number of the workflow's."""

    workflow: str | None = None
    model: str | None = None
    topic: str | None = None
    after: datetime | None = None
    before: datetime | None = None
    version: int | None = None


def list_calls(
    connection: Connection, organization: int, wanted: CallFilter, after: Place | None, limit: int
) -> tuple[list[Row[Any]], Place | None]:
    """Return up to `limit` calls, those of the newest execution first, and where the next page begins, None at the end.

    A page has fewer calls when MOST_EXECUTIONS were looked through for it.
    """
    owned = ExecutionFilter(
        organization=organization,
        workflow=wanted.workflow,
        started_after=wanted.after,
        started_before=wanted.before,
    )
    found: list[Row[Any]] = []
    last = after[0] if after is not None else None
    if after is not None:
        rest = tuple_(answers.c.seq, answers.c.index) > tuple_(after[1], after[2])
        found += _calls(connection, organization, [UUID(after[0])], wanted, limit + 1, rest)
    looked = 0
    while len(found) <= limit and looked < MOST_EXECUTIONS:
        ids = page_of(connection, owned, "newest first", AT_ONCE, after=last)
        if not ids:
            return found, None
        found += _calls(connection, organization, ids, wanted, limit + 1 - len(found))
        last, looked = str(ids[-1]), looked + len(ids)
    if len(found) > limit:
        return found[:limit], _place(found[limit - 1])
    assert last is not None, "executions were looked through"
    return found, (last, _LAST, _LAST)


def list_calls_of(
    connection: Connection, organization: int, execution: str, after: Sequence[int] | None, limit: int
) -> list[Row[Any]]:
    """Return at most `limit` + 1 calls of one execution, in their order."""
    rest = tuple_(answers.c.seq, answers.c.index) > tuple_(*after) if after is not None else None
    return _calls(connection, organization, [UUID(execution)], CallFilter(), limit + 1, rest)


def get_call(connection: Connection, organization: int, session: int, seq: int, index: int) -> Row[Any] | None:
    key = (answers.c.session_id == session, answers.c.seq == seq, answers.c.index == index)
    return connection.execute(_statement(organization, CallFilter()).where(*key).limit(1)).first()


def usage_by(connection: Connection, organization: int, group: GroupBy, wanted: CallFilter) -> list[Row[Any]]:
    """Return a row for each group, the dearest first, at most MOST_GROUPS; a time range is required."""
    names = {
        "workflow": workflows.c.slug,
        "node": _TOPIC,
        "model": func.coalesce(_MODEL, ""),
        "day": _day(connection),
    }
    name = names[group].label("name")
    failed = case((answers.c.value["failure"]["code"].as_string().is_not(None), 1), else_=0)
    cost = func.coalesce(func.sum(_COST), 0.0).label("cost")
    sums = (
        func.count().label("calls"),
        func.coalesce(func.sum(failed), 0).label("failures"),
        func.coalesce(func.sum(_USAGE["promptTokens"].as_integer()), 0).label("prompt"),
        func.coalesce(func.sum(_USAGE["completionTokens"].as_integer()), 0).label("completion"),
        cost,
        func.coalesce(func.sum(case((_HAS_NO_PRICE, 1), else_=0)), 0).label("unpriced"),
    )
    was_asked = _USAGE["reusedFrom"].as_string().is_(None)  # not given again, to a fork
    statement = _within(select(name, *sums), organization, wanted).where(was_asked).group_by(name)
    return list(connection.execute(statement.order_by(cost.desc(), name).limit(MOST_GROUPS)))


def _calls(
    connection: Connection,
    organization: int,
    ids: Sequence[UUID],
    wanted: CallFilter,
    limit: int,
    rest: ColumnElement[bool] | None = None,
) -> list[Row[Any]]:
    statement = _statement(organization, wanted).where(executions.c.id.in_(ids))
    if rest is not None:
        statement = statement.where(rest)
    order = (executions.c.started_at.desc(), executions.c.id.desc(), answers.c.seq, answers.c.index)
    return list(connection.execute(statement.order_by(*order).limit(limit)))


def _statement(organization: int, wanted: CallFilter) -> Select[*tuple[Any, ...]]:
    columns = (
        executions.c.id.label("execution"),
        workflows.c.slug.label("workflow"),
        *(
            answers.c.session_id,
            answers.c.seq,
            answers.c.index.label("number"),
            answers.c.at,
            answers.c.ask,
            answers.c.value,
        ),
    )
    return _within(select(*columns), organization, wanted)


def _within(statement: Select[*tuple[Any, ...]], organization: int, wanted: CallFilter) -> Select[*tuple[Any, ...]]:
    """Join the calls of models with their executions, and match those that are wanted."""
    moment = func.coalesce(turns.c.at, answers.c.at)  # a turn under way has no row
    is_its_own = or_(
        executions.c.trigger.is_not(None),
        and_(
            moment >= executions.c.started_at,
            or_(executions.c.ended_at.is_(None), moment <= executions.c.ended_at),
        ),
    )
    statement = (
        statement.select_from(executions)
        .join(sessions, sessions.c.id == executions.c.session_id)
        .join(workflows, workflows.c.id == sessions.c.workflow_id)
        .join(answers, answers.c.session_id == executions.c.session_id)
        .outerjoin(turns, and_(turns.c.session_id == answers.c.session_id, turns.c.seq == answers.c.seq))
        .where(workflows.c.organization_id == organization, answers.c.ask["ask"].as_string() == "model", is_its_own)
    )
    if wanted.workflow is not None:
        statement = statement.where(workflows.c.slug == wanted.workflow)
    if wanted.version is not None:
        statement = statement.join(workflow_versions, workflow_versions.c.id == executions.c.flow_version).where(
            workflow_versions.c.number == wanted.version,
            executions.c.status.in_(STATUSES),  # the index of versions has it before the time
        )
    if wanted.model is not None:
        statement = statement.where(wanted.model == _MODEL)
    if wanted.topic is not None:
        statement = statement.where(func.substr(_TOPIC, 1, len(wanted.topic)) == wanted.topic)
    if wanted.after is not None:
        statement = statement.where(executions.c.started_at >= wanted.after)
    if wanted.before is not None:
        statement = statement.where(executions.c.started_at < wanted.before)
    return statement


def _day(connection: Connection) -> ColumnElement[str]:
    """Return the day (UTC) on which the execution started."""
    at = executions.c.started_at
    if is_postgres(connection):
        return func.to_char(func.timezone("UTC", at), "YYYY-MM-DD")
    return func.substr(at, 1, 10, type_=Text())


def _place(row: Row[Any]) -> Place:
    return str(row.execution), row.seq, row.number
