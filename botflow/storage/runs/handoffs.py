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
from botflow.engine.handoffs import claimed, given_back, released
from botflow.engine.inbound import RETURNED
from botflow.engine.session import Session
from botflow.records.outbounds import OutboundPart
from botflow.records.queues import MESSAGE_PRIORITY
from botflow.seeds import new_seed
from botflow.storage.engines.dialects import now
from botflow.storage.runs.changes.outside_changes import record
from botflow.storage.runs.changes.session_locks import lock_with_queue
from botflow.storage.runs.handoff_rows import claim_row, close_rows, release_row
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
    flow_version: int | None
    channel: str
    external_id: str
    state: Mapping[str, Any]

    @property
    def is_active(self) -> bool:
        return self.flow_version is not None

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
        flow_version=row.flow_version,
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


def hand_off(connection: Connection, locked: LockedSession, person: str, actor: str, picture: str = "") -> None:
    """Let `person` have the conversation; one who has it already is replaced. `actor` is who says so."""
    former = locked.session.handoff
    since = _first_left(connection, locked)
    _finish_messages(connection, locked)
    _give_up_leases(connection, locked.id)
    after = claimed(locked.session, person, since, picture)
    assert after.handoff is not None, "it was claimed"
    _move(connection, locked, after, paused=True)
    record(connection, locked.id, "handed_off", values=[person])
    claim_row(connection, locked.id, after.handoff, actor, is_new=former is None)


def release(connection: Connection, locked: LockedSession) -> None:
    """Let a flow's handoff wait for another person; its deadline begins anew."""
    after = released(locked.session)
    assert after.handoff is not None, "it waits for a person"
    timeout_s = after.wait.timeout_s if after.wait is not None and not locked.parked else None
    is_held = _is_held(connection, locked.id)
    _move(connection, locked, after, paused=is_held, wake_at=now(timeout_s) if timeout_s is not None else None)
    if not is_held:
        _let_go_on(connection, locked.id, takes_messages=True)
    record(connection, locked.id, "released")
    release_row(connection, locked.id, after.handoff.version)


def give_back(
    connection: Connection,
    locked: LockedSession,
    *,
    replay: bool,
    note: str = "",
    values: Mapping[str, Any] | None = None,
) -> int:
    """Let the flow have the conversation again: the node that has handed it off leaves, with the person's `note` and
    `values`; another one waits on, and its deadline begins anew. With `replay` the messages that were left to the
    person are queued for the flow; return how many."""
    session = locked.session
    assert session.handoff is not None, "the caller has looked"
    since = session.handoff.since or _first_left(connection, locked)
    if not replay:
        _finish_messages(connection, locked)
    queued = _queue_again(connection, locked, since) if replay else 0
    after = given_back(session)
    wait = after.wait
    wake: dict[str, Any] = {}
    if wait is None or not wait.until:
        after_s = wait.timeout_s if wait is not None and not locked.parked else None
        wake["wake_at"] = now(after_s) if after_s is not None else None
    is_held = _is_held(connection, locked.id)
    _move(connection, locked, after, paused=is_held, **wake)
    if not is_held:
        _let_go_on(connection, locked.id, takes_messages=wait is None or "message" in wait.accepts)
    record(connection, locked.id, "returned")
    if session.awaits_return:
        told = {"person": session.handoff.person, "note": note, "values": dict(values or {})}
        _queue_return(connection, locked, after, told, is_held=is_held)
    close_rows(connection, locked.id, "returned", note=note)
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


def _first_left(connection: Connection, locked: LockedSession) -> int:
    """Return the seq from which on messages are left to a person: those after the turn that has handed off, else those
    that no turn has answered."""
    former = locked.session.handoff
    if former is not None:
        began = select(turns.c.seq).where(turns.c.session_id == locked.id, turns.c.version == former.version)
        return int(connection.execute(began).scalar() or 0) + 1
    first = select(func.min(inbounds.c.seq)).where(*_waiting_messages(locked))
    return connection.execute(first).scalar() or locked.last_seq + 1


def _move(connection: Connection, locked: LockedSession, after: Session, **columns: Any) -> None:
    """Write the session's new handoff and wait, under a new version; what else its state holds stays."""
    changed = after.to_json()
    kept = {name: value for name, value in locked.state.items() if name not in ("handoff", "wait")}
    state: dict[str, Any] = {**kept, **{name: changed[name] for name in ("handoff", "wait") if name in changed}}
    moved = update(sessions).where(sessions.c.id == locked.id)
    connection.execute(moved.values(version=sessions.c.version + 1, state=state, **columns))


def _is_held(connection: Connection, session: int) -> bool:
    """True if the session's execution is paused: its queue is held."""
    held = exists().where(inbounds.c.session_id == session, inbounds.c.kind == PAUSE, is_new())
    return bool(connection.execute(select(held)).scalar())


def _let_go_on(connection: Connection, session: int, *, takes_messages: bool) -> None:
    """Let what waits in the queue be claimed again."""
    waiting = update(inbounds).where(inbounds.c.session_id == session, is_new(), inbounds.c.kind != PAUSE)
    if not takes_messages:
        waiting = waiting.where(inbounds.c.kind != "message")
    connection.execute(waiting.values(priority=MESSAGE_PRIORITY))


