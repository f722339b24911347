"""Carries out the effects of a commit: runs to start or to cancel, parents to tell, events to emit, forks to go on,
handoffs to list for people.

An effect may be tried again at any time: each is one transaction that deletes its row. A start that is impossible is
reported to the waiting parent, like a child that failed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import assert_never, cast

import structlog

from botflow.crash_points import reach
from botflow.engine.effects import (
    CancelRuns,
    CloseHandoff,
    EmitEvent,
    OpenHandoff,
    ReportEnd,
    StartConversation,
    StartRun,
    TellOfEnd,
)
from botflow.engine.inbound import RUN, Inbound
from botflow.engine.node_type import Starts
from botflow.engine.session import Parent
from botflow.engine.turn import NodeTypes
from botflow.errors import BotflowError, FlowError, RejectedInbound
from botflow.flow.graph import Flow
from botflow.interfaces import Channels
from botflow.records.runs import RunStart, StoredEffect
from botflow.records.sessions import FORK
from botflow.runtime.process.failure_facts import is_known_outage, log_failure
from botflow.runtime.process.tick import Step
from botflow.runtime.process.timing import Timing
from botflow.runtime.runs.end_notices import end_notices
from botflow.runtime.runs.handoff_notices import telling
from botflow.runtime.runs.starts.conversation import refused, start_conversation, unstarted
from botflow.runtime.runs.starts.emit import listeners
from botflow.runtime.runs.starts.start import NO_CHANNELS
from botflow.runtime.served_flows import CannotRun, Flows, LiveFlow
from botflow.storage.delivery.gate_facts import NO_BUDGETS
from botflow.storage.engines.engine import Engine
from botflow.storage.runs.effects import Effects
from botflow.storage.runs.ended_executions import read_ended
from botflow.storage.runs.starts.targets import find_target

LIMIT = 50  # claimed at once
AT_ONCE = 4  # of those
STEP_S = 30.0  # a claim, and each effect's transaction
ATTEMPTS = 8  # then a start is abandoned, and its parent told
DEEPEST = 16  # levels of runs that start runs: a deeper one is taken for an endless loop


class Carrier:
    """Carries out effects; `wake` says that a run or its parent can be claimed."""

    def __init__(
        self,
        *,
        store: Effects,
        engine: Engine,
        flows: Flows,
        node_types: NodeTypes,
        wake: Callable[[], None],
        channels: Channels = NO_CHANNELS,
        timing: Timing = Timing(),  # noqa: B008 -- a frozen value
        handoff_url: str = "",
    ) -> None:
        self._store = store
        self._engine = engine
        self._flows = flows
        self._node_types = node_types
        self._wake = wake
        self._channels = channels
        self._handoff_url = handoff_url
        self._lease_s = timing.effect_lease_s
        self._log = structlog.get_logger("botflow.carrier")

    def steps(self) -> tuple[Step, ...]:
        """Return the steps for the tick, which run while effects are due."""
        return (Step(name="carry_out", run=self.carry_some, is_due=lambda seen: seen.effects, timeout_s=STEP_S),)

    async def carry_some(self) -> bool:
        """Carry out up to LIMIT effects; True when there may be more."""
        claimed = await self._store.claim(LIMIT, self._lease_s)
        if claimed:
            reach("effects.claimed")
        room = asyncio.Semaphore(AT_ONCE)
        async with asyncio.TaskGroup() as carrying:
            for effect in claimed:
                carrying.create_task(self._carry_one(effect, room))
        if claimed:
            self._wake()
        return len(claimed) == LIMIT

    async def _carry_one(self, effect: StoredEffect, room: asyncio.Semaphore) -> None:
        """Carry out one effect; never raises: a failed one is due again when its lease ends."""
        async with room:
            try:
                await self._carry(effect)
            except Exception as failure:  # noqa: BLE001 -- a fence: one effect must not stop the others
                await self._failed(effect, failure)
            else:
                reach("effects.carried")

    async def _carry(self, effect: StoredEffect) -> None:
        match effect.kind:
            case "start":
                await self._start(effect, StartRun(**effect.body))
            case "converse":
                await self._converse(effect, StartConversation(**effect.body))
            case "done":
                await self._store.report(effect, ReportEnd(**effect.body))
            case "emit" if effect.depth > DEEPEST:
                self._log.error("event_dropped", session=effect.session, code="run.too_deep")
                await self._store.fail(effect, EmitEvent(**effect.body).name, DEEPEST)
            case "emit":
                await self._store.start(effect, await self._listeners(effect, EmitEvent(**effect.body)))
            case "cancel":
                await self._store.cancel(effect, CancelRuns(**effect.body).group or None)
            case "play":
                await self._store.play(effect)
            case "end":
                await self._store.end(effect, effect.body["execution"])
            case "hand_off":
                request = OpenHandoff.from_json(effect.body)
                await self._store.open_handoff(effect, request, telling(effect, request, self._handoff_url))
            case "close_handoff":
                await self._store.close_handoff(effect, CloseHandoff(**effect.body))
            case "tell_end":
                await self._tell_of_end(effect, TellOfEnd(**effect.body))
            case _:
                assert_never(effect.kind)

    async def _tell_of_end(self, effect: StoredEffect, end: TellOfEnd) -> None:
        """Start a run at each trigger of the version that hears of this end."""
        ended = await self._engine.read(read_ended, end)
        starts: list[RunStart] = []
        if ended is not None and not effect.is_fork and effect.depth <= DEEPEST:
            starts = end_notices(effect, ended, await self._flows.version(ended.version), self._node_types)
        await self._store.start(effect, starts)

    async def _start(self, effect: StoredEffect, run: StartRun) -> None:
        """Start a child: a branch of the same version, or another workflow's active version."""
        try:
            start = await self._child(effect, run)
        except (RejectedInbound, FlowError) as refusal:
            await self._refuse(effect, run, refusal)
            return
        await self._store.start(effect, [start])

    async def _converse(self, effect: StoredEffect, wanted: StartConversation) -> None:
        """Start a conversation with a person, and tell the session that asked for it, in one transaction."""
        if effect.is_fork:  # which sends no message
            await self._store.report(effect, unstarted(effect, wanted))
            return
        try:
            flow = await self._flows.version(effect.flow_version) if effect.is_anonymous else None
            budgets = flow.policy.budgets if flow is not None else NO_BUDGETS
            await self._store.converse(
                effect, lambda connection: start_conversation(connection, effect, wanted, self._channels, budgets)
            )
        except (RejectedInbound, FlowError) as refusal:
            await self._refuse_conversation(effect, wanted, refusal)

    async def _refuse_conversation(
        self, effect: StoredEffect, wanted: StartConversation, refusal: BotflowError
    ) -> None:
        self._log.info("conversation_not_started", session=effect.session, code=refusal.code)
        await self._store.report(effect, refused(effect, wanted, refusal))

    async def _child(self, effect: StoredEffect, run: StartRun) -> RunStart:
        if effect.depth > DEEPEST:
            raise FlowError(f"runs start each other more than {DEEPEST} deep", code="run.too_deep")
        workflow, version = effect.workflow, effect.flow_version
        key = f"{FORK if effect.is_fork else ''}child:{effect.name}"
        parameters: dict[str, object] = {}
        if run.workflow:
            workflow, version = await self._active(run.workflow, effect.organization, key)
        elif not version:
            raise FlowError("the execution that wanted this branch is over", code="run.parent_ended")
        else:
            parameters = {"flow": run.flow, "node": run.node}
            if run.kept:
                parameters |= {"kept": dict(run.kept), "keptOf": run.kept_of}
        parent = Parent(session=effect.session, group=run.group, branch=run.branch)
        if run.group:
            parameters["parent"] = parent.to_json()
        return RunStart(
            workflow=workflow,
            flow_version=version,
            trigger="child",
            input=dict(run.input),
            parameters=parameters,
            key=key,
            priority=effect.priority,
            parent=parent,
            trace=effect.trace,
        )

    async def _active(self, slug: str, organization: int, key: str) -> tuple[int, int]:
        """Return a workflow of the organization and the version in which a run with this key begins. One that was just
        published may have to be loaded first, and one that does not compile here is run by another process."""
        try:
            live = self._flows.get(slug)
        except RejectedInbound:
            await self._flows.refresh()
            if slug in self._flows.not_served():
                target = await self._engine.read(find_target, slug, None, organization)
                if target is not None and target.version is not None:
                    share = target.canary
                    return target.workflow, share.version if share and share.has(key) else target.version
            live = self._flows.get(slug)
        self._flows.check_owner(slug, organization)
        return live.workflow, live.version_for(key)

    async def _listeners(self, effect: StoredEffect, event: EmitEvent) -> list[RunStart]:
        """Return a start for each workflow of the organization that listens to the event, whether it compiles here or
        not."""
        parameters = {"trigger": "event", "name": event.name, "input": event.payload}
        heard = Inbound(
            kind="trigger", key="event", received_at=datetime.now(UTC), seed=0, channel=RUN, parameters=parameters
        )
        key = f"event:{effect.name}"
        ours = [live for live in self._flows.all() if live.organization == effect.organization]
        listening = [
            (live.workflow, await self._heard_in(live, heard, key)) for live in ours if self._listens(live.flow, heard)
        ]
        if elsewhere := self._flows.not_served():
            published = await self._engine.read(listeners, event.name, event.payload, effect.organization)
            listening += [
                (target.workflow, target.version)
                for target, _ in published
                if target.slug in elsewhere and target.version is not None
            ]
        return [
            RunStart(
                workflow=workflow,
                flow_version=version,
                trigger="event",
                input=event.payload,
                parameters={"name": event.name},
                key=key,
                priority=effect.priority,
                parent=Parent(session=effect.session, group="", branch=""),
                trace=effect.trace,
            )
            for workflow, version in listening
        ]

    async def _heard_in(self, live: LiveFlow, heard: Inbound, key: str) -> int:
        """Return the version in which the run of a workflow that listens begins: a canary's must listen, too."""
        version = live.version_for(key)
        if version == live.version:
            return version
        try:
            return version if self._listens(await self._flows.version(version), heard) else live.version
        except CannotRun:
            return live.version

    def _listens(self, flow: Flow, heard: Inbound) -> bool:
        try:
            return any(
                cast(Starts, self._node_types[node.type]).starts(node.properties, heard) for node in flow.triggers
            )
        except FlowError as failure:  # a condition that fails on this payload affects only that workflow
            self._log.warning("event_not_heard", workflow=flow.id, code=failure.code)
            return False

    async def _refuse(self, effect: StoredEffect, run: StartRun, refusal: BotflowError) -> None:
        """Tell the session itself that its child never began; without a group it does not wait for the child."""
        self._log.warning("run_not_started", session=effect.session, branch=run.branch, code=refusal.code)
        if not run.group:
            await self._store.start(effect, ())
            return
        error = {"node": "", "code": refusal.code, "message": refusal.message}
        end = ReportEnd(session=effect.session, group=run.group, branch=run.branch, status="failed", error=error)
        await self._store.report(effect, end)

    async def _failed(self, effect: StoredEffect, failure: Exception) -> None:
        """Leave the effect for a later try; after the last one abandon a start, or its parent would wait for ever. An
        outage of the database abandons none."""
        log_failure(
            self._log, "effect_failed", failure, session=effect.session, kind=effect.kind, attempt=effect.attempts
        )
        if effect.attempts < ATTEMPTS or is_known_outage(failure):
            return
        given_up = FlowError(f"it could not be started in {ATTEMPTS} attempts", code="run.not_started")
        if effect.kind == "start":
            await self._refuse(effect, StartRun(**effect.body), given_up)
        elif effect.kind == "converse":
            await self._refuse_conversation(effect, StartConversation(**effect.body), given_up)
