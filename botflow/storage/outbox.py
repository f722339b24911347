"""Messages on their way to a provider, on both databases. States move forward only; a part has one owner at a time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, and_, case, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from botflow.records import OutboundState, StoredOutbound, TurnId
from botflow.storage.engine import Engine
from botflow.storage.rows import stored_outbound
from botflow.storage.selects import OUTBOUND, is_unsettled
from botflow.storage.tables import inbounds, outbounds, sessions, turns

# How long a part that a webhook's answer took along holds up those behind it: longer than it takes until the sender
# asks the provider for it (60 s), so that it is settled or `ready` again before anything overtakes it.
UNCONFIRMED_S = 90.0

# From which states a part may move to one; `ready` again is `release`, which looks at what was read.
BEFORE: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "handed": ("ready",),
        "sending": ("ready",),
        "unknown": ("handed", "sending"),
        "held": ("ready", "handed", "sending", "unknown"),
        "sent": ("ready", "handed", "sending", "unknown", "held"),
        "delivered": ("ready", "handed", "sending", "unknown", "held", "sent"),
        "read": ("ready", "handed", "sending", "unknown", "held", "sent", "delivered"),
        "failed": ("ready", "handed", "sending", "unknown", "held", "sent"),
        "suppressed": ("ready", "handed", "sending", "unknown", "held", "sent"),
        "ready": (),
    }
)
PARTS: Select[*tuple[Any, ...]] = select(*OUTBOUND).join(sessions, sessions.c.id == outbounds.c.session_id)
IN_ORDER = (outbounds.c.session_id, outbounds.c.version, outbounds.c.index)


class Outbox:
    """The OutboxStore."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def hand_over(self, turn: TurnId, limit: int) -> tuple[StoredOutbound, ...]:
        """What an earlier turn still has to send goes first, so then the sender delivers this turn's parts too."""
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
        async with self._engine.write() as connection:
            await connection.execute(
                update(outbounds)
                .where(
                    mine,
                    outbounds.c.index < limit,
                    outbounds.c.state == "ready",
                    _is_to_the_person(outbounds),
                    in_time.exists(),
                    ~is_behind.exists(),
                )
                .values(state="handed", updated_at=self._engine.now())
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

    async def claim_sends(self, limit: int) -> list[StoredOutbound]:
        due = (
            select(*IN_ORDER)
            .join(sessions, sessions.c.id == outbounds.c.session_id)
            .where(is_unsettled(), outbounds.c.state == "ready", self._is_due(), ~self._is_held_up(), ~_has_opted_out())
            .order_by(outbounds.c.created_at, *IN_ORDER)
            .limit(limit)
            .with_for_update(skip_locked=True, key_share=True, of=outbounds)
        )
        async with self._engine.write() as connection:
            rows = (await connection.execute(due)).all()
            if not rows:
                return []
            mine = or_(*(_is_part(*row) for row in rows))
            await connection.execute(
                update(outbounds)
                .where(mine)
                .values(state="sending", attempts=outbounds.c.attempts + 1, updated_at=self._engine.now())
            )
            return await _parts(connection, PARTS.where(mine).order_by(*IN_ORDER))

    async def release(self, outbound: StoredOutbound, after_s: float) -> bool:
        as_read = and_(
            _is_part(outbound.session, outbound.version, outbound.index),
            outbounds.c.state == outbound.state,
            outbounds.c.state.in_(("sending", "handed", "unknown")),
            outbounds.c.attempts == outbound.attempts,
        )
        is_parked = select(sessions.c.parked).where(sessions.c.id == outbounds.c.session_id).scalar_subquery()
        return await self._update(
            as_read,
            # Who stopped meanwhile must not get it, also not after they start again.
            state=case((is_parked, "suppressed"), else_="ready"),
            due_at=self._engine.now(after_s),
            updated_at=self._engine.now(),
        )

    async def mark(self, outbound: StoredOutbound, state: OutboundState, provider_id: str, error_code: str) -> bool:
        return await self._move(
            _is_part(outbound.session, outbound.version, outbound.index), state, provider_id, error_code
        )

    async def report(self, session: int, wire_id: str, state: OutboundState, provider_id: str, error_code: str) -> bool:
        """True as well when the part is there and further along already: the callback only came late."""
        version, _, index = wire_id.partition(".")
        part = _is_part(session, int(version), int(index))
        if await self._move(part, state, provider_id, error_code):
            return True
        async with self._engine.read() as connection:
            return (await connection.execute(select(outbounds.c.index).where(part))).first() is not None

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

    async def provider_ids(self, session: int) -> set[str]:
        statement = select(outbounds.c.provider_id).where(
            outbounds.c.session_id == session, outbounds.c.provider_id.is_not(None)
        )
        async with self._engine.read() as connection:
            return {row[0] for row in (await connection.execute(statement)).all()}

    async def _move(self, part: ColumnElement[bool], state: str, provider_id: str, error_code: str) -> bool:
        changes: dict[str, Any] = {"state": state, "updated_at": self._engine.now()}
        if provider_id:
            changes["provider_id"] = provider_id
        if error_code:
            changes["error_code"] = error_code
        return await self._update(and_(part, outbounds.c.state.in_(BEFORE[state])), **changes)

    async def _update(self, where: ColumnElement[bool], **changes: Any) -> bool:
        async with self._engine.write() as connection:
            return (await connection.execute(update(outbounds).where(where).values(**changes))).rowcount > 0

    def _last_news(self) -> ColumnElement[datetime]:
        return func.coalesce(outbounds.c.updated_at, outbounds.c.created_at)

    def _is_due(self) -> ColumnElement[bool]:
        """The waiting request had its time, and a pause after a refusal is over."""
        may_answer = select(inbounds.c.seq).where(
            inbounds.c.session_id == outbounds.c.session_id,
            inbounds.c.seq == outbounds.c.seq,
            inbounds.c.reply_by >= self._engine.now(),
        )
        paused = and_(outbounds.c.due_at.is_not(None), outbounds.c.due_at > self._engine.now())
        return and_(~may_answer.exists(), ~paused)

    def _is_held_up(self) -> ColumnElement[bool]:
        """An earlier part of the session is not yet where this one could overtake it no more."""
        earlier = outbounds.alias("earlier")
        news = func.coalesce(earlier.c.updated_at, earlier.c.created_at)
        return (
            select(earlier.c.index)
            .where(
                is_unsettled(earlier),
                earlier.c.session_id == outbounds.c.session_id,
                or_(
                    earlier.c.version < outbounds.c.version,
                    and_(earlier.c.version == outbounds.c.version, earlier.c.index < outbounds.c.index),
                ),
                or_(
                    earlier.c.state != "handed",
                    news >= self._engine.now(-UNCONFIRMED_S),
                ),
            )
            .exists()
        )


def _has_opted_out() -> ColumnElement[bool]:
    """The session is parked, or the part goes to somebody whose own session with the same workflow is."""
    other = sessions.alias("other")
    recipient = (
        select(other.c.id)
        .where(
            other.c.workflow_id == sessions.c.workflow_id,
            other.c.channel == outbounds.c.body["channel"].as_string(),
            other.c.external_id == outbounds.c.body["to"].as_string(),
            other.c.parked,
        )
        .exists()
    )
    return or_(sessions.c.parked, recipient)


def _is_to_the_person(part: FromClause) -> ColumnElement[bool]:
    recipient: ColumnElement[str] = part.c.body["to"].as_string()
    return recipient.is_(None)


def _is_part(session: int, version: int, index: int) -> ColumnElement[bool]:
    return and_(outbounds.c.session_id == session, outbounds.c.version == version, outbounds.c.index == index)


def _version_of(turn: TurnId) -> Any:
    return select(turns.c.version).where(turns.c.session_id == turn.session, turns.c.seq == turn.seq).scalar_subquery()


async def _parts(connection: AsyncConnection, statement: Select[*tuple[Any, ...]]) -> list[StoredOutbound]:
    return [stored_outbound(tuple(row)) for row in (await connection.execute(statement)).all()]