def _queue_return(
    connection: Connection, locked: LockedSession, after: Session, told: Mapping[str, Any], *, is_held: bool
) -> None:
    """Queue what resumes the node of a handoff."""
    assert after.wait is not None, "it waits for this"
    counted = update(sessions).where(sessions.c.id == locked.id).values(last_seq=sessions.c.last_seq + 1)
    connection.execute(
        insert(inbounds).values(
            session_id=locked.id,
            seq=connection.execute(counted.returning(sessions.c.last_seq)).scalar_one(),
            received_at=now(),
            seed=new_seed(),
            flow_version=locked.flow_version,
            attempt=0,
            state="new",
            kind=RETURNED,
            key=f"{RETURNED}:{after.wait.token}",
            provider="",
            content={"token": after.wait.token, "parameters": told},
            priority=None if is_held else MESSAGE_PRIORITY,
        )
    )


def _waiting_messages(locked: LockedSession) -> tuple[Any, ...]:
    """Match the messages that no turn has answered. An opt-out and its like have turns of their own, and so has a YES,
    if the contact had opted out."""
    consent = inbounds.c.content["consent"].as_string()
    return (
        inbounds.c.session_id == locked.id,
        is_new(),
        inbounds.c.kind == "message",
        consent.is_(None) if locked.parked else func.coalesce(consent, "start_if_stopped") == "start_if_stopped",
    )


def has_opt_in(connection: Connection, session: int) -> bool:
    """True if an opt-in waits in the session's queue: what is queued now comes after it."""
    says = inbounds.c.content["consent"].as_string().in_(("start", "start_if_stopped"))
    waiting = exists().where(inbounds.c.session_id == session, is_new(), says)
    return bool(connection.execute(select(waiting)).scalar())


def finish_word(connection: Connection, session: int, key: str, reason: str) -> bool:
    """Finish a waiting START of a session that a person has, by a turn that visits no node; False if it has a turn
    already, or will be taken: no person has the conversation. The caller has locked the session."""
    is_with_person = select(sessions.c.id).where(sessions.c.id == session, sessions.c.paused)
    if (
        connection.execute(is_with_person.where(sessions.c.state["handoff"]["person"].as_string() != "")).first()
        is None
    ):
        return False
    which = (inbounds.c.session_id == session, is_new(), inbounds.c.key == key, inbounds.c.owner.is_(None))
    return _finish(connection, session, which, InboundIgnored(reason).to_json())


def _finish_messages(connection: Connection, locked: LockedSession) -> None:
    """Finish the waiting messages, each by a turn that visits no node and has a version of its own."""
    _finish(connection, locked.id, _waiting_messages(locked), HANDED_OFF)


def _finish(connection: Connection, session: int, which: Sequence[Any], event: Sequence[Any]) -> bool:
    """Finish these inbounds of a locked session; False if there are none."""
    seqs = connection.execute(select(inbounds.c.seq).where(*which).order_by(inbounds.c.seq)).scalars().all()
    if not seqs:
        return False
    version = connection.execute(select(sessions.c.version).where(sessions.c.id == session)).scalar_one()
    for position, seq in enumerate(seqs, start=1):
        connection.execute(
            insert(turns).values(
                session_id=session,
                seq=seq,
                at=now(),
                version=version + position,
                status="ignored",
                trace=[event],
            )
        )
    finished = update(inbounds).where(inbounds.c.session_id == session, inbounds.c.seq.in_(seqs))
    connection.execute(finished.values(state=literal_column("'done'"), owner=None, merged_into=None))
    first_new = select(func.min(inbounds.c.seq) - 1).where(inbounds.c.session_id == session, is_new())
    moved = update(sessions).where(sessions.c.id == session)
    connection.execute(
        moved.values(
            version=sessions.c.version + len(seqs),
            done_seq=func.coalesce(first_new.scalar_subquery(), sessions.c.last_seq),
            updated_at=now(),
        )
    )
    return True


def _give_up_leases(connection: Connection, session: int) -> None:
    """Take what waits out of the processes' hands, and count no attempt for it."""
    attempt = case((inbounds.c.attempt > 0, inbounds.c.attempt - 1), else_=0)
    waiting = update(inbounds).where(inbounds.c.session_id == session, is_new())
    connection.execute(waiting.where(inbounds.c.owner.is_not(None)).values(attempt=attempt, owner=None))
    connection.execute(waiting.values(priority=None))


def _queue_again(connection: Connection, locked: LockedSession, since: int) -> int:
    """Queue the messages since a seq that were left to a person, in their order; return how many."""
    left = (
        select(turns.c.seq, turns.c.trace)
        .join(inbounds, (inbounds.c.session_id == turns.c.session_id) & (inbounds.c.seq == turns.c.seq))
        .where(turns.c.session_id == locked.id, turns.c.seq >= since, turns.c.status == "ignored")
        .where(inbounds.c.kind == "message")
    )
    seqs = [row.seq for row in connection.execute(left) if row.trace == [HANDED_OFF]]
    if seqs:
        connection.execute(delete(turns).where(turns.c.session_id == locked.id, turns.c.seq.in_(seqs)))
        mine = update(inbounds).where(inbounds.c.session_id == locked.id, inbounds.c.seq.in_(seqs))
        again = {"state": literal_column("'new'"), "attempt": 0, "owner": None, "reply_by": None, "priority": None}
        connection.execute(mine.values(**again))
    waiting = select(func.count()).where(*_waiting_messages(locked))
    return int(connection.execute(waiting).scalar_one())
