"""Fires due waits: a timeout whose turn asks nothing is committed like a message's turn, many in one statement.

Such a timeout is not stored before its turn. One whose turn performs asks, whose session has other inbounds, or whose
turn fails, is first stored as an inbound: then it is claimed, and its attempts are counted.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace

import structlog

from botflow.clock import Clock
from botflow.crash_points import reach
from botflow.engine.inbound import RUN, Inbound
from botflow.engine.turn import NodeTypes, Turn
from botflow.interfaces import Channel
from botflow.records.leases import DueWait
from botflow.records.turns import TurnCommit, TurnId
from botflow.runtime.process.failure_facts import log_failure
from botflow.runtime.process.tick import Step
from botflow.runtime.served_flows import Flows
from botflow.runtime.tracing.tracing import NO_TRACING, Tracing
from botflow.runtime.turns.contact_reader import ContactReader
from botflow.runtime.turns.first_step import first_step
from botflow.runtime.turns.lease_keeper import LeaseKeeper
from botflow.runtime.turns.rendering import commit_of, receipt_of
from botflow.runtime.turns.session_cache import HotSessions
from botflow.runtime.turns.signals import Hub
from botflow.seeds import new_seed
from botflow.storage.turns.store import LeaseStore, TurnStore
from botflow.storage.turns.timers import Timers

AT_ONCE = 32  # waits: two statements' worth
PAUSE_S = 0.004  # between two rounds, so that messages are not delayed

_log = structlog.get_logger("botflow.timers")


class DueTimers:
    """Fires this process's share of the due waits."""

    def __init__(
        self,
        *,
        turns: TurnStore,
        leases: LeaseStore,
        timers: Timers,
        keeper: LeaseKeeper,
        hot: HotSessions,
        flows: Flows,
        hub: Hub,
        node_types: NodeTypes,
        channels: Mapping[str, Channel],
        contacts: ContactReader,
        clock: Clock,
        on_committed: Callable[[TurnCommit, TurnId], None],
        tracing: Tracing = NO_TRACING,
    ) -> None:
        self._turns = turns
        self._leases = leases
        self._timers = timers
        self._keeper = keeper
        self._hot = hot
        self._flows = flows
        self._hub = hub
        self._node_types = node_types
        self._channels = channels
        self._contacts = contacts
        self._clock = clock
        self._on_committed = on_committed
        self._tracing = tracing

    def steps(self) -> tuple[Step, ...]:
        """Return the step that fires due waits."""
        return (Step(name="fire_due_waits", run=self.fire, is_due=lambda seen: seen.timers),)

    async def fire(self) -> bool:
        """Fire up to AT_ONCE due waits; True when there may be more, and this call made progress."""
        due = await self._leases.due_waits(AT_ONCE, self._keeper.share)
        fired = await asyncio.gather(*(self._fire(wait) for wait in due))
        late = [wait.session.id for wait, is_done in zip(due, fired, strict=True) if not is_done]
        queued = await self._timers.queue_timeouts(late) if late else 0
        if queued:
            self._hub.claimable()
        if len(due) == AT_ONCE:
            await asyncio.sleep(PAUSE_S)
        return len(due) == AT_ONCE and (any(fired) or queued > 0)

    async def _fire(self, wait: DueWait) -> bool:
        """Commit the timeout's turn; False when it must be stored first."""
        stored = wait.session
        if self._keeper.is_cautious or stored.last_seq != stored.done_seq or stored.parked or stored.key.channel == RUN:
            return False
        try:
            commit = await self._compute(wait)
            if commit is None:
                return False
            if self._tracing.is_on:
                commit = self._tracing.begin(commit, 0.0, after=wait.trace)
            reach("timer.computed")
            turn_id = await self._turns.commit(commit)
        except Exception as failure:  # noqa: BLE001 -- a fence: the stored timeout is tried again, and buried
            log_failure(_log, "timer_failed", failure, session=stored.id)
            return False
        if turn_id is None:
            self._hot.forget(stored.key)  # the session has changed: the next look decides
            return True
        reach("timer.committed")
        self._hot.put(
            replace(
                stored,
                session=commit.turn.session,
                last_seq=turn_id.seq,
                done_seq=turn_id.seq,
                flow_version=commit.flow_version if commit.turn.session.frames else None,
            )
        )
        self._hub.finished(receipt_of(commit, turn_id))
        self._on_committed(commit, turn_id)
        return True

    async def _compute(self, wait: DueWait) -> TurnCommit | None:
        stored = wait.session
        if stored.flow_version is None or stored.session.wait is None:
            return None
        flow = await self._flows.version(stored.flow_version)
        token = stored.session.wait.token
        inbound = Inbound(
            kind="timeout",
            key=f"timeout:{token}",
            received_at=self._clock.now(),
            seed=new_seed(),
            channel=stored.key.channel,
            sender=stored.key.external_id,
            token=token,
            due=wait.due,
        )
        contact = await self._contacts.read(stored, inbound) if flow.reads_contact else None
        turn = first_step(flow, stored.session, inbound, self._node_types, contact)
        if not isinstance(turn, Turn) or turn.effects:
            return None
        return commit_of(stored, inbound, turn, self._channels, version=stored.flow_version, parked=stored.parked)
