"""Reading executions, on both databases: their status, what they used, and their log."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Select,
    and_,
    case,
    func,
    select,
    union_all,
    update,
)

from botflow.engine.inbound import RUN
from botflow.records.runs import (
    EVERY_EXECUTION,
    AnswerLog,
    ExecutionFilter,
    ExecutionRecord,
    ForkedFrom,
    Spent,
    TurnLog,
)
from botflow.records.turns import CONTACT_INDEX
from botflow.storage.engines.engine import Engine
from botflow.storage.runs.execution_pages import Order, page_of
from botflow.storage.tables import answers, executions, forks, inbounds, sessions, turns, workflow_versions, workflows
from botflow.storage.turns.row_mapping import is_new, shown_variables

LISTED: Select[*tuple[Any, ...]] = (
    select(
        executions,
        sessions.c.channel,
        sessions.c.external_id,
        sessions.c.state,
        sessions.c.wake_at,
        workflows.c.slug,
        workflow_versions.c.number,
        forks.c.from_execution,
        forks.c.step,
    )
    .join(sessions, sessions.c.id == executions.c.session_id)
    .join(workflows, workflows.c.id == sessions.c.workflow_id)
    .outerjoin(workflow_versions, workflow_versions.c.id == executions.c.flow_version)
    .outerjoin(forks, forks.c.session_id == executions.c.session_id)
)
USAGE = answers.c.value["usage"]


class ExecutedVersion(NamedTuple):
    """A version of a workflow. Its own document is the one by the name `slug`; the others are its subflows."""

    id: int
    number: int
    documents: Mapping[str, Any]
    slug: str


class Executions:
    """Reads executions. A run's are all of its session's turns; a conversation's those between its start and end."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def read(self, execution: str, organization: int | None = None) -> ExecutionRecord | None:
        """Return the execution with this id; None when there is none, or none of the organization."""
        statement = LISTED.where(executions.c.id == UUID(execution))
        if organization is not None:
            statement = statement.where(workflows.c.organization_id == organization)
        row = await self._engine.read(lambda connection: connection.execute(statement).first())
        return _record(row) if row is not None else None

    async def page(
        self,
        limit: int,
        wanted: ExecutionFilter = EVERY_EXECUTION,
        *,
        before: str | None = None,
        order: Order = "newest first",
    ) -> list[ExecutionRecord]:
        """Return executions in this order of their starts; `before` is the id of the last one on the previous page."""
        return await self._engine.read(
            lambda connection: _records(connection, page_of(connection, wanted, order, limit, after=before))
        )

    async def results(
        self, limit: int, wanted: ExecutionFilter, *, after: str | None = None, until: str | None = None
    ) -> list[ExecutionRecord]:
        """Return executions, the first started first, from the id `after` (exclusive) to `until` (inclusive).

        The parts of a parallel are left out: their results are those of the execution that they belong to. So are
        forks.
        """
        whole = replace(wanted, but_branches=True)
        return await self._engine.read(
            lambda connection: _records(
                connection, page_of(connection, whole, "oldest first", limit, after=after, through=until)
            )
        )

    async def versions(self, ids: Collection[int]) -> list[ExecutedVersion]:
        """Return versions that executions ran, with their documents by workflow."""
        statement = (
            select(workflow_versions.c.id, workflow_versions.c.number, workflow_versions.c.documents, workflows.c.slug)
            .join(workflows, workflows.c.id == workflow_versions.c.workflow_id)
            .where(workflow_versions.c.id.in_(ids))
        )
        if not ids:
            return []
        found = await self._engine.read(lambda connection: connection.execute(statement).all())
        return [ExecutedVersion(*row) for row in found]

    async def workflows(self, organization: int | None = None) -> list[str]:
        """Return the ids of all workflows that the database knows, served or not; or the organization's."""
        statement = select(workflows.c.slug).order_by(workflows.c.slug)
        if organization is not None:
            statement = statement.where(workflows.c.organization_id == organization)
        return list(await self._engine.read(lambda connection: connection.execute(statement).scalars().all()))

    async def spent(self, execution: ExecutionRecord) -> Spent:
        """Return what the execution has used so far: turns, attempts, and the cost of its models."""
        of_session = turns.c.session_id == execution.session
        seqs: Select[Any] | CompoundSelect[Any] = select(turns.c.seq).where(of_session, within(turns.c.at, execution))
        if execution.ended_at is None:  # the turn under way, too
            queued = select(inbounds.c.seq).where(inbounds.c.session_id == execution.session, is_new())
            seqs = union_all(seqs, queued)
        has_no_price = and_(USAGE["promptTokens"].as_integer().is_not(None), USAGE["costUsd"].as_float().is_(None))
        asked = select(
            func.count(),
            func.coalesce(func.sum(USAGE["promptTokens"].as_integer()), 0),
            func.coalesce(func.sum(USAGE["completionTokens"].as_integer()), 0),
            func.coalesce(func.sum(USAGE["costUsd"].as_float()), 0.0),
            func.coalesce(func.sum(case((has_no_price, 1), else_=0)), 0),
        ).where(answers.c.session_id == execution.session, answers.c.seq.in_(seqs), answers.c.index > CONTACT_INDEX)
        taken = select(func.count()).where(of_session, within(turns.c.at, execution))
        tried = select(func.coalesce(func.sum(inbounds.c.attempt), 0)).where(
            inbounds.c.session_id == execution.session, inbounds.c.seq.in_(seqs)
        )

        def spent(connection: Connection) -> Spent:
            asks, prompt, completion, cost, unpriced = connection.execute(asked).one()
            return Spent(
                turns=connection.execute(taken).scalar_one(),
                attempts=int(connection.execute(tried).scalar_one()),
                asks=asks,
                prompt_tokens=int(prompt),
                completion_tokens=int(completion),
                cost_usd=None if unpriced else float(cost),
            )

        return await self._engine.read(spent)

    async def changed_at(self, execution: ExecutionRecord) -> dict[str, datetime]:
        """Return when it was last `paused`, `resumed` and `taken_up` again, as far as it was."""
        last = (
            select(turns.c.status, func.max(turns.c.at))
            .where(turns.c.session_id == execution.session, turns.c.status.in_(("paused", "resumed", "taken_up")))
            .where(within(turns.c.at, execution))
            .group_by(turns.c.status)
        )
        return await self._engine.read(lambda connection: {row[0]: row[1] for row in connection.execute(last)})

    async def turns(self, execution: ExecutionRecord, limit: int, after: int = 0) -> list[TurnLog]:
        """Return its turns after the version `after`, in the order of their commits."""
        came = and_(inbounds.c.session_id == turns.c.session_id, inbounds.c.seq == turns.c.seq)
        statement = (
            select(turns, inbounds.c.received_at, inbounds.c.attempt)
            .outerjoin(inbounds, came)
            .where(turns.c.session_id == execution.session, turns.c.version > after, within(turns.c.at, execution))
            .order_by(turns.c.version)
            .limit(limit)
        )

        def turns_with_answers(connection: Connection) -> list[TurnLog]:
            rows = connection.execute(statement).all()
            journal = _journal(connection, execution.session, [row.seq for row in rows])
            return [_turn(row, journal.get(row.seq, [])) for row in rows]

        return await self._engine.read(turns_with_answers)

    async def under_way(self, execution: ExecutionRecord) -> TurnLog | None:
        """Return the turn that is running or queued, with its answers so far."""
        statement = (
            select(inbounds.c.seq, inbounds.c.received_at, inbounds.c.attempt)
            .where(inbounds.c.session_id == execution.session, inbounds.c.state == "new", inbounds.c.kind != "pause")
            .order_by(inbounds.c.attempt.desc(), inbounds.c.seq)
            .limit(1)
        )

        def under_way(connection: Connection) -> TurnLog | None:
            row = connection.execute(statement).first()
            if row is None:
                return None
            return TurnLog(
                seq=row.seq,
                received_at=row.received_at,
                at=row.received_at,
                version=0,
                status="",
                attempts=row.attempt,
                trace=[],
                answers=tuple(_journal(connection, execution.session, [row.seq]).get(row.seq, [])),
            )

        return await self._engine.read(under_way)

    async def set_progress(self, execution: str, progress: dict[str, Any]) -> None:
        """Store the latest progress that the execution's node reported."""
        statement = update(executions).where(executions.c.id == UUID(execution)).values(progress=progress)
        await self._engine.write(lambda connection: connection.execute(statement).rowcount)


