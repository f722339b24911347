"""Makes a fork: writes its rows, and where the answers of its original are, in the caller's transaction.

A fork is a run of its own. Its session has no person, its key is one that no caller may choose, and its first rows are
a checkpoint and a turn that say where it begins. Of its original nothing is changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, and_, func, insert, literal, or_, select

from botflow.engine.bounded_asks import NO_RECORDED_ANSWER
from botflow.engine.forks.question import question_of
from botflow.engine.inbound import RUN
from botflow.engine.kept_values import PREFIX
from botflow.errors import RejectedInbound
from botflow.records.forks import ForkRequest, NewFork
from botflow.records.queues import MESSAGE_PRIORITY
from botflow.records.runs import ExecutionRecord, StartedRun
from botflow.records.sessions import FORK
from botflow.records.turns import FROM_SEQ
from botflow.storage.engines.dialects import clock_time, upsert
from botflow.storage.runs.artifacts import VALUE, keep_values
from botflow.storage.runs.forks.plays import heard_columns, plan
from botflow.storage.tables import (
    answers,
    artifacts,
    checkpoints,
    executions,
    forks,
    inbounds,
    recorded_answers,
    sessions,
    turns,
)
from botflow.storage.turns.row_mapping import FORKED_MESSAGE, TRACE

MOST_ANSWERS = 10_000  # of the original and the runs below it, after the step
_COPIED = ("key", "kind", "content_type", "size", "content")


def find_fork(connection: Connection, original: ExecutionRecord, key: str) -> StartedRun | None:
    """Return the fork of the original's workflow that was made with this key."""
    of_original = select(sessions.c.workflow_id).where(sessions.c.id == original.session).scalar_subquery()
    row = connection.execute(
        select(executions.c.id, executions.c.session_id, executions.c.status)
        .join(sessions, sessions.c.id == executions.c.session_id)
        .where(
            sessions.c.workflow_id == of_original,
            sessions.c.channel == RUN,
            sessions.c.external_id == f"{FORK}{key}",
            executions.c.trigger == "fork",
        )
    ).one_or_none()
    return StartedRun(execution=str(row.id), session=row.session_id, is_new=False, status=row.status) if row else None


def check_same(connection: Connection, made: StartedRun, request: ForkRequest, original: ExecutionRecord) -> None:
    """RejectedInbound `fork.other_request` (409) when the key made a fork of another step."""
    mine = select(forks.c.from_execution, forks.c.step).where(forks.c.session_id == made.session)
    if tuple(connection.execute(mine).one()) != (UUID(original.id), request.step):
        raise RejectedInbound(
            "another fork was made with this key",
            code="fork.other_request",
            hint="use a new key for each fork, and the same one only to repeat a request",
            status=409,
        )


def make_fork(connection: Connection, original: ExecutionRecord, fork: NewFork) -> StartedRun:
    """Write the fork; the same key again returns the one that it made. RejectedInbound `fork.not_kept` (409) when the
    large values of its state are gone, `fork.too_many_answers` (422)."""
    at = clock_time(connection)
    session = _new_session(connection, original, fork, at)
    if session is None:
        known = find_fork(connection, original, fork.request.key)
        assert known is not None, "a fork that has the key was in the way"
        return known
    connection.execute(insert(executions).values(_execution(original, fork, session, at)))
    connection.execute(insert(checkpoints).values(_checkpoint(fork, session, at)))
    connection.execute(insert(turns).values(_beginning(original, fork, session, at)))
    connection.execute(insert(inbounds).values(_first_inbound(connection, fork, session)))
    connection.execute(insert(forks).values(_origin(original, fork, session)))
    if fork.sequel is not None and fork.session.persona is not None:
        plan(connection, session, fork.sequel.plays, fork.session.persona, fork.flow_version)
    _copy_values(connection, fork)
    _copy_artifacts(connection, original, fork)
    _point_to_answers(connection, fork, session)
    return StartedRun(execution=fork.execution, session=session, is_new=True)


def _new_session(connection: Connection, original: ExecutionRecord, fork: NewFork, at: datetime) -> int | None:
    of_original = select(sessions.c.workflow_id).where(sessions.c.id == original.session)
    row = {
        "workflow_id": connection.execute(of_original).scalar_one(),
        "channel": RUN,
        "external_id": f"{FORK}{fork.request.key or fork.execution}",
        "version": fork.session.version,
        "last_seq": 1,
        "done_seq": 0,
        "flow_version": fork.flow_version,
        "parked": False,
        "state": fork.session.to_json(),
        "created_at": at,
        "updated_at": at,
    }
    made = upsert(connection, sessions).on_conflict_do_nothing().returning(sessions.c.id)
    session: int | None = connection.execute(made, row).scalar()
    return session


