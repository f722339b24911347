"""Reads what an earlier state of an execution is rebuilt from: the checkpoint before it, or the beginning of a
conversation's execution, and the turns since, with their inbounds and answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import dropwhile
from typing import Any

from sqlalchemy import Connection, Select, and_, select

from botflow.engine.events import ExecutionStarted
from botflow.engine.forks.play import PLAYED
from botflow.engine.forks.replay import Recorded
from botflow.engine.inbound import RUN, Inbound, joined
from botflow.engine.session import Persona, Session
from botflow.errors import RejectedInbound
from botflow.records.forks import History, Place, RecordedTurn
from botflow.records.runs import ExecutionRecord
from botflow.records.sessions import SessionKey
from botflow.storage.runs.executions import within
from botflow.storage.tables import answers, checkpoints, inbounds, turns
from botflow.storage.turns.row_mapping import read_inbound

MOST_TURNS = 2_000  # of an execution, between a checkpoint and a step
MOST_PLAYED = 1_000  # inbounds of a conversation after a step
Answers = Mapping[int, tuple[str, Mapping[str, Any]]]
_INBOUND = ("kind", "key", "received_at", "seed", "provider", "content")


def read_history(connection: Connection, execution: ExecutionRecord, place: Place) -> History:
    """Return where the rebuilding begins, and the turns from there up to the one that the place is in."""
    session = execution.session
    until = place.version if not place.events else place.version - 1
    before = select(checkpoints).where(checkpoints.c.session_id == session, checkpoints.c.version <= until)
    base = connection.execute(before.order_by(checkpoints.c.version.desc()).limit(1)).first()
    wanted = (turns.c.version > (base.version if base is not None else 0), turns.c.version <= place.version)
    rows = list(connection.execute(_turns_of(execution).where(*wanted).limit(MOST_TURNS)).all())
    begun = Session.from_json(base.state, base.version) if base is not None else Session()
    if execution.channel != RUN:  # the turns before its first one are those of another execution
        rows = list(dropwhile(lambda row: not _begins(row), rows))
        begun = Session(version=rows[0].version - 1 if rows else 0)
    heard_as = begun.persona if execution.channel == RUN else Persona(channel=execution.channel, sender=execution.key)
    heard = _heard(connection, execution, heard_as, rows)
    journal = _journal(connection, session, [row.seq for row in rows])
    return History(
        session=begun,
        flow_version=base.flow_version if base is not None else execution.flow_version,
        turns=tuple(_turn(row, heard.get(row.seq), journal.get(row.seq, {})) for row in rows),
        heard_as=heard_as,
    )


def read_plays(
    connection: Connection, execution: ExecutionRecord, heard_as: Persona, after: int
) -> tuple[list[Inbound], int]:
    """Return what a conversation heard after the version `after`, in the order of its turns, and its last version.

    What no node answered is left out: words about consent, and what a person was handed. RejectedInbound
    `fork.too_many_messages` (422).
    """
    later = _turns_of(execution).where(turns.c.version > after).limit(MOST_PLAYED + 1)
    rows = connection.execute(later).all()
    if len(rows) > MOST_PLAYED:
        raise RejectedInbound(
            f"after this step the conversation went on for more than {MOST_PLAYED} turns",
            code="fork.too_many_messages",
            hint="fork it before a later step, or name the messages that the fork is to hear",
            status=422,
        )
    heard = _heard(connection, execution, heard_as, rows)
    played = [row for row in rows if row.kind in PLAYED and not is_ignored(row.trace)]
    return [heard[row.seq] for row in played], max((row.version for row in rows), default=after)


def is_ignored(trace: Sequence[Sequence[Any]]) -> bool:
    """Say whether no node has heard the turn's inbound, which left the session as it was."""
    return len(trace) == 1 and trace[0][0] == "ignored"


def _turns_of(execution: ExecutionRecord) -> Select[*tuple[Any, ...]]:
    """Return the query for the execution's turns, in their order, with their inbounds."""
    came = and_(inbounds.c.session_id == turns.c.session_id, inbounds.c.seq == turns.c.seq)
    return (
        select(turns.c.seq, turns.c.version, turns.c.status, turns.c.trace, inbounds.c.flow_version)
        .add_columns(*(inbounds.c[name] for name in _INBOUND))
        .outerjoin(inbounds, came)
        .where(turns.c.session_id == execution.session, within(turns.c.at, execution))
        .order_by(turns.c.version)
    )


def _begins(row: Any) -> bool:
    return any(event[0] == ExecutionStarted.kind for event in row.trace)


def _heard(
    connection: Connection, execution: ExecutionRecord, heard_as: Persona | None, rows: Sequence[Any]
) -> dict[int, Inbound]:
    """Return the inbounds of these turns by their seq, each with those that had joined it; a change from outside has
    none."""
    key = SessionKey(0, execution.channel, execution.key)
    if heard_as is not None:
        key = SessionKey(0, heard_as.channel, heard_as.sender)
    found = {row.seq: [_inbound(row, key)] for row in rows if row.kind is not None}
    if found and execution.channel != RUN:
        columns = (inbounds.c.merged_into, *(inbounds.c[name] for name in _INBOUND))
        mine = (inbounds.c.session_id == execution.session, inbounds.c.merged_into.in_(found))
        for row in connection.execute(select(*columns).where(*mine).order_by(inbounds.c.seq)).all():
            found[row.merged_into].append(_inbound(row, key))
    return {seq: joined(members) for seq, members in found.items()}


def _turn(row: Any, heard: Inbound | None, journal: Answers) -> RecordedTurn:
    if row.kind == "pause":
        heard = None
    return RecordedTurn(
        seq=row.seq,
        version=row.version,
        status=row.status,
        recorded=Recorded(inbound=heard, trace=row.trace, answers=journal) if heard is not None else None,
        was_ignored=is_ignored(row.trace),
    )


def _inbound(row: Any, key: SessionKey) -> Inbound:
    return read_inbound(
        key,
        kind=row.kind,
        provider_key=row.key,
        received_at=row.received_at,
        seed=row.seed,
        provider=row.provider,
        content=row.content,
    )


def _journal(connection: Connection, session: int, seqs: Sequence[int]) -> dict[int, dict[int, Any]]:
    """Return the answers of these turns, by seq and index."""
    found: dict[int, dict[int, Any]] = {}
    if not seqs:
        return found
    columns = (answers.c.seq, answers.c.index.label("number"), answers.c.fingerprint, answers.c.value)
    mine = select(*columns).where(answers.c.session_id == session, answers.c.seq.between(min(seqs), max(seqs)))
    for row in connection.execute(mine).all():
        found.setdefault(row.seq, {})[row.number] = (row.fingerprint, row.value)
    return found
