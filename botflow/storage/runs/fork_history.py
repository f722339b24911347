"""Reads what an earlier state of a run is rebuilt from: the checkpoint before it, and the turns since, with their
inbounds and answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, and_, select

from botflow.engine.forks.replay import Recorded
from botflow.engine.session import Session
from botflow.records.forks import History, Place, RecordedTurn
from botflow.records.runs import ExecutionRecord
from botflow.records.sessions import SessionKey
from botflow.storage.tables import answers, checkpoints, inbounds, sessions, turns
from botflow.storage.turns.row_mapping import read_inbound

MOST_TURNS = 2_000  # of an execution, between a checkpoint and a step
Answers = Mapping[int, tuple[str, Mapping[str, Any]]]


def read_history(connection: Connection, execution: ExecutionRecord, place: Place) -> History:
    """Return where the rebuilding begins, and the turns from there up to the one that the place is in."""
    session = execution.session
    until = place.version if not place.events else place.version - 1
    before = select(checkpoints).where(checkpoints.c.session_id == session, checkpoints.c.version <= until)
    base = connection.execute(before.order_by(checkpoints.c.version.desc()).limit(1)).first()
    came = and_(inbounds.c.session_id == turns.c.session_id, inbounds.c.seq == turns.c.seq)
    columns = ("kind", "key", "received_at", "seed", "provider", "content")
    rows = connection.execute(
        select(turns.c.seq, turns.c.version, turns.c.status, turns.c.trace, inbounds.c.flow_version)
        .add_columns(*(inbounds.c[name] for name in columns))
        .outerjoin(inbounds, came)
        .where(
            turns.c.session_id == session,
            turns.c.version > (base.version if base is not None else 0),
            turns.c.version <= place.version,
        )
        .order_by(turns.c.version)
        .limit(MOST_TURNS)
    ).all()
    key = _key_of(connection, session)
    journal = _journal(connection, session, [row.seq for row in rows])
    return History(
        session=Session.from_json(base.state, base.version) if base is not None else Session(),
        flow_version=base.flow_version if base is not None else execution.flow_version,
        turns=tuple(_turn(row, key, journal.get(row.seq, {})) for row in rows),
    )


def _turn(row: Any, key: SessionKey, journal: Answers) -> RecordedTurn:
    is_from_outside = row.kind is None or row.kind == "pause"
    return RecordedTurn(
        seq=row.seq,
        version=row.version,
        status=row.status,
        recorded=None if is_from_outside else Recorded(inbound=_inbound(row, key), trace=row.trace, answers=journal),
    )


def _inbound(row: Any, key: SessionKey) -> Any:
    return read_inbound(
        key,
        kind=row.kind,
        provider_key=row.key,
        received_at=row.received_at,
        seed=row.seed,
        provider=row.provider,
        content=row.content,
    )


def _key_of(connection: Connection, session: int) -> SessionKey:
    columns = (sessions.c.workflow_id, sessions.c.channel, sessions.c.external_id)
    return SessionKey(*connection.execute(select(*columns).where(sessions.c.id == session)).one())


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