def _execution(original: ExecutionRecord, fork: NewFork, session: int, at: datetime) -> dict[str, Any]:
    return {
        "id": UUID(fork.execution),
        "session_id": session,
        "started_at": at,
        "flow_version": fork.flow_version,
        "status": "pending",
        "trigger": "fork",
        "priority": original.priority,
        "user_name": original.user_name,
        "input": original.input,
        "metadata": original.metadata,
    }


def _checkpoint(fork: NewFork, session: int, at: datetime) -> dict[str, Any]:
    return {
        "session_id": session,
        "version": fork.session.version,
        "at": at,
        "node": fork.session.frames[-1].node,
        "flow_version": fork.flow_version,
        "state": fork.session.to_json(),
    }


def _beginning(original: ExecutionRecord, fork: NewFork, session: int, at: datetime) -> dict[str, Any]:
    """Return the turn that the log begins with."""
    event = ["forked", fork.session.frames[-1].node, original.id, fork.request.step]
    version = fork.session.version
    return {"session_id": session, "seq": 0, "at": at, "version": version, "status": "forked", "trace": [event]}


def _origin(original: ExecutionRecord, fork: NewFork, session: int) -> dict[str, Any]:
    policy = fork.request.policy.to_json()
    if fork.sequel is not None:
        policy[FROM_SEQ] = max(1, fork.begins_in.seq)
    return {
        "session_id": session,
        "from_execution": UUID(original.id),
        "from_session": original.session,
        "step": fork.request.step,
        "policy": policy,
    }


def _first_inbound(connection: Connection, fork: NewFork, session: int) -> dict[str, Any]:
    """Return the inbound that lets the fork continue: what its original had received, but for the parent, who is not to
    be told of the fork, and the trace, which is the original's."""
    wait = fork.session.wait
    assert wait is not None, "a fork waits to be resumed"
    columns = ("received_at", "seed", "provider", "content", "kind", "key")
    # Behind a change from outside, such as a retry, it is the next one.
    mine = (inbounds.c.session_id == fork.begins_in.session, inbounds.c.seq >= fork.begins_in.seq)
    first = select(*(inbounds.c[name] for name in columns)).where(*mine).order_by(inbounds.c.seq).limit(1)
    received = connection.execute(first).first()
    if received is None:
        raise not_kept()
    heard = {name: getattr(received, name) for name in ("received_at", "seed", "provider", "content")}
    if fork.sequel is not None and fork.sequel.first is not None and fork.session.persona is not None:
        heard = heard_columns(fork.sequel.first, fork.session.persona)
    content = {name: each for name, each in (heard["content"] or {}).items() if name != TRACE}
    parameters = {name: each for name, each in (content.get("parameters") or {}).items() if name != "parent"}
    content = {**content, "token": wait.token, **({"parameters": parameters} if parameters else {})}
    is_message = received.kind == "message" or received.key == FORKED_MESSAGE
    return {
        **heard,
        "session_id": session,
        "seq": 1,
        "flow_version": fork.flow_version,
        "attempt": 0,
        "state": "new",
        "kind": "resume",
        "key": FORKED_MESSAGE if is_message else "fork",
        "content": content,
        "priority": MESSAGE_PRIORITY,
    }


def _copy_values(connection: Connection, fork: NewFork) -> None:
    """Copy the large values that the state names, so that it does not depend on the original any more."""
    names = fork.session.kept_names()
    new = {name: content for name, content in fork.kept.items() if name in names}
    if new:
        keep_values(connection, UUID(fork.execution), new)
    if stored := sorted(names - new.keys()):
        keys = [f"{PREFIX}{name}" for name in stored]
        mine = (artifacts.c.execution_id == UUID(fork.kept_of), artifacts.c.key.in_(keys))
        if _copy(connection, fork.execution, *mine) != len(stored):
            raise not_kept()


def _copy_artifacts(connection: Connection, original: ExecutionRecord, fork: NewFork) -> None:
    """Copy what the original had stored before the step."""
    place = fork.place
    # What the turn of the step has stored came with its answers.
    last = place.version if fork.asked or not place.events else place.version - 1
    before = (turns.c.session_id == fork.begins_in.session, turns.c.version <= last)
    at = connection.execute(select(func.max(turns.c.at)).where(*before)).scalar()
    if at is not None:
        mine = (artifacts.c.execution_id == UUID(original.id), artifacts.c.kind != VALUE, artifacts.c.created_at <= at)
        _copy(connection, fork.execution, *mine)


