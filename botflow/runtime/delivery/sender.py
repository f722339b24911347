"""The sender: sends due outbound parts to their providers, and settles those whose outcome is unknown.

A provider has no idempotency key, so a part that may have been accepted is never repeated blindly: the provider is
asked first. Only a part that it certainly does not have is sent again. One part per session is under way at a time, in
order. Every part passes the gate right before it is sent.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from math import inf
from typing import cast

import structlog

from botflow.clock import Clock
from botflow.crash_points import reach
from botflow.errors import ProviderError, UsageError
from botflow.interfaces import Channel, DeliveryStatus, Meters, Reconciles, Sent
from botflow.records.outbounds import OutboundState, StoredOutbound
from botflow.redaction.known_secrets import KnownSecrets
from botflow.runtime.accounts import Accounts
from botflow.runtime.delivery.consent_gate import ConsentGate
from botflow.runtime.delivery.send_gate import Passage
from botflow.runtime.process.failure_facts import log_failure
from botflow.runtime.process.tick import Step
from botflow.runtime.process.timing import Timing
from botflow.runtime.tracing.tracing import NO_TRACING, Tracing
from botflow.storage.delivery.outbox import Outbox

# The number of loops that claim independently, so that one slow send does not delay every other session.
SENDERS = ("send_due_1", "send_due_2", "send_due_3", "send_due_4")
LIMIT = 16
STEP_S = 60.0  # a claim, sends of at most ten seconds each, all at once, and their rows
QUIET_S = 0.3  # how long the other loops skip their claim after one found nothing
INSIST_PAUSES_S = (0.2, 1.0, 3.0, 5.0, 5.0)  # most outages of a database are shorter, so the provider need not be asked

_log = structlog.get_logger("botflow.outbox")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How patient the sender is. Sends and look-ups count together; after `attempts` of them a refused part is failed
    and an unknown one held: about an hour of a provider that accepts nothing.

    A refused part pauses for `retry_after_s`; the last pause repeats. A part without a report for `silent_s` is looked
    up at the provider: long after any send has timed out, and after a callback is due. The others are from `Timing`.
    """

    attempts: int = 12
    retry_after_s: tuple[float, ...] = (2.0, 10.0, 60.0, 300.0)
    silent_s: float = 30.0
    stale_claim_s: float = 20.0
    unconfirmed_s: float = 90.0

    @classmethod
    def of(cls, timing: Timing) -> Pace:
        return cls(silent_s=timing.silent_s, stale_claim_s=timing.stale_claim_s, unconfirmed_s=timing.unconfirmed_s)


