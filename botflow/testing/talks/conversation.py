"""What all methods of a talk share: the conversation in its deployment, and what has happened in it."""

from __future__ import annotations

from botflow.engine.effects import SendMessage
from botflow.engine.events import Event, InboundIgnored
from botflow.testing.hearing import Standing
from botflow.testing.person import Person
from botflow.testing.simulated.deployment import Deployment
from botflow.testing.simulated.session import SimulatedSession
from botflow.testing.transcript import TranscriptLine, written


class Conversation:
    """One person and one workflow. An act of the test begins with `_begin_act` and ends with `_settle`."""

    def __init__(self, deployment: Deployment, conversation: SimulatedSession, person: Person) -> None:
        self.deployment = deployment
        self.conversation = conversation
        self._person = person
        self._heard = 0  # how many of what was said the test has heard or passed over
        self._act = (0, 0)  # how many messages and turns there were before the last act

    @property
    def messages(self) -> list[SendMessage]:
        """What the person has heard since the last act."""
        return self.conversation.said[self._act[0] :]

    @property
    def lines(self) -> list[TranscriptLine]:
        """What both have said so far, line by line."""
        return self.conversation.transcript

    @property
    def transcript(self) -> str:
        """The whole conversation as `botflow chat` shows it; what the person typed begins with `> `."""
        return written(self.lines)

    @property
    def events(self) -> list[Event]:
        """What the engine has recorded since the last act: edges followed, choices made, failures."""
        return [event for turn in self.conversation.turns[self._act[1] :] for event in turn.events]

    def _begin_act(self) -> None:
        """Pass over the messages that the test has not heard."""
        self._heard = len(self.conversation.said)
        self._act = (self._heard, len(self.conversation.turns))

    def _settle(self) -> list[str]:
        self.deployment.settle()
        return self._came()

    def _came(self) -> list[str]:
        return [message.text for message in self.messages]

    def _standing(self) -> Standing:
        conversation = self.conversation
        return Standing(
            node=conversation.node,
            failure=conversation.last.failure if conversation.last is not None else None,
            has_begun=bool(conversation.turns),
            lines=self.lines,
            notes=self._notes(),
        )

    def _notes(self) -> list[str]:
        """Say why the flow may be silent."""
        conversation = self.conversation
        waiting = sum(
            due.session == conversation.number and due.inbound.kind == "message" for due in self.deployment.due
        )
        notes = [f"{waiting} of the person's messages wait until the node takes messages"] if waiting else []
        if conversation.parked:
            notes.append("the person has opted out")
        handoff = conversation.state.handoff
        if handoff is not None:
            notes.append(f"the conversation is left to {handoff.person or 'a person, who has not claimed it'}")
        if InboundIgnored("help") in self.events:
            notes.append("the provider answers this word itself")
        return notes
