"""What the sender may send now: due parts, one per session and in order, no more than each sending address lets go.

The statement runs every second in every worker, so it is text, and reads the index of unsettled parts only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from sqlalchemy import select, text, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from botflow.interfaces import Rate
from botflow.records.outbounds import StoredOutbound
from botflow.storage.engines.engine import Engine, dialect_of
from botflow.storage.tables import UNSETTLED, outbounds, sessions
from botflow.storage.turns.row_mapping import OUTBOUND, stored_outbound

# How long a part that a webhook's answer took along holds up those behind it: longer than it takes until the sender
# asks the provider for it (60 s), so that it is settled or `ready` again before anything overtakes it.
UNCONFIRMED_S = 90.0
# A fast sender's parts of this long are taken at once; what is slower waits for its moment.
AHEAD_S = 0.25

# A request may still answer with a part until reply_by. A part goes to the session's person, or to somebody whose own
# session with the same workflow says whether they have opted out.
DUE = """
SELECT o.session_id, o.version, o."index", coalesce(o.body ->> 'channel', s.channel) AS channel,
  coalesce(o.body ->> 'sender', '') AS sender, coalesce(o.segments, 1) AS segments, {age} AS age_s,
  CASE WHEN o.body ->> 'to' IS NULL THEN s.parked ELSE EXISTS (
    SELECT 1 FROM sessions r WHERE r.workflow_id = s.workflow_id AND r.channel = o.body ->> 'channel'
      AND r.external_id = o.body ->> 'to' AND r.parked) END AS is_stopped
FROM outbounds o JOIN sessions s ON s.id = o.session_id
WHERE o.{UNSETTLED} AND o.state = 'ready' AND NOT s.paused
  AND (o.due_at IS NULL OR o.due_at <= {now})
  AND NOT EXISTS (
    SELECT 1 FROM inbounds i WHERE i.session_id = o.session_id AND i.seq = o.seq AND i.reply_by >= {now})
  AND NOT EXISTS (
    SELECT 1 FROM outbounds e WHERE e.{UNSETTLED} AND e.session_id = o.session_id
      AND (e.version < o.version OR (e.version = o.version AND e."index" < o."index"))
      AND (e.state <> 'handed' OR coalesce(e.updated_at, e.created_at) >= {unconfirmed}))
  AND (o.body ->> 'ordering' IS NULL OR NOT coalesce((
    SELECT b.state = 'sent' AND b.due_at > {now} FROM outbounds b WHERE b.session_id = o.session_id
      AND (b.version < o.version OR (b.version = o.version AND b."index" < o."index"))
    ORDER BY b.version DESC, b."index" DESC LIMIT 1), false))
  AND NOT EXISTS (
    SELECT 1 FROM senders p WHERE p.channel = coalesce(o.body ->> 'channel', s.channel)
      AND p.address = o.body ->> 'sender' AND p.next_at > {ahead})
ORDER BY o.created_at, o.session_id, o.version, o."index"
LIMIT {limit} {lock}
"""

# Locks the sender's row, so that no two processes give the same moment away.
LOCK_SENDER = """
INSERT INTO senders (channel, address, next_at) VALUES (:channel, :address, {now})
ON CONFLICT (channel, address) DO UPDATE SET next_at = senders.next_at
RETURNING {since}
"""
SET_SENDER = "UPDATE senders SET next_at = {next_at} WHERE channel = :channel AND address = :address"
SLOW_DOWN = """
INSERT INTO senders (channel, address, next_at) VALUES (:channel, :address, {until})
ON CONFLICT (channel, address) DO UPDATE SET next_at = excluded.next_at WHERE senders.next_at < excluded.next_at
"""

KEY = tuple_(outbounds.c.session_id, outbounds.c.version, outbounds.c.index)


@dataclass(frozen=True, slots=True)
class _Due:
    """A row of DUE."""

    session: int
    version: int
    index: int
    channel: str
    sender: str
    segments: int
    age_s: float
    is_stopped: bool

    @property
    def key(self) -> tuple[int, int, int]:
        return self.session, self.version, self.index

    @property
    def address(self) -> tuple[str, str]:
        return self.channel, self.sender

    @property
    def is_free(self) -> bool:
        """Say whether it takes nothing of a sender's rate: it will not be sent at all."""
        return self.is_stopped or not self.sender


