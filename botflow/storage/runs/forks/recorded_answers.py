"""Gives a fork the answers of its original: to the same question at the same node, in their order, each once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select, update

from botflow.records.forks import AnswerId, AskPolicy, NoAnswer, TakenAnswer
from botflow.storage.runs.forks.forks import copy_artifacts_until
from botflow.storage.tables import answers, executions, forks, recorded_answers

DEEPEST = 32  # levels of runs below a fork


@dataclass(frozen=True, slots=True, kw_only=True)
class Questioned:
    """A question of a fork: the key that its answer will have, the execution that asks, the node and the question.

    `stores`: the answer may have stored artifacts, which then belong to it.
    """

    id: AnswerId
    execution: str
    node: str
    question: str
    stores: bool


def take(connection: Connection, asked: Questioned) -> TakenAnswer | NoAnswer | None:
    """Return the recorded answer; None when the fork asks anew. The same question by the same key gets the same one, so
    an attempt that is repeated takes no other."""
    found = _fork_of(connection, asked.id.session)
    if found is None:
        return NoAnswer()
    session, branch, policy = found
    if asked.node in policy.ask_again:
        return None
    taken = _next(connection, session, branch, asked)
    row = connection.execute(_answer(taken)).first() if taken is not None else None
    if taken is None or row is None:
        return None if policy.may_ask else NoAnswer()
    if asked.stores:
        copy_artifacts_until(connection, taken.session, asked.execution, row.at)
    return TakenAnswer(taken, row.value)


def _fork_of(connection: Connection, session: int) -> tuple[int, str, AskPolicy] | None:
    """Return the fork that the session is or belongs to, the path of the run in it, and its policy."""
    branch = ""
    for _ in range(DEEPEST):
        policy = connection.execute(select(forks.c.policy).where(forks.c.session_id == session)).scalar()
        if policy is not None:
            return session, branch, AskPolicy.from_json(policy)
        above = select(executions.c.parent_session, executions.c.parent_branch)
        row = connection.execute(above.where(executions.c.session_id == session)).first()
        if row is None or row.parent_session is None:
            return None
        session, branch = row.parent_session, f"/{row.parent_branch}{branch}"
    return None


def _next(connection: Connection, session: int, branch: str, asked: Questioned) -> AnswerId | None:
    """Take the first answer of this question that no other has taken."""
    table = recorded_answers
    mine = and_(
        table.c.used_by_session == asked.id.session,
        table.c.used_by_seq == asked.id.seq,
        table.c.used_by_index == asked.id.index,
    )
    wanted = (
        table.c.session_id == session,
        table.c.node == asked.node,
        table.c.question == asked.question,
        table.c.branch == branch,
    )
    first = select(func.min(table.c.position)).where(*wanted, or_(table.c.used_by_session.is_(None), mine))
    # The branches of a fork may ask at the same moment: only one of them may take an answer.
    connection.execute(select(forks.c.session_id).where(forks.c.session_id == session).with_for_update())
    position = connection.execute(first).scalar()
    if position is None:
        return None
    row: Any = connection.execute(
        update(table)
        .where(table.c.session_id == session, table.c.position == position)
        .values(used_by_session=asked.id.session, used_by_seq=asked.id.seq, used_by_index=asked.id.index)
        .returning(table.c.from_session, table.c.from_seq, table.c.from_index)
    ).one()
    return AnswerId(row.from_session, row.from_seq, row.from_index)


def _answer(id: AnswerId) -> Any:
    key = (answers.c.session_id == id.session, answers.c.seq == id.seq, answers.c.index == id.index)
    return select(answers.c.value, answers.c.at).where(*key)
