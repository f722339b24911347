"""Which parts the sender may send now: due parts, one per session and in order, within each sending address's rate.

Every worker asks this every second: the statement reads the index of unsettled parts only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from itertools import groupby
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Float,
    FromClause,
    Integer,
    Select,
    and_,
    bindparam,
    case,
    func,
    or_,
    select,
    tuple_,
    update,
)

from botflow.records.outbounds import StoredOutbound
from botflow.storage.engines.dialects import now, upsert
from botflow.storage.tables import inbounds, outbounds, senders, sessions
from botflow.storage.turns.row_mapping import OUTBOUND, is_unsettled, stored_outbound

Rate = Callable[[str, str], float]  # of a channel and a sender: how many segments may leave in a second

# How long a part that was sent in a webhook's reply blocks the parts behind it: longer than the sender waits before it
# asks the provider about it (60 s), so that it is settled or `ready` again before a later part leaves.
UNCONFIRMED_S = 90.0
# Parts for this much of a sender's time are claimed at once; the others wait for their turn at its rate.
AHEAD_S = 0.25

KEY = (outbounds.c.session_id, outbounds.c.version, outbounds.c.index)
SENDER = outbounds.c.body["sender"].as_string()
CHANNEL = func.coalesce(outbounds.c.body["channel"].as_string(), sessions.c.channel)
IS_CLAIMED = tuple_(*KEY).in_(bindparam("keys", expanding=True))
CLAIM = update(outbounds).where(IS_CLAIMED).values(state="sending", attempts=outbounds.c.attempts + 1, updated_at=now())
CLAIMED = select(*OUTBOUND).join(sessions, sessions.c.id == outbounds.c.session_id).where(IS_CLAIMED).order_by(*KEY)


@dataclass(frozen=True, slots=True)
class _Due:
    """A part that may be sent now, as soon as its sender's rate allows it."""

    session: int
    version: int
    index: int
    channel: str
    sender: str
    segments: int
    said_at: datetime
    seen_at: datetime
    is_stopped: bool

    @property
    def key(self) -> tuple[int, int, int]:
        return self.session, self.version, self.index

    @property
    def address(self) -> tuple[str, str]:
        return self.channel, self.sender

    @property
    def is_free(self) -> bool:
        """True if it uses nothing of a sender's rate, because it will not be sent at all."""
        return self.is_stopped or not self.sender


def claim_due(connection: Connection, limit: int, rate: Rate, unconfirmed_s: float) -> list[StoredOutbound]:
    """Take up to `limit` due parts as `sending`, locked so that other processes skip them; see `Outbox.claim_sends`."""
    rows = connection.execute(due_parts(), {"limit": limit, "unconfirmed_s": unconfirmed_s}).all()
    leaving = {part.key: part for part in _paced(connection, [_Due(*row) for row in rows], rate)}
    if not leaving:
        return []
    keys = {"keys": list(leaving)}
    connection.execute(CLAIM, keys)
    claimed = [stored_outbound(tuple(row)) for row in connection.execute(CLAIMED, keys).all()]
    return [_told(part, leaving[(part.session, part.version, part.index)]) for part in claimed]


def slow_down(connection: Connection, channel: str, sender: str, seconds: float) -> None:
    """Send nothing from `sender` for this many seconds."""
    row = upsert(connection, senders).values(channel=channel, address=sender, next_at=now(seconds))
    connection.execute(
        row.on_conflict_do_update(
            index_elements=["channel", "address"],
            set_={"next_at": row.excluded.next_at},
            where=senders.c.next_at < row.excluded.next_at,
        )
    )


@cache  # building it costs ten times as much as executing it
def due_parts() -> Select[*tuple[Any, ...]]:
    """Return the query for `_Due` rows, oldest first; they are locked, and other processes skip them."""
    return (
        select(
            outbounds.c.session_id,
            outbounds.c.version,
            outbounds.c.index,
            CHANNEL,
            func.coalesce(SENDER, ""),
            func.coalesce(outbounds.c.segments, 1),
            outbounds.c.created_at,
            now(),
            _has_stopped(),
        )
        .join(sessions, sessions.c.id == outbounds.c.session_id)
        .where(
            is_unsettled(),
            outbounds.c.state == "ready",
            or_(~sessions.c.paused, sessions.c.state["handoff"].as_string().is_not(None)),  # else a person could not
            or_(outbounds.c.due_at.is_(None), outbounds.c.due_at <= now()),
            ~_may_still_be_answered_with(),
            ~_is_behind_another(),
            ~_waits_for_the_former(),
            ~_has_a_busy_sender(),
        )
        .order_by(outbounds.c.created_at, *KEY)
        .limit(bindparam("limit", type_=Integer))
        .with_for_update(of=outbounds, key_share=True, skip_locked=True)
    )