class Sender:
    """Sends due parts and settles unknown ones; any number of processes may run it at once."""

    def __init__(
        self,
        store: Outbox,
        channels: Mapping[str, Channel],
        accounts: Accounts,
        *,
        status_url: Callable[[StoredOutbound, str], str | None],
        clock: Clock,
        gate: ConsentGate,
        known_secrets: KnownSecrets,
        pace: Pace = Pace(),
        tracing: Tracing = NO_TRACING,
    ) -> None:
        self._store = store
        self._channels = channels
        self._accounts = accounts
        self._status_url = status_url
        self._clock = clock
        self._gate = gate
        self._known_secrets = known_secrets
        self._pace = pace
        self._tracing = tracing
        self._matching = asyncio.Lock()
        self._quiet_until_s = -inf

    def steps(self) -> tuple[Step, ...]:
        """Return the steps for the tick; each runs again at once while it finds something."""
        works = {**dict.fromkeys(SENDERS, self._look), "reconcile": self.reconcile}
        return tuple(
            Step(name=name, run=work, is_due=lambda seen: seen.outbounds, timeout_s=STEP_S)
            for name, work in works.items()
        )

    async def send_due(self, limit: int = LIMIT) -> bool:
        """Send up to `limit` due parts, each of another session; True when there were any."""
        claimed_s = self._clock.monotonic_s()
        claimed = await self._store.claim_sends(limit, self._rate, self._pace.unconfirmed_s)
        async with asyncio.TaskGroup() as sends:
            for outbound in claimed:
                sends.create_task(self._send(outbound, claimed_s))
        return bool(claimed)

    async def _look(self) -> bool:
        """Send due parts, unless another loop has just found none."""
        began_s = self._clock.monotonic_s()
        if began_s < self._quiet_until_s:
            return False
        found = await self.send_due()
        if not found:
            self._quiet_until_s = began_s + QUIET_S
        return found

    def said(self) -> None:
        """Look again at once: a part has just become ready."""
        self._quiet_until_s = -inf

    async def reconcile(self, limit: int = LIMIT) -> bool:
        """Settle up to `limit` parts that are handed, sending or unknown without a report; True when there were any."""
        silent = await self._store.unresolved(self._pace.silent_s, limit)
        async with asyncio.TaskGroup() as sessions:
            for session, parts in groupby(silent, key=lambda outbound: outbound.session):
                sessions.create_task(self._reconcile(session, list(parts)))
        return bool(silent)

    async def _send(self, outbound: StoredOutbound, claimed_s: float) -> None:
        try:
            reach("send.claimed")
            passage = await self._passage(outbound)
            if passage.verdict != "send":
                return await self._turn_away(outbound, passage)
            channel = self._channel_of(outbound)
            with self._tracing.send(outbound, channel.name if channel else "") as span:
                sent = await self._hand_to_provider(outbound, channel, claimed_s)
                span.sent(sent)
            reach("send.accepted")
            # The provider's answer is known only here.
            await self._insist(lambda: self._settle(outbound, sent))
        except ProviderError as failure:  # the row stays `sending`, and is reconciled like a dead process's
            log_failure(_log, "send_failed", failure, session=outbound.session, part=outbound.wire_id)
        except Exception:  # noqa: BLE001 -- a fence: the same
            _log.exception("send_failed", session=outbound.session, part=outbound.wire_id)

    async def _turn_away(self, outbound: StoredOutbound, passage: Passage) -> None:
        """Settle a part that the gate refused: it was certainly not sent, so it may be tried again later."""
        _log.warning(
            "turned_away",
            session=outbound.session,
            part=outbound.wire_id,
            verdict=passage.verdict,
            error_code=passage.code,
        )
        match passage.verdict:
            case "delay":
                await self._store.release(outbound, passage.after_s)
            case "suppress":
                await self._report(outbound, "suppressed", error_code=passage.code, reason=passage.reason)
            case "hold":
                await self._report(outbound, "held", error_code=passage.code, reason=passage.reason)
            case "fail":
                await self._report(outbound, "failed", error_code=passage.code, reason=passage.reason)

    async def _hand_to_provider(self, outbound: StoredOutbound, channel: Channel | None, claimed_s: float) -> Sent:
        if channel is None:
            return Sent(state="held", error_code="channel.missing")
        if self._clock.monotonic_s() - claimed_s > self._pace.stale_claim_s:  # `reconcile` asks for it
            return Sent(state="unknown", error_code="claim.stale")
        try:
            async with self._accounts.channel(outbound.key.workflow, channel) as account:
                sent = await account.of.send(outbound, self._status_url(outbound, channel.name))
                secrets = account.secrets
        except UsageError as unusable:  # the workflow's credential
            return Sent(state="held", error_code=unusable.code, reason=unusable.message)
        if sent.reason:  # a provider's error may quote the request, its Authorization among it
            sent = replace(sent, reason=self._known_secrets.redactor(secrets).text(sent.reason))
        return sent

    async def _passage(self, outbound: StoredOutbound) -> Passage:
        """Ask the gate; if that fails, nothing was sent, so the part is released and need not be looked up."""
        try:
            return await self._gate.passage(outbound)
        except ProviderError:
            await self._insist(lambda: self._store.release(outbound, 0.0))
            raise

    async def _insist(self, write: Callable[[], Awaitable[object]]) -> None:
        """Write, with retries while the database is away."""
        for pause_s in INSIST_PAUSES_S:
            try:
                await write()
            except ProviderError as failure:
                if not failure.retryable:
                    raise
            else:
                return
            await asyncio.sleep(pause_s)
        await write()

    async def _settle(self, outbound: StoredOutbound, sent: Sent) -> None:
        """Store a send's outcome; a part that was refused but may pass later becomes ready again."""
        if sent.state != "sent":
            _log.warning(
                "not_sent",
                session=outbound.session,
                part=outbound.wire_id,
                state=sent.state,
                error_code=sent.error_code,
                reason=sent.reason,
                is_tried_again=sent.retry is not None,
            )
        if sent.retry is not None and outbound.attempts < self._pace.attempts:
            pauses = self._pace.retry_after_s
            pause_s = max(sent.retry.after_s, pauses[min(outbound.attempts, len(pauses)) - 1])
            await self._store.release(outbound, pause_s)
            if sent.retry.slower:
                await self._slow_down(outbound, sent.retry.after_s)
            return
        if sent.state == "suppressed":
            await self._gate.has_stopped(outbound, sent.error_code)
        await self._report(
            outbound, sent.state, sent.provider_id, sent.error_code, reason=sent.reason, has_left=sent.has_left
        )

    async def _reconcile(self, session: int, parts: Sequence[StoredOutbound]) -> None:
        """Settle one session's silent parts, oldest first, so that the first of equal texts gets the first message."""
        try:
            for outbound in parts:
                await self._find(outbound)
        except ProviderError as failure:  # other sessions continue, this one's parts are looked up again
            log_failure(_log, "reconcile_failed", failure, session=session)
        except Exception:  # noqa: BLE001 -- a fence: the same
            _log.exception("reconcile_failed", session=session)

    async def _find(self, outbound: StoredOutbound) -> None:
        channel = self._channel_of(outbound)
        try:
            if not isinstance(channel, Reconciles):
                raise ProviderError("this channel cannot be asked", code="channel.cannot_tell")
            async with self._accounts.channel(outbound.key.workflow, channel) as account:
                found = await cast(Reconciles, account.of).find(outbound)
        except (ProviderError, UsageError) as failure:
            if outbound.attempts >= self._pace.attempts:
                await self._hold(outbound, failure.code)
            return
        if found and await self._match(outbound, found):
            return
        if outbound.attempts >= self._pace.attempts:
            await self._hold(outbound, "outbox.never_accepted")
        else:
            await self._store.release(outbound, 0.0)

    async def _match(self, outbound: StoredOutbound, found: Sequence[Sent]) -> bool:
        """Match the part with the first of these messages that no other part has; False when there is none left.

        One at a time: many sessions may have sent the same text to the same person.
        """
        async with self._matching:
            taken = await self._store.known(outbound.session, [sent.provider_id for sent in found])
            for sent in found:
                if sent.provider_id not in taken - {outbound.provider_id}:
                    return await self._store.report(_news(outbound, sent))
        return False

    async def _hold(self, outbound: StoredOutbound, error_code: str) -> None:
        await self._report(outbound, "held", error_code=error_code)
        _log.error("held", session=outbound.session, part=outbound.wire_id, error_code=error_code)

    async def _report(
        self,
        outbound: StoredOutbound,
        state: OutboundState,
        provider_id: str = "",
        error_code: str = "",
        *,
        reason: str = "",
        has_left: bool = False,
    ) -> None:
        sent = Sent(state=state, provider_id=provider_id, error_code=error_code, reason=reason, has_left=has_left)
        await self._store.report(_news(outbound, sent))

    async def _slow_down(self, outbound: StoredOutbound, seconds: float) -> None:
        message = outbound.message
        await self._store.slow_down(message.channel or outbound.key.channel, message.sender, seconds)

    def _rate(self, channel: str, sender: str) -> float:
        provider = self._channels.get(channel)
        return provider.per_second(channel, sender) if isinstance(provider, Meters) else inf

    def _channel_of(self, outbound: StoredOutbound) -> Channel | None:
        return self._channels.get(outbound.message.channel or outbound.key.channel)


def _news(outbound: StoredOutbound, sent: Sent) -> DeliveryStatus:
    return DeliveryStatus(
        session=outbound.session,
        wire_id=outbound.wire_id,
        state=sent.state,
        provider_id=sent.provider_id,
        error_code=sent.error_code,
        reason=sent.reason,
        has_left=sent.has_left,
        retry=sent.retry,
        attempt=outbound.attempts,
    )