def _copy(connection: Connection, execution: str, *which: Any) -> int:
    """Copy artifacts to an execution that does not have them; return how many those are."""
    target = literal(UUID(execution), artifacts.c.execution_id.type)
    found = select(target, artifacts.c.created_at, *(artifacts.c[name] for name in _COPIED)).where(*which)
    made = upsert(connection, artifacts).from_select(["execution_id", "created_at", *_COPIED], found)
    return len(connection.execute(made.on_conflict_do_nothing().returning(artifacts.c.key)).all())


def copy_artifacts_until(connection: Connection, session: int, execution: str, at: datetime) -> None:
    """Copy what the execution of a session had stored by then, as far as `execution` has not stored the like."""
    of_session = select(executions.c.id).where(executions.c.session_id == session)
    _copy(
        connection,
        execution,
        artifacts.c.execution_id.in_(of_session),
        artifacts.c.kind != VALUE,
        artifacts.c.created_at <= at,
    )


def _point_to_answers(connection: Connection, fork: NewFork, session: int) -> None:
    """Note where the answers after the step are, those of the original first."""
    rows: list[dict[str, Any]] = []
    for branch, asked, condition in _asked(connection, fork, _later(fork)):
        columns = (answers.c.seq, answers.c.index, answers.c.ask, answers.c.value["failure"]["code"].as_string())
        found = select(*columns).where(answers.c.session_id == asked, answers.c.index >= 0, condition)
        taken = and_(turns.c.session_id == answers.c.session_id, turns.c.seq == answers.c.seq)
        by_turn = found.outerjoin(turns, taken).order_by(turns.c.version.nulls_last(), answers.c.seq, answers.c.index)
        ordered = by_turn.limit(MOST_ANSWERS + 1)
        for row_seq, index, ask, failure in connection.execute(ordered).all():
            if failure != NO_RECORDED_ANSWER:
                place = {"from_session": asked, "from_seq": row_seq, "from_index": index}
                rows.append({"branch": branch, "node": ask.get("node", ""), "question": question_of(ask), **place})
        if len(rows) > MOST_ANSWERS:
            raise RejectedInbound(
                f"after this step the execution got more than {MOST_ANSWERS} answers",
                code="fork.too_many_answers",
                hint="fork it before a later step",
                status=422,
            )
    if rows:
        numbered = [{"session_id": session, "position": position, **row} for position, row in enumerate(rows)]
        connection.execute(insert(recorded_answers), numbered)


def _later(fork: NewFork) -> ColumnElement[bool]:
    """Match the original's answers after the step. A conversation goes on after its execution, and may have taken an
    inbound before an earlier one."""
    seq = fork.begins_in.seq
    of_turn = and_(answers.c.seq == seq, answers.c.index >= fork.asked)
    if fork.sequel is None:
        return or_(answers.c.seq > seq, of_turn)
    between = turns.c.version.between(fork.place.version + 1, fork.sequel.until)
    return or_(
        answers.c.seq.in_(select(turns.c.seq).where(turns.c.session_id == fork.begins_in.session, between)), of_turn
    )


def _asked(connection: Connection, fork: NewFork, later: Any) -> Iterator[tuple[str, int, Any]]:
    """Yield the path, the session and the condition of the answers: of the original, and of the runs that it waited
    for after the step, at any depth."""
    yield "", fork.begins_in.session, later
    above = [("", fork.begins_in.session)]
    while above:
        path, parent = above.pop(0)
        children = select(executions.c.session_id, executions.c.parent_branch, executions.c.parent_token)
        mine = children.where(executions.c.parent_session == parent, executions.c.parent_token != "")
        for child, branch, token in connection.execute(mine.order_by(executions.c.session_id)).all():
            is_later = int(token) >= fork.place.version and (fork.sequel is None or int(token) <= fork.sequel.until)
            if path or is_later:
                yield f"{path}/{branch}", child, literal(True)
                above.append((f"{path}/{branch}", child))


def not_kept() -> RejectedInbound:
    return RejectedInbound(
        "what the execution knew before this step is not stored any more",
        code="fork.not_kept",
        hint="it was pruned or erased; fork an execution that is younger",
        status=409,
    )
