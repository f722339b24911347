"""Canaries: begun, weighted and ended, each in the transaction of its caller, which has locked the workflow's row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, func, insert, select, update

from botflow.records.canaries import CanaryRecord, CanaryState
from botflow.records.runs import STATUSES
from botflow.storage.engines.dialects import clock_time
from botflow.storage.service.pages import Order
from botflow.storage.tables import canaries, executions, workflow_versions, workflows

_ORDER = Order(columns=(canaries.c.id,), descending=True)
_TRIED, _BASE = workflow_versions.alias("tried"), workflow_versions.alias("base")


def begin_canary(
    connection: Connection, workflow: int, version: int, base: int, percent: int, author: str
) -> CanaryRecord:
    """Let a share of the new executions begin in `version`; the caller has seen that no other canary runs."""
    row = insert(canaries).values(
        workflow_id=workflow,
        state="running",
        version_id=version,
        base_id=base,
        percent=percent,
        revision=1,
        author=author,
        created_at=clock_time(connection),
    )
    made = connection.execute(row.returning(canaries.c.id)).scalar_one()
    return _record(connection.execute(_canaries().where(canaries.c.id == made)).one())


def running_canary(connection: Connection, workflow: int) -> CanaryRecord | None:
    """Return the canary that runs, by the id of the workflow's row."""
    mine = _canaries().where(canaries.c.workflow_id == workflow, canaries.c.state == "running")
    row = connection.execute(mine).first()
    return _record(row) if row is not None else None


def get_canary(connection: Connection, organization: int, slug: str, id: int) -> CanaryRecord | None:
    """Return a canary, also one that has ended; None when there is none."""
    row = connection.execute(_canaries().where(*_of(organization, slug), canaries.c.id == id)).first()
    return _record(row) if row is not None else None


def list_canaries(
    connection: Connection, organization: int, slug: str, after: Sequence[Any] | None, limit: int
) -> list[CanaryRecord]:
    """Return at most `limit` + 1 canaries, the newest first."""
    rows = connection.execute(_ORDER.page(_canaries().where(*_of(organization, slug)), after, limit))
    return [_record(row) for row in rows]


def set_percent(connection: Connection, canary: int, percent: int) -> None:
    mine = update(canaries).where(canaries.c.id == canary)
    connection.execute(mine.values(percent=percent, revision=canaries.c.revision + 1))


def end_canary(connection: Connection, canary: int, state: CanaryState, publication: int | None) -> None:
    """Let no new execution begin in the canary's version because of its share."""
    mine = update(canaries).where(canaries.c.id == canary, canaries.c.state == "running")
    ended = {"state": state, "ended_at": clock_time(connection), "publication_id": publication}
    connection.execute(mine.values(revision=canaries.c.revision + 1, **ended))


def count_statuses(connection: Connection, version: int, after: Any, before: Any) -> dict[str, int]:
    """Return how many executions of a version (its id) began in this time, by their status now."""
    counted = select(executions.c.status, func.count()).where(
        executions.c.flow_version == version,
        executions.c.status.in_(STATUSES),  # the index has it before the time
        executions.c.started_at >= after,
        executions.c.started_at < before,
    )
    return {row.status: row[1] for row in connection.execute(counted.group_by(executions.c.status))}


def _of(organization: int, slug: str) -> tuple[Any, ...]:
    return workflows.c.organization_id == organization, workflows.c.slug == slug


def _canaries() -> Select[*tuple[Any, ...]]:
    return (
        select(canaries, _TRIED.c.number.label("number"), _BASE.c.number.label("base_number"))
        .join(workflows, workflows.c.id == canaries.c.workflow_id)
        .join(_TRIED, _TRIED.c.id == canaries.c.version_id)
        .join(_BASE, _BASE.c.id == canaries.c.base_id)
    )


def _record(row: Row[Any]) -> CanaryRecord:
    return CanaryRecord(
        id=row.id,
        workflow=row.workflow_id,
        state=row.state,
        version=row.version_id,
        number=row.number,
        base=row.base_id,
        base_number=row.base_number,
        percent=row.percent,
        revision=row.revision,
        author=row.author,
        created_at=row.created_at,
        ended_at=row.ended_at,
        publication=row.publication_id,
    )
