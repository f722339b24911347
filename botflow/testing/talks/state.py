"""Where a conversation is, and what is known of its person."""

from __future__ import annotations

from collections.abc import Mapping

from botflow.engine.asks import Ask
from botflow.engine.events import ExecutionFailed
from botflow.testing.simulated.contacts import KnownPerson
from botflow.testing.talks.conversation import Conversation


class ConversationState(Conversation):
    """Only read."""

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
    def has_opted_out(self) -> bool:
        """True after STOP, until START: no node answers the person."""
        return self.conversation.parked

    @property
    def contact(self) -> Mapping[str, object]:
        """What is stored of the person, by field: `talk.contact["name"]`."""
        return dict(self._known.values)

    @property
    def contact_id(self) -> int | None:
        """The person's `$contact.id`; None while nothing is stored of them."""
        return self._known.id or None

    @property
    def groups(self) -> list[str]:
        """The groups that the person is in."""
        return sorted(self._known.groups)

    @property
    def log(self) -> list[tuple[str, str]]:
        """Level and message of every line that the conversation's nodes and actions wrote."""
        return list(self.conversation.log)

    @property
    def asks(self) -> list[Ask]:
        """Everything that the conversation has asked of the world: models, actions, history, pauses."""
        return list(self.conversation.asks)

    @property
    def _known(self) -> KnownPerson:
        return self.deployment.contacts.known(self.conversation.channel, self.conversation.sender)
