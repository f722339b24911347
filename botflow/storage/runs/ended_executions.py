"""Executions that have ended, for the triggers of their own workflow that hear of it (`trigger.ended`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast
from uuid import UUID

import orjson
from sqlalchemy import Connection, Row, Text, func, select
from sqlalchemy import cast as sql_cast

from botflow.engine.effects import TellOfEnd
from botflow.engine.inbound import RUN
from botflow.records.runs import EndedExecution
from botflow.storage.engines.dialects import is_postgres
from botflow.storage.tables import executions, inbounds, sessions, workflow_versions, workflows

LARGEST_OUTPUT = 30_000  # characters of JSON; a larger one is not told
_SILENT = ("fork", "ended")  # what began executions whose ends nothing hears of


def news_of_end(connection: Connection, session: int, ended: Row[Any], error: Mapping[str, Any] | None) -> list[Any]:
    """Return the effect that tells of an execution which ended outside of a turn, if its version has a trigger for
    ends; none for a branch, a part of another execution. `ended` has its id, status, version and trigger."""
    if ended.trigger in _SILENT or (ended.trigger == "child" and _is_branch(connection, session)):
        return []
    found = func.strpos if is_postgres(connection) else func.instr
    mentions = found(sql_cast(workflow_versions.c.documents, Text), '"ended"') > 0
    hears = select(workflow_versions.c.id).where(workflow_versions.c.id == ended.flow_version, mentions)
    if connection.execute(hears).first() is None:
        return []
    body = {"execution": str(ended.id), "status": ended.status, "error": dict(error) if error else None}
    return [{"kind": "tell_end", "body": body}]


def read_ended(connection: Connection, end: TellOfEnd) -> EndedExecution | None:
    """Return an execution that has ended, as those who hear of it are told; None if it is gone, or nothing hears."""
    row = connection.execute(
        select(
            *(executions.c.flow_version, executions.c.trigger, executions.c.began, executions.c.output),
            *(executions.c.started_at, executions.c.ended_at),
            *(sessions.c.id, sessions.c.channel, sessions.c.external_id, workflows.c.slug),
        )
        .join(sessions, sessions.c.id == executions.c.session_id)
        .join(workflows, workflows.c.id == sessions.c.workflow_id)
        .where(executions.c.id == UUID(end.execution))
    ).first()
    if row is None or row.trigger in _SILENT:
        return None
    is_run = row.channel == RUN
    told = {
        "status": end.status,
        "execution": end.execution,
        "workflow": row.slug,
        "session": str(row.id),
        "channel": row.channel,
        "externalId": None if is_run else row.external_id,
        "trigger": row.trigger or row.began or "message",
        "startedAt": row.started_at.isoformat(),
        "endedAt": row.ended_at.isoformat() if row.ended_at else None,
        "error": dict(end.error) if end.error else None,
        "output": row.output if len(orjson.dumps(row.output)) <= LARGEST_OUTPUT else None,
    }
    return EndedExecution(version=row.flow_version, told=told)


def _is_branch(connection: Connection, session: int) -> bool:
    began = select(inbounds.c.content).where(inbounds.c.session_id == session, inbounds.c.seq == 1)
    content = cast(dict[str, Any] | None, connection.execute(began).scalar())
    return bool(((content or {}).get("parameters") or {}).get("node"))
