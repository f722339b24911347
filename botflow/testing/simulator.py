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
from typing import Any, Literal

from botflow.engine.asks import Answer, Ask, Invoke
from botflow.engine.effects import EmitEvent, SendMessage
from botflow.engine.events import Event, ExecutionFailed, InboundIgnored
from botflow.engine.inbound import Inbound, InboundKind, Location, Media
from botflow.engine.turn import Turn
from botflow.errors import UsageError
from botflow.flow.duration import parse_duration, write_duration
from botflow.interfaces import Model
from botflow.plugins import Plugin
from botflow.testing.agent import Agent
from botflow.testing.deployment import Deployment, as_json
from botflow.testing.hearing import Expected, Standing, complaint, differences, is_heard, unlike
from botflow.testing.person import Person
from botflow.testing.run import Run
from botflow.testing.scripted_actions import Step
from botflow.testing.scripted_model import Said
from botflow.testing.scripted_world import ScriptedWorld
from botflow.testing.simulated_session import SimulatedSession
from botflow.testing.transcript import TranscriptLine, flow_said, person_did, time_passed, written
from botflow.testing.virtual_clock import START, VirtualClock
from botflow.testing.workflows import FlowSource, load_workflows

Delivery = Literal["sent", "delivered", "read", "failed", "suppressed"]
_UNTOLD: Mapping[str, tuple[Delivery, ...]] = {"delivered": ("sent",), "failed": ("sent", "delivered", "read")}
VISITOR = Person()


