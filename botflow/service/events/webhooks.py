"""Webhooks: where events are sent, what became of them there, and sending them again."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from botflow.errors import RejectedInbound
from botflow.moment import parse_moment
from botflow.outgoing_targets import PUBLIC_ONLY, TargetRefused, check_url
from botflow.records.access import Principal
from botflow.records.events import LifecycleEvent
from botflow.runtime.events.sender import WebhookSender
from botflow.runtime.events.signatures import WebhookSecrets, new_secret
from botflow.runtime.events.targets import Sent
from botflow.service.cursors import PAGE, page_of, read_cursor
from botflow.service.events.events import check_types, place_of
from botflow.service.events.webhook_models import (
    Attempt,
    Delivery,
    MadeWebhook,
    NewWebhook,
    Replay,
    Rotation,
    Webhook,
    WebhookChange,
)
from botflow.service.models import Page
from botflow.service.refusals import check_unchanged
from botflow.storage.engines.dialects import clock_time
from botflow.storage.engines.engine import Engine
from botflow.storage.events import webhooks
from botflow.storage.events.consumers import (
    add_consumer,
    delete_consumer,
    disable_consumer,
    get_place,
    place_consumer,
)
from botflow.storage.events.feeds import Feed, feed_of, get_event, number_before, want_feed
from botflow.storage.events.webhooks import Delivery as DeliveryRow
from botflow.storage.events.webhooks import DeliveryState, WebhookRow
from botflow.storage.service.audit_log import record_change

MOST_WEBHOOKS = 50
_SORT, _BY_NUMBER = "-createdAt", "-number"


class Webhooks:
    """The webhooks of the caller's organization."""

    def __init__(self, engine: Engine, every_organization: Engine, sender: WebhookSender, caller: Principal) -> None:
        """`engine` is the organization's. `every_organization` is the whole database, for the feed's triggers."""
        self._engine = engine
        self._every_organization = every_organization
        self._sender = sender
        self._caller = caller

    async def _wanted_feed(self) -> Feed:
        return await want_feed(self._every_organization, self._caller.organization)

    async def get_webhooks(self, *, cursor: str | None = None, limit: int = PAGE) -> Page[Webhook]:
        """Return a page of webhooks, the newest first."""
        after = read_cursor(cursor, _SORT, (datetime, str))
        found = await self._engine.read(webhooks.list_webhooks, self._caller.organization, after, limit)
        return page_of(found, limit, _SORT, lambda row: (row.created_at, row.id), _shown)

    async def get_webhook(self, id: str) -> Webhook:
        """RejectedInbound `webhook.unknown` (404), also for another organization's."""
        return _shown(await self._row(id))

    async def create_webhook(self, new: NewWebhook) -> MadeWebhook:
        """Make a webhook, which gets the events from now on. RejectedInbound `webhook.url`, `webhook.not_https`,
        `webhook.private_address` or `event.type_unknown` (422), `webhook.too_many` (409)."""
        self._check(new.url, new.types)
        await self._wanted_feed()
        return await self._engine.write(self._create, new)

    async def update_webhook(self, id: str, change: WebhookChange, *, if_revision: int | None = None) -> Webhook:
        """Change a webhook. RejectedInbound as `create_webhook`, `webhook.unknown`, `webhook.changed` (412)."""
        self._check(change.url, change.types or ())
        await self._wanted_feed()
        return _shown(await self._engine.write(self._update, id, change, if_revision))

    async def delete_webhook(self, id: str) -> None:
        """Delete a webhook, and what is known of its deliveries."""
        await self._engine.write(self._delete, id)

    async def rotate_webhook_secret(self, id: str, rotation: Rotation) -> MadeWebhook:
        """Give it a new secret; the former one signs beside it for a while."""
        await self._wanted_feed()
        return await self._engine.write(self._rotate, id, rotation)

    async def test_webhook(self, id: str) -> Attempt:
        """Send an event of the type `webhook.test` now, once."""
        row = await self._row(id)
        event = LifecycleEvent(
            id=f"evt_test_{secrets.token_hex(8)}",
            type="webhook.test",
            timestamp=await self._engine.read(clock_time),
            data={"webhook": row.id},
        )
        await self._engine.write(record_change, self._caller, "webhook.tested", f"webhook:{row.id}")
        return _attempt(event.id, await self._sender.send(row, event))

    async def get_webhook_deliveries(
        self, id: str, *, state: DeliveryState | None = None, cursor: str | None = None, limit: int = PAGE
    ) -> Page[Delivery]:
        """Return a page of what became of its events in the last week, the newest event first."""
        row, after = await self._row(id), read_cursor(cursor, _BY_NUMBER, (int,))
        feed = await self._wanted_feed()
        found = await self._engine.read(webhooks.list_deliveries, row, state, after, limit)
        return page_of(found, limit, _BY_NUMBER, lambda each: (each.number,), lambda each: _delivery(each, feed))

    async def replay_event(self, id: str, event: str) -> Attempt:
        """Send one event again now, once, also if the webhook is disabled. RejectedInbound `event.unknown` (404),
        `event.forgotten` (410)."""
        row = await self._row(id)
        feed = await self._engine.read(feed_of, self._caller.organization)
        found = await self._engine.read(get_event, feed, place_of(feed, event)) if feed is not None else None
        if found is None:
            raise _no_event(event)
        await self._engine.write(
            record_change, self._caller, "webhook.replayed", f"webhook:{row.id}", after={"event": event}
        )
        return _attempt(found.id, await self._sender.send(row, found))

    async def replay_webhook(self, id: str, replay: Replay) -> Webhook:
        """Send all its events since a time again, in their order, and then the later ones; a disabled webhook is put
        into service. RejectedInbound `webhook.since` (422)."""
        try:
            since = parse_moment(replay.since, "since")
        except ValueError:
            raise RejectedInbound(
                "since is not a date or a time",
                code="webhook.since",
                hint="write 2026-11-27 or 2026-11-27T09:30:00Z",
                status=422,
            ) from None
        await self._wanted_feed()
        return _shown(await self._engine.write(self._replay, id, since))

    async def _row(self, id: str) -> WebhookRow:
        found = await self._engine.read(webhooks.get_webhook, self._caller.organization, _text(id))
        if found is None:
            raise _unknown(id)
        return found

    def _locked(self, connection: Connection, id: str) -> WebhookRow:
        found = webhooks.get_webhook(connection, self._caller.organization, _text(id), lock=True)
        if found is None:
            raise _unknown(id)
        return found

    def _check(self, url: str | None, types: Any) -> None:
        check_types(types)
        if url is not None:
            try:
                check_url(url, self._sender.networks)
            except TargetRefused as refused:
                raise RejectedInbound(
                    f"the webhook's url: {refused}",
                    code=refused.code,
                    hint=PUBLIC_ONLY,
                    status=422,
                ) from None

    def _record(self, connection: Connection, action: Any, id: str, **values: Any) -> None:
        record_change(connection, self._caller, action, f"webhook:{id}", **values)

    def _create(self, connection: Connection, new: NewWebhook) -> MadeWebhook:
        organization = self._caller.organization
        if len(webhooks.list_webhooks(connection, organization, None, MOST_WEBHOOKS)) >= MOST_WEBHOOKS:
            raise RejectedInbound(
                f"there are {MOST_WEBHOOKS} webhooks already",
                code="webhook.too_many",
                hint="delete one that is not needed",
                status=409,
            )
        id, secret = f"whk_{secrets.token_hex(8)}", new_secret()
        sealed = self._sender.safe.seal(organization, id, WebhookSecrets(current=secret))
        values = {"url": new.url, "description": new.description, "types": new.types, "secrets": sealed}
        row = webhooks.add_webhook(connection, id, organization, values)
        feed = feed_of(connection, organization)
        assert feed is not None, "it is wanted for a week"
        add_consumer(connection, organization, id, feed.last)
        self._record(connection, "webhook.created", id, after=_logged(row))
        return MadeWebhook(**dict(_shown(row)), secret=secret)

    def _update(self, connection: Connection, id: str, change: WebhookChange, if_revision: int | None) -> WebhookRow:
        row = self._locked(connection, id)
        check_unchanged(row.revision, if_revision, "webhook.changed")
        values = change.model_dump(exclude_none=True, exclude={"status"}, by_alias=False)
        if change.status == "disabled" and row.disabled_at is None:
            values |= {"disabled_at": clock_time(connection), "disabled_reason": f"by {self._caller.actor}"}
            disable_consumer(connection, row.organization, id)
        if change.status == "enabled" and row.disabled_at is not None:
            values |= {"disabled_at": None, "disabled_reason": None}
            self._place(connection, id, None)
        elif change.status != "disabled" and not _is_sent_alike(row, change):
            self._tell_again(connection, row)
        changed = webhooks.change_webhook(connection, row, values)
        self._record(connection, "webhook.updated", id, before=_logged(row), after=_logged(changed))
        return changed

    def _tell_again(self, connection: Connection, row: WebhookRow) -> None:
        """Let what it lacks be sent now, by what the row says from now on: a process that is at it has read the former
        URL and secret, and one that failed would be tried in hours."""
        if row.disabled_at is None:
            self._place(connection, row.id, None)

    def _place(self, connection: Connection, id: str, number: int | None) -> None:
        """Let it go on after this event, or where it is; not before the oldest that is kept."""
        organization = self._caller.organization
        feed, place = feed_of(connection, organization), get_place(connection, organization, id)
        assert feed is not None, "it is wanted for a week"
        wanted = number if number is not None else place[0] if place is not None else feed.last
        place_consumer(connection, organization, id, min(max(wanted, feed.first - 1), feed.last), feed.last)

    def _delete(self, connection: Connection, id: str) -> None:
        row = self._locked(connection, id)
        delete_consumer(connection, row.organization, id)
        webhooks.delete_webhook(connection, row.organization, id)
        self._record(connection, "webhook.deleted", id, before=_logged(row))

    def _rotate(self, connection: Connection, id: str, rotation: Rotation) -> MadeWebhook:
        row, secret = self._locked(connection, id), new_secret()
        kept = WebhookSecrets(
            current=secret,
            former=self._sender.safe.open(row).current,
            former_until=clock_time(connection) + timedelta(hours=rotation.overlap_hours),
        )
        sealed = self._sender.safe.seal(row.organization, id, kept)
        changed = webhooks.change_webhook(connection, row, {"secrets": sealed})
        self._tell_again(connection, row)
        self._record(connection, "webhook.secret_rotated", id, after={"overlapHours": rotation.overlap_hours})
        return MadeWebhook(**dict(_shown(changed)), secret=secret)

    def _replay(self, connection: Connection, id: str, since: datetime) -> WebhookRow:
        row, feed = self._locked(connection, id), feed_of(connection, self._caller.organization)
        assert feed is not None, "it is wanted for a week"
        if row.disabled_at is not None:
            row = webhooks.change_webhook(connection, row, {"disabled_at": None, "disabled_reason": None})
        self._place(connection, id, number_before(connection, feed, since))
        self._record(connection, "webhook.replayed", id, after={"since": since.isoformat()})
        return row


