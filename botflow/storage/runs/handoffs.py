"""A conversation in the hands of a person, on both databases: what is written when it is handed off and given back,
and while the person has it. Each function is a part of its caller's transaction, on a session that the caller locked.

`sessions.paused` is set meanwhile: timers, triggers and results wait, and nothing of the session is leased. The
messages of the contact are finished as they come, by turns that visit no node. Each change moves the session's
version, which fences a turn under way; its message, too, is left to the person.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, case, delete, exists, func, insert, literal_column, select, update

from botflow.engine.events import InboundIgnored
from botflow.engine.session import Handoff, Session
from botflow.records.outbounds import OutboundPart
from botflow.records.queues import MESSAGE_PRIORITY
from botflow.storage.engines.dialects import now
from botflow.storage.runs.outside_changes import record
from botflow.storage.runs.session_locks import lock_with_queue
from botflow.storage.tables import inbounds, outbounds, sessions, turns
from botflow.storage.turns.row_mapping import is_new, trace_for_send

HANDED_OFF = InboundIgnored("handed_off").to_json()  # the trace of a message that a person answers
PAUSE = "pause"  # the inbound that holds the queue of a paused execution


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedSession:
    """A session that this transaction has locked with its queue."""

    id: int
    version: int
    last_seq: int
    has_queue: bool
    parked: bool
    is_active: bool
    channel: str
    external_id: str
    state: Mapping[str, Any]

    @property
    def session(self) -> Session:
        return Session.from_json(self.state, self.version)


def lock_session(connection: Connection, session: int) -> LockedSession | None:
    """Lock a session and its queue; None when there is no such session."""
    columns = ("version", "last_seq", "done_seq", "parked", "flow_version", "channel", "external_id", "state")
    row = lock_with_queue(connection, session, *(sessions.c[name] for name in columns))
    if row is None:
        return None
    return LockedSession(
        id=session,
        version=row.version,
        last_seq=row.last_seq,
        has_queue=row.last_seq != row.done_seq,
        parked=row.parked,
        is_active=row.flow_version is not None,
        channel=row.channel,
        external_id=row.external_id,
        state=row.state,
    )


def leave_messages_to_person(connection: Connection, session: int) -> bool:
    """Finish the waiting messages of a session that was handed off, in a transaction of its own; False for another."""
    locked = lock_session(connection, session)
    if locked is None or locked.session.handoff is None:
        return False
    _finish_messages(connection, locked)
    return True


def hand_off(connection: Connection, locked: LockedSession, person: str) -> None:
    """Let `person` have the conversation; one who has it already is replaced."""
    former = locked.session.handoff
    if former is not None:
        since = former.since
    else:
        first = select(func.min(inbounds.c.seq)).where(*_waiting_messages(locked.id))
        since = connection.execute(first).scalar() or locked.last_seq + 1
    _finish_messages(connection, locked)
    _give_up_leases(connection, locked.id)
    state = {**locked.state, "handoff": Handoff(person=person, since=since).to_json()}
    moved = update(sessions).where(sessions.c.id == locked.id)
    connection.execute(moved.values(version=sessions.c.version + 1, state=state, paused=True))
    record(connection, locked.id, "handed_off", values=[person])


def give_back(connection: Connection, locked: LockedSession, *, replay: bool) -> int:
    """Let the flow have the conversation again, at the node where it waits, whose deadline begins anew. With `replay`
    the messages that were left to the person are queued for it; return how many."""
    session = locked.session
    assert session.handoff is not None, "the caller has looked"
    if not replay:
        _finish_messages(connection, locked)
    queued = _queue_again(connection, locked.id, session.handoff.since) if replay else 0
    wait = session.wait
    wake: dict[str, Any] = {}
    if wait is None or not wait.until:
        after_s = wait.timeout_s if wait is not None and not locked.parked else None
        wake["wake_at"] = now(after_s) if after_s is not None else None
    state = {name: value for name, value in locked.state.items() if name != "handoff"}
    is_held = exists().where(inbounds.c.session_id == locked.id, inbounds.c.kind == PAUSE, is_new())
    moved = update(sessions).where(sessions.c.id == locked.id)
    connection.execute(moved.values(version=sessions.c.version + 1, state=state, paused=is_held, **wake))
    takes_messages = wait is None or "message" in wait.accepts
    waiting = update(inbounds).where(inbounds.c.session_id == locked.id, is_new(), inbounds.c.kind != PAUSE)
    if not takes_messages:
        waiting = waiting.where(inbounds.c.kind != "message")
    if not connection.execute(select(is_held)).scalar():
        connection.execute(waiting.values(priority=MESSAGE_PRIORITY))
    record(connection, locked.id, "returned")
    return queued


def say(
    connection: Connection, locked: LockedSession, person: str, parts: Sequence[OutboundPart], trace: str = ""
) -> tuple[int, int]:
    """Write a message of a person, which leaves like those of a turn; return its seq and version. `trace` is the
    context of the person's request."""
    version = locked.version + 1
    connection.execute(update(sessions).where(sessions.c.id == locked.id).values(version=version))
    seq = record(connection, locked.id, "said", values=[person])
    rows = [
        {
            "session_id": locked.id,
            "created_at": now(),
            "version": version,
            "index": index,
            "attempts": 0,
            "seq": seq,
            "state": part.state,
            "body": part.message.to_json() | trace_for_send(trace, part),
            "segments": part.segments,
        }
        for index, part in enumerate(parts)
    ]
    for row in rows:
        connection.execute(insert(outbounds).values(**row))
    return seq, version


