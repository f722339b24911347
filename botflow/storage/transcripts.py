"""Reading conversations, on both databases; the cost of a read does not grow with the conversation's length."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache, partial
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Connection, Integer, Select, and_, bindparam, false, or_, select

from botflow.engine.asks import Line
from botflow.records.outbounds import StoredOutbound
from botflow.records.sessions import SessionState, SessionSummary
from botflow.records.turns import FROM_SEQ, ModelUse, TranscriptEntry, TurnTrace
from botflow.storage.engines.engine import Engine
from botflow.storage.tables import answers, forks, inbounds, outbounds, sessions, turns, workflows
from botflow.storage.turns.row_mapping import PARTS, stored_outbound, was_heard

IS_OWN = outbounds.c.body["to"].as_string().is_(None)
SUMMARIES: Select[*tuple[Any, ...]] = select(sessions, workflows.c.slug).join(
    workflows, workflows.c.id == sessions.c.workflow_id
)
DEEPEST_FORK = 16  # forks of forks whose conversation is read
HEARD = (inbounds.c.seq, inbounds.c.received_at, inbounds.c.content, inbounds.c.state, inbounds.c.key)
NEWEST_PARTS = (outbounds.c.version.desc(), outbounds.c.index.desc())


@cache  # every open stream asks this after each message
def _messages_after() -> Select[*tuple[Any, ...]]:
    version: BindParameter[int] = bindparam("version")
    index: BindParameter[int] = bindparam("index")
    newer = or_(outbounds.c.version > version, and_(outbounds.c.version == version, outbounds.c.index > index))
    is_asked_for = and_(outbounds.c.session_id == bindparam("session"), outbounds.c.version >= version)
    return (
        PARTS.where(is_asked_for, newer, IS_OWN)
        .order_by(outbounds.c.version, outbounds.c.index)
        .limit(bindparam("limit", type_=Integer))
    )


class Transcripts:
    """Reads the messages of a session's person and of the flow, and the traces of their turns."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def messages_after(self, session: int, after: tuple[int, int], limit: int) -> list[StoredOutbound]:
        """Return outbounds to the session's person after (version, index), oldest first."""
        version, index = after
        given = {"session": session, "version": version, "index": index, "limit": limit}
        rows = await self._engine.read(lambda connection: connection.execute(_messages_after(), given).all())
        return [stored_outbound(tuple(row)) for row in rows]

    async def heard_after(self, session: int, seq: int, limit: int) -> list[TranscriptEntry]:
        """Return what the session's person said after the inbound `seq`, oldest first."""
        is_asked_for = and_(inbounds.c.session_id == session, inbounds.c.seq > seq, was_heard())
        statement = select(*HEARD).where(is_asked_for).order_by(inbounds.c.seq).limit(limit)
        rows = await self._engine.read(lambda connection: connection.execute(statement).all())
        return [_heard(row) for row in rows]

    async def states(self, ids: Collection[int]) -> dict[int, SessionState]:
        """Return the states of these sessions, by id; a session that does not exist is left out."""
        columns = (
            sessions.c.id,
            sessions.c.version,
            sessions.c.last_seq,
            sessions.c.done_seq,
            sessions.c.token_revoked,
        )
        statement = select(*columns).where(sessions.c.id.in_(ids))
        rows = await self._engine.read(lambda connection: connection.execute(statement).all())
        return {id: SessionState(*state) for id, *state in rows}

    async def transcript(self, session: int, limit: int, before_seq: int | None = None) -> list[TranscriptEntry]:
        """Return the newest `limit` entries in the order of the conversation, with `before_seq` only those before it.

        A reply follows the inbound that it answers.
        """
        said = [inbounds.c.session_id == session, was_heard()]
        answered = [outbounds.c.session_id == session]
        if before_seq is not None:
            said.append(inbounds.c.seq < before_seq)
            answered.append(outbounds.c.seq < before_seq)
        heard_rows, said_rows = await self._engine.read(
            lambda connection: (
                connection.execute(_newest_inbounds(said, limit)).all(),
                connection.execute(_newest_outbounds(answered, limit)).all(),
            )
        )
        entries = [*(_heard(row) for row in heard_rows), *(_said(row) for row in said_rows)]
        entries.sort(key=_place)
        return entries[-limit:]

    async def lines(self, session: int, before_seq: int, limit: int) -> list[Line]:
        """Return the last lines before an inbound, as a model sees them, oldest first."""
        entries = await self.transcript(session, limit, before_seq)
        return [
            Line(role="user" if entry.direction == "in" else "assistant", text=entry.text)
            for entry in entries
            if entry.text and "to" not in entry.body
        ]

    async def lines_of_fork(self, session: int, before_seq: int, limit: int) -> list[Line]:
        """Return the last lines before an inbound of a fork, those of its original before the step first; of a session
        that is none, its own."""
        lines = await self.lines(session, before_seq, limit)
        for _ in range(DEEPEST_FORK):
            if len(lines) >= limit:
                break
            came_from = select(forks.c.from_session, forks.c.policy[FROM_SEQ].as_integer().label("seq"))
            mine = came_from.where(forks.c.session_id == session)
            row = await self._engine.read(partial(_first_row, statement=mine))
            if row is None or row.seq is None:
                break
            session = row.from_session
            lines = [*await self.lines(session, row.seq, limit - len(lines)), *lines]
        return lines

    async def sessions(self, workflow: str | None, limit: int) -> list[SessionSummary]:
        """Return the sessions that changed last, newest first; of all workflows if `workflow` is None."""
        statement = SUMMARIES.order_by(sessions.c.updated_at.desc()).limit(limit)
        if workflow is not None:
            statement = statement.where(workflows.c.slug == workflow)
        return await self._summaries(statement)

    async def session(self, id: int) -> SessionSummary | None:
        """Return one session."""
        found = await self._summaries(SUMMARIES.where(sessions.c.id == id))
        return found[0] if found else None

    async def sessions_of(self, people: Sequence[tuple[str, str]]) -> list[SessionSummary]:
        """Return the sessions of people, given as (channel, external id), in all workflows."""
        theirs = [and_(sessions.c.channel == channel, sessions.c.external_id == person) for channel, person in people]
        # By workflow, so that the unique index is used.
        everywhere = sessions.c.workflow_id.in_(select(workflows.c.id))
        return await self._summaries(SUMMARIES.where(everywhere, or_(false(), *theirs)).order_by(sessions.c.id))

    async def traces(self, session: int, limit: int) -> list[TurnTrace]:
        """Return what the newest turns did, oldest first."""
        statement = (
            select(turns.c.seq, turns.c.at, turns.c.status, turns.c.trace)
            .where(turns.c.session_id == session)
            .order_by(turns.c.seq.desc())
            .limit(limit)
        )
        rows = await self._engine.read(lambda connection: connection.execute(statement).all())
        return [TurnTrace(seq=row.seq, at=row.at, status=row.status, events=row.trace) for row in reversed(rows)]

    async def model_uses(self, session: int, first_seq: int, limit: int) -> list[ModelUse]:
        """Return the calls of models for the turns from `first_seq` on, oldest first, `limit` at most."""
        statement = (
            select(answers.c.seq, answers.c.value)
            .where(answers.c.session_id == session, answers.c.seq >= first_seq)
            .order_by(answers.c.seq, answers.c.index)
            .limit(limit)
        )
        rows = await self._engine.read(lambda connection: connection.execute(statement).all())
        return [_model_use(row.seq, row.value["usage"]) for row in rows if "model" in row.value.get("usage", {})]

    async def _summaries(self, statement: Select[*tuple[Any, ...]]) -> list[SessionSummary]:
        rows = await self._engine.read(lambda connection: connection.execute(statement).all())
        return [_summary(row) for row in rows]