def _is_sent_alike(row: WebhookRow, change: WebhookChange) -> bool:
    """True if the same events go to the same place after the change."""
    is_elsewhere = change.url not in (None, row.url)
    return not is_elsewhere and (change.types is None or tuple(change.types) == row.types)


def _text(id: str) -> str:
    return id if id.isprintable() else ""


def _unknown(id: str) -> RejectedInbound:
    return RejectedInbound(
        f"there is no webhook {id[:40]!r}",
        code="webhook.unknown",
        hint="list them with GET /api/v1/webhooks",
        status=404,
    )


def _no_event(id: str) -> RejectedInbound:
    return RejectedInbound(
        f"there is no event {id[:60]!r}",
        code="event.unknown",
        hint="list them with GET /api/v1/events",
        status=404,
    )


def _shown(row: WebhookRow) -> Webhook:
    return Webhook(
        id=row.id,
        url=row.url,
        description=row.description,
        types=list(row.types),
        status="enabled" if row.disabled_at is None else "disabled",
        disabled_at=row.disabled_at,
        disabled_reason=row.disabled_reason,
        created_at=row.created_at,
        updated_at=row.updated_at,
        revision=row.revision,
    )


def _logged(row: WebhookRow) -> Mapping[str, Any]:
    """Return what the audit log says of it. The path of a URL may be a secret of the receiver's: it is left out."""
    host = "/".join(row.url.split("/")[:3])
    return {"host": host, "types": list(row.types), "status": _shown(row).status}


def _delivery(row: DeliveryRow, feed: Feed) -> Delivery:
    assert row.at is not None, "it was read"
    return Delivery(
        event=feed.event_id(row.number),
        type=row.type,
        state=row.state,
        attempts=row.attempts,
        status=row.status,
        error=row.error,
        at=row.at,
    )


def _attempt(event: str, sent: Sent) -> Attempt:
    return Attempt(event=event, is_received=sent.is_received, status=sent.status, error=sent.error)
