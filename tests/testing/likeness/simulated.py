"""A script held by the Simulator."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from botflow.engine.inbound import CHAT, Inbound
from botflow.errors import BotflowError
from botflow.plugins import Plugin
from botflow.testing import Person, Simulator
from botflow.testing.simulated.session import SimulatedSession
from botflow.testing.talks.talk import Talk
from tests.testing.likeness import acts
from tests.testing.likeness.acts import OURS, Act, Script
from tests.testing.likeness.seen import Held, Seen, Turned, event_of, is_cancellation, plain, said, state_of

Alarm = tuple[str, str, str, int]  # workflow, channel and person of a session, and its place among all of these


@dataclass
class Done:
    """What an act did in the Simulator, for the runtime to do the same: the inbound that a person sent, and whose
    timers went off."""

    act: Act
    at: datetime
    seen: Seen
    inbound: Inbound | None = None
    alarms: Sequence[Alarm] = ()


@dataclass
class Simulated:
    """The Simulator of a script."""

    script: Script
    plugins: tuple[Plugin, ...] = ()
    done: list[Done] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.talk = Simulator(
            self.script.documents[0],
            others=self.script.documents[1:],
            plugins=self.plugins,
            person=self._person(acts.FIRST, fields=self.script.fields, groups=self.script.groups),
            now=datetime.now(UTC).replace(microsecond=0),
        )
        self.began = self.talk.now

    def _person(self, who: str, **stored: Any) -> Person:
        address = "" if self.script.channel == CHAT else OURS
        return Person(channel=self.script.channel, sender=self.script.address(who), address=address, **stored)

    def of(self, act: Act) -> Talk:
        if act.who == acts.FIRST and not act.workflow:
            return self.talk
        return self.talk.with_person(self._person(act.who), workflow=act.workflow)

    def act(self, act: Act) -> Done:
        """Carry one act out, and keep what is seen after it."""
        inbounds: list[Inbound] = []
        alarms: list[Alarm] = []
        queue: Callable[..., Inbound] = self.talk.deployment.queue

        def noted(session: SimulatedSession, kind: Any, **fields: Any) -> Inbound:
            inbounds.append(queue(session, kind, **fields))
            if kind == "timeout":
                alarms.append(self._alarm(session))
            return inbounds[-1]

        self.talk.deployment.queue = noted  # type: ignore[method-assign]
        refusal = ""
        before = self.talk.now
        try:
            self._carry_out(act)
        except BotflowError as refused:
            refusal = refused.code
        except AssertionError as refused:
            refusal = str(refused).partition("\n")[0]
        finally:
            self.talk.deployment.queue = queue  # type: ignore[method-assign]
        done = Done(
            act=act,
            at=before,
            seen=self.seen(refusal),
            inbound=next((inbound for inbound in inbounds if inbound.kind in ("message", "opened")), None),
            alarms=alarms,
        )
        self.done.append(done)
        return done

    def _alarm(self, session: SimulatedSession) -> Alarm:
        name = (session.flow.id, session.channel, session.sender)
        alike = [
            each.number
            for each in self.talk.deployment.sessions.values()
            if (each.flow.id, each.channel, each.sender) == name
        ]
        return (*name, alike.index(session.number))

    def _carry_out(self, act: Act) -> None:
        talk = self.of(act)
        match act:
            case acts.Says():
                talk.says(act.text, media=act.media, location=act.location)
            case acts.Presses():
                talk.presses(act.button, of=act.of)
            case acts.Opens():
                talk.opens()
            case acts.Rings():
                talk.rings()
            case acts.Starts():
                talk.start(act.input, key=act.key)
            case acts.Runs():
                self.talk.trigger(act.input, workflow=act.workflow, by="api")
            case acts.Emits():
                self.talk.emit(act.event, act.payload)
            case acts.TimePasses():
                wakes = [each.wake_at for each in self.talk.deployment.sessions.values() if each.wake_at is not None]
                if wakes:
                    self.talk.skip_to(max(min(wakes), self.talk.now))
            case acts.Delivery():
                talk.delivery(act.state, code=act.code)
            case acts.Claims():
                talk.agent.claims(act.person)
            case acts.Releases():
                talk.agent.releases()
            case acts.Writes():
                talk.agent.says(act.text)
            case acts.Returns():
                talk.agent.returns(note=act.note, values=act.values)

    def seen(self, refusal: str = "") -> Seen:
        """Return everything that stands now."""
        deployment = self.talk.deployment
        sessions = [self._held(session) for session in deployment.sessions.values()]
        people = {(session.channel, session.sender) for session in deployment.sessions.values() if session.sender}
        contacts = {
            address: (plain(dict(known.values)), sorted(known.groups))
            for channel, address in sorted(people)
            if (known := deployment.contacts.known(channel, address)).id
        }
        return Seen(
            refusal=refusal,
            sessions=sorted((each for each in sessions if each.turns), key=lambda each: each.name),
            contacts=contacts,
        )

    def _held(self, session: SimulatedSession) -> Held:
        return Held(
            workflow=session.flow.id,
            channel=session.channel,
            person=session.sender,
            is_parked=session.parked,
            node=session.node.id if session.node is not None else "",
            state=state_of(session.state),
            turns=[
                Turned(status=turn.status, events=[event_of(event.to_json()) for event in turn.events])
                for turn in session.turns
                if not is_cancellation([event.to_json() for event in turn.events])
            ],
            messages=[said(message) for message in self._messages(session)],
        )

    def _messages(self, session: SimulatedSession) -> list[Any]:
        others = [message for turn in session.turns for message in turn.messages if message.to]
        return [*session.said, *others]
