"""A person's conversation with one workflow: what the person does, what they hear, and where it is."""

from __future__ import annotations

from botflow.testing.agent import Agent
from botflow.testing.person import Person
from botflow.testing.simulated.deployment import Deployment
from botflow.testing.simulated.session import SimulatedSession
from botflow.testing.talks.acts import PersonActs
from botflow.testing.talks.deliveries import Deliveries
from botflow.testing.talks.heard_messages import HeardMessages
from botflow.testing.talks.starts import ConversationStarts
from botflow.testing.talks.state import ConversationState


class Talk(PersonActs, HeardMessages, Deliveries, ConversationStarts, ConversationState):
    """One person and one workflow. A Simulator is the first of them; `with_person` gives the others.

    Messages that the test has not heard are passed over when this person does something, or time passes.
    """

    def __init__(self, deployment: Deployment, conversation: SimulatedSession, person: Person) -> None:
        super().__init__(deployment, conversation, person)
        self.agent = Agent(deployment, conversation, self._begin_act, self._settle)
