"""What operators do with held parts, on both databases: list, release, drop. Each decision is kept as evidence.

A held part may not be sent before an operator decides: the provider may have it, or the account must be fixed first.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, literal_column, select, update

from botflow.interfaces import DeliveryStatus
from botflow.records.outbounds import HeldPart
from botflow.storage.decisions import Decision, DecisionKind, record
from botflow.storage.delivery.reports import apply_news
from botflow.storage.engines.dialects import now
from botflow.storage.engines.engine import Engine
from botflow.storage.tables import outbounds, sessions, workflows

PartId = tuple[int, int, int]  # session, version, index
DROPPED = "operator.dropped"
RELEASED = "operator.released"
KEY = (outbounds.c.session_id, outbounds.c.version, outbounds.c.index)
# A literal: a partial index is used only if the query repeats its condition.
IS_HELD = outbounds.c.state == literal_column("'held'")
CHANNEL = func.coalesce(outbounds.c.body["channel"].as_string(), sessions.c.channel)
RECIPIENT = func.coalesce(outbounds.c.body["to"].as_string(), sessions.c.external_id)


class Held:
    """Lists an organization's held parts, and stores what its operators decide about them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def held(self, organization: int, limit: int, after: PartId | None = None) -> list[HeldPart]:
        """Return held parts in the order of (session, version, index), only those after the part `after`."""
        columns = (*KEY, workflows.c.slug, CHANNEL, RECIPIENT, outbounds.c.body, outbounds.c.error_code)
        found = (
            select(*columns, outbounds.c.attempts, outbounds.c.created_at)
            .join(sessions, sessions.c.id == outbounds.c.session_id)
            .join(workflows, workflows.c.id == sessions.c.workflow_id)
            .where(workflows.c.organization_id == organization, IS_HELD)
            .order_by(*KEY)
            .limit(limit)
        )
        if after is not None:
            session, version, index = after
            found = found.where(
                (outbounds.c.session_id > session)
                | and_(outbounds.c.session_id == session, outbounds.c.version > version)
                | and_(outbounds.c.session_id == session, outbounds.c.version == version, outbounds.c.index > index)
            )
        rows = await self._engine.read(lambda connection: connection.execute(found).all())
        return [_part(tuple(row)) for row in rows]

    async def release_held(self, organization: int, part: PartId) -> bool:
        """Make the part `ready` with no attempts counted; False when the organization holds no such part."""

        def release(connection: Connection) -> bool:
            if not _decide(connection, organization, part, "released", RELEASED):
                return False
            again = {"state": "ready", "attempts": 0, "due_at": None, "updated_at": now()}
            connection.execute(update(outbounds).where(_is_part(part)).values(**again))
            return True

        return await self._engine.write(release)

    async def drop_held(self, organization: int, part: PartId) -> bool:
        """Set the part to `failed`; False when the organization holds no such part."""
        session, version, index = part
        news = DeliveryStatus(
            session=session,
            wire_id=f"{version}.{index}",
            state="failed",
            error_code=DROPPED,
            reason="an operator gave the message up",
        )

        def drop(connection: Connection) -> bool:
            if not _decide(connection, organization, part, "refused", DROPPED):
                return False
            apply_news(connection, news)
            return True

        return await self._engine.write(drop)


def _decide(connection: Connection, organization: int, part: PartId, kind: DecisionKind, reason: str) -> bool:
    """Lock a held part and store the decision about it; False when it is not held (any more), or another's."""
    mine = select(workflows.c.id).where(workflows.c.organization_id == organization)
    session = select(sessions.c.id).where(sessions.c.id == part[0], sessions.c.workflow_id.in_(mine))
    if connection.execute(session.with_for_update(key_share=True)).first() is None:
        return False
    held = (
        select(CHANNEL, RECIPIENT, outbounds.c.error_code)
        .join(sessions, sessions.c.id == outbounds.c.session_id)
        .where(_is_part(part), IS_HELD)
        .with_for_update(key_share=True, of=outbounds)
    )
    row = connection.execute(held).one_or_none()
    if row is None:
        return False
    channel, address, error_code = row
    decision = Decision(
        kind=kind,
        reason=reason,
        channel=channel,
        address=address,
        session=part[0],
        subject=f"{part[0]}.{part[1]}.{part[2]}",
        detail={"held": error_code or ""},
    )
    record(connection, organization, [decision])
    return True


def _is_part(part: PartId) -> ColumnElement[bool]:
    session, version, index = part
    return and_(outbounds.c.session_id == session, outbounds.c.version == version, outbounds.c.index == index)


def _part(row: tuple[Any, ...]) -> HeldPart:
    session, version, index, slug, channel, recipient, body, error_code, attempts, created_at = row
    return HeldPart(
        id=(session, version, index),
        workflow=slug,
        channel=channel,
        sender=body.get("sender", ""),
        recipient=recipient,
        text=body["text"],
        error_code=error_code or "",
        attempts=attempts,
        created_at=created_at,
    )
