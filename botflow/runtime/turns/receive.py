"""Receiving an inbound: the turn protocol, from arrival to reply. Start reading here after `engine/turn.py`.

The fast path runs the turn in the request and commits it by one statement. When the turn must ask the world, when
something is queued already, or when it keeps losing races, the inbound is queued and a worker runs it. Whichever way it
went, the reply rests on a commit.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

import structlog

from botflow.clock import Clock
from botflow.crash_points import Reach
from botflow.engine.inbound import Inbound
from botflow.engine.turn import NodeTypes, Turn, take_turn
from botflow.flow.policy import Policy
from botflow.interfaces import Channel, InboxStore, OutboxStore, SessionStore
from botflow.records.sessions import SessionKey, StoredSession
from botflow.records.turns import Receipt, TurnCommit, TurnId
from botflow.runtime.delivery.opt_outs import ConsentKeeper, accepts, silences
from botflow.runtime.process.overload import Overloaded
from botflow.runtime.served_flows import Flows, LiveFlow
from botflow.runtime.turns.arrival_order import Lines
from botflow.runtime.turns.bursts import Bursts, holds_back
from botflow.runtime.turns.committer import Committer
from botflow.runtime.turns.parts import parts_of
from botflow.runtime.turns.receipts import receipt_of
from botflow.runtime.turns.session_cache import HotSessions
from botflow.runtime.turns.signals import Hub

FAST_TRIES = 3  # lost races before an inbound is queued
POLL_S = 0.5  # under every signal, in case it is lost
IsGone = Callable[[], Awaitable[bool]]


async def _let_in() -> None:
    """Bound no queue."""


class Conversation:
    """Takes inbounds and returns receipts: each inbound is one turn, however often and wherever it arrives."""

    def __init__(
        self,
        *,
        sessions: SessionStore,
        inbox: InboxStore,
        outbox: OutboxStore,
        hot: HotSessions,
        committer: Committer,
        flows: Flows,
        hub: Hub,
        node_types: NodeTypes,
        channels: Mapping[str, Channel],
        clock: Clock,
        consent: ConsentKeeper,
        bursts: Bursts,
        reach: Reach,
        check_queue: Callable[[], Awaitable[None]] = _let_in,
    ) -> None:
        self._sessions = sessions
        self._inbox = inbox
        self._outbox = outbox
        self._hot = hot
        self._committer = committer
        self._flows = flows
        self._hub = hub
        self._node_types = node_types
        self._channels = channels
        self._clock = clock
        self._consent = consent
        self._bursts = bursts
        self._reach = reach
        self._check_queue = check_queue
        self._lines = Lines()
        self._log = structlog.get_logger("botflow.conversation")

    async def receive(
        self,
        live: LiveFlow,
        external_id: str,
        inbound: Inbound,
        *,
        reply_within_s: float,
        is_gone: IsGone | None = None,
    ) -> Receipt:
        """Take one inbound to its turn; return when that is done, or (state `new`) after `reply_within_s`.

        A repeated inbound key returns the receipt of the turn that it was. On a provider's channel the receipt holds
        only the parts that this request may answer with; `is_gone` is asked before they are claimed.
        """
        key = SessionKey(live.workflow, inbound.channel, external_id)
        deadline_s = self._clock.monotonic_s() + reply_within_s
        if inbound.consent in ("stop", "ask_to_stop"):
            await self._park(key, inbound)
        async with self._lines.turn(key):
            receipt = await self._run_now(live, key, inbound)
            is_fast = receipt is not None
            if receipt is None:
                receipt = await self._queue(live, key, inbound, max(0.0, deadline_s - self._clock.monotonic_s()))
        if not is_fast:
            receipt = await self._await_turn(receipt, deadline_s)
            if (provider := self._channels.get(inbound.channel)) is not None:
                receipt = await self._claim(live.flow.policy, receipt, provider, is_gone)
        return receipt

    async def _park(self, key: SessionKey, inbound: Inbound) -> None:
        """Stop what is queued or under way before anything else: an opt-out overtakes every line."""
        if await self._sessions.find(key, inbound.key) is None:  # a repetition of it may come after a START
            await self._consent.stop(key, inbound)
            self._hot.forget(key)

    # -- the fast path

    async def _run_now(self, live: LiveFlow, key: SessionKey, inbound: Inbound) -> Receipt | None:
        """Run and commit the turn here; None when it must be queued."""
        if self._consent.must_look(live.flow, key, inbound, self._clock.monotonic_s()):
            return None
        stored = await self._hot.get(key)
        for _ in range(FAST_TRIES):
            if not stored.id:
                stored = await self._consent.met(stored)
            if stored.last_seq != stored.done_seq:
                return None
            try:
                commit = await self._compute(live, stored, inbound)
            except Exception as failure:  # noqa: BLE001 -- a fence: a worker tries again, and buries poison
                self._log.warning("turn_failed", reason=type(failure).__name__, code=getattr(failure, "code", None))
                return None
            if commit is None:
                return None
            self._reach("fast.computed")
            turn_id = await self._commit(commit)
            if turn_id is not None:
                self._reach("fast.committed")
                if turn_id.seq == 1 and await self._consent.made(key, turn_id, live.flow, inbound):
                    return replace(self._committed(commit, turn_id), outbounds=())
                return self._committed(commit, turn_id)
            known = await self._sessions.find(key, inbound.key)
            if known is not None:  # a duplicate, or a commit whose outcome we could not see
                self._hot.forget(key)
                return None
            stored = await self._hot.reload(key)
        return None

    async def _compute(self, live: LiveFlow, stored: StoredSession, inbound: Inbound) -> TurnCommit | None:
        """Take the turn on what was read; None when it needs the world, now or once it is committed, or must wait."""
        version = stored.flow_version or live.version
        flow = live.flow if version == live.version else await self._flows.version(version)
        turn: Turn
        parked = stored.parked
        if silences(stored.parked, inbound):
            turn, parked = await self._consent.silent_turn(stored, inbound, flow)
        elif not accepts(stored.session, inbound) or holds_back(flow.policy, inbound):
            return None
        else:
            engine = take_turn(flow, stored.session, inbound, self._node_types)
            try:
                next(engine)
            except StopIteration as finished:
                turn = finished.value
            else:
                engine.close()
                return None
        if turn.effects:
            return None
        return TurnCommit(
            read=stored,
            inbound=inbound,
            turn=turn,
            parts=parts_of(turn, inbound.channel, self._channels, answered_now=True),
            flow_version=version,
            parked=parked,
        )

    async def _commit(self, commit: TurnCommit) -> TurnId | None:
        """Commit; None when that lost or failed, and the caller looks whether the turn is there.

        The look-up needs the database to be back. A turn that cannot be written at all ends up with a worker.
        """
        try:
            return await self._committer.commit(commit)
        except Exception as failure:  # noqa: BLE001 -- a fence, as above: a worker buries poison
            self._log.warning("commit_failed", reason=type(failure).__name__, code=getattr(failure, "code", None))
            return None

    def _committed(self, commit: TurnCommit, turn_id: TurnId) -> Receipt:
        turn = commit.turn
        seq = turn_id.seq
        stored = replace(
            commit.read,
            id=turn_id.session,
            session=turn.session,
            last_seq=seq,
            done_seq=seq,
            flow_version=commit.flow_version if turn.session.frames else None,
            parked=commit.parked,
        )
        self._hot.put(stored)
        receipt = receipt_of(commit, turn_id)
        self._hub.finished(receipt)
        if commit.inbound.channel in self._channels:
            handed = tuple(outbound for outbound in receipt.outbounds if outbound.state == "handed")
            return replace(receipt, outbounds=handed)
        return receipt

    # -- the queued path

    async def _queue(self, live: LiveFlow, key: SessionKey, inbound: Inbound, reply_within_s: float) -> Receipt:
        """Store the inbound and defer its turn to a worker; a duplicate changes nothing and is waited for alike."""
        await self._admit(key, inbound)
        self._reach("queue.before")
        receipt = await self._inbox.enqueue(key, inbound, live.version, reply_within_s)
        self._reach("queue.stored")
        await self._consent.made(key, receipt.id, live.flow, inbound)
        self._hot.forget(key)
        self._hub.wake((receipt.id.session,))  # streams say that a turn is under way
        return receipt

    async def _admit(self, key: SessionKey, inbound: Inbound) -> None:
        """Overloaded when the queue takes no more; what it holds already, and an opt-out, may always come again."""
        if inbound.consent:
            return
        try:
            await self._check_queue()
        except Overloaded:
            if await self._sessions.find(key, inbound.key) is None:
                raise

    async def _await_turn(self, receipt: Receipt, deadline_s: float) -> Receipt:
        """Wait until the turn is done or the deadline is there; signals are hints, the database decides."""
        if receipt.state != "new":
            return receipt
        with self._hub.listen(receipt.id.session) as mailbox:
            while (left_s := deadline_s - self._clock.monotonic_s()) > 0:
                for finished in await mailbox.woken(min(POLL_S, left_s)):
                    if finished.id == receipt.id:
                        return finished
                receipt = await self._inbox.receipt(receipt.id)
                if receipt.state != "new":
                    return receipt
        return receipt

    async def _claim(self, policy: Policy, receipt: Receipt, provider: Channel, is_gone: IsGone | None) -> Receipt:
        """Claim a provider's parts for this request, unless nobody listens any more; the store says if it is late.

        Of the requests that wait for one burst, the newest message's answers.
        """
        if receipt.state == "new" or (is_gone and await is_gone()):
            return replace(receipt, outbounds=())
        answering = await self._bursts.answering(policy, receipt.id)
        if answering is None:
            return replace(receipt, outbounds=())
        handed = await self._outbox.hand_over(answering, provider.reply_limit)
        handed = await self._consent.let_through(handed)
        self._reach("reply.claimed")
        return replace(receipt, outbounds=handed)