def _records(connection: Connection, page: Sequence[UUID]) -> list[ExecutionRecord]:
    """Return these executions, in this order."""
    rows = {row.id: row for row in connection.execute(LISTED.where(executions.c.id.in_(page)))}
    return [_record(rows[id]) for id in page if id in rows]


def _journal(connection: Connection, session: int, seqs: Sequence[int]) -> dict[int, list[AnswerLog]]:
    if not seqs:
        return {}
    found: dict[int, list[AnswerLog]] = {}
    statement = (
        select(answers.c.seq, answers.c.at, answers.c.ask, answers.c.value)
        .where(answers.c.session_id == session, answers.c.seq.between(min(seqs), max(seqs)))
        .where(answers.c.index > CONTACT_INDEX)
        .order_by(answers.c.seq, answers.c.index)
    )
    for row in connection.execute(statement).all():
        found.setdefault(row.seq, []).append(
            AnswerLog(
                at=row.at,
                node=row.ask.get("node", ""),
                kind=row.ask.get("ask", ""),
                usage=row.value.get("usage") or {},
                failure=row.value.get("failure"),
                visit=str(row.ask.get("visit") or row.ask.get("key", "").partition(".")[2].partition(".")[0]),
            )
        )
    return found


def within(moment: ColumnElement[Any], execution: ExecutionRecord) -> ColumnElement[bool]:
    """Match the execution's turns: all turns of a run's session; of a conversation's, those between start and end."""
    if execution.channel == RUN:
        return moment.is_not(None)
    began = moment >= execution.started_at
    return and_(began, moment <= execution.ended_at) if execution.ended_at is not None else began