class Claims:
    """Gives due parts to one sender at a time."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._dialect = dialect_of(engine)

    async def claim(self, limit: int, rate: Rate) -> list[StoredOutbound]:
        """See OutboxStore.claim_sends."""
        async with self._engine.write() as connection:
            rows: Sequence[Any] = (await connection.exec_driver_sql(self._due(limit))).all()
            if not rows:
                return []
            due = await self._paced(connection, [_Due(*row) for row in rows], rate)
            return await self._take(connection, due)

    async def slow_down(self, channel: str, sender: str, seconds: float) -> None:
        statement = SLOW_DOWN.format(until=self._dialect.moment(seconds))
        async with self._engine.write() as connection:
            await connection.execute(text(statement), {"channel": channel, "address": sender})

    def _due(self, limit: int) -> str:
        return DUE.format(
            UNSETTLED=UNSETTLED,
            now=self._dialect.moment(),
            unconfirmed=self._dialect.moment(-UNCONFIRMED_S),
            ahead=self._dialect.moment(AHEAD_S),
            age=self._dialect.seconds_since("o.created_at"),
            limit=limit,
            lock=self._dialect.lock("o"),
        )

    async def _paced(self, connection: AsyncConnection, due: Sequence[_Due], rate: Rate) -> list[_Due]:
        """Return what the senders let go now, and give their moments away; senders are locked in their order."""
        leaving = [part for part in due if part.is_free]
        by_address = sorted((part for part in due if not part.is_free), key=lambda part: part.address)
        for address, parts in groupby(by_address, key=lambda part: part.address):
            leaving += await self._let_go(connection, address, list(parts), rate)
        return leaving

    async def _let_go(
        self, connection: AsyncConnection, address: tuple[str, str], parts: Sequence[_Due], rate: Rate
    ) -> list[_Due]:
        """Return the first of one sender's parts: as many as leave within the moment."""
        whose = {"channel": address[0], "address": address[1]}
        lock = LOCK_SENDER.format(now=self._dialect.moment(), since=self._dialect.seconds_since("next_at"))
        since_s = (await connection.execute(text(lock), whose)).scalar_one()
        ahead_s = max(0.0, -since_s)
        leaving: list[_Due] = []
        for part in parts:
            if ahead_s > AHEAD_S:
                break
            leaving.append(part)
            ahead_s += part.segments / rate(*address)
        statement = SET_SENDER.format(next_at=self._dialect.moment(ahead_s))
        await connection.execute(text(statement), whose)
        return leaving

    async def _take(self, connection: AsyncConnection, due: Sequence[_Due]) -> list[StoredOutbound]:
        if not due:
            return []
        found = {part.key: part for part in due}
        mine = KEY.in_(list(found))
        await connection.execute(
            update(outbounds)
            .where(mine)
            .values(state="sending", attempts=outbounds.c.attempts + 1, updated_at=self._engine.now())
        )
        parts = select(*OUTBOUND).join(sessions, sessions.c.id == outbounds.c.session_id).where(mine)
        rows: Any = (await connection.execute(parts.order_by(*KEY))).all()
        return [_claimed(stored_outbound(tuple(row)), found) for row in rows]


def _claimed(outbound: StoredOutbound, found: Mapping[tuple[int, int, int], _Due]) -> StoredOutbound:
    due = found[(outbound.session, outbound.version, outbound.index)]
    return replace(outbound, segments=due.segments, age_s=max(0.0, due.age_s), is_stopped=bool(due.is_stopped))
