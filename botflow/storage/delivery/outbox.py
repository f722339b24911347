"""Messages on their way to a provider, on both databases: read claim_due.py for what may be sent, reports.py for news.

States move forward only; a part has one owner at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, and_, case, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from botflow.interfaces import DeliveryStatus, Rate
from botflow.records.outbounds import StoredOutbound
from botflow.records.turns import TurnId
from botflow.storage.delivery.claim_due import Claims
from botflow.storage.delivery.reports import Deliveries
from botflow.storage.engines.engine import Engine
from botflow.storage.tables import inbounds, outbounds, sessions, turns
from botflow.storage.turns.row_mapping import OUTBOUND, is_unsettled, stored_outbound

PARTS: Select[*tuple[Any, ...]] = select(*OUTBOUND).join(sessions, sessions.c.id == outbounds.c.session_id)
IN_ORDER = (outbounds.c.session_id, outbounds.c.version, outbounds.c.index)


class Outbox:
    """The OutboxStore."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._claims = Claims(engine)
        self._deliveries = Deliveries(engine)

    async def hand_over(self, turn: TurnId, limit: int) -> tuple[StoredOutbound, ...]:
        """What an earlier turn still has to send goes first, so then the sender delivers this turn's parts too.

        What is answered again has its time again: who was about to find it missing, and to send it, comes too late.
        """
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
            inbounds.c.reply_by >= self._engine.now(),
        )
        mine = and_(outbounds.c.session_id == turn.session, outbounds.c.version == _version_of(turn))
        may_be_handed = and_(
            outbounds.c.index < limit,
            or_(outbounds.c.index == 0, _is_in_no_line()),
            outbounds.c.state == "ready",
            _is_to_the_person(outbounds),
            in_time.exists(),
            ~is_behind.exists(),
        )
        async with self._engine.write() as connection:
            await connection.execute(
                update(outbounds)
                .where(mine, or_(outbounds.c.state == "handed", may_be_handed))
                .values(
                    state="handed",
                    attempts=outbounds.c.attempts + case((outbounds.c.state == "handed", 1), else_=0),
                    updated_at=self._engine.now(),
                )
            )
            # The request has what it can answer with; the sender need not wait for it any longer with the rest.
            rest = select(outbounds.c.index).where(mine, outbounds.c.state == "ready").exists()
            await connection.execute(
                update(inbounds)
                .where(inbounds.c.session_id == turn.session, inbounds.c.seq == turn.seq, rest)
                .values(reply_by=None)
            )
            return tuple(await _parts(connection, PARTS.where(mine, outbounds.c.state == "handed").order_by(*IN_ORDER)))

    async def extend_reply(self, turn: TurnId, seconds: float) -> None:
        until = self._engine.now(seconds)
        later = or_(inbounds.c.reply_by.is_(None), inbounds.c.reply_by < until)
        async with self._engine.write() as connection:
            await connection.execute(
                update(inbounds)
                .where(inbounds.c.session_id == turn.session, inbounds.c.seq == turn.seq, later)
                .values(reply_by=until)
            )

    async def claim_sends(self, limit: int, rate: Rate) -> list[StoredOutbound]:
        return await self._claims.claim(limit, rate)

    async def slow_down(self, channel: str, sender: str, seconds: float) -> None:
        await self._claims.slow_down(channel, sender, seconds)

    async def release(self, outbound: StoredOutbound, after_s: float) -> bool:
        as_read = and_(
            _is_part(outbound.session, outbound.version, outbound.index),
            outbounds.c.state == outbound.state,
            outbounds.c.state.in_(("sending", "handed", "unknown")),
            outbounds.c.attempts == outbound.attempts,
        )
        is_parked = select(sessions.c.parked).where(sessions.c.id == outbounds.c.session_id).scalar_subquery()
        changes = {
            # Who stopped meanwhile must not get it, also not after they start again.
            "state": case((and_(is_parked, _is_to_the_person(outbounds)), "suppressed"), else_="ready"),
            "due_at": self._engine.now(after_s),
            "updated_at": self._engine.now(),
        }
        async with self._engine.write() as connection:
            return (await connection.execute(update(outbounds).where(as_read).values(**changes))).rowcount > 0

    async def report(self, news: DeliveryStatus) -> bool:
        return await self._deliveries.report(news)

    async def unresolved(self, older_than_s: float, limit: int) -> list[StoredOutbound]:
        silent = (
            select(*IN_ORDER)
            .where(
                is_unsettled(),
                outbounds.c.state != "ready",
                self._last_news() < self._engine.now(-older_than_s),
            )
            .order_by(*IN_ORDER)
            .limit(limit)
            .with_for_update(skip_locked=True, key_share=True)
        )
        async with self._engine.write() as connection:
            rows = (await connection.execute(silent)).all()
            if not rows:
                return []
            mine = or_(*(_is_part(*row) for row in rows))
            looked = {"attempts": outbounds.c.attempts + 1, "updated_at": self._engine.now()}
            await connection.execute(update(outbounds).where(mine).values(**looked))
            return await _parts(connection, PARTS.where(mine).order_by(*IN_ORDER))

    async def known(self, session: int, provider_ids: Sequence[str]) -> set[str]:
        theirs = select(outbounds.c.provider_id).where(outbounds.c.provider_id.in_(list(provider_ids)))
        former = select(outbounds.c.former_ids).where(
            outbounds.c.session_id == session, outbounds.c.former_ids.is_not(None)
        )
        async with self._engine.read() as connection:
            found = {row[0] for row in (await connection.execute(theirs)).all()}
            return found.union(*(row[0].split() for row in (await connection.execute(former)).all()))

    def _last_news(self) -> ColumnElement[datetime]:
        return func.coalesce(outbounds.c.updated_at, outbounds.c.created_at)


def _is_to_the_person(part: FromClause) -> ColumnElement[bool]:
    recipient: ColumnElement[str] = part.c.body["to"].as_string()
    return recipient.is_(None)


def _is_in_no_line() -> ColumnElement[bool]:
    """The part need not wait until the former has left; what has to cannot stand in one answer with it."""
    ordering: ColumnElement[str] = outbounds.c.body["ordering"].as_string()
    return ordering.is_(None)


def _is_part(session: int, version: int, index: int) -> ColumnElement[bool]:
    return and_(outbounds.c.session_id == session, outbounds.c.version == version, outbounds.c.index == index)


def _version_of(turn: TurnId) -> Any:
    return select(turns.c.version).where(turns.c.session_id == turn.session, turns.c.seq == turn.seq).scalar_subquery()


async def _parts(connection: AsyncConnection, statement: Select[*tuple[Any, ...]]) -> list[StoredOutbound]:
    return [stored_outbound(tuple(row)) for row in (await connection.execute(statement)).all()]
