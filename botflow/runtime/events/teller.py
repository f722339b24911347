"""Tells events, at least once and in order, to webhooks and observers. The steps of the tick that do it:

1. `number_events` makes events of what was noted: see storage/events/sequencing.py.
2. `tell_events` claims consumers that have not got all events, some at once, and tells each what it lacks, one event
   after the other. An event counts as told when its receiver has it and that is written; a process that dies between
   the two leaves it to the next, which tells it again. A webhook that fails holds its later events back: it is tried
   again after growing pauses for about a day, or after the longer ones that it asks for, and is then disabled.
3. `keep_events` forgets old events, and ends the feeds that nobody wants.

Without a feed none of them runs a statement.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from dataclasses import replace
from http import HTTPStatus

import structlog
from sqlalchemy import Connection

from botflow.clock import Clock
from botflow.crash_points import reach
from botflow.errors import UsageError
from botflow.interfaces.observers import Observer
from botflow.records.events import LifecycleEvent
from botflow.records.leases import Seen
from botflow.runtime.events.sender import WebhookSender
from botflow.runtime.events.targets import Sent
from botflow.runtime.process.tick import Step
from botflow.storage.engines.engine import Engine
from botflow.storage.events.consumers import (
    OBSERVER,
    Consumer,
    add_observers,
    claim_consumers,
    move_on,
    organizations_without_feed,
    postpone,
    release,
)
from botflow.storage.events.feeds import Feed, events_after, feed_of, keep_house, want_feed
from botflow.storage.events.sequencing import number_events
from botflow.storage.events.webhooks import (
    Delivery,
    DeliveryState,
    WebhookRow,
    disable_webhook,
    get_webhook,
    note_delivery,
)

# Before the next try, in seconds; together a little less than a day.
PAUSES_S = (5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 21_600, 36_000)
OBSERVER_PAUSE_S = 60.0
NOTICE_S = 10.0  # for an observer
AT_ONCE = 8  # consumers
EVENTS_AT_ONCE = 50
TURN_S = 20.0  # after which a consumer lets others in
LEASE_S = 60.0  # longer than a turn and one more event
HOUSE_S = 60.0
OBSERVED_S = 10.0  # after which a new organization is observed

_log = structlog.get_logger("botflow.events")


class EventTeller:
    """The steps of the tick about events."""

    def __init__(
        self, engine: Engine, owner: str, clock: Clock, sender: WebhookSender, observers: Sequence[Observer]
    ) -> None:
        self._engine = engine
        self._owner = owner
        self._clock = clock
        self._sender = sender
        self._observers = {observer.name: observer for observer in observers}
        self._kept = -1

    def steps(self) -> tuple[Step, ...]:
        return (
            Step(name="number_events", run=self.number, is_due=lambda seen: seen.events),
            Step(name="tell_events", run=self.tell, is_due=lambda seen: seen.events, timeout_s=LEASE_S),
            Step(name="keep_events", run=self.keep, is_due=self._is_house_due, timeout_s=30.0),
        )

    async def number(self) -> bool:
        """Number some events; True if there may be more."""
        return await self._engine.write(number_events)

    async def tell(self) -> bool:
        """Tell some consumers; True if there may be more."""
        names = tuple(self._observers)
        claimed = await self._engine.write(claim_consumers, self._owner, AT_ONCE, LEASE_S, names)
        async with asyncio.TaskGroup() as tasks:
            for consumer in claimed:
                tasks.create_task(self._tell_one(consumer))
        return len(claimed) == AT_ONCE

    async def keep(self) -> bool:
        """Look after the feeds, and let the observers have all organizations."""
        if self._observers:
            for organization in await self._engine.read(organizations_without_feed):
                await want_feed(self._engine, organization)
            await self._engine.write(add_observers, tuple(self._observers))
        await keep_house(self._engine)
        return False

    def _is_house_due(self, seen: Seen) -> bool:
        if not seen.feeds and not self._observers:
            return False
        period = int(self._clock.monotonic_s() // (OBSERVED_S if self._observers else HOUSE_S))
        is_due, self._kept = period != self._kept, period
        return is_due

    async def _tell_one(self, consumer: Consumer) -> None:
        feed = await self._engine.read(feed_of, consumer.organization)
        webhook, types = None, tuple[str, ...]()
        if not consumer.id.startswith(OBSERVER):
            webhook = await self._engine.read(get_webhook, consumer.organization, consumer.id)
            types = webhook.types if webhook is not None else ()
        if feed is not None and (webhook is not None or consumer.id.startswith(OBSERVER)):
            await self._tell_next(consumer, feed, webhook, types)
        else:
            await self._engine.write(release, consumer)

    async def _tell_next(
        self, consumer: Consumer, feed: Feed, webhook: WebhookRow | None, types: Sequence[str]
    ) -> None:
        until = self._clock.monotonic_s() + TURN_S
        found = await self._engine.read(events_after, feed, consumer.number, EVENTS_AT_ONCE, types)
        for number, event in found:
            sent = await self._send(consumer, webhook, event)
            reach("event.sent")
            if not await self._engine.write(_settle, consumer, webhook, number, event, sent):
                return  # postponed, or another process has the consumer
            consumer = replace(consumer, number=number, failures=0)
            if self._clock.monotonic_s() > until:
                break
        if len(found) < EVENTS_AT_ONCE and (not found or consumer.number == found[-1][0]):
            last = max(consumer.number, feed.last)  # the others are of types that it does not get
            await self._engine.write(move_on, consumer, last, LEASE_S)
        await self._engine.write(release, consumer)

    async def _send(self, consumer: Consumer, webhook: WebhookRow | None, event: LifecycleEvent) -> Sent:
        if webhook is None:
            observer = self._observers[consumer.id.removeprefix(OBSERVER)]
            try:
                async with asyncio.timeout(NOTICE_S):
                    await observer.notice(consumer.organization, event)
            except Exception:  # noqa: BLE001 -- the fence: an observer is code of a plugin
                _log.exception("observer_failed", observer=observer.name, event_type=event.type)
                return Sent(error="observer.failed")
            return Sent()
        try:
            return await self._sender.send(webhook, event)
        except UsageError as failure:  # its secret cannot be opened, or the client is not installed
            _log.warning("webhook_not_sent", webhook=webhook.id, code=failure.code, hint=failure.hint)
            return Sent(error=failure.code)


def _settle(
    connection: Connection,
    consumer: Consumer,
    webhook: WebhookRow | None,
    number: int,
    event: LifecycleEvent,
    sent: Sent,
) -> bool:
    """Write what became of an event, in one transaction; True if the next one is to be told now."""
    if sent.is_received:
        is_ours = move_on(connection, consumer, number, LEASE_S)
    else:
        if webhook is not None:  # it may be disabled: who changes it locks its row before the consumer's, too
            get_webhook(connection, consumer.organization, webhook.id, lock=True)
        pause_s = PAUSES_S[min(consumer.failures, len(PAUSES_S) - 1)] if webhook is not None else OBSERVER_PAUSE_S
        # A receiver may ask for more, but never so long that its events would be forgotten before the last try.
        asked_s = min(sent.retry_after_s, PAUSES_S[-1])
        is_ours = postpone(connection, consumer, max(pause_s * random.uniform(0.9, 1.1), asked_s))
    if not is_ours or webhook is None:
        return is_ours and sent.is_received
    is_over = sent.status == HTTPStatus.GONE or consumer.failures >= len(PAUSES_S)
    state: DeliveryState = "delivered" if sent.is_received else "failed" if is_over else "retrying"
    tried = Delivery(
        number=number,
        type=event.type,
        state=state,
        attempts=consumer.failures + 1,
        status=sent.status,
        error=sent.error,
    )
    note_delivery(connection, webhook.id, tried)
    if not sent.is_received and is_over:
        disable_webhook(connection, consumer.organization, consumer.id, _reason(event, sent, consumer.failures + 1))
        _log.warning("webhook_disabled", webhook=webhook.id, code=sent.error, status=sent.status)
    return sent.is_received


def _reason(event: LifecycleEvent, sent: Sent, attempts: int) -> str:
    answer = f"the answer was {sent.status}" if sent.status is not None else f"there was no answer ({sent.error})"
    if sent.status == HTTPStatus.GONE:
        return f"{answer}: the receiver wants no more events; the first that it did not get is {event.id}"
    return f"{event.id} was sent {attempts} times; {answer}"
