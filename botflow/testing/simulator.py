"""A conversation with a flow, in memory and on a virtual clock, for the tests of flow authors.

    talk = Simulator("pizza.yaml")
    talk.says("hello")
    talk.hears("Hi! What would you like?", buttons=["Pizza", "Salad"])

No database, no network, no event loop: the engine itself runs, and the session goes through JSON between all turns.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from botflow.engine.effects import EmitEvent, SendMessage
from botflow.engine.turn import Turn
from botflow.errors import UsageError, did_you_mean
from botflow.flow.duration import parse_duration, write_duration
from botflow.flow.graph import Flow
from botflow.interfaces import Model
from botflow.nodes.triggers.runs import EventProperties
from botflow.plugins import Plugin
from botflow.testing.person import Person
from botflow.testing.plain_json import as_json
from botflow.testing.run import Run
from botflow.testing.scripted.scripts import Scripts
from botflow.testing.scripted.world import ScriptedWorld
from botflow.testing.simulated.conversation_starts import entry_of
from botflow.testing.simulated.deployment import Deployment
from botflow.testing.simulated.session import SimulatedSession
from botflow.testing.talks.talk import Talk
from botflow.testing.transcript import flow_said, time_passed
from botflow.testing.virtual_clock import START, VirtualClock
from botflow.testing.workflows import FlowSource, load_workflows

VISITOR = Person()
_FOR_A_PERSON = ("manual", "api")  # what starts a conversation; all else starts a run
_WAYS = (*_FOR_A_PERSON, "webhook", "schedule", "event", "ended")
_CHECKED = (*_FOR_A_PERSON, "webhook")  # starts that are refused when there is no such trigger, or the input misfits


class Simulator(Talk, Scripts):
    """One person and one flow, and what goes on around them: time, other people, runs, events, the scripted world.

    Start reading with `says`, `hears` (of `Talk`) and `skip`. A workflow that no message starts has no contact:
    `trigger` starts it and returns its Run. Quiet hours, budgets, bursts and the provider's form of messages belong to
    the runtime; they are not simulated.
    """

    def __init__(
        self,
        flow: FlowSource,
        *,
        others: Iterable[FlowSource] = (),
        plugins: Sequence[Plugin] = (),
        variables: Mapping[str, object] | None = None,
        model: Model | None = None,
        person: Person = VISITOR,
        now: datetime = START,
    ) -> None:
        """`flow` is a document's path or text, a `botflow.Flow` or a compiled flow; `others` are its subflows and what
        else it may run. `variables` override the document's own defaults. FlowProblems when a document is wrong.
        """
        workflows = load_workflows(flow, others, plugins)
        main = replace(workflows.main, variables={**workflows.main.variables, **(variables or {})})
        workflows = replace(workflows, main=main, flows={**workflows.flows, main.id: main})
        self.flow = main
        self.clock = VirtualClock(now)
        self._world = ScriptedWorld(workflows.node_types, self.clock, model)
        deployment = Deployment(workflows, self.clock, self.perform, self._took_turn)
        super().__init__(deployment, deployment.open(main, person.channel, person.sender), person)
        self._talks: dict[int, Talk] = {self.conversation.number: self}
        self._sent: list[SendMessage] = []
        self._give(person)

    # -- other people, and other conversations of this one

    def with_person(self, person: str | Person = "", *, workflow: str = "", channel: str = "") -> Talk:
        """Return the conversation of another person, by their number or id, or of this one with another workflow.

        It says and hears as this one does, from its beginning, also what another flow has started:
        `talk.with_person("+15550002222", workflow="invitation").hears("You are invited.")`.
        """
        if isinstance(person, str):
            own = replace(self._person, channel=channel or self._person.channel)
            person = replace(own, sender=person, fields={}, groups=()) if person else own
        flow = self._flow(workflow)
        region = flow.region or ""
        address = self.deployment.channels.address(person.channel, person.sender, region)
        session = self.deployment.conversation(flow, person.channel, address)
        if session.number not in self._talks:
            self._talks[session.number] = Talk(self.deployment, session, person)
            self._give(person)
        return self._talks[session.number]

    # -- time

    @property
    def now(self) -> datetime:
        """The time of the virtual clock, in UTC. Only `skip`, and pauses between retries, move it."""
        return self.clock.now()

    def skip(self, duration: str | timedelta) -> list[str]:
        """Let time pass, such as `24h`: timeouts, reminders, waits and schedules until then go off, each at its time.

        Returns the texts that were said meanwhile; ValueError if it is not a duration.
        """
        seconds = parse_duration(duration)
        return self._pass_time(self.now + timedelta(seconds=seconds), write_duration(seconds))

    def skip_to(self, moment: datetime) -> list[str]:
        """Let time pass until `moment` (aware); UsageError `clock.backwards` when it has passed."""
        return self._pass_time(moment, write_duration((moment - self.now).total_seconds()))

    # -- runs and events

    def trigger(
        self, input: object = None, *, workflow: str = "", by: str = "manual", node: str = "", key: str = ""
    ) -> Run:
        """Start a workflow with an input, by default the one under test, and run it until it waits or ends.

        `by` is manual, api, webhook, schedule, event or ended; `node` which trigger of several; the same `key` starts
        once. By hand or by API a workflow that people talk to is started for the person, as by `start`.
        RejectedInbound, with the code of production, when the start is refused.
        """
        flow = self._flow(workflow)
        if by not in _WAYS:
            raise UsageError(
                f"nothing is started by {by!r}",
                code="simulator.trigger",
                hint=f"by is one of {', '.join(_WAYS)}; a missed call is rings(), an event is emit()",
            )
        if flow is self.flow and flow.mode == "persistent" and by in _FOR_A_PERSON:
            return self.start(input, by="manual" if by == "manual" else "api", node=node, key=key)
        given = as_json(input)
        if by in _CHECKED:
            node = entry_of(flow, by, node, given).id
        self._begin_act()
        session = self.deployment.start_once(flow, by, given, key, **({"start": node} if node else {}))
        self._settle()
        return Run(session)

    def emit(self, event: str, payload: object = None) -> list[Run]:
        """Emit an event: every workflow here that listens to it is started and run until it waits or ends.

        An empty list means that no condition (`when`) accepts the payload; UsageError `simulator.unheard` that no
        trigger listens to this event at all.
        """
        names = sorted(
            {
                node.properties.event
                for flow in self.deployment.flows.values()
                for node in flow.triggers
                if isinstance(node.properties, EventProperties)
            }
        )
        if event not in names:
            there = f"events that are heard: {', '.join(names) or 'none'}"
            raise UsageError(
                f"no workflow here listens to the event {event!r}",
                code="simulator.unheard",
                hint=did_you_mean(event, names, f"{there}; give the workflow that listens by others=[...]"),
            )
        self._begin_act()
        sessions = self.deployment.emit(event, payload)
        self._settle()
        return [Run(session) for session in sessions]

    @property
    def runs(self) -> list[Run]:
        """Every run so far, in the order of their starts: those of `trigger` and `emit`, and what nodes started."""
        return [Run(session) for session in self.deployment.sessions.values() if session.is_run]

    @property
    def emitted(self) -> list[EmitEvent]:
        """Every event that a workflow emitted."""
        return list(self.deployment.emitted)

    @property
    def sent(self) -> list[SendMessage]:
        """Every message that a node sent to another address than its own person's (`to`, `channel`)."""
        return list(self._sent)

    # -- internals

    def _flow(self, workflow: str) -> Flow:
        name = workflow or self.flow.id
        if name not in self.deployment.flows:
            known = ", ".join(self.deployment.flows)
            raise UsageError(
                f"there is no workflow {name!r} to start", code="workflow.unknown", hint=f"there are: {known}"
            )
        return self.deployment.flows[name]

    def _give(self, person: Person) -> None:
        if person.fields or person.groups:
            self.deployment.contacts.give(person.channel, person.sender, person.fields, person.groups)

    def _pass_time(self, until: datetime, words: str) -> list[str]:
        for talk in self._talks.values():
            talk._begin_act()
            talk.lines.append(time_passed(words, until))
        self.deployment.advance_to(until)
        return self._came()

    def _took_turn(self, session: SimulatedSession, turn: Turn) -> None:
        for message in turn.messages:
            line = flow_said(message, self.now)
            if not message.to:
                session.said.append(message)
                session.transcript.append(line)
                continue
            self.lines.append(line)
            if not self.deployment.consent.is_stopped(message.channel, message.to):
                self._sent.append(message)
