"""Sends one event to one webhook, signed. Each repetition has the same id and body, so that receivers can drop it."""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from botflow.clock import Clock
from botflow.outgoing_targets import Network
from botflow.records.events import LifecycleEvent
from botflow.redaction.known_secrets import KnownSecrets
from botflow.runtime.events.signatures import WebhookSafe, signed_headers
from botflow.runtime.events.targets import Sent, post
from botflow.storage.events.webhooks import WebhookRow


class WebhookSender:
    """Signs and sends. The secrets that it opens become `known`, for the log."""

    def __init__(self, safe: WebhookSafe, clock: Clock, networks: Sequence[Network], known: KnownSecrets) -> None:
        self.safe = safe
        self.networks = tuple(networks)
        self._clock = clock
        self._known = known

    async def send(self, webhook: WebhookRow, event: LifecycleEvent) -> Sent:
        """Send it once. UsageError like `WebhookSafe.open`."""
        kept, moment = self.safe.open(webhook), self._clock.now()
        keys = kept.in_force(moment)
        self._known.opened(keys)
        body = orjson.dumps(event.to_json())
        return await post(webhook.url, signed_headers(event.id, moment, body, keys), body, self.networks, moment)
