"""Who talks to a flow in a test, and over which channel."""

from __future__ import annotations

from dataclasses import dataclass

from botflow.flow.graph import Flow

CHAT = "chat"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """The person's side of every inbound, named as there: `sender` is their number or id, `address` ours.

    Without a `provider` it is the chat on the channel `chat`; elsewhere the one that the flow's own trigger is of: what
    stands before the dot in the trigger's type.
    """

    channel: str = CHAT
    sender: str = "visitor"
    address: str = ""
    provider: str | None = None

    def provider_for(self, flow: Flow) -> str:
        """Return who carries this person's messages to `flow`."""
        if self.provider is not None:
            return self.provider
        if self.channel == CHAT:
            return CHAT
        families = [node.type.partition(".")[0] for node in flow.triggers if node.type.endswith(".message_received")]
        return next((family for family in families if family != "chatbot"), "")
