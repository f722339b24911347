"""What operators decide about held parts, on both databases: release, drop. Each decision is kept as evidence.

A held part may not be sent before an operator decides: the provider may have it, or the account must be fixed first.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, and_, func, literal_column, select, update

from botflow.interfaces import DeliveryStatus
from botflow.storage.decisions import Decision, DecisionKind, record
from botflow.storage.delivery.reports import apply_news
from botflow.storage.engines.dialects import now
from botflow.storage.tables import outbounds, sessions, workflows

PartId = tuple[int, int, int]  # session, version, index
DROPPED = "operator.dropped"
RELEASED = "operator.released"
# A literal: a partial index is used only if the query repeats its condition.
IS_HELD = outbounds.c.state == literal_column("'held'")
CHANNEL = func.coalesce(outbounds.c.body["channel"].as_string(), sessions.c.channel)
RECIPIENT = func.coalesce(outbounds.c.body["to"].as_string(), sessions.c.external_id)


def release_held(connection: Connection, organization: int, part: PartId) -> bool:
    """Make the part `ready` with no attempts counted; False when the organization holds no such part."""
    if not _decide(connection, organization, part, "released", RELEASED):
        return False
    again = {"state": "ready", "attempts": 0, "due_at": None, "updated_at": now()}
    connection.execute(update(outbounds).where(_is_part(part)).values(**again))
    return True


def drop_held(connection: Connection, organization: int, part: PartId) -> bool:
    """Set the part to `failed`; False when the organization holds no such part."""
    if not _decide(connection, organization, part, "refused", DROPPED):
        return False
    session, version, index = part
    news = DeliveryStatus(
        session=session,
        wire_id=f"{version}.{index}",
        state="failed",
        error_code=DROPPED,
        reason="an operator gave the message up",
    )
    apply_news(connection, news)
    return True


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
