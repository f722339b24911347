"""A deployment in memory: sessions, their inbounds, effects, timers and schedules. No database, no event loop.

Its rules are those of production: a session's inbounds come in order, a message stays queued while the session
waits for something else, a run's end is reported to its parent, cancelling ends the children too, an event starts
every workflow that listens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import count, islice
from typing import Any, NamedTuple, assert_never, cast

import orjson

from botflow.engine.asks import Answer, Ask
from botflow.engine.effects import (
    CancelRuns,
    CloseHandoff,
    Effect,
    EmitEvent,
    OpenHandoff,
    ReportEnd,
    StartConversation,
    StartRun,
)
from botflow.engine.inbound import RUN, Inbound, InboundKind
from botflow.engine.limits import Limits
from botflow.engine.node_type import Starts
from botflow.engine.session import Parent, Session
from botflow.engine.turn import Turn
from botflow.errors import BotflowError, FlowError, UsageError
from botflow.flow.graph import Flow
from botflow.testing.schedules import schedules_of
from botflow.testing.simulated_campaigns import SimulatedCampaigns
from botflow.testing.simulated_contacts import SimulatedContacts
from botflow.testing.simulated_session import SimulatedSession
from botflow.testing.virtual_clock import VirtualClock
from botflow.testing.workflows import Workflows

DEEPEST = 16  # nested runs; deeper nesting is an endless recursion
MOST_TURNS = 100_000  # that one inbound or alarm may cause
Perform = Callable[[SimulatedSession, Ask], Answer]
Heard = Callable[[SimulatedSession, Turn], None]


class Due(NamedTuple):
    """An inbound that its session has not taken yet; sessions are numbered from 1."""

    session: int
    inbound: Inbound


class Deployment:
    """Every session of some workflows. Nothing happens until `settle` or `advance_to`.

    `perform` answers the Asks of a session; `heard` is called with every turn.
    """

    def __init__(
        self,
        workflows: Workflows,
        clock: VirtualClock,
        perform: Perform,
        heard: Heard = lambda session, turn: None,
        limits: Limits | None = None,
    ) -> None:
        self.flows: dict[str, Flow] = dict(workflows.flows)
        self.node_types = workflows.node_types
        self.clock = clock
        self.contacts = SimulatedContacts(clock)
        self.sessions: dict[int, SimulatedSession] = {}
        self.due: list[Due] = []
        self.emitted: list[EmitEvent] = []
        self.handoffs: list[OpenHandoff] = []
        self._perform = perform
        self._heard = heard
        self._limits = limits or Limits()
        self._seeds = count(1)
        self._values: dict[str, Any] = {}  # the large ones of runs, by name
        self._schedules = schedules_of(workflows.flows.values(), clock.now())
        self._campaigns = SimulatedCampaigns(workflows.flows.values(), self.sessions, self.contacts, clock.now())

    # -- inbounds

    def open(self, flow: Flow, channel: str = RUN, sender: str = "") -> SimulatedSession:
        """Make a session without any turns."""
        session = SimulatedSession(number=len(self.sessions) + 1, flow=flow, channel=channel, sender=sender)
        self.sessions[session.number] = session
        return session

    def start(self, flow: Flow, trigger: str, given: object, /, **parameters: object) -> SimulatedSession:
        """Queue a run of `flow`; it begins with the next `settle`."""
        session = self.open(flow)
        session.input = given
        self.queue(session, "trigger", parameters={"trigger": trigger, "input": as_json(given), **parameters})
        return session

    def emit(self, name: str, payload: object = None) -> list[SimulatedSession]:
        """Queue a run of every workflow that listens to the event; they begin with the next `settle`."""
        parameters = {"name": name, "input": as_json(payload)}
        return [self.start(flow, "event", payload, name=name) for flow in self._listening(parameters)]

    def queue(self, session: SimulatedSession, kind: InboundKind, **fields: Any) -> Inbound:
        """Queue an inbound behind those that are due already, and return it."""
        number = next(self._seeds)
        full = {"key": f"{kind}:{number}", "seed": number, "provider": "", **fields}
        inbound = Inbound(
            kind=kind, received_at=self.clock.now(), channel=session.channel, sender=session.sender, **full
        )
        self.due.append(Due(session.number, inbound))
        return inbound

    # -- turns and time

    def settle(self, choose: Callable[[Sequence[Due]], int] | None = None) -> None:
        """Process all due inbounds, and those that they cause, until the rest has to wait.

        `choose` picks the next inbound among those that can be taken, in any order; by default the oldest.
        """
        for _ in range(MOST_TURNS):
            can_be_taken = (due for due in self.due if self.sessions[due.session].takes(due.inbound))
            ready = list(islice(can_be_taken, 1)) if choose is None else list(can_be_taken)
            if not ready:
                return
            due = ready[0 if choose is None else choose(ready)]
            self.due.remove(due)
            self.take(self.sessions[due.session], due.inbound)
        raise AssertionError(
            f"after {MOST_TURNS} turns something is still due: the workflows start each other again and again"
        )

    def take(self, session: SimulatedSession, inbound: Inbound) -> Turn:
        """Take one inbound through its turn, and carry out the turn's effects."""
        turn = session.take(
            inbound,
            self.node_types,
            lambda ask: self._perform(session, ask),
            self.clock.now,
            self._limits,
            self.contacts.read(session.flow, session.channel, session.sender),
        )
        if turn.contact is not None:
            self.contacts.write(turn.contact)
        self._values |= {name: orjson.loads(content) for name, content in turn.kept.items()}
        if turn.status == "running":
            assert turn.session.wait is not None
            self.queue(session, "resume", token=turn.session.wait.token)
        self._heard(session, turn)
        for effect in turn.effects:
            self._carry_out(session, effect)
        return turn

    def advance_to(self, moment: datetime) -> None:
        """Let time pass: every timer and schedule until then goes off at its own time, in order, and settles."""
        self.settle()
        for _ in range(MOST_TURNS):
            due_at = min(self._due_times(moment), default=None)
            if due_at is None:
                self.clock.advance_to(moment)
                return
            self.clock.advance_to(max(due_at, self.clock.now()))
            self._go_off(due_at)
            self.settle()
        raise AssertionError(f"more than {MOST_TURNS} timers go off before {moment.isoformat()}: skip less at a time")

    def alarm(self, session: SimulatedSession, due: datetime | None = None) -> None:
        """Let the session's wait run out now, and settle."""
        assert session.state.wait is not None, "the session waits for nothing"
        session.wake_at = None
        token = session.state.wait.token
        self.queue(session, "timeout", key=f"timeout:{token}", token=token, due=due or self.clock.now())
        self.settle()

    # -- effects

    def _carry_out(self, session: SimulatedSession, effect: Effect) -> None:
        match effect:
            case StartRun():
                self._start_run(session, effect)
            case StartConversation():
                self._start_conversation(session, effect)
            case CancelRuns(group=group):
                self._cancel_children(session, group)
            case EmitEvent(name=name, payload=payload):
                self.emitted.append(effect)
                self._start_listeners(session, name, payload)
            case ReportEnd():
                self._report(session, effect)
            case OpenHandoff():
                self.handoffs.append(effect)
            case CloseHandoff():
                pass
            case _:
                assert_never(effect)

    def _start_run(self, session: SimulatedSession, run: StartRun) -> None:
        parent = Parent(session=session.number, group=run.group, branch=run.branch)
        try:
            flow = self._flow_of(session, run)
        except FlowError as refusal:
            if run.group:
                error = {"node": "", "code": refusal.code, "message": refusal.message}
                self._report(session, ReportEnd(**_named(parent), status="failed", error=error))
            return
        parameters: dict[str, object] = {"parent": parent.to_json()} if run.group else {}
        if not run.workflow:
            parameters |= {"flow": run.flow, "node": run.node}
        if run.kept:
            parameters |= {"kept": dict(run.kept), "keptOf": run.kept_of}
        child = self.start(flow, "child", dict(run.input), **parameters)
        child.state = Session(values={name: self._values[name] for name in run.kept.values()})
        child.parent, child.group, child.depth = session.number, run.group, session.depth + 1

    def _start_conversation(self, session: SimulatedSession, wanted: StartConversation) -> None:
        """Start a conversation with another person, and tell the node that asked for it what became of it."""
        flow = self.flows.get(wanted.workflow) if wanted.workflow else session.flow
        end = ReportEnd(session=session.number, group=wanted.group, branch="start", status="failed")
        if flow is None:
            error = {"node": "", "code": "workflow.unknown", "message": f"there is no workflow {wanted.workflow!r}"}
            self._report(session, replace(end, error=error))
            return
        theirs = self._conversation(flow, wanted.channel, wanted.to)
        if theirs.state.frames or any(due.session == theirs.number for due in self.due):
            error = {"node": "", "code": "session.busy", "message": "this person's session has an execution under way"}
            self._report(session, replace(end, error=error))
            return
        begun = self.queue(
            theirs, "trigger", parameters={"trigger": "api", "input": dict(wanted.input)}, address=wanted.sender
        )
        output = {"session": str(theirs.number), "execution": begun.new_execution_id}
        self._report(session, replace(end, status="completed", output=output))

    def _conversation(self, flow: Flow, channel: str, sender: str) -> SimulatedSession:
        """Return the person's session in a workflow, made if necessary."""
        for session in self.sessions.values():
            if (session.flow.id, session.channel, session.sender) == (flow.id, channel, sender):
                return session
        return self.open(flow, channel, sender)

    def _flow_of(self, session: SimulatedSession, run: StartRun) -> Flow:
        """Return the flow of a run; FlowError with production's code when it cannot begin."""
        if session.depth >= DEEPEST:
            raise FlowError(f"runs start each other more than {DEEPEST} deep", code="run.too_deep")
        if not run.workflow:
            return session.flow
        if run.workflow not in self.flows:
            raise FlowError(f"there is no workflow {run.workflow!r} here", code="workflow.unknown")
        return self.flows[run.workflow]

    def _cancel_children(self, session: SimulatedSession, group: str | None) -> None:
        """Cancel the runs that the session waited for in `group`, None for any wait, and all of their descendants. One
        that may have a `finally` to run has a turn for that."""
        for child in list(self.sessions.values()):
            is_meant = child.parent == session.number and child.group and group in (None, child.group)
            if is_meant and not child.is_over and any(frame.kind == "body" for frame in child.state.frames):
                child.state = replace(child.state, version=child.state.version + 1, cancel=1)
                self.queue(child, "cancel")
                self.due.insert(0, self.due.pop())
            elif is_meant and not child.is_over:
                child.cancel()
                self.due = [due for due in self.due if due.session != child.number]
                self._cancel_children(child, None)

    def _start_listeners(self, session: SimulatedSession, name: str, payload: object) -> None:
        if session.depth >= DEEPEST:
            return
        for child in self.emit(name, payload):
            child.parent, child.depth = session.number, session.depth + 1

    def _report(self, session: SimulatedSession, end: ReportEnd) -> None:
        """Report a run's end to its parent, unless the parent's execution has ended."""
        parent = self.sessions.get(end.session)
        if parent is None or parent.state.execution is None:
            return
        told: dict[str, object] = {"branch": end.branch, "status": end.status, "output": end.output, "error": end.error}
        if session is not parent:
            told["execution"] = session.turns[-1].execution
        self.queue(
            parent,
            "child_done",
            key=f"done:{end.group}:{end.branch}",
            token=end.group,
            parameters=cast(dict[str, Any], as_json(told)),
        )

    def _listening(self, parameters: Mapping[str, object]) -> Iterable[Flow]:
        heard = Inbound(
            kind="trigger",
            key="event",
            received_at=self.clock.now(),
            seed=0,
            channel=RUN,
            parameters={"trigger": "event", **parameters},
        )
        return [flow for flow in self.flows.values() if self._listens(flow, heard)]

    def _listens(self, flow: Flow, heard: Inbound) -> bool:
        try:
            return any(
                cast(Starts, self.node_types[node.type]).starts(node.properties, heard) for node in flow.triggers
            )
        except BotflowError:  # its condition cannot be evaluated over this payload
            return False

    # -- time

    def _due_times(self, until: datetime) -> list[datetime]:
        times = [session.wake_at for session in self.sessions.values()] + [
            schedule.due_at for schedule in self._schedules
        ]
        campaigns = [each.due_at for each in self._campaigns.due(self.clock.now(), until)]
        return [*campaigns, *(time for time in times if time is not None and time <= until)]

    def _go_off(self, moment: datetime) -> None:
        for session in self.sessions.values():
            if session.wake_at == moment:
                session.wake_at = None
                assert session.state.wait is not None
                token = session.state.wait.token
                self.queue(session, "timeout", key=f"timeout:{token}", token=token, due=moment)
        for schedule in self._schedules:
            if schedule.due_at == moment:
                self.start(self.flows[schedule.workflow], "schedule", schedule.input, **schedule.parameters)
                schedule.move_on()
        for due in self._campaigns.due(moment, moment):
            if self._campaigns.take(due, moment):
                self.queue(due.session, "trigger", parameters=due.parameters, address=due.sender)


def _named(parent: Parent) -> dict[str, Any]:
    return {"session": parent.session, "group": parent.group, "branch": parent.branch}


def as_json(value: object) -> object:
    """Return a value as a database would return it; UsageError `simulator.not_json` when it cannot."""
    try:
        return orjson.loads(orjson.dumps(value))
    except TypeError as failure:
        raise UsageError(f"{value!r} is not plain JSON: {failure}", code="simulator.not_json") from None
