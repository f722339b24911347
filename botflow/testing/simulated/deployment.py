"""A deployment in memory: sessions, their inbounds, effects, timers and schedules. No database, no event loop.

Its rules are those of production: a session's inbounds come in order, a message stays queued while the session
waits for something else, a run's end is reported to its parent, cancelling ends the children too, an event starts
every workflow that listens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import count, islice
from typing import Any, NamedTuple, cast

import orjson

from botflow.engine.asks import Answer, Ask
from botflow.engine.effects import (
    EmitEvent,
    OpenHandoff,
)
from botflow.engine.inbound import RUN, Inbound, InboundKind
from botflow.engine.limits import Limits
from botflow.engine.node_type import Starts
from botflow.engine.turn import Turn
from botflow.errors import BotflowError
from botflow.flow.graph import Flow
from botflow.testing.plain_json import as_json
from botflow.testing.simulated.campaigns import SimulatedCampaigns
from botflow.testing.simulated.consent import SimulatedConsent
from botflow.testing.simulated.contacts import SimulatedContacts
from botflow.testing.simulated.conversation_starts import refused
from botflow.testing.simulated.effects import SimulatedEffects
from botflow.testing.simulated.schedules import schedules_of
from botflow.testing.simulated.session import SimulatedSession
from botflow.testing.simulated.watched_messages import DeliveryState, WatchedMessage
from botflow.testing.virtual_clock import VirtualClock
from botflow.testing.workflows import Workflows

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
        self.channels = workflows.channels
        self.contacts = SimulatedContacts(clock, self.channels, workflows.flows.values())
        self.sessions: dict[int, SimulatedSession] = {}
        self.consent = SimulatedConsent(self.sessions, self.channels, clock, self._queue_again)
        self.due: list[Due] = []
        self.emitted: list[EmitEvent] = []
        self.handoffs: list[tuple[SimulatedSession, OpenHandoff]] = []
        self._perform = perform
        self._heard = heard
        self._limits = limits or Limits()
        self._effects = SimulatedEffects(self)
        self.calls = count(1)  # to our numbers
        self._seeds = count(1)
        self.watched: list[WatchedMessage] = []
        self._keyed: dict[tuple[str, str], SimulatedSession] = {}
        self.values: dict[str, Any] = {}  # the large ones of runs, by name
        self._schedules = schedules_of(workflows.flows.values(), clock.now())
        self._campaigns = SimulatedCampaigns(workflows.flows.values(), self.sessions, self.contacts, clock.now())

    # -- inbounds

    def open(self, flow: Flow, channel: str = RUN, sender: str = "") -> SimulatedSession:
        """Make a session without any turns."""
        session = SimulatedSession(number=len(self.sessions) + 1, flow=flow, channel=channel, sender=sender)
        session.parked = self.consent.is_stopped(channel, sender)
        self.sessions[session.number] = session
        return session

    def conversation(self, flow: Flow, channel: str, sender: str) -> SimulatedSession:
        """Return the person's session in a workflow, made if necessary."""
        for session in self.sessions.values():
            if (session.flow.id, session.channel, session.sender) == (flow.id, channel, sender):
                return session
        return self.open(flow, channel, sender)

    def start(self, flow: Flow, trigger: str, given: object, /, **parameters: object) -> SimulatedSession:
        """Queue a run of `flow`; it begins with the next `settle`."""
        session = self.open(flow)
        session.input = given
        self.queue(session, "trigger", parameters={"trigger": trigger, "input": as_json(given), **parameters})
        return session

    def start_once(
        self, flow: Flow, trigger: str, given: object, key: str, /, **parameters: object
    ) -> SimulatedSession:
        """Queue a run as `start` does; the same key again is the run that it has started."""
        known = self._keyed.get((flow.id, key)) if key else None
        if known is not None and known.input != given:
            message = f"the key {key!r} has started an execution with another input"
            raise refused(message, "trigger.key_reused", "use a key for one occasion only")
        if known is None:
            known = self.start(flow, trigger, given, **parameters)
            self._keyed[flow.id, key] = known
        return known

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
        self.consent.heed(session, inbound)
        return inbound

    def _queue_again(self, session: SimulatedSession, inbound: Inbound) -> None:
        self.due.append(Due(session.number, inbound))

    # -- turns and time

    def settle(self, choose: Callable[[Sequence[Due]], int] | None = None) -> None:
        """Process all due inbounds, and those that they cause, until the rest has to wait.

        `choose` picks the next inbound among those that can be taken, in any order; by default the oldest.
        """
        for _ in range(MOST_TURNS):
            ready = list(islice(self._ready(), 1)) if choose is None else list(self._ready())
            if not ready:
                return
            due = ready[0 if choose is None else choose(ready)]
            self.due.remove(due)
            self.take(self.sessions[due.session], due.inbound)
        raise AssertionError(
            f"after {MOST_TURNS} turns something is still due: the workflows start each other again and again"
        )

    def _ready(self) -> Iterator[Due]:
        """Yield what can be taken now, the oldest first."""
        held: set[int] = set()  # sessions with something that waits
        for due in self.due:
            if self.sessions[due.session].takes(due.inbound, is_first=due.session not in held):
                yield due
            else:
                held.add(due.session)

    def take(self, session: SimulatedSession, inbound: Inbound) -> Turn:
        """Take one inbound through its turn, and carry out the turn's effects."""
        turn = self._turn(session, inbound)
        if inbound.kind == "message":
            self.contacts.saw(session.channel, session.sender, inbound.received_at)
        if turn.contact is not None:
            self.contacts.write(turn.contact)
        self.values |= {name: orjson.loads(content) for name, content in turn.kept.items()}
        if turn.status == "running":
            assert turn.session.wait is not None
            self.queue(session, "resume", token=turn.session.wait.token)
        self._heard(session, turn)
        self._watch(session, turn)
        for effect in turn.effects:
            self._effects.carry_out(session, effect)
        return turn

    def report_delivery(self, watched: WatchedMessage, state: DeliveryState, code: str, reason: str) -> None:
        """Tell the node that waits for the delivery of a message what became of it, if it waits for this."""
        if watched.moves_to(state):
            news = {"state": state, "code": code, "reason": reason}
            self.queue(watched.session, "delivery", token=watched.message.awaited_by, parameters=news)

    def _watch(self, session: SimulatedSession, turn: Turn) -> None:
        """Keep messages whose delivery is awaited. One to a person who has opted out is suppressed at once."""
        for message in turn.messages:
            if not message.awaited_by:
                continue
            self.watched.append(WatchedMessage(session, message))
            if message.to and self.consent.is_stopped(message.channel, message.to):
                self.report_delivery(self.watched[-1], "suppressed", "consent.stopped", "the recipient has opted out")

    def _turn(self, session: SimulatedSession, inbound: Inbound) -> Turn:
        silent = self.consent.silent_turn(session, inbound)
        if silent is not None:
            kept = session.keep(inbound, silent, self.clock.now)
            self.consent.passed_over(session, inbound, kept)
            return kept
        return session.take(
            inbound,
            self.node_types,
            lambda ask: self._perform(session, ask),
            self.clock.now,
            self._limits,
            self.contacts.read(session.flow, session.channel, session.sender),
        )

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
