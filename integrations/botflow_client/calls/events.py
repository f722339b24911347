"""Events. Written by `python -m docs.generate`: do not edit it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from botflow_client.events import AsyncEventStream, EventStream
from botflow_client.models.events import Attempt, Delivery, EventPage, MadeWebhook, Webhook
from botflow_client.omit import OMIT, Omit
from botflow_client.pages import AsyncPages, Pages
from botflow_client.request import make_request, segment
from botflow_client.transport import AsyncCaller, Caller


class EventsCalls(Caller):
    """Events."""

    def get_events(self, *, after: str | None = None, types: str | None = None, limit: int | None = None) -> EventPage:
        """Read the events of your organization in their order, from the oldest that is kept or after `after`. They
        are kept for a week, and recorded from the first call on. `next` is the `after` of the next call, also when
        there are no more events yet. With `Accept: text/event-stream` it is a stream that goes on after `Last-Event-
        ID`. It needs the scope `events:read`.
        """
        return self._call(
            EventPage, make_request("GET", "/api/v1/events", query={"after": after, "types": types, "limit": limit})
        )

    def stream_events(self, *, types: str | None = None, last_event_id: str | None = None) -> EventStream:
        """Follow the events as they come, after the last one that is named; without it, from the oldest that is
        kept. The stream is taken up after its last event when it breaks off.
        """
        return self._events(make_request("GET", "/api/v1/events", query={"types": types}), last_event_id)

    def get_webhooks(self, *, cursor: str | None = None, limit: int | None = None) -> Pages[Webhook]:
        """List the webhooks of your organization, the newest first. It needs the scope `webhooks:read`."""
        return self._list(Webhook, "/api/v1/webhooks", {"cursor": cursor, "limit": limit})

    def create_webhook(
        self,
        *,
        url: str,
        description: str | Omit = OMIT,
        types: Sequence[str] | Omit = OMIT,
        idempotency_key: str | None = None,
    ) -> MadeWebhook:
        """Send events to an address from now on, signed as Standard Webhooks describes it. `secret` is shown this
        once. It needs the scope `webhooks:write`.
        """
        return self._call(
            MadeWebhook,
            make_request(
                "POST",
                "/api/v1/webhooks",
                body={"url": url, "description": description, "types": types},
                idempotency_key=idempotency_key,
            ),
        )

    def get_webhook(self, webhook: str | int) -> Webhook:
        """Show a webhook, and why it is disabled if it is. It needs the scope `webhooks:read`."""
        return self._call(Webhook, make_request("GET", f"/api/v1/webhooks/{segment(webhook)}"))

    def update_webhook(
        self,
        webhook: str | int,
        *,
        url: str | Omit | None = OMIT,
        description: str | Omit | None = OMIT,
        types: Sequence[str] | Omit | None = OMIT,
        status: Literal["enabled", "disabled"] | Omit | None = OMIT,
        if_match: int | None = None,
    ) -> Webhook:
        """Change a webhook, or put it into service again: it goes on with the first event that it did not get. It
        needs the scope `webhooks:write`.
        """
        return self._call(
            Webhook,
            make_request(
                "PATCH",
                f"/api/v1/webhooks/{segment(webhook)}",
                body={"url": url, "description": description, "types": types, "status": status},
                if_match=if_match,
            ),
        )

    def delete_webhook(self, webhook: str | int) -> None:
        """Delete a webhook, and what is known of its deliveries. It needs the scope `webhooks:write`."""
        self._do(make_request("DELETE", f"/api/v1/webhooks/{segment(webhook)}"))

    def rotate_webhook_secret(
        self, webhook: str | int, *, overlap_hours: int | Omit = OMIT, idempotency_key: str | None = None
    ) -> MadeWebhook:
        """Give a webhook a new secret, which is shown this once. The former one signs beside it for `overlapHours`.
        It needs the scope `webhooks:write`.
        """
        return self._call(
            MadeWebhook,
            make_request(
                "POST",
                f"/api/v1/webhooks/{segment(webhook)}/rotate",
                body={"overlapHours": overlap_hours},
                idempotency_key=idempotency_key,
            ),
        )

    def test_webhook(self, webhook: str | int, *, idempotency_key: str | None = None) -> Attempt:
        """Send an event of the type `webhook.test` now, once, and say what came of it. It needs the scope
        `webhooks:write`.
        """
        return self._call(
            Attempt, make_request("POST", f"/api/v1/webhooks/{segment(webhook)}/test", idempotency_key=idempotency_key)
        )

    def get_webhook_deliveries(
        self,
        webhook: str | int,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        state: Literal["delivered", "retrying", "failed"] | None = None,
    ) -> Pages[Delivery]:
        """List what became of the events of the last week, the newest event first. It needs the scope
        `webhooks:read`.
        """
        return self._list(
            Delivery,
            f"/api/v1/webhooks/{segment(webhook)}/deliveries",
            {"cursor": cursor, "limit": limit, "state": state},
        )

    def replay_event(self, webhook: str | int, event: str | int, *, idempotency_key: str | None = None) -> Attempt:
        """Send one event again now, once, and say what came of it. It needs the scope `webhooks:write`."""
        return self._call(
            Attempt,
            make_request(
                "POST",
                f"/api/v1/webhooks/{segment(webhook)}/events/{segment(event)}/replay",
                idempotency_key=idempotency_key,
            ),
        )

    def replay_webhook(self, webhook: str | int, *, since: str, idempotency_key: str | None = None) -> Webhook:
        """Send all events since a time again, in their order; a disabled webhook is put into service. It needs the
        scope `webhooks:write`.
        """
        return self._call(
            Webhook,
            make_request(
                "POST",
                f"/api/v1/webhooks/{segment(webhook)}/replay",
                body={"since": since},
                idempotency_key=idempotency_key,
            ),
        )


class AsyncEventsCalls(AsyncCaller):
    """Events."""

    async def get_events(
        self, *, after: str | None = None, types: str | None = None, limit: int | None = None
    ) -> EventPage:
        """Read the events of your organization in their order, from the oldest that is kept or after `after`. They
        are kept for a week, and recorded from the first call on. `next` is the `after` of the next call, also when
        there are no more events yet. With `Accept: text/event-stream` it is a stream that goes on after `Last-Event-
        ID`. It needs the scope `events:read`.
        """
        return await self._call(
            EventPage, make_request("GET", "/api/v1/events", query={"after": after, "types": types, "limit": limit})
        )

    def stream_events(self, *, types: str | None = None, last_event_id: str | None = None) -> AsyncEventStream:
        """Follow the events as they come, after the last one that is named; without it, from the oldest that is
        kept. The stream is taken up after its last event when it breaks off.
        """
        return self._events(make_request("GET", "/api/v1/events", query={"types": types}), last_event_id)

    def get_webhooks(self, *, cursor: str | None = None, limit: int | None = None) -> AsyncPages[Webhook]:
        """List the webhooks of your organization, the newest first. It needs the scope `webhooks:read`."""
        return self._list(Webhook, "/api/v1/webhooks", {"cursor": cursor, "limit": limit})

    async def create_webhook(
        self,
        *,
        url: str,
        description: str | Omit = OMIT,
        types: Sequence[str] | Omit = OMIT,
        idempotency_key: str | None = None,
    ) -> MadeWebhook:
        """Send events to an address from now on, signed as Standard Webhooks describes it. `secret` is shown this
        once. It needs the scope `webhooks:write`.
        """
        return await self._call(
            MadeWebhook,
            make_request(
                "POST",
                "/api/v1/webhooks",
                body={"url": url, "description": description, "types": types},
                idempotency_key=idempotency_key,
            ),
        )

    async def get_webhook(self, webhook: str | int) -> Webhook:
        """Show a webhook, and why it is disabled if it is. It needs the scope `webhooks:read`."""
        return await self._call(Webhook, make_request("GET", f"/api/v1/webhooks/{segment(webhook)}"))

    async def update_webhook(
        self,
        webhook: str | int,
        *,
        url: str | Omit | None = OMIT,
        description: str | Omit | None = OMIT,
        types: Sequence[str] | Omit | None = OMIT,
        status: Literal["enabled", "disabled"] | Omit | None = OMIT,
        if_match: int | None = None,
    ) -> Webhook:
        """Change a webhook, or put it into service again: it goes on with the first event that it did not get. It
        needs the scope `webhooks:write`.
        """
        return await self._call(
            Webhook,
            make_request(
                "PATCH",
                f"/api/v1/webhooks/{segment(webhook)}",
                body={"url": url, "description": description, "types": types, "status": status},
                if_match=if_match,
            ),
        )

    async def delete_webhook(self, webhook: str | int) -> None:
        """Delete a webhook, and what is known of its deliveries. It needs the scope `webhooks:write`."""
        await self._do(make_request("DELETE", f"/api/v1/webhooks/{segment(webhook)}"))

    async def rotate_webhook_secret(
        self, webhook: str | int, *, overlap_hours: int | Omit = OMIT, idempotency_key: str | None = None
    ) -> MadeWebhook:
        """Give a webhook a new secret, which is shown this once. The former one signs beside it for `overlapHours`.
        It needs the scope `webhooks:write`.
        """
        return await self._call(
            MadeWebhook,
            make_request(
                "POST",
                f"/api/v1/webhooks/{segment(webhook)}/rotate",
                body={"overlapHours": overlap_hours},
                idempotency_key=idempotency_key,
            ),
        )

    async def test_webhook(self, webhook: str | int, *, idempotency_key: str | None = None) -> Attempt:
        """Send an event of the type `webhook.test` now, once, and say what came of it. It needs the scope
        `webhooks:write`.
        """
        return await self._call(
            Attempt, make_request("POST", f"/api/v1/webhooks/{segment(webhook)}/test", idempotency_key=idempotency_key)
        )

    def get_webhook_deliveries(
        self,
        webhook: str | int,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        state: Literal["delivered", "retrying", "failed"] | None = None,
    ) -> AsyncPages[Delivery]:
        """List what became of the events of the last week, the newest event first. It needs the scope
        `webhooks:read`.
        """
        return self._list(
            Delivery,
            f"/api/v1/webhooks/{segment(webhook)}/deliveries",
            {"cursor": cursor, "limit": limit, "state": state},
        )

    async def replay_event(
        self, webhook: str | int, event: str | int, *, idempotency_key: str | None = None
    ) -> Attempt:
        """Send one event again now, once, and say what came of it. It needs the scope `webhooks:write`."""
        return await self._call(
            Attempt,
            make_request(
                "POST",
                f"/api/v1/webhooks/{segment(webhook)}/events/{segment(event)}/replay",
                idempotency_key=idempotency_key,
            ),
        )

    async def replay_webhook(self, webhook: str | int, *, since: str, idempotency_key: str | None = None) -> Webhook:
        """Send all events since a time again, in their order; a disabled webhook is put into service. It needs the
        scope `webhooks:write`.
        """
        return await self._call(
            Webhook,
            make_request(
                "POST",
                f"/api/v1/webhooks/{segment(webhook)}/replay",
                body={"since": since},
                idempotency_key=idempotency_key,
            ),
        )
