"""Outbound messages on both databases: see claim_due.py for what may be sent, reports.py for delivery reports.

States move forward only; a part has one owner at a time. The chat's messages are only read.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Select, and_, case, func, or_, select, update
from sqlalchemy.exc import IntegrityError

from botflow.errors import ProviderError
from botflow.interfaces import DeliveryStatus
from botflow.records.outbounds import OutboundState, StoredOutbound
from botflow.records.turns import TurnId
from botflow.storage.delivery.claim_due import UNCONFIRMED_S, Rate, claim_due, slow_down
from botflow.storage.delivery.reports import apply_news
from botflow.storage.engines.dialects import now
from botflow.storage.engines.engine import Engine
from botflow.storage.tables import inbounds, outbounds, sessions, turns
from botflow.storage.turns.row_mapping import PARTS, is_unsettled, stored_outbound

IN_ORDER = (outbounds.c.session_id, outbounds.c.version, outbounds.c.index)


class Outbox:
    """Gives parts to their senders, and stores the outcome."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        # Called after a report has changed a part: its channel, its new state, and the code of the error.
        self.on_change: Callable[[str, OutboundState, str], None] = lambda channel, state, code: None

    async def hand_over(self, turn: TurnId, limit: int) -> tuple[StoredOutbound, ...]:
        """Claim a finished turn's ready parts, the first `limit` of them, for the waiting web request while reply_by
        has not passed; return all handed and unconfirmed parts, so that a repeated request gets the same ones.

        Parts of an earlier turn that are still to be sent go first: then the sender delivers this turn's parts, too. A
        part that is returned again restarts its wait for a confirmation, so that no sender sends it meanwhile.
        """
        return await self._engine.write(_hand_over, turn, limit)

    async def claim_sends(self, limit: int, rate: Rate, unconfirmed_s: float = UNCONFIRMED_S) -> list[StoredOutbound]:
        """Claim due parts as `sending` (`ready`, with reply_by and the delay of `release` passed); attempts + 1.

        At most one part per session, its earliest: none while an earlier one is `sending`, `unknown`, `ready` but not
        due, or `handed` without confirmation for less than `unconfirmed_s`; with `ordering: sent`, none while the
        previous part was accepted less than 90 s ago and has not left. Never more of one sender than its `rate` allows,
        over all processes. Never a part of a paused session, unless
        a person has it.
        """
        return await self._engine.write(claim_due, limit, rate, unconfirmed_s)

    async def slow_down(self, channel: str, sender: str, seconds: float) -> None:
        """Send nothing from `sender` for this many seconds."""
        await self._engine.write(slow_down, channel, sender, seconds)

    async def release(self, outbound: StoredOutbound, after_s: float) -> bool:
        """Give back a part that was certainly not sent: `sending`, `handed` or `unknown` is `ready` again, due after
        `after_s`; `suppressed` when its session has been parked meanwhile. False when it has moved on since it was
        read (its state or attempts differ)."""
        return await self._engine.write(_release, outbound, after_s)

    async def report(self, news: DeliveryStatus) -> bool:
        """Move a part's state forward only, terminal states are kept; False when there is no such part.

        A part that may be sent again becomes `ready` again, at most `retry.times` times. A later report about the
        previous sending then counts only if that one arrived after all. A session that waits for the delivery is told
        in the same transaction.
        """
        try:
            applied = await self._engine.write(apply_news, news)
        except ProviderError as failure:
            if not isinstance(failure.__cause__, IntegrityError):
                raise
            # Another part was matched with this message meanwhile; a new transaction sees it.
            applied = await self._engine.write(apply_news, news)
        if applied is not None and applied.state is not None:
            self.on_change(applied.channel, applied.state, news.error_code)
        return applied is not None

    async def unresolved(self, older_than_s: float, limit: int) -> list[StoredOutbound]:
        """Return parts that are handed, sending or unknown without news for this long, in (session, version, index)
        order, and count the look: attempts + 1, and this is news for the next call."""
        return await self._engine.write(_unresolved, older_than_s, limit)

    async def known(self, session: int, provider_ids: Sequence[str]) -> set[str]:
        """Return those of the provider's ids that parts of any session have, and those of this session's earlier
        sendings."""
        theirs = select(outbounds.c.provider_id).where(outbounds.c.provider_id.in_(list(provider_ids)))
        former = select(outbounds.c.former_ids).where(
            outbounds.c.session_id == session, outbounds.c.former_ids.is_not(None)
        )

        def known(connection: Connection) -> set[str]:
            found: set[str] = set(connection.execute(theirs).scalars())
            return found.union(*(ids.split() for ids in connection.execute(former).scalars()))

        return await self._engine.read(known)


