"""The contact that talks to a flow in a test, and the channel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from botflow.flow.graph import Flow
from botflow.testing.simulated.channels import SimulatedChannels

CHAT = "chat"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """The person's fields of every inbound, named as there: `sender` is their number or id, `address` ours.

    Without a `provider` it is the chat on the channel `chat`; on other channels the plugin that carries the channel,
    else that of the flow's own trigger: the part before the dot in the trigger's type. `fields` (also `name`,
    `language`, `timeZone`) and `groups` are what is stored of the person, as `$contact`.
    """

    channel: str = CHAT
    sender: str = "visitor"
    address: str = ""
    provider: str | None = None
    fields: Mapping[str, object] = field(default_factory=dict)
    groups: tuple[str, ...] = ()

    def provider_for(self, flow: Flow, channels: SimulatedChannels) -> str:
        """Return the provider of this person's messages to `flow`."""
        if self.provider is not None:
            return self.provider
        if self.channel == CHAT:
            return CHAT
        if (carrier := channels.provider(self.channel)) is not None:
            return carrier.name
        families = [node.type.partition(".")[0] for node in flow.triggers if node.type.endswith(".message_received")]
        return next((family for family in families if family != "chatbot"), "")