def _first_row(connection: Connection, statement: Select[*tuple[Any, ...]]) -> Any:
    return connection.execute(statement).first()


def _newest_inbounds(where: Sequence[ColumnElement[bool]], limit: int) -> Select[*tuple[Any, ...]]:
    return select(*HEARD).where(*where).order_by(inbounds.c.seq.desc()).limit(limit)


def _newest_outbounds(where: Sequence[ColumnElement[bool]], limit: int) -> Select[*tuple[Any, ...]]:
    columns = ("seq", "version", "index", "created_at", "body", "state", "error_code")
    return select(*(outbounds.c[name] for name in columns)).where(*where).order_by(*NEWEST_PARTS).limit(limit)


def _heard(row: Any) -> TranscriptEntry:
    body = row.content or {}
    text = body.get("text") or body.get("payload", "")
    return TranscriptEntry(
        direction="in",
        id=f"i{row.seq}",
        seq=row.seq,
        at=row.received_at,
        text=text,
        body=body,
        state=row.state,
        key=row.key,
    )


def _said(row: Any) -> TranscriptEntry:
    seq, version, index, at, body, state, error_code = row
    return TranscriptEntry(
        direction="out",
        id=f"{version}.{index}",
        seq=seq,
        at=at,
        text=body["text"],
        body=body,
        state=state,
        error_code=error_code or "",
    )


def _model_use(seq: int, usage: dict[str, Any]) -> ModelUse:
    return ModelUse(
        seq=seq,
        model=usage["model"] or "",
        prompt_tokens=usage.get("promptTokens") or 0,
        completion_tokens=usage.get("completionTokens") or 0,
        cost_usd=usage.get("costUsd"),
    )


def _place(entry: TranscriptEntry) -> tuple[int, bool, list[int]]:
    """The sort key of an entry: an inbound's replies follow it, in the order they were sent."""
    is_out = entry.direction == "out"
    return entry.seq, is_out, [int(part) for part in entry.id.split(".")] if is_out else []


def _summary(row: Any) -> SessionSummary:
    frames = row.state.get("frames", ())
    is_queued = row.last_seq != row.done_seq
    return SessionSummary(
        id=row.id,
        workflow=row.slug,
        channel=row.channel,
        external_id=row.external_id,
        status="parked" if row.parked else "queued" if is_queued else "waiting" if frames else "idle",
        node=frames[-1]["node"] if frames else "",
        turns=row.done_seq,
        updated_at=row.updated_at,
        wakes_at=row.wake_at,
    )
