"""Carrying out what follows a commit: runs to start or to cancel, parents to tell, events to spread.

An effect may be tried again at any time: each is one transaction that takes its row away. What cannot be started is
told to whoever waits for it, like a child that failed.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import assert_never, cast

import structlog

from botflow.crash_points import Reach
from botflow.engine.effects import CancelRuns, EmitEvent, ReportEnd, StartRun
from botflow.engine.inbound import RUN, Inbound
from botflow.engine.node_type import Starts
from botflow.engine.session import Parent
from botflow.engine.turn import NodeTypes
from botflow.errors import BotflowError, FlowError, ProviderError, RejectedInbound
from botflow.interfaces import EffectStore
from botflow.records.runs import RunStart, StoredEffect
from botflow.runtime.process.tick import Step
from botflow.runtime.served_flows import Flows, LiveFlow

LIMIT = 50  # claimed at once
ATTEMPTS = 8  # then a start is given up, and its parent told
DEEPEST = 16  # runs that start runs that start runs: further down it is a circle


class Carrier:
    """Carries out effects; call it for as many sessions at once as you like."""

    def __init__(self, *, store: EffectStore, flows: Flows, node_types: NodeTypes, reach: Reach) -> None:
        self._store = store
        self._flows = flows
        self._node_types = node_types
        self._reach = reach
        self._log = structlog.get_logger("botflow.carrier")

    async def __call__(self, session: int) -> None:
        """Carry out what is due of this session. Raises ProviderError when the database is away."""
        while await self._carry_some(session):
            continue

    def steps(self) -> tuple[Step, ...]:
        """Return the tick's step: effects whose job was lost, or whose first try failed."""

        async def carry_left_over() -> bool:
            return await self._carry_some(None)

        return (Step(name="carry_out_effects", run=carry_left_over),)

    async def _carry_some(self, session: int | None) -> bool:
        """Carry out up to LIMIT effects; say whether there may be more."""
        claimed = await self._store.claim(LIMIT, session)
        if claimed:
            self._reach("effects.claimed")
        for effect in claimed:
            try:
                await self._carry(effect)
            except ProviderError:
                raise
            except Exception as failure:  # noqa: BLE001 -- a fence: one effect must not stop the others
                await self._failed(effect, failure)
            else:
                self._reach("effects.carried")
        return len(claimed) == LIMIT

    async def _carry(self, effect: StoredEffect) -> None:
        match effect.kind:
            case "start":
                await self._start(effect, StartRun(**effect.body))
            case "done":
                await self._store.report(effect, ReportEnd(**effect.body))
            case "emit":
                await self._store.start(effect, self._listeners(effect, EmitEvent(**effect.body)))
            case "cancel":
                await self._store.cancel(effect, CancelRuns(**effect.body).group or None)
            case _:
                assert_never(effect.kind)

    async def _start(self, effect: StoredEffect, run: StartRun) -> None:
        """Start a child: a branch of the very same version, or the other workflow's active one."""
        try:
            start = await self._child(effect, run)
        except (RejectedInbound, FlowError) as refusal:
            await self._refuse(effect, run, refusal)
            return
        await self._store.start(effect, [start])

    async def _child(self, effect: StoredEffect, run: StartRun) -> RunStart:
        if effect.depth > DEEPEST:
            raise FlowError(f"runs start each other more than {DEEPEST} deep", code="run.too_deep")
        workflow, version = effect.workflow, effect.flow_version
        parameters: dict[str, object] = {}
        if run.workflow:
            live = await self._live(run.workflow)
            workflow, version = live.workflow, live.version
        elif not version:
            raise FlowError("the execution that wanted this branch is over", code="run.parent_ended")
        else:
            parameters = {"flow": run.flow, "node": run.node}
        parent = Parent(session=effect.session, group=run.group, branch=run.branch)
        if run.group:
            parameters["parent"] = parent.to_json()
        return RunStart(
            workflow=workflow,
            flow_version=version,
            trigger="child",
            input=dict(run.input),
            parameters=parameters,
            key=f"child:{effect.name}",
            priority=effect.priority,
            parent=parent,
        )

    async def _live(self, slug: str) -> LiveFlow:
        """Return the workflow's active version; one that was published a moment ago may have to be fetched first."""
        try:
            return self._flows.get(slug)
        except RejectedInbound:
            await self._flows.refresh()
            return self._flows.get(slug)

    def _listeners(self, effect: StoredEffect, event: EmitEvent) -> list[RunStart]:
        """Return a start for each workflow served here that listens to the event."""
        if effect.depth > DEEPEST:
            self._log.error("event_dropped", event_name=event.name, session=effect.session, code="run.too_deep")
            return []
        parameters = {"trigger": "event", "name": event.name, "input": event.payload}
        heard = Inbound(
            kind="trigger", key="event", received_at=datetime.now(UTC), seed=0, channel=RUN, parameters=parameters
        )
        return [
            RunStart(
                workflow=live.workflow,
                flow_version=live.version,
                trigger="event",
                input=event.payload,
                parameters={"name": event.name},
                key=f"event:{effect.name}",
                priority=effect.priority,
                parent=Parent(session=effect.session, group="", branch=""),
            )
            for live in self._flows.all()
            if self._listens(live, heard)
        ]

    def _listens(self, live: LiveFlow, heard: Inbound) -> bool:
        try:
            return any(
                cast(Starts, self._node_types[node.type]).starts(node.properties, heard) for node in live.flow.triggers
            )
        except FlowError as failure:  # a condition that this payload breaks is that workflow's affair alone
            self._log.warning("event_not_heard", workflow=live.slug, code=failure.code)
            return False

    async def _refuse(self, effect: StoredEffect, run: StartRun, refusal: BotflowError) -> None:
        """Tell the session itself that its child never began; nobody waits for one without a group."""
        self._log.warning("run_not_started", session=effect.session, branch=run.branch, code=refusal.code)
        if not run.group:
            await self._store.start(effect, ())
            return
        error = {"node": "", "code": refusal.code, "message": refusal.message}
        end = ReportEnd(session=effect.session, group=run.group, branch=run.branch, status="failed", error=error)
        await self._store.report(effect, end)

    async def _failed(self, effect: StoredEffect, failure: Exception) -> None:
        """Leave it for a later try; a start is given up after the last one, or its parent would wait for ever."""
        code = getattr(failure, "code", None)
        self._log.warning(
            "effect_failed",
            session=effect.session,
            kind=effect.kind,
            attempt=effect.attempts,
            reason=type(failure).__name__,
            code=code,
        )
        if effect.kind == "start" and effect.attempts >= ATTEMPTS:
            given_up = FlowError(f"the run could not be started in {ATTEMPTS} attempts", code="run.not_started")
            await self._refuse(effect, StartRun(**effect.body), given_up)
