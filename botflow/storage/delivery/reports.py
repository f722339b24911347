"""What a provider's news does to a part: forward only, sent again where that may help, told to whoever waits for it.

News come late, twice and in any order; each names the sending it is about by the provider's id.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sqlalchemy import and_, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from botflow.errors import ProviderError
from botflow.interfaces import DeliveryStatus
from botflow.records.outbounds import OutboundState
from botflow.storage.engines.engine import Engine
from botflow.storage.tables import inbounds, outbounds, sessions

# How long a part that is accepted and has not left holds up the next where a workflow wants that order.
ACCEPTED_S = 90.0

# From which states a part may move to one; `ready` again is a decision of its own.
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
UNDERWAY = ("handed", "sending", "unknown", "held", "sent")
ARRIVED = ("delivered", "read")
COLUMNS = ("state", "attempts", "provider_id", "former_ids", "due_at", "body")


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of a part: the state it has then, the columns to write, and when it is due (from now)."""

    state: OutboundState
    columns: Mapping[str, Any]
    due_in_s: float | None = None
    is_again: bool = False


def change_of(part: Any, news: DeliveryStatus) -> Change | None:
    """Return what `news` does to the row `part`; None when it is late, or about a sending that is past."""
    if not news.provider_id and news.attempt not in (None, part.attempts):
        return None  # whoever sent it was frozen meanwhile, and somebody else goes on
    former = (part.former_ids or "").split()
    is_current = not news.provider_id or (
        news.provider_id not in former and part.provider_id in (None, news.provider_id)
    )
    if not is_current and news.state not in ARRIVED:
        return None
    if news.retry is not None and news.retry.times > len(former) and part.state in UNDERWAY:
        columns = {
            "provider_id": None,
            "former_ids": " ".join([*former, news.provider_id]),
            "error_code": news.error_code,
        }
        return Change("ready", columns, due_in_s=news.retry.after_s, is_again=True)
    if part.state not in BEFORE[news.state]:
        has_left = part.state == "sent" and part.due_at is not None and news.state == "sent" and news.has_left
        return Change("sent", {}) if has_left else None
    columns = {"provider_id": news.provider_id} if news.provider_id and is_current else {}
    if news.error_code:
        columns["error_code"] = news.error_code
    is_in_line = news.state == "sent" and not news.has_left and "ordering" in part.body
    return Change(news.state, columns, due_in_s=ACCEPTED_S if is_in_line else None)


class Deliveries:
    """Applies news to parts."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def report(self, news: DeliveryStatus) -> bool:
        """See OutboxStore.report."""
        try:
            return await self._report(news)
        except ProviderError as failure:
            if not isinstance(failure.__cause__, IntegrityError):
                raise
            return await self._report(news)  # another part was given this message meanwhile, and now can be seen

    async def _report(self, news: DeliveryStatus) -> bool:
        async with self._engine.write() as connection:
            return await self.apply(connection, news)

    async def apply(self, connection: AsyncConnection, news: DeliveryStatus) -> bool:
        """Do what `report` does in the caller's transaction."""
        version, _, index = news.wire_id.partition(".")
        mine = and_(
            outbounds.c.session_id == news.session,
            outbounds.c.version == int(version),
            outbounds.c.index == int(index),
        )
        body = (await connection.execute(select(outbounds.c.body).where(mine))).scalar()
        if body is None:
            return False
        if "awaitedBy" in body:  # sessions are locked before their parts, here as elsewhere
            await connection.execute(
                select(sessions.c.id).where(sessions.c.id == news.session).with_for_update(key_share=True)
            )
        row = select(*(outbounds.c[name] for name in COLUMNS)).where(mine).with_for_update(key_share=True)
        change = change_of((await connection.execute(row)).one(), news)
        if change is not None:
            if change.columns.get("provider_id"):
                await self._take_from_others(connection, mine, news.provider_id)
            await self._change(connection, mine, change)
            if (state := _awaited(body, change, news)) is not None:
                await self._tell(connection, news, body["awaitedBy"], state)
        return True

    async def _change(self, connection: AsyncConnection, mine: Any, change: Change) -> None:
        due_at = None if change.due_in_s is None else self._engine.now(change.due_in_s)
        await connection.execute(
            update(outbounds)
            .where(mine)
            .values(state=change.state, updated_at=self._engine.now(), due_at=due_at, **change.columns)
        )

    async def _take_from_others(self, connection: AsyncConnection, mine: Any, provider_id: str) -> None:
        """Who was given this message because its words were equal has to be looked for again: the news know better.

        Two who are given it at the same moment break the unique index, and the later one comes again.
        """
        await connection.execute(
            update(outbounds)
            .where(outbounds.c.provider_id == provider_id, ~mine, outbounds.c.state == "sent")
            .values(state="unknown", provider_id=None, updated_at=self._engine.now())
        )

    async def _tell(self, connection: AsyncConnection, news: DeliveryStatus, group: str, state: str) -> None:
        """Queue the delivery for the session that waits for it, once."""
        key = f"delivery:{news.wire_id}"
        known = select(inbounds.c.seq).where(inbounds.c.session_id == news.session, inbounds.c.key == key)
        session = (
            await connection.execute(
                select(sessions.c.last_seq, sessions.c.flow_version).where(sessions.c.id == news.session)
            )
        ).one()
        if session.flow_version is None or (await connection.execute(known)).first() is not None:
            return  # the execution that waited is over, or it knows
        await connection.execute(
            update(sessions).where(sessions.c.id == news.session).values(last_seq=sessions.c.last_seq + 1)
        )
        parameters = {"state": state, "code": news.error_code, "reason": news.reason}
        await connection.execute(
            insert(inbounds).values(
                session_id=news.session,
                seq=session.last_seq + 1,
                received_at=self._engine.now(),
                seed=secrets.randbits(63),
                flow_version=session.flow_version,
                attempt=0,
                state="new",
                kind="delivery",
                key=key,
                provider="",
                content={"token": group, "parameters": {name: value for name, value in parameters.items() if value}},
                renewed_at=self._engine.now(),
            )
        )
        await self._engine.defer_advances(connection, [news.session], again=False)


def _awaited(body: Mapping[str, Any], change: Change, news: DeliveryStatus) -> OutboundState | None:
    """Return the state that ends the wait for a part, if any does: what is sent again is still waited for."""
    if "awaitedBy" not in body or change.is_again:
        return None
    has_left = body.get("awaited") == "sent" and change.state == "sent" and news.has_left
    return change.state if has_left or change.state in (*ARRIVED, "failed", "suppressed") else None