class Simulator:
    """One person and one flow. Start reading with `says`, `hears` and `skip`.

    A workflow that no message starts has no contact: `trigger` starts it and returns its Run. Consent, quiet hours,
    budgets, bursts and the provider's form of messages belong to the runtime; they are not simulated.
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
        self.lines: list[TranscriptLine] = []
        self._person = person
        self._world = ScriptedWorld(workflows.node_types, self.clock, model)
        self.deployment = Deployment(workflows, self.clock, self.perform, self._took_turn)
        self.conversation = self.deployment.open(main, person.channel, person.sender)
        if person.fields or person.groups:
            self.deployment.contacts.give(main, (person.channel, person.sender), person.fields, person.groups)
        self.agent = Agent(self.deployment, self.conversation, self._begin_act, self._settle)
        self._said: list[SendMessage] = []
        self._sent: list[tuple[SimulatedSession, SendMessage]] = []
        self._heard = 0  # how many of `_said` the test has heard or skipped
        self._act = (0, 0)  # how many messages and turns there were before the test's last act

    # -- the person's acts; each returns the texts of the reply

    def says(
        self, text: str, *, payload: str = "", media: Sequence[Media] = (), location: Location | None = None
    ) -> list[str]:
        """Send a message. As in production, it stays queued while the flow waits for something other than a message."""
        return self._send("message", text=text, payload=payload, media=tuple(media), location=location)

    def presses(self, button: str) -> list[str]:
        """Press a button of the last message that had any, by its title or its payload."""
        offered = next((message.quick_replies for message in reversed(self._said) if message.quick_replies), ())
        for reply in offered:
            if button in (reply.title, reply.payload):
                return self.says(reply.title, payload=reply.payload)
        titles = ", ".join(repr(reply.title) for reply in offered)
        raise AssertionError(
            complaint(f"there is no button {button!r} to press; there are: {titles or 'none'}", self._standing())
        )

    def sends_media(self, url: str, content_type: str = "", *, text: str = "") -> list[str]:
        """Send a picture or a file, by its address at the provider."""
        return self.says(text, media=(Media(url=url, content_type=content_type),))

    def shares_location(self, latitude: float, longitude: float, label: str = "") -> list[str]:
        """Share a place, in degrees."""
        return self.says("", location=Location(latitude=latitude, longitude=longitude, label=label))

    def opens(self) -> list[str]:
        """Open the chat, without saying anything yet."""
        return self._send("opened")

    # -- the flow's messages

    def hears(
        self, *expected: Expected, buttons: Sequence[str] | None = None, media: Sequence[str] | None = None
    ) -> None:
        """Assert what the flow says next, message by message: a whole text, or a pattern that is found in it.

        It continues after the message that was heard last; `says`, `skip` and similar methods drop unheard ones.
        `buttons` (titles) and `media` (addresses) are those of the last of the expected messages.
        """
        __tracebackhide__ = True
        if not expected:
            raise UsageError("say what is heard", code="simulator.hears", hint="for silence there is hears_nothing()")
        for wanted in expected:
            heard = self._said[self._heard] if self._heard < len(self._said) else None
            if heard is None or not is_heard(wanted, heard):
                raise AssertionError(complaint(unlike(wanted, heard), self._standing()))
            self._heard += 1
        if found := differences(self._said[self._heard - 1], buttons, media):
            raise AssertionError(complaint("\n".join(found), self._standing()))

    def hears_nothing(self) -> None:
        """Assert that all messages since the test's last act (says, skip, ...) have been heard."""
        __tracebackhide__ = True
        if self._heard < len(self._said):
            what = f"expected:  nothing more\nbut heard: {self._said[self._heard].text!r}"
            raise AssertionError(complaint(what, self._standing()))

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

    # -- scripted systems

    def model(self, *answers: object, when: Said | None = None) -> None:
        """Script the model's next answers, or with `when` its answer to a text; see ScriptedModel.

        Until a test does so, the offline model of `botflow chat` answers. From then on an Ask that the script does not
        answer fails the test.
        """
        self._world.script.add(*answers, when=when)

    def action(self, name: str, *outcomes: object, step: Step = "") -> None:
        """Replace the `@action` of this name by outcomes, in order; the last one is repeated.

        An outcome is a result, an exception (TimeoutError: no answer in time), or a function with the parameters of the
        action's own. An action without a script runs its own function. `step` is `submit` or `check` of a `@polling`
        node. UsageError `simulator.action` when there is no such action.
        """
        self._world.actions.script(name, outcomes, step)

    def credential(self, name: str, **fields: str) -> None:
        """Give actions the secret fields that a node's `credential` names."""
        self._world.credentials[name] = fields

    def delivery(self, state: Delivery, *, code: str = "", reason: str = "") -> list[str]:
        """Report the delivery of the last message whose node waits for it; AssertionError when no node does."""
        waiting = [
            (session, message)
            for session, message in self._sent
            if session.state.wait is not None and message.awaited_by == session.state.wait.group != ""
        ]
        if not waiting:
            raise AssertionError(complaint("no message waits for its delivery", self._standing()))
        session, message = waiting[-1]
        self._begin_act()
        if state not in _UNTOLD.get(message.awaited, ()):
            news = {"state": state, "code": code, "reason": reason}
            self.deployment.queue(session, "delivery", token=message.awaited_by, parameters=news)
        return self._settle()

    # -- runs and events

    def trigger(self, input: object = None, *, workflow: str = "", by: str = "manual", node: str = "") -> Run:
        """Start a workflow with an input, by default the one under test, and run it until it waits or ends.

        `by` is manual, api, webhook, schedule or event; `node` which trigger of several. A workflow that people talk to
        is started for the person: UsageError `session.busy` while their conversation is under way.
        """
        name = workflow or self.flow.id
        if name not in self.deployment.flows:
            known = ", ".join(self.deployment.flows)
            raise UsageError(
                f"there is no workflow {name!r} to start", code="workflow.unknown", hint=f"there are: {known}"
            )
        self._begin_act()
        flow = self.deployment.flows[name]
        start = {"start": node} if node else {}
        if flow is not self.flow or flow.mode == "single":
            session = self.deployment.start(flow, by, input, **start)
        else:
            session = self._trigger_for_person({"trigger": by, "input": as_json(input), **start})
        self._settle()
        return Run(session)

    def emit(self, event: str, payload: object = None) -> list[Run]:
        """Emit an event: every workflow here that listens to it is started and run until it waits or ends."""
        self._begin_act()
        sessions = self.deployment.emit(event, payload)
        self._settle()
        return [Run(session) for session in sessions]

    @property
    def runs(self) -> list[Run]:
        """Every run so far, in the order of their starts: those of `trigger` and `emit`, and what nodes started."""
        return [Run(session) for session in self.deployment.sessions.values() if session is not self.conversation]

    @property
    def emitted(self) -> list[EmitEvent]:
        """Every event that a workflow emitted."""
        return list(self.deployment.emitted)

    # -- where the conversation is

    @property
    def variables(self) -> Mapping[str, object]:
        """The variables at the node where the flow waits; when the conversation has ended, those that it ended with."""
        return dict(self.conversation.variables)

    @property
    def node(self) -> str | None:
        """The id of the node where the flow waits; None when no execution is under way."""
        return self.conversation.node.id if self.conversation.node is not None else None

    @property
    def ended(self) -> bool:
        """True when a conversation has been held and none is under way: the next message starts another one."""
        return self.conversation.is_over

    @property
    def failure(self) -> ExecutionFailed | None:
        """Why the last execution failed (`node`, `code`, `message`); None when it did not."""
        return self.conversation.last.failure if self.conversation.last is not None else None

    @property
    def messages(self) -> list[SendMessage]:
        """What the flow has said since the test's last act."""
        return self._said[self._act[0] :]

    @property
    def contact(self) -> Mapping[str, object]:
        """What is stored of the person, by field: `talk.contact["name"]`."""
        return dict(self.deployment.contacts.known((self._person.channel, self._person.sender)).values)

    @property
    def groups(self) -> list[str]:
        """The groups that the person is in."""
        return sorted(self.deployment.contacts.known((self._person.channel, self._person.sender)).groups)

    @property
    def sent(self) -> list[SendMessage]:
        """Every message to another address than the person's own (`to`, `channel`)."""
        return [message for _, message in self._sent]

    @property
    def events(self) -> list[Event]:
        """What the engine has recorded since the test's last act: edges followed, choices made, failures."""
        return [event for turn in self.conversation.turns[self._act[1] :] for event in turn.events]

    @property
    def log(self) -> list[tuple[str, str]]:
        """Level and message of every line that the conversation's nodes and actions wrote."""
        return list(self.conversation.log)

    @property
    def asks(self) -> list[Ask]:
        """Everything that the conversation has asked of the world: models, actions, history, pauses."""
        return list(self.conversation.asks)

    def calls(self, action: str) -> list[Mapping[str, object]]:
        """Return the rendered properties of every call of an action, of runs too."""
        asks = (ask for session in self.deployment.sessions.values() for ask in session.asks)
        return [ask.properties for ask in asks if isinstance(ask, Invoke) and ask.type == action]

    @property
    def transcript(self) -> str:
        """The whole conversation as `botflow chat` shows it; what the person typed begins with `> `."""
        return written(self.lines)

    # -- internals

    def perform(self, session: SimulatedSession, ask: Ask) -> Answer:
        """Answer one Ask of a session; a subclass may answer in another way."""
        return self._world.perform(session, ask)

    def _send(self, kind: InboundKind, **fields: Any) -> list[str]:
        if all(node.type.startswith("trigger.") for node in self.flow.triggers):
            raise UsageError(
                f"no message starts the workflow {self.flow.id!r}", code="simulator.no_person", hint="use trigger()"
            )
        self._begin_act()
        person = self._person
        provider = person.provider_for(self.flow)
        inbound = self.deployment.queue(self.conversation, kind, provider=provider, address=person.address, **fields)
        self.lines.append(person_did(inbound))
        came = self._settle()
        if InboundIgnored("no_trigger") in self.events:
            raise UsageError(
                f"no trigger of {self.flow.id!r} takes this {_named(inbound)}",
                code="simulator.no_trigger",
                hint="say who talks, and how: person=Person(channel=..., provider=...)",
            )
        return came

    def _trigger_for_person(self, parameters: dict[str, object]) -> SimulatedSession:
        if self.conversation.state.frames:
            raise UsageError(
                f"the conversation is under way at {self.node!r}, and cannot be started", code="session.busy"
            )
        self.deployment.queue(self.conversation, "trigger", parameters=parameters, address=self._person.address)
        return self.conversation

    def _pass_time(self, until: datetime, words: str) -> list[str]:
        self._begin_act()
        self.lines.append(time_passed(words, until))
        self.deployment.advance_to(until)
        return self._came()

    def _begin_act(self) -> None:
        """Drop the messages that the test has not heard."""
        self._heard = len(self._said)
        self._act = (len(self._said), len(self.conversation.turns))

    def _settle(self) -> list[str]:
        self.deployment.settle()
        return self._came()

    def _came(self) -> list[str]:
        return [message.text for message in self.messages]

    def _took_turn(self, session: SimulatedSession, turn: Turn) -> None:
        for message in turn.messages:
            self.lines.append(flow_said(message, self.now))
            if message.to or message.awaited_by:
                self._sent.append((session, message))
            else:
                self._said.append(message)

    def _standing(self) -> Standing:
        return Standing(
            node=self.conversation.node, failure=self.failure, has_begun=bool(self.conversation.turns), lines=self.lines
        )


def _named(inbound: Inbound) -> str:
    carried = f" by {inbound.provider!r}" if inbound.provider else ""
    return f"{inbound.kind} on the channel {inbound.channel!r}{carried}"