def _turn(row: Any, journal: Sequence[AnswerLog]) -> TurnLog:
    return TurnLog(
        seq=row.seq,
        received_at=row.received_at or row.at,
        at=row.at,
        version=row.version,
        status=row.status,
        attempts=row.attempt or 0,
        trace=row.trace,
        answers=tuple(journal),
    )


def _record(row: Any) -> ExecutionRecord:
    frames = row.state.get("frames", ())
    is_under_way = row.ended_at is None
    return ExecutionRecord(
        id=str(row.id),
        workflow=row.slug,
        version=row.number or 0,
        flow_version=row.flow_version,
        session=row.session_id,
        channel=row.channel,
        key=row.external_id,
        status=row.status,
        started_at=row.started_at,
        ended_at=row.ended_at,
        trigger=row.trigger or row.began or "message",
        priority=row.priority,
        retries=row.retries or 0,
        user_name=row.user_name,
        input=row.input,
        output=row.output,
        error=row.error,
        metadata=row.metadata,
        variables=_variables(row),
        progress=row.progress,
        node=frames[-1]["node"] if frames and is_under_way else "",
        wakes_at=row.wake_at if is_under_way else None,
        parent_session=row.parent_session,
        branch=row.parent_branch,
        forked_from=ForkedFrom(str(row.from_execution), row.step) if row.step is not None else None,
    )


def _variables(row: Any) -> dict[str, Any]:
    """Return the variables at the execution's end, or, while it is under way, those of its session."""
    is_at_hand = row.ended_at is None and row.state.get("execution") == str(row.id) and row.state.get("frames")
    return shown_variables(row.state) if is_at_hand else row.variables or {}
