"""Webhooks over HTTP."""

from __future__ import annotations

from http import HTTPStatus

from botflow.records.access import Scope
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
from botflow.storage.events.webhooks import DeliveryState
from botflow.web.rest.operation import Call, Operation
from botflow.web.rest.query import PageQuery

TAG = "Events"


class DeliveryQuery(PageQuery):
    """Which deliveries."""

    state: DeliveryState | None = None


async def get_webhooks(call: Call) -> Page[Webhook]:
    """List the webhooks of your organization, the newest first."""
    query: PageQuery = call.query
    return await call.service.webhooks.get_webhooks(cursor=query.cursor, limit=query.limit)


async def create_webhook(call: Call) -> MadeWebhook:
    """Send events to an address from now on, signed as Standard Webhooks describes it. `secret` is shown this once."""
    return await call.service.webhooks.create_webhook(call.body)


async def get_webhook(call: Call) -> Webhook:
    """Show a webhook, and why it is disabled if it is."""
    return await call.service.webhooks.get_webhook(call.path["webhook"])


async def update_webhook(call: Call) -> Webhook:
    """Change a webhook, or put it into service again: it goes on with the first event that it did not get."""
    return await call.service.webhooks.update_webhook(call.path["webhook"], call.body, if_revision=call.if_revision)


async def delete_webhook(call: Call) -> None:
    """Delete a webhook, and what is known of its deliveries."""
    await call.service.webhooks.delete_webhook(call.path["webhook"])


async def rotate_webhook_secret(call: Call) -> MadeWebhook:
    """Give a webhook a new secret, which is shown this once. The former one signs beside it for `overlapHours`."""
    return await call.service.webhooks.rotate_webhook_secret(call.path["webhook"], call.body)


async def test_webhook(call: Call) -> Attempt:
    """Send an event of the type `webhook.test` now, once, and say what came of it."""
    return await call.service.webhooks.test_webhook(call.path["webhook"])


async def get_webhook_deliveries(call: Call) -> Page[Delivery]:
    """List what became of the events of the last week, the newest event first."""
    query: DeliveryQuery = call.query
    return await call.service.webhooks.get_webhook_deliveries(
        call.path["webhook"], state=query.state, cursor=query.cursor, limit=query.limit
    )


async def replay_event(call: Call) -> Attempt:
    """Send one event again now, once, and say what came of it."""
    return await call.service.webhooks.replay_event(call.path["webhook"], call.path["event"])


async def replay_webhook(call: Call) -> Webhook:
    """Send all events since a time again, in their order; a disabled webhook is put into service."""
    return await call.service.webhooks.replay_webhook(call.path["webhook"], call.body)


_ONE = "/webhooks/{webhook}"
_WRITE = Scope.WEBHOOKS_WRITE
OPERATIONS = (
    Operation(
        method="GET",
        path="/webhooks",
        handler=get_webhooks,
        scope=Scope.WEBHOOKS_READ,
        tag=TAG,
        query=PageQuery,
        answer=Page[Webhook],
    ),
    Operation(
        method="POST",
        path="/webhooks",
        handler=create_webhook,
        scope=_WRITE,
        tag=TAG,
        body=NewWebhook,
        answer=MadeWebhook,
        status=HTTPStatus.CREATED,
        is_secret=True,
    ),
    Operation(method="GET", path=_ONE, handler=get_webhook, scope=Scope.WEBHOOKS_READ, tag=TAG, answer=Webhook),
    Operation(
        method="PATCH",
        path=_ONE,
        handler=update_webhook,
        scope=_WRITE,
        tag=TAG,
        body=WebhookChange,
        answer=Webhook,
        edits=True,
    ),
    Operation(method="DELETE", path=_ONE, handler=delete_webhook, scope=_WRITE, tag=TAG),
    Operation(
        method="POST",
        path=f"{_ONE}/rotate",
        handler=rotate_webhook_secret,
        scope=_WRITE,
        tag=TAG,
        body=Rotation,
        answer=MadeWebhook,
        is_secret=True,
    ),
    Operation(method="POST", path=f"{_ONE}/test", handler=test_webhook, scope=_WRITE, tag=TAG, answer=Attempt),
    Operation(
        method="GET",
        path=f"{_ONE}/deliveries",
        handler=get_webhook_deliveries,
        scope=Scope.WEBHOOKS_READ,
        tag=TAG,
        query=DeliveryQuery,
        answer=Page[Delivery],
    ),
    Operation(
        method="POST",
        path=f"{_ONE}/events/{{event}}/replay",
        handler=replay_event,
        scope=_WRITE,
        tag=TAG,
        answer=Attempt,
    ),
    Operation(
        method="POST",
        path=f"{_ONE}/replay",
        handler=replay_webhook,
        scope=_WRITE,
        tag=TAG,
        body=Replay,
        answer=Webhook,
    ),
)
