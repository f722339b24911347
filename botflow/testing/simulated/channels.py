"""The channels that installed plugins carry, as far as a test needs them: whose address it is, and what its words say
of consent. Nothing is sent.
"""

from __future__ import annotations

from collections.abc import Iterable

from botflow.engine.inbound import CHAT, Consent
from botflow.flow.policy import Policy
from botflow.interfaces.channels import Channel, ReadsConsent, normal_address
from botflow.plugins import Plugin

Place = tuple[str, str]


class SimulatedChannels:
    """The providers by channel. A channel that no plugin carries has no provider: its words say nothing of consent."""

    def __init__(self, plugins: Iterable[Plugin] = ()) -> None:
        providers = [plugin.channel for plugin in plugins if plugin.channel is not None]
        self._providers: dict[str, type[Channel]] = {name: each for each in providers for name in each.names}

    @property
    def names(self) -> tuple[str, ...]:
        """The channels on which a person can be written to."""
        return (CHAT, *self._providers)

    def provider(self, channel: str) -> type[Channel] | None:
        return self._providers.get(channel)

    def place(self, channel: str, address: str) -> Place:
        """Return what is the same for all addresses of one person: the provider's name, or the channel."""
        provider = self._providers.get(channel)
        return (provider.name if provider is not None else channel, address)

    def shared(self, channel: str) -> tuple[str, ...]:
        """Return the channels on which an address of `channel` is the same person's, that one first."""
        provider = self._providers.get(channel)
        names = provider.names if provider is not None else ()
        return (channel, *(name for name in names if name != channel))

    def reached_by_consent(self, channel: str, policy: Policy) -> tuple[str, ...]:
        """Return the channels on which a change of consent that came by `channel` holds."""
        return (channel,) if policy.opt_outs == "channel" else self.shared(channel)

    def address(self, channel: str, written: str, region: str = "") -> str:
        """Return a person's address in its normal form; RejectedInbound `address.invalid` when it has none."""
        return normal_address(self._providers, channel, written, region)

    def our_address(self, channel: str, written: str) -> str:
        """Return our own number or name in its normal form; a sender's name has none."""
        provider = self._providers.get(channel)
        return written if provider is None else provider.normal_address(written) or written.strip()

    def consent_in(self, text: str, channel: str) -> Consent:
        """Return what a message of this text says of consent."""
        provider = self._providers.get(channel)
        return provider.consent_in(text, channel) if isinstance(provider, ReadsConsent) else ""
