"""Webhooks: a row for each, with its sealed secrets, and what became of the events that were sent to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row, delete, insert, select, update

from botflow.storage.engines.dialects import clock_time, upsert
from botflow.storage.events.consumers import disable_consumer
from botflow.storage.service.pages import Order
from botflow.storage.tables import webhook_deliveries, webhooks

DeliveryState = Literal["delivered", "retrying", "failed"]
ORDER = Order(columns=(webhooks.c.created_at, webhooks.c.id), descending=True)
_LATEST = Order(columns=(webhook_deliveries.c.number,), descending=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookRow:
    """A webhook as it is stored."""

    id: str
    organization: int
    url: str
    description: str
    types: tuple[str, ...]
    secrets: bytes
    revision: int
    created_at: datetime
    updated_at: datetime
    disabled_at: datetime | None
    disabled_reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What became of an event. `status` is that of the last answer, `error` a stable code."""

    number: int
    type: str
    state: DeliveryState
    attempts: int
    status: int | None
    error: str | None
    at: datetime | None = None


def add_webhook(connection: Connection, id: str, organization: int, values: Mapping[str, Any]) -> WebhookRow:
    moment = clock_time(connection)
    row = insert(webhooks).values(
        id=id, organization_id=organization, revision=1, created_at=moment, updated_at=moment, **values
    )
    return _row(connection.execute(row.returning(*webhooks.c)).one())


def get_webhook(connection: Connection, organization: int, id: str, *, lock: bool = False) -> WebhookRow | None:
    """Return a webhook. A `lock` comes before that of its consumer; deliveries, which refer to the row, pass it."""
    mine = select(webhooks).where(webhooks.c.organization_id == organization, webhooks.c.id == id)
    row = connection.execute(mine.with_for_update(key_share=True) if lock else mine).first()
    return _row(row) if row is not None else None


def list_webhooks(
    connection: Connection, organization: int, after: Sequence[Any] | None, limit: int
) -> list[WebhookRow]:
    """Return at most `limit` + 1 webhooks, the newest first."""
    mine = select(webhooks).where(webhooks.c.organization_id == organization)
    return [_row(row) for row in connection.execute(ORDER.page(mine, after, limit))]


def change_webhook(connection: Connection, row: WebhookRow, values: Mapping[str, Any]) -> WebhookRow:
    """Change a row that was locked."""
    mine = update(webhooks).where(webhooks.c.organization_id == row.organization, webhooks.c.id == row.id)
    changed = mine.values(revision=row.revision + 1, updated_at=clock_time(connection), **values)
    return _row(connection.execute(changed.returning(*webhooks.c)).one())


def disable_webhook(connection: Connection, organization: int, id: str, reason: str) -> bool:
    """Send it nothing any more; False when it is disabled, or gone."""
    row = get_webhook(connection, organization, id, lock=True)
    if row is None or row.disabled_at is not None:
        return False
    change_webhook(connection, row, {"disabled_at": clock_time(connection), "disabled_reason": reason})
    disable_consumer(connection, organization, id)
    return True


def delete_webhook(connection: Connection, organization: int, id: str) -> bool:
    mine = delete(webhooks).where(webhooks.c.organization_id == organization, webhooks.c.id == id)
    return connection.execute(mine).rowcount > 0


def note_delivery(connection: Connection, webhook: str, tried: Delivery) -> None:
    """Write what became of a try, over what became of the one before."""
    values = {
        "type": tried.type,
        "state": tried.state,
        "attempts": tried.attempts,
        "status": tried.status,
        "error": tried.error,
        "at": clock_time(connection),
    }
    row = upsert(connection, webhook_deliveries).values(webhook_id=webhook, number=tried.number, **values)
    connection.execute(row.on_conflict_do_update(index_elements=["webhook_id", "number"], set_=values))


def list_deliveries(
    connection: Connection, webhook: WebhookRow, state: str | None, after: Sequence[Any] | None, limit: int
) -> list[Delivery]:
    """Return at most `limit` + 1 deliveries to this webhook, the newest events first."""
    columns = (webhook_deliveries.c[name] for name in ("number", "type", "state", "attempts", "status", "error", "at"))
    mine = select(*columns).where(webhook_deliveries.c.webhook_id == webhook.id)
    if state is not None:
        mine = mine.where(webhook_deliveries.c.state == state)
    return [Delivery(**row._mapping) for row in connection.execute(_LATEST.page(mine, after, limit))]


def all_webhooks(connection: Connection) -> list[WebhookRow]:
    """Return every webhook of the deployment, for a new BOTFLOW_SECRET_KEY."""
    return [_row(row) for row in connection.execute(select(webhooks))]


def replace_secrets(connection: Connection, row: WebhookRow, sealed: bytes) -> int:
    """Store the secrets as sealed anew, unless they were changed meanwhile; return how many rows."""
    mine = (webhooks.c.organization_id == row.organization, webhooks.c.id == row.id, webhooks.c.secrets == row.secrets)
    return connection.execute(update(webhooks).where(*mine).values(secrets=sealed)).rowcount


def _row(row: Row[Any]) -> WebhookRow:
    return WebhookRow(
        id=row.id,
        organization=row.organization_id,
        url=row.url,
        description=row.description,
        types=tuple(row.types),
        secrets=bytes(row.secrets),
        revision=row.revision,
        created_at=row.created_at,
        updated_at=row.updated_at,
        disabled_at=row.disabled_at,
        disabled_reason=row.disabled_reason,
    )
