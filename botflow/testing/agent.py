"""The people beside a simulated conversation: they claim what the flow hands off, and give it back.

talk.says("agent")
talk.agent.claims("Maria")
talk.agent.returns(note="refunded", values={"refund": 12})
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from botflow.engine.effects import OpenHandoff, SendMessage
from botflow.engine.handoffs import claimed, given_back, released
from botflow.engine.inbound import RETURNED
from botflow.errors import UsageError
from botflow.testing.plain_json import as_json
from botflow.testing.simulated.deployment import Deployment
from botflow.testing.simulated.session import SimulatedSession
from botflow.testing.transcript import flow_said


class Agent:
    """Those who work on the handoffs of a conversation, and what they do there."""

    def __init__(
        self,
        deployment: Deployment,
        session: SimulatedSession,
        begin_act: Callable[[], None],
        settle: Callable[[], list[str]],
    ) -> None:
        self._deployment = deployment
        self._session = session
        self._begin_act = begin_act
        self._settle = settle

    @property
    def requests(self) -> list[OpenHandoff]:
        """What the flow has told people, by each handoff: queue, priority, note, summary, results."""
        return [request for session, request in self._deployment.handoffs if session is self._session]

    @property
    def heard(self) -> list[str]:
        """What the contact has written while the conversation was left to people: no node answers that."""
        return list(self._session.left)

    @property
    def person(self) -> str | None:
        """The name of the person who has the conversation, "" while it waits for one, None while the flow has it."""
        handoff = self._session.state.handoff
        return None if handoff is None else handoff.person

    def claims(self, person: str = "Maria") -> None:
        """Take the conversation that waits, or another person's place; also one that no node has handed off. Messages
        that wait for the flow are left to this person."""
        self._begin_act()
        self._session.state = claimed(self._session.state, person, 1)
        self._session.stop_alarm()
        self._settle()

    def says(self, text: str) -> None:
        """Write to the contact, who hears it next. UsageError if no person has claimed the conversation, or the contact
        has opted out."""
        handoff = self._session.state.handoff
        if handoff is None or not handoff.person:
            raise UsageError(
                "no person has this conversation, so none can write in it",
                code="simulator.handoff",
                hint="agent.claims() first",
            )
        if self._session.parked:
            raise UsageError(
                "the contact wants no messages", code="session.opted_out", hint="they may opt in again: says('START')"
            )
        message = SendMessage(text=text, author=handoff.person)
        self._session.state = replace(self._session.state, version=self._session.state.version + 1)
        self._session.said.append(message)
        self._session.transcript.append(flow_said(message, self._deployment.clock.now()))

    def releases(self) -> None:
        """Let it wait for another person; its time begins anew. UsageError if no node has handed it off."""
        self._expect(is_flows=True)
        self._session.state = released(self._session.state)
        self._session.start_alarm(self._deployment.clock.now())

    def returns(self, *, note: str = "", values: Mapping[str, object] | None = None) -> list[str]:
        """Give the conversation back, and return what the flow says then. UsageError if no person has it, and it waits
        for none."""
        self._expect(is_flows=False)
        self._begin_act()
        state = self._session.state
        self._session.state = after = given_back(state)
        if state.awaits_return:
            assert state.handoff is not None
            assert after.wait is not None
            told = {"person": state.handoff.person, "note": note, "values": as_json(dict(values or {}))}
            self._deployment.queue(self._session, RETURNED, token=after.wait.token, parameters=told)
            self._session.stop_alarm()
        else:
            self._session.start_alarm(self._deployment.clock.now())
        return self._settle()

    def _expect(self, *, is_flows: bool) -> None:
        state = self._session.state
        if state.handoff is None or (is_flows and not state.awaits_return):
            raise UsageError("no person has this conversation", code="simulator.handoff", hint="agent.claims() first")