def _hand_over(connection: Connection, turn: TurnId, limit: int) -> tuple[StoredOutbound, ...]:
    earlier = outbounds.alias("earlier")
    is_behind = select(earlier.c.index).where(
        earlier.c.session_id == turn.session,
        earlier.c.seq != turn.seq,
        earlier.c.version < outbounds.c.version,
        is_unsettled(earlier),
        earlier.c.state != "handed",
        _is_to_the_person(earlier),
    )
    in_time = select(inbounds.c.seq).where(
        inbounds.c.session_id == turn.session,
        inbounds.c.seq == turn.seq,
        inbounds.c.reply_by >= now(),
    )
    mine = and_(outbounds.c.session_id == turn.session, outbounds.c.version == _version_of(turn))
    may_be_handed = and_(
        outbounds.c.index < limit,
        or_(outbounds.c.index == 0, _is_in_no_line()),
        outbounds.c.body["onlyByApi"].as_string().is_(None),
        outbounds.c.state == "ready",
        _is_to_the_person(outbounds),
        in_time.exists(),
        ~is_behind.exists(),
    )
    connection.execute(
        update(outbounds)
        .where(mine, or_(outbounds.c.state == "handed", may_be_handed))
        .values(
            state="handed",
            attempts=outbounds.c.attempts + case((outbounds.c.state == "handed", 1), else_=0),
            updated_at=now(),
        )
    )
    # The request has all parts that its reply can hold; the sender need not wait for it with the rest.
    rest = select(outbounds.c.index).where(mine, outbounds.c.state == "ready").exists()
    connection.execute(
        update(inbounds)
        .where(inbounds.c.session_id == turn.session, inbounds.c.seq == turn.seq, rest)
        .values(reply_by=None)
    )
    return tuple(_parts(connection, PARTS.where(mine, outbounds.c.state == "handed").order_by(*IN_ORDER)))


def _release(connection: Connection, outbound: StoredOutbound, after_s: float) -> bool:
    as_read = and_(
        _is_part(outbound.session, outbound.version, outbound.index),
        outbounds.c.state == outbound.state,
        outbounds.c.state.in_(("sending", "handed", "unknown")),
        outbounds.c.attempts == outbound.attempts,
    )
    is_parked = select(sessions.c.parked).where(sessions.c.id == outbounds.c.session_id).scalar_subquery()
    changes = {
        # A contact that opted out meanwhile must not get it, not even after it opts in again.
        "state": case((and_(is_parked, _is_to_the_person(outbounds)), "suppressed"), else_="ready"),
        "due_at": now(after_s),
        "updated_at": now(),
    }
    return connection.execute(update(outbounds).where(as_read).values(**changes)).rowcount > 0


def _unresolved(connection: Connection, older_than_s: float, limit: int) -> list[StoredOutbound]:
    last_news = func.coalesce(outbounds.c.updated_at, outbounds.c.created_at)
    silent = (
        select(*IN_ORDER)
        .where(is_unsettled(), outbounds.c.state != "ready", last_news < now(-older_than_s))
        .order_by(*IN_ORDER)
        .limit(limit)
        .with_for_update(skip_locked=True, key_share=True)
    )
    rows = connection.execute(silent).all()
    if not rows:
        return []
    mine = or_(*(_is_part(*row) for row in rows))
    looked = {"attempts": outbounds.c.attempts + 1, "updated_at": now()}
    connection.execute(update(outbounds).where(mine).values(**looked))
    return _parts(connection, PARTS.where(mine).order_by(*IN_ORDER))


def _is_to_the_person(part: FromClause) -> ColumnElement[bool]:
    recipient: ColumnElement[str] = part.c.body["to"].as_string()
    return recipient.is_(None)


def _is_in_no_line() -> ColumnElement[bool]:
    """Match parts that may share a reply with the previous part: with `ordering: sent` that one must leave before."""
    ordering: ColumnElement[str] = outbounds.c.body["ordering"].as_string()
    return ordering.is_(None)


def _is_part(session: int, version: int, index: int) -> ColumnElement[bool]:
    return and_(outbounds.c.session_id == session, outbounds.c.version == version, outbounds.c.index == index)


def _version_of(turn: TurnId) -> Any:
    return select(turns.c.version).where(turns.c.session_id == turn.session, turns.c.seq == turn.seq).scalar_subquery()


def _parts(connection: Connection, statement: Select[*tuple[Any, ...]]) -> list[StoredOutbound]:
    return [stored_outbound(tuple(row)) for row in connection.execute(statement).all()]