def _waiting_messages(session: int) -> tuple[Any, ...]:
    """Match the messages that no turn has answered. An opt-out and its like have turns of their own."""
    return (
        inbounds.c.session_id == session,
        is_new(),
        inbounds.c.kind == "message",
        inbounds.c.content["consent"].as_string().is_(None),
    )


def _finish_messages(connection: Connection, locked: LockedSession) -> None:
    """Finish the waiting messages, each by a turn that visits no node and has a version of its own."""
    found = select(inbounds.c.seq).where(*_waiting_messages(locked.id)).order_by(inbounds.c.seq)
    seqs = connection.execute(found).scalars().all()
    if not seqs:
        return
    version = connection.execute(select(sessions.c.version).where(sessions.c.id == locked.id)).scalar_one()
    for position, seq in enumerate(seqs, start=1):
        connection.execute(
            insert(turns).values(
                session_id=locked.id,
                seq=seq,
                at=now(),
                version=version + position,
                status="ignored",
                trace=[HANDED_OFF],
            )
        )
    finished = update(inbounds).where(inbounds.c.session_id == locked.id, inbounds.c.seq.in_(seqs))
    connection.execute(finished.values(state=literal_column("'done'"), owner=None, merged_into=None))
    first_new = select(func.min(inbounds.c.seq) - 1).where(inbounds.c.session_id == locked.id, is_new())
    moved = update(sessions).where(sessions.c.id == locked.id)
    connection.execute(
        moved.values(
            version=sessions.c.version + len(seqs),
            done_seq=func.coalesce(first_new.scalar_subquery(), sessions.c.last_seq),
            updated_at=now(),
        )
    )


def _give_up_leases(connection: Connection, session: int) -> None:
    """Take what waits out of the processes' hands, and count no attempt for it."""
    attempt = case((inbounds.c.attempt > 0, inbounds.c.attempt - 1), else_=0)
    waiting = update(inbounds).where(inbounds.c.session_id == session, is_new())
    connection.execute(waiting.where(inbounds.c.owner.is_not(None)).values(attempt=attempt, owner=None))
    connection.execute(waiting.values(priority=None))


def _queue_again(connection: Connection, session: int, since: int) -> int:
    """Queue the messages since a seq that were left to a person, in their order; return how many."""
    left = (
        select(turns.c.seq, turns.c.trace)
        .join(inbounds, (inbounds.c.session_id == turns.c.session_id) & (inbounds.c.seq == turns.c.seq))
        .where(turns.c.session_id == session, turns.c.seq >= since, turns.c.status == "ignored")
        .where(inbounds.c.kind == "message")
    )
    seqs = [row.seq for row in connection.execute(left) if row.trace == [HANDED_OFF]]
    if seqs:
        connection.execute(delete(turns).where(turns.c.session_id == session, turns.c.seq.in_(seqs)))
        mine = update(inbounds).where(inbounds.c.session_id == session, inbounds.c.seq.in_(seqs))
        again = {"state": literal_column("'new'"), "attempt": 0, "owner": None, "reply_by": None, "priority": None}
        connection.execute(mine.values(**again))
    waiting = select(func.count()).where(*_waiting_messages(session))
    return int(connection.execute(waiting).scalar_one())
