"""A messaging provider: verify, parse, render, send; and optional abilities as Protocols of their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any, ClassVar, Protocol, runtime_checkable

from botflow.clock import Clock
from botflow.engine.effects import SendMessage
from botflow.engine.inbound import Consent, Inbound
from botflow.errors import RejectedInbound
from botflow.records.outbounds import OutboundState, Retry, StoredOutbound


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookRequest:
    """A provider's webhook: the public URL it was signed for, form fields in order, headers in lower case."""

    url: str
    form: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryStatus:
    """A provider's report about one of our messages; `wire_id` is the id that we put into the callback URL.

    `has_left`: it is on its way to the recipient, not only accepted. `retry`: it did not arrive, and may be sent again.
    Without a `provider_id`, `attempt` says which sending it is about: the part's attempts as its sender read them.
    """

    session: int
    wire_id: str
    state: OutboundState
    provider_id: str = ""
    error_code: str = ""
    reason: str = ""
    has_left: bool = True
    retry: Retry | None = None
    attempt: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """The outcome of a send: `sent` with the provider's id; `unknown`; or not sent: `failed` (with `retry`, a later try
    may succeed), `suppressed` (the recipient opted out), `held` (an operator must act). `reason` is for people.

    `has_left`: the message is on its way to the recipient, not only accepted.
    """

    state: OutboundState
    provider_id: str = ""
    error_code: str = ""
    reason: str = ""
    retry: Retry | None = None
    has_left: bool = False


class Channel(Protocol):
    """A messaging provider. A Plugin names the class; it gets the plugin's settings (perhaps all unset) and a clock.

    A part's recipient is `message.to`, else the session's person. Its sender is `message.sender`; if the flow named
    none, the commit sets it to the address that the person wrote to. Addresses are in their normal form.

    Class attributes describe every instance, so that they can be read without opening a channel:

    name             the provider's name, as in the URLs of its webhooks
    names            the channels it carries, as sessions and documents name them, such as ("sms", "mms")
    answers_itself   by channel, the words that the provider answers, in lower case: a flow cannot
    reply_limit      how many parts one reply may hand over; the sender sends what is beyond
    reply_type       the content type of a reply
    """

    name: ClassVar[str]
    names: ClassVar[tuple[str, ...]]
    answers_itself: ClassVar[Mapping[str, frozenset[str]]]
    reply_limit: ClassVar[int]
    reply_type: ClassVar[str]

    def __init__(self, settings: Any, clock: Clock) -> None: ...

    @property
    def can_verify(self) -> bool:
        """True if the secret that verifies requests is configured."""

    @staticmethod
    def normal_address(written: str, region: str = "") -> str | None:
        """Return a person's address in the one form in which it is stored and compared, however it is written; None
        when nothing can be sent to it. `region` is the workflow's (ISO 3166), for numbers without a country code.

        The same address on two of the channels in `names` is the same person: an opt-out holds on both.
        """

    def verify(self, request: WebhookRequest) -> bool:
        """True if the provider signed `request`; False also when no secret is configured."""

    def parse(self, request: WebhookRequest, received_at: datetime, seed: int) -> Inbound:
        """Normalise a verified webhook (opt-out words as `consent`); RejectedInbound when a field is missing."""

    def render(self, messages: Sequence[SendMessage], channel: str) -> list[SendMessage]:
        """Return the messages as the provider sends them, in order (long texts split, options numbered).

        A part with `only_by_api` is never given to `reply`; then all parts of these messages have it.
        """

    def reply(self, outbounds: Sequence[StoredOutbound], status_url: Callable[[StoredOutbound], str] | None) -> str:
        """Return the body of the webhook's reply, with which the provider sends these parts."""

    async def send(self, outbound: StoredOutbound, status_url: str | None) -> Sent:
        """Send one part by the provider's REST API, within ten seconds. Never raises for a provider's refusal.

        A part with `message.validity_s` is useless once it is that old: give this limit to the provider, too.
        """

    async def close(self) -> None: ...


@runtime_checkable
class Reconciles(Protocol):
    """A channel's second ability: ask the provider whether a message with an unknown outcome was accepted."""

    async def find(self, outbound: StoredOutbound) -> list[Sent]:
        """Return every message at the provider that may be this part, oldest first, or an empty list; ProviderError
        when the provider cannot tell. The same text may be sent twice: the caller matches messages and parts."""


@runtime_checkable
class Meters(Protocol):
    """A channel's second ability: what a part costs, and how fast a sender may send."""

    def segments(self, message: SendMessage, channel: str) -> int:
        """Return how many segments a rendered part has."""

    def per_second(self, channel: str, sender: str) -> float:
        """Return how many segments may leave `sender` in a second."""


@runtime_checkable
class Redacts(Protocol):
    """A channel's second ability: delete a message at the provider, because its person is erased."""

    async def redact(self, reference: str) -> bool:
        """Delete the message with this provider's id, and its media. False when the account does not know it: it was
        deleted before, or belongs to another account.

        ProviderError, `retryable` if a later try may succeed."""


LONGEST_SHOWN = 64  # characters of an address in a message
Channels = Mapping[str, Channel] | Mapping[str, type[Channel]]


def normal_address(channels: Channels, channel: str, written: str, region: str = "") -> str:
    """Return a person's address on `channel` in its normal form; as it is written on a channel without a provider.

    RejectedInbound `address.invalid` when it has none: it would be a second person beside the real one.
    """
    provider = channels.get(channel)
    if provider is None:
        return written
    normal = provider.normal_address(written, region)
    if normal is None:
        raise RejectedInbound(
            f"{written[:LONGEST_SHOWN]!r} is no address to which {channel} can send",
            code="address.invalid",
            hint="write a phone number with + and its country code, such as +15551234567",
            status=HTTPStatus.UNPROCESSABLE_ENTITY,
        )
    return normal


@runtime_checkable
class Announces(Protocol):
    """A channel's second ability: what an operator must know at the start."""

    @property
    def shortcoming(self) -> str:
        """Say what does not work with half of the settings, and which one is missing; "" if nothing is."""

    def webhook_entry(self, url: str) -> str:
        """Return the entry there that sends messages to the webhook at `url`."""


@runtime_checkable
class Reports(Protocol):
    """A channel's second ability: delivery callbacks. The query parameter `o` of a callback's URL says which part it
    is about: `<session>.<version>.<index>`; the web layer signs and checks it."""

    def parse_status(self, request: WebhookRequest) -> DeliveryStatus:
        """Normalise a verified callback; RejectedInbound when it names no outbound of ours."""


@runtime_checkable
class ReadsConsent(Protocol):
    """A channel's second ability: what the words of a message say about consent, so that a test of a flow knows it
    without a webhook."""

    @staticmethod
    def consent_in(text: str, channel: str) -> Consent:
        """Return what `parse` finds in a message of this text alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MissedCall:
    """A call to one of our numbers: the provider's id of it, the caller and our number in their normal forms, and the
    channel by which the caller is written to."""

    key: str
    caller: str
    number: str
    channel: str


@runtime_checkable
class Calls(Protocol):
    """A channel's second ability: calls to its numbers, which are not taken."""

    def parse_call(self, request: WebhookRequest) -> MissedCall | None:
        """Normalise a verified webhook about a call; None when the caller cannot be written to, as with a hidden
        number. RejectedInbound when a field is missing."""

    def end_call(self, say: str, language: str) -> str:
        """Return the body of the webhook's reply that ends the call: refused, or after the sentence `say`."""
