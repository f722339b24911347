"""What a provider's report does to a part: its state moves forward only, it is sent again where that may help, and a
session that waits for the delivery is told.

Reports come late, twice and in any order; each names the sending it is about by the provider's id.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, insert, select, update

from botflow.interfaces import DeliveryStatus
from botflow.records.outbounds import OutboundState
from botflow.records.queues import MESSAGE_PRIORITY
from botflow.seeds import new_seed
from botflow.storage.engines.dialects import now
from botflow.storage.tables import inbounds, outbounds, sessions

# How long a part that is accepted and has not left blocks the next one in a workflow with `ordering: sent`.
ACCEPTED_S = 90.0

# From which states a part may move to each state; a return to `ready` is decided separately.
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
class Applied:
    """What became of a report: the channel that its part left by, and the part's new state, None if it has kept its
    own."""

    channel: str
    state: OutboundState | None


@dataclass(frozen=True, slots=True)
class Change:
    """The change of a part: its new state, the columns to write, and when it is due (from now)."""

    state: OutboundState
    columns: Mapping[str, Any]
    due_in_s: float | None = None
    is_again: bool = False


def change_of(part: Any, news: DeliveryStatus) -> Change | None:
    """Return what `news` does to the row `part`; None when it is late, or about a sending that is past."""
    if not news.provider_id and news.attempt not in (None, part.attempts):
        return None  # its sender was frozen meanwhile, and another one has it
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


def apply_news(connection: Connection, news: DeliveryStatus) -> Applied | None:
    """Move a part's state by what `news` says, in the caller's transaction; None when there is no such part."""
    version, _, index = news.wire_id.partition(".")
    mine = and_(
        outbounds.c.session_id == news.session,
        outbounds.c.version == int(version),
        outbounds.c.index == int(index),
    )
    of_session = sessions.c.id == outbounds.c.session_id
    found = connection.execute(
        select(outbounds.c.body, sessions.c.channel).join(sessions, of_session).where(mine)
    ).first()
    if found is None:
        return None
    body = found.body
    if "awaitedBy" in body:  # sessions are locked before their parts, here as elsewhere
        connection.execute(select(sessions.c.id).where(sessions.c.id == news.session).with_for_update(key_share=True))
    row = select(*(outbounds.c[name] for name in COLUMNS)).where(mine).with_for_update(key_share=True)
    part = connection.execute(row).one_or_none()
    if part is None:  # an erasure has deleted it since it was found
        return None
    change = change_of(part, news)
    if change is not None:
        if change.columns.get("provider_id"):
            _take_from_others(connection, mine, news.provider_id)
        _change(connection, mine, change)
        if (state := _awaited(body, change, news)) is not None:
            _tell(connection, news, body["awaitedBy"], state)
    return Applied(body.get("channel") or found.channel, change.state if change is not None else None)


def _change(connection: Connection, mine: ColumnElement[bool], change: Change) -> None:
    due_at = None if change.due_in_s is None else now(change.due_in_s)
    connection.execute(
        update(outbounds).where(mine).values(state=change.state, updated_at=now(), due_at=due_at, **change.columns)
    )


def _take_from_others(connection: Connection, mine: ColumnElement[bool], provider_id: str) -> None:
    """Reconcile another part again that was matched with this message because its text was equal.

    Two parts that are matched with it at the same moment break the unique index, and the later transaction runs again.
    """
    connection.execute(
        update(outbounds)
        .where(outbounds.c.provider_id == provider_id, ~mine, outbounds.c.state == "sent")
        .values(state="unknown", provider_id=None, updated_at=now())
    )


def _tell(connection: Connection, news: DeliveryStatus, group: str, state: str) -> None:
    """Queue the delivery for the session that waits for it, once."""
    key = f"delivery:{news.wire_id}"
    known = select(inbounds.c.seq).where(inbounds.c.session_id == news.session, inbounds.c.key == key)
    session = connection.execute(
        select(sessions.c.last_seq, sessions.c.flow_version).where(sessions.c.id == news.session)
    ).one()
    if session.flow_version is None or connection.execute(known).first() is not None:
        return  # the execution that waited is over, or it knows
    connection.execute(update(sessions).where(sessions.c.id == news.session).values(last_seq=sessions.c.last_seq + 1))
    parameters = {"state": state, "code": news.error_code, "reason": news.reason}
    connection.execute(
        insert(inbounds).values(
            session_id=news.session,
            seq=session.last_seq + 1,
            received_at=now(),
            seed=new_seed(),
            flow_version=session.flow_version,
            attempt=0,
            state="new",
            kind="delivery",
            key=key,
            provider="",
            content={"token": group, "parameters": {name: value for name, value in parameters.items() if value}},
            priority=MESSAGE_PRIORITY,
        )
    )


def _awaited(body: Mapping[str, Any], change: Change, news: DeliveryStatus) -> OutboundState | None:
    """Return the state that ends the wait for a part, or None: the wait for a part that is sent again goes on."""
    if "awaitedBy" not in body or change.is_again:
        return None
    if body.get("awaited") == "failed":
        return change.state if change.state in ("failed", "suppressed") else None
    has_left = body.get("awaited") == "sent" and change.state == "sent" and news.has_left
    return change.state if has_left or change.state in (*ARRIVED, "failed", "suppressed") else None
