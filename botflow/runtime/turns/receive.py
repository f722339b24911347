"""Receiving an inbound: the turn protocol, from arrival to reply. Start reading here after `engine/turn.py`.

The process that receives an inbound runs its turn. A turn that asks nothing is computed in the request and committed by
one statement. Otherwise the inbound is accepted: stored, and leased to this process, where the same engine continues as
a task of the process; the request waits for its outcome. An inbound that is not leased to us waits in the database for
the process that runs the session, or for one that claims it. In all cases there is no reply before a commit.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

import structlog

from botflow.clock import Clock
from botflow.crash_points import reach
from botflow.engine.endings.opt_outs import accepts, opts_out, silences
from botflow.engine.inbound import Inbound
from botflow.engine.turn import NodeTypes, Turn
from botflow.errors import ProviderError, RejectedInbound
from botflow.interfaces import Channel
from botflow.log_facts import add_log_fact
from botflow.records.leases import Accepted, Arrival, Lease
from botflow.records.sessions import SessionKey, StoredSession
from botflow.records.turns import Receipt, StoredInbound, TurnCommit, TurnId
from botflow.runtime.delivery.opt_outs import ConsentKeeper, changes_consent
from botflow.runtime.process.failure_facts import log_failure
from botflow.runtime.process.overload import Overloaded
from botflow.runtime.served_flows import Flows, LiveFlow
from botflow.runtime.tracing.tracing import NO_TRACING, Tracing
from botflow.runtime.turns.arrival_order import ArrivalOrder
from botflow.runtime.turns.bursts import holds_back
from botflow.runtime.turns.contact_reader import ContactReader
from botflow.runtime.turns.first_step import Paused, first_step
from botflow.runtime.turns.refusals import Refusals
from botflow.runtime.turns.rendering import commit_of, receipt_of
from botflow.runtime.turns.replies import IsGone, Replies
from botflow.runtime.turns.session_cache import HotSessions
from botflow.runtime.turns.session_tasks import SessionTasks
from botflow.runtime.turns.signals import Hub
from botflow.storage.turns.store import TurnStore

TRIES = 3  # lost races before an inbound is accepted without its first step
OnStored = Callable[[TurnId], None]
Step = TurnCommit | Paused | Turn | None  # the result of the first step: None when it must not be taken here


async def no_bound() -> None:
    """Accept every inbound; for tests and SQLite."""


def check_token(stored: StoredSession) -> None:
    """RejectedInbound `token.revoked` when the token of the session's visitor was revoked."""
    if stored.token_revoked:
        raise RejectedInbound(
            "this session token was revoked", code="token.revoked", hint="open a new session", status=401
        )