def _has_stopped() -> ColumnElement[bool]:
    """True if the recipient has opted out: its session (the part's, or that of the contact in `to`) is parked."""
    theirs = sessions.alias("theirs")
    stopped = select(theirs.c.id).where(
        theirs.c.workflow_id == sessions.c.workflow_id,
        theirs.c.channel == outbounds.c.body["channel"].as_string(),
        theirs.c.external_id == outbounds.c.body["to"].as_string(),
        theirs.c.parked,
    )
    return case((outbounds.c.body["to"].as_string().is_(None), sessions.c.parked), else_=stopped.exists())


def _may_still_be_answered_with() -> ColumnElement[bool]:
    return (
        select(inbounds.c.seq)
        .where(inbounds.c.session_id == outbounds.c.session_id, inbounds.c.seq == outbounds.c.seq)
        .where(inbounds.c.reply_by >= now())
        .exists()
    )


def _is_behind_another() -> ColumnElement[bool]:
    """Match parts with an earlier one of their session that is not settled, unless that one was sent in a reply so long
    ago that it no longer blocks the session."""
    earlier = outbounds.alias("earlier")
    last_news = func.coalesce(earlier.c.updated_at, earlier.c.created_at)
    is_waited_for = or_(earlier.c.state != "handed", last_news >= now(-bindparam("unconfirmed_s", type_=Float)))
    return select(earlier.c.index).where(is_unsettled(earlier), _is_before(earlier), is_waited_for).exists()


def _waits_for_the_former() -> ColumnElement[bool]:
    """Match parts of workflows with `ordering: sent` whose previous part is accepted, not overdue, and has not left."""
    former = outbounds.alias("former")
    is_on_its_way = (
        select(and_(former.c.state == "sent", former.c.due_at > now()))
        .where(_is_before(former))
        .order_by(former.c.version.desc(), former.c.index.desc())
        .limit(1)
        .scalar_subquery()
    )
    return and_(outbounds.c.body["ordering"].as_string().is_not(None), func.coalesce(is_on_its_way, False))


def _has_a_busy_sender() -> ColumnElement[bool]:
    return (
        select(senders.c.address)
        .where(senders.c.channel == CHANNEL, senders.c.address == SENDER, senders.c.next_at > now(AHEAD_S))
        .exists()
    )


def _is_before(part: FromClause) -> ColumnElement[bool]:
    return and_(
        part.c.session_id == outbounds.c.session_id,
        or_(
            part.c.version < outbounds.c.version,
            and_(part.c.version == outbounds.c.version, part.c.index < outbounds.c.index),
        ),
    )


def _paced(connection: Connection, due: Sequence[_Due], rate: Rate) -> Iterator[_Due]:
    """Yield the parts that the senders' rates allow now, and reserve their time; senders are locked in key order."""
    yield from (part for part in due if part.is_free)
    by_address = sorted((part for part in due if not part.is_free), key=lambda part: part.address)
    for address, parts in groupby(by_address, key=lambda part: part.address):
        yield from _let_go(connection, address, parts, rate(*address))


def _let_go(
    connection: Connection, address: tuple[str, str], parts: Iterator[_Due], per_second: float
) -> Sequence[_Due]:
    """Return the first of one sender's parts: as many as it can send within AHEAD_S."""
    ahead_s = _locked_s(connection, address)
    leaving: list[_Due] = []
    for part in parts:
        if ahead_s > AHEAD_S:
            break
        leaving.append(part)
        ahead_s += part.segments / per_second
    channel, sender = address
    mine = and_(senders.c.channel == channel, senders.c.address == sender)
    connection.execute(update(senders).where(mine).values(next_at=now(ahead_s)))
    return leaving


def _locked_s(connection: Connection, address: tuple[str, str]) -> float:
    """Return in how many seconds the sender may send again; lock its row, so that each time is reserved once."""
    channel, sender = address
    at = now()
    row = upsert(connection, senders).values(channel=channel, address=sender, next_at=at)
    locked = row.on_conflict_do_update(index_elements=["channel", "address"], set_={"next_at": senders.c.next_at})
    next_at, seen_at = connection.execute(locked.returning(senders.c.next_at, at.label("seen_at"))).one()
    ahead_s: float = (next_at - seen_at).total_seconds()
    return max(0.0, ahead_s)


def _told(outbound: StoredOutbound, due: _Due) -> StoredOutbound:
    age_s = (due.seen_at - due.said_at).total_seconds()
    return replace(outbound, segments=due.segments, age_s=max(0.0, age_s), is_stopped=bool(due.is_stopped))
