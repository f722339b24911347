"""What a request replies with: it waits for its turn, and on a provider's channel claims the parts that it may send."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from botflow.clock import Clock
from botflow.crash_points import reach
from botflow.flow.policy import Policy
from botflow.interfaces import Channel
from botflow.records.turns import Receipt
from botflow.runtime.delivery.opt_outs import ConsentKeeper
from botflow.runtime.turns.bursts import Bursts
from botflow.runtime.turns.session_tasks import SessionTasks
from botflow.runtime.turns.signals import Hub
from botflow.storage.delivery.outbox import Outbox
from botflow.storage.turns.store import TurnStore

IsGone = Callable[[], Awaitable[bool]]


class Replies:
    """The last part of a request, for all requests of a process. `poll_s`: how often a request that waits for another
    process's turn looks, should no signal come."""

    def __init__(
        self,
        *,
        turns: TurnStore,
        outbox: Outbox,
        hub: Hub,
        sessions: SessionTasks,
        clock: Clock,
        poll_s: float,
        consent: ConsentKeeper,
        bursts: Bursts,
    ) -> None:
        self._turns = turns
        self._outbox = outbox
        self._hub = hub
        self._sessions = sessions
        self._clock = clock
        self._poll_s = poll_s
        self._consent = consent
        self._bursts = bursts

    async def of_turn(self, receipt: Receipt, deadline_s: float) -> Receipt:
        """Wait until the turn is done or the deadline has passed: for this process's own task, or else for a signal."""
        if receipt.state != "new":
            return receipt
        outcome = self._sessions.outcome(receipt.id)
        if outcome is not None:
            left_s = deadline_s - self._clock.monotonic_s()
            done, _ = await asyncio.wait({outcome}, timeout=max(0.0, left_s))
            if not done:
                return receipt
            finished = outcome.result()
            if finished is not None:
                return finished
        return await self._await_signal(receipt, deadline_s)

    async def _await_signal(self, receipt: Receipt, deadline_s: float) -> Receipt:
        """Wait for another process's turn; signals are hints, the database decides."""
        with self._hub.listen(receipt.id.session) as mailbox:
            while True:
                receipt = await self._turns.receipt(receipt.id)
                left_s = deadline_s - self._clock.monotonic_s()
                if receipt.state != "new" or left_s <= 0:
                    return receipt
                for finished in await mailbox.woken(min(self._poll_s, left_s)):
                    if finished.id == receipt.id:
                        return finished

    async def claim(self, policy: Policy, receipt: Receipt, provider: Channel, is_gone: IsGone | None) -> Receipt:
        """Claim a provider's parts for this request, unless its client is gone; the store refuses a late request.

        Of the requests that wait for one burst, only the newest message's gets the parts.
        """
        if receipt.state == "new" or (is_gone and await is_gone()):
            return replace(receipt, outbounds=())
        answering = await self._bursts.answering(policy, receipt.id)
        if answering is None:
            return replace(receipt, outbounds=())
        handed = await self._outbox.hand_over(answering, provider.reply_limit)
        handed = await self._consent.before_reply(handed)
        reach("reply.claimed")
        return replace(receipt, outbounds=handed)