class Receiver:
    """Takes inbounds and returns receipts: each inbound is one turn, however often and wherever it arrives."""

    def __init__(
        self,
        *,
        owner: str,
        turns: TurnStore,
        hot: HotSessions,
        flows: Flows,
        hub: Hub,
        sessions: SessionTasks,
        node_types: NodeTypes,
        channels: Mapping[str, Channel],
        clock: Clock,
        consent: ConsentKeeper,
        contacts: ContactReader,
        replies: Replies,
        on_committed: Callable[[TurnCommit, TurnId], None],
        leave_to_person: Callable[[int], Awaitable[bool]],
        check_queue: Callable[[], Awaitable[None]] = no_bound,
        tracing: Tracing = NO_TRACING,
    ) -> None:
        """`leave_to_person` finishes the waiting messages of a session that was handed off; False for another."""
        self._owner = owner
        self._turns = turns
        self._hot = hot
        self._flows = flows
        self._hub = hub
        self._sessions = sessions
        self._node_types = node_types
        self._channels = channels
        self._clock = clock
        self._consent = consent
        self._contacts = contacts
        self._replies = replies
        self._on_committed = on_committed
        self._leave_to_person = leave_to_person
        self._check_queue = check_queue
        self._tracing = tracing
        self._order = ArrivalOrder()
        self.refusals = Refusals()
        self._log = structlog.get_logger("botflow.receive")

    async def receive(
        self,
        live: LiveFlow,
        external_id: str,
        inbound: Inbound,
        *,
        reply_within_s: float,
        is_gone: IsGone | None = None,
        by_token: bool = False,
        on_stored: OnStored | None = None,
    ) -> Receipt:
        """Process one inbound; return when its turn is done, or (state `new`) after `reply_within_s`.

        A repeated inbound key returns the receipt of the first one. On a provider's channel the receipt holds only the
        parts that this request may reply with; `is_gone` is called before they are claimed. `by_token`: the inbound
        comes by a visitor's token; RejectedInbound `token.revoked` when that was revoked. `on_stored` is told a turn
        that takes longer before it runs, so that a listener misses none of its drafts.
        """
        key = SessionKey(live.workflow, inbound.channel, external_id)
        deadline_s = self._clock.monotonic_s() + reply_within_s
        async with self._order.turn(key):
            with self.refusals:
                stored, step = await self._take_first_step(live, key, inbound, by_token=by_token)
                if isinstance(step, Receipt):
                    add_log_fact("session", step.id.session)
                    return step
                receipt = await self._accept(
                    live, stored, inbound, step, deadline_s, by_token=by_token, on_stored=on_stored
                )
            add_log_fact("session", receipt.id.session)
        receipt = await self._replies.of_turn(receipt, deadline_s)
        if (provider := self._channels.get(inbound.channel)) is not None:
            receipt = await self._replies.claim(live.flow.policy, receipt, provider, is_gone)
        return receipt

    # -- the first step

    async def _take_first_step(
        self, live: LiveFlow, key: SessionKey, inbound: Inbound, *, by_token: bool
    ) -> tuple[StoredSession, Receipt | Paused | Turn | None]:
        """Take the turn's first step on this process's copy of the session: to its commit, or to its first Ask.

        The second value is None when the step must not be taken here, or its commits were refused.
        """
        stored = await self._hot.get(key)
        is_gated = self._consent.needs_send_gate(live.flow, key, inbound, self._clock.monotonic_s())
        step: Step = None
        for _ in range(TRIES):
            if by_token:  # a copy may be older than the revocation: COMMIT and ACCEPT look at the row
                check_token(stored)
            if not stored.has_row:
                stored = await self._consent.parked_if_stopped(stored)
            if stored.last_seq != stored.done_seq or self._sessions.is_running(stored.id):
                return stored, None
            try:
                step = await self._compute(live, stored, inbound, is_gated=is_gated, by_token=by_token)
            except Exception as failure:  # noqa: BLE001 -- a fence: the accepted inbound is tried again, and buried
                log_failure(self._log, "turn_failed", failure, workflow=live.slug, session=stored.id)
                return stored, None
            if not isinstance(step, TurnCommit):
                return stored, step
            if self._tracing.is_on:
                step = self._tracing.begin(step, (self._clock.now() - inbound.received_at).total_seconds())
            reach("turn.first_step")
            turn_id = await self._commit(step, live)
            if turn_id is not None:
                reach("turn.committed_at_once")
                if await self._consent.after_first_commit(key, turn_id, inbound):
                    return stored, replace(self._committed(step, turn_id), outbounds=())
                return stored, self._committed(step, turn_id)
            known = await self._turns.find(key, inbound.key)
            if known is not None:  # a duplicate, or a commit whose outcome we could not see
                self._hot.forget(key)
                if by_token:
                    check_token(await self._hot.reload(key))
                return stored, None
            stored = await self._hot.reload(key)
        return stored, None

    async def _compute(
        self, live: LiveFlow, stored: StoredSession, inbound: Inbound, *, is_gated: bool, by_token: bool
    ) -> Step:
        """Compute the turn on the session that was read, up to its first Ask. A turn whose reply `is_gated`, or that
        has effects, is not committed here."""
        version = stored.flow_version or live.version_for(stored.key.external_id)
        flow = live.flow if version == live.version else await self._flows.version(version)
        parked = stored.parked
        if is_gated and silences(stored.parked, inbound):
            return None
        if (silent := await self._consent.before_turn(stored, inbound, flow, is_stored=False)) is not None:
            turn, parked = silent.turn, silent.parked
        elif not accepts(stored.session, inbound) or holds_back(flow.policy, inbound):
            return None
        else:
            contact = await self._contacts.read(stored, inbound) if flow.reads_contact else None
            step = first_step(flow, stored.session, inbound, self._node_types, contact)
            if isinstance(step, Paused):
                return step
            turn = step
            if turn.effects or is_gated:
                return turn
        return commit_of(
            stored,
            inbound,
            turn,
            self._channels,
            version=version,
            parked=parked,
            answered_now=True,
            by_token=by_token,
        )

    async def _commit(self, commit: TurnCommit, live: LiveFlow) -> TurnId | None:
        """Commit; None when that was refused or failed: then the caller looks the turn up.

        The look-up fails too while the database is away. A turn that cannot be written at all is accepted, and buried.
        """
        try:
            if changes_consent(commit):
                return await self._consent.commit(commit, live.flow)
            return await self._turns.commit(commit)
        except Exception as failure:  # noqa: BLE001 -- a fence, as above
            log_failure(self._log, "commit_failed", failure, workflow=live.slug, session=commit.read.id)
            return None

    def _committed(self, commit: TurnCommit, turn_id: TurnId) -> Receipt:
        turn, seq = commit.turn, turn_id.seq
        self._hot.put(
            replace(
                commit.read,
                id=turn_id.session,
                session=turn.session,
                last_seq=seq,
                done_seq=seq,
                flow_version=commit.flow_version if turn.session.frames else None,
                parked=commit.parked,
            )
        )
        receipt = receipt_of(commit, turn_id)
        self._hub.finished(receipt)
        self._on_committed(commit, turn_id)
        if commit.inbound.channel in self._channels:
            handed = tuple(outbound for outbound in receipt.outbounds if outbound.state == "handed")
            return replace(receipt, outbounds=handed)
        return receipt

    # -- accepting

    async def _accept(
        self,
        live: LiveFlow,
        stored: StoredSession,
        inbound: Inbound,
        step: Paused | Turn | None,
        deadline_s: float,
        *,
        by_token: bool,
        on_stored: OnStored | None,
    ) -> Receipt:
        """Store the inbound, and run it if it is ours; a duplicate changes nothing, and waits for the same turn."""
        key = stored.key
        await self._admit(key, inbound)
        reach("accept.before")
        with self._sessions.places(1) as places:
            arrival = Arrival(
                key=key,
                inbound=inbound,
                flow_version=live.version_for(key.external_id),
                reply_within_s=max(0.0, deadline_s - self._clock.monotonic_s()),
                owner=self._owner if places else None,
                parked=stored.parked,
                by_token=by_token,
                trace=self._tracing.context(),
            )
            if opts_out(inbound):
                self._hot.forget(key)  # it is parked before its turn
                accepted = await self._consent.accept(arrival, live.flow)
            else:
                accepted = await self._turns.accept(arrival)
            if isinstance(accepted, Accepted):
                reach("accept.stored")
                if on_stored is not None:
                    on_stored(accepted.turn)
                await self._consent.after_first_commit(key, accepted.turn, inbound)
                await self._consent.release_held_for_night(key, accepted.turn, live.flow, inbound)
                if accepted.is_ours:
                    await self._run(live, stored, inbound, step, accepted)
        if by_token and not isinstance(accepted, Accepted):  # a duplicate's replies are for the owner of the token only
            check_token(await self._hot.reload(key))
        if accepted is None:
            raise ProviderError("a stored inbound is gone", code="database.inconsistent", retryable=True)
        if isinstance(accepted, Receipt):
            if accepted.state == "new":  # it may have no task: the answer of the statement that leased it can be lost
                self._sessions.look(accepted.id.session)
            return accepted
        if not accepted.is_ours and await self._is_for_a_person(stored, accepted):
            await self._consent.start_with_person(key, accepted.turn, inbound, live.flow)
            self._hot.forget(key)
            self._hub.wake((accepted.turn.session,))
            return Receipt(id=accepted.turn, state="done")
        if not accepted.is_ours and not self._sessions.is_running(accepted.turn.session):  # else its task runs it
            self._hub.claimable()
        self._hub.wake((accepted.turn.session,))  # streams say that a turn is under way
        return Receipt(id=accepted.turn, state="new")

    async def _is_for_a_person(self, stored: StoredSession, accepted: Accepted) -> bool:
        """True if the session was handed off, also since it was read: then the stored message is finished."""
        may_be = stored.session.handoff is not None or accepted.version != stored.session.version
        return may_be and await self._leave_to_person(accepted.turn.session)

    async def _run(
        self, live: LiveFlow, stored: StoredSession, inbound: Inbound, step: Paused | Turn | None, accepted: Accepted
    ) -> None:
        """Continue the turn as a task of this process; from its start, if the session has changed since it was read, or
        is another one: what was read may have been erased."""
        session, seq = accepted.turn
        if accepted.version != stored.session.version or (stored.has_row and stored.id != session):
            step = None
            stored = await self._turns.load_by_id(session) or stored
        stored = replace(stored, id=session, last_seq=seq, done_seq=seq - 1)
        queued = StoredInbound(
            id=accepted.turn,
            state="new",
            attempt=1,
            inbound=inbound,
            flow_version=live.version_for(stored.key.external_id),
            execution=stored.session.execution or inbound.new_execution_id,
            trace=self._tracing.context(),
        )
        self._sessions.start(Lease(stored, queued), step)

    async def _admit(self, key: SessionKey, inbound: Inbound) -> None:
        """Overloaded when the queue is full; repetitions, and inbounds with `consent`, are always accepted."""
        if inbound.consent:
            return
        try:
            await self._check_queue()
        except Overloaded:
            if await self._turns.find(key, inbound.key) is None:
                raise
