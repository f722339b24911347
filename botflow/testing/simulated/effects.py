"""Carries out what follows a turn: runs and conversations to start, runs to cancel, events to emit, ends to report."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, assert_never, cast

from botflow.engine.effects import (
    CancelRuns,
    CloseHandoff,
    Effect,
    EmitEvent,
    OpenHandoff,
    ReportEnd,
    StartConversation,
    StartRun,
    TellOfEnd,
)
from botflow.engine.handoffs import told_of
from botflow.engine.inbound import RUN, Inbound
from botflow.engine.node_type import Starts
from botflow.engine.session import Parent, Session
from botflow.errors import FlowError
from botflow.flow.graph import Flow
from botflow.testing.plain_json import as_json
from botflow.testing.simulated.conversation_starts import start_conversation
from botflow.testing.simulated.session import SimulatedSession

if TYPE_CHECKING:
    from botflow.testing.simulated.deployment import Deployment

HANDOFF_URL = "https://desk.example.com/conversations/{session}"
DEEPEST = 16  # nested runs; deeper nesting is an endless recursion


class SimulatedEffects:
    """Each effect at once, in the order in which a turn has caused them."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._notices: set[int] = set()  # the runs that an end has started: their own ends start none

    def carry_out(self, session: SimulatedSession, effect: Effect) -> None:
        match effect:
            case StartRun():
                self._start_run(session, effect)
            case StartConversation():
                self._start_conversation(session, effect)
            case CancelRuns(group=group):
                self._cancel_children(session, group)
            case EmitEvent(name=name, payload=payload):
                self._deployment.emitted.append(effect)
                self._start_listeners(session, name, payload)
            case ReportEnd():
                self._report(session, effect)
            case OpenHandoff():
                self._deployment.handoffs.append((session, effect))
                self._tell_of_handoff(session, effect)
            case TellOfEnd():
                self._tell_of_end(session, effect)
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
        child = self._deployment.start(flow, "child", dict(run.input), **parameters)
        child.state = Session(values={name: self._deployment.values[name] for name in run.kept.values()})
        child.parent, child.group, child.depth = session.number, run.group, session.depth + 1

    def _start_conversation(self, session: SimulatedSession, wanted: StartConversation) -> None:
        """Start a conversation; the node that asked for it is told before the other conversation goes on."""
        before = len(self._deployment.due)
        report = start_conversation(self._deployment, session, wanted)
        started, self._deployment.due = self._deployment.due[before:], self._deployment.due[:before]
        self._report(session, report)
        self._deployment.due += started

    def _tell_of_handoff(self, session: SimulatedSession, request: OpenHandoff) -> None:
        if (tell := request.tell) is not None:
            told = {**tell.variables, "handoff": told_of(request, session.number, HANDOFF_URL)}
            self._start_run(session, StartRun(branch="requested", flow=tell.flow, node=tell.node, input=told))

    def _tell_of_end(self, session: SimulatedSession, end: TellOfEnd) -> None:
        """Start the workflow's own runs that hear how an execution has ended."""
        if session.number in self._notices:
            return
        told = {
            "status": end.status,
            "execution": end.execution,
            "workflow": session.flow.id,
            "session": str(session.number),
            "channel": session.channel,
            "error": dict(end.error) if end.error else None,
        }
        heard = Inbound(
            kind="trigger",
            key="ended",
            received_at=self._deployment.clock.now(),
            seed=0,
            channel=RUN,
            parameters={"trigger": "ended", "input": told},
        )
        for node in session.flow.triggers:
            if cast(Starts, self._deployment.node_types[node.type]).starts(node.properties, heard):
                notice = self._deployment.start(session.flow, "ended", told, start=node.id)
                notice.parent, notice.depth = session.number, session.depth + 1
                self._notices.add(notice.number)

    def _flow_of(self, session: SimulatedSession, run: StartRun) -> Flow:
        """Return the flow of a run; FlowError with production's code when it cannot begin."""
        if session.depth >= DEEPEST:
            raise FlowError(f"runs start each other more than {DEEPEST} deep", code="run.too_deep")
        if not run.workflow:
            return session.flow
        if run.workflow not in self._deployment.flows:
            raise FlowError(f"there is no workflow {run.workflow!r} here", code="workflow.unknown")
        return self._deployment.flows[run.workflow]

    def _cancel_children(self, session: SimulatedSession, group: str | None) -> None:
        """Cancel the runs that the session waited for in `group`, None for any wait, and all of their descendants. One
        that may have a `finally` to run has a turn for that."""
        for child in list(self._deployment.sessions.values()):
            is_meant = child.parent == session.number and child.group and group in (None, child.group)
            if is_meant and not child.is_over and any(frame.kind == "body" for frame in child.state.frames):
                child.state = replace(child.state, version=child.state.version + 1, cancel=1)
                self._deployment.queue(child, "cancel")
                self._deployment.due.insert(0, self._deployment.due.pop())
            elif is_meant and not child.is_over:
                child.cancel()
                self._deployment.due = [due for due in self._deployment.due if due.session != child.number]
                self._cancel_children(child, None)

    def _start_listeners(self, session: SimulatedSession, name: str, payload: object) -> None:
        if session.depth >= DEEPEST:
            return
        for child in self._deployment.emit(name, payload):
            child.parent, child.depth = session.number, session.depth + 1

    def _report(self, session: SimulatedSession, end: ReportEnd) -> None:
        """Report a run's end to its parent, unless the parent's execution has ended."""
        parent = self._deployment.sessions.get(end.session)
        if parent is None or parent.state.execution is None:
            return
        told: dict[str, object] = {"branch": end.branch, "status": end.status, "output": end.output, "error": end.error}
        if session is not parent:
            told["execution"] = session.turns[-1].execution
        self._deployment.queue(
            parent,
            "child_done",
            key=f"done:{end.group}:{end.branch}",
            token=end.group,
            parameters=cast(dict[str, Any], as_json(told)),
        )


def _named(parent: Parent) -> dict[str, Any]:
    return {"session": parent.session, "group": parent.group, "branch": parent.branch}
