"""The Twilio channel: the core's only interface to Twilio, as one object over this package's files.

Webhooks are read by `verify` and `parse`; replies leave as TwiML by `reply`, or by the REST API with `send`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import ClassVar

from botflow.clock import Clock
from botflow.engine.effects import SendMessage
from botflow.engine.inbound import Consent, Inbound
from botflow.interfaces import DeliveryStatus, MissedCall, Sent, WebhookRequest
from botflow.records.outbounds import StoredOutbound
from botflow_twilio.address import recipient_of
from botflow_twilio.calls import end_call, parse_call
from botflow_twilio.delivery_status import parse_status
from botflow_twilio.inbound import parse_message
from botflow_twilio.rates import per_second
from botflow_twilio.rendering.render import render
from botflow_twilio.rendering.segments import segments
from botflow_twilio.rest import Rest
from botflow_twilio.settings import TwilioSettings
from botflow_twilio.signature import is_signed
from botflow_twilio.stop_words import ANSWERED_BY_TWILIO, consent_of
from botflow_twilio.twiml import MESSAGES_PER_REPLY, response

# Twilio tries again, twice, when we cannot be reached, take too long or fail; a repeated request is still one turn.
# https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides
CONNECTION_OVERRIDES = "#rc=2&rp=ct,rt,5xx"


class TwilioChannel:
    """A Channel that Announces, Reconciles, Redacts, Meters, Reports, ReadsConsent and Calls.

    Without an auth token it verifies nothing, so only `--dev` lets webhooks in; without an account, sends are held.
    """

    name: ClassVar[str] = "twilio"
    names: ClassVar[tuple[str, ...]] = ("sms", "whatsapp")
    answers_itself: ClassVar[Mapping[str, frozenset[str]]] = MappingProxyType({"sms": ANSWERED_BY_TWILIO})
    reply_limit: ClassVar[int] = MESSAGES_PER_REPLY
    reply_type: ClassVar[str] = "text/xml; charset=utf-8"

    def __init__(self, settings: TwilioSettings, clock: Clock) -> None:
        self._rates = settings.rates
        self._auth_token = settings.auth_token.get_secret_value() if settings.auth_token else ""
        self._has_account = bool(settings.account_sid)
        self._rest = Rest(settings.account_sid or "", self._auth_token, settings.api_url, settings.networks)

    @property
    def can_verify(self) -> bool:
        return bool(self._auth_token)

    @property
    def shortcoming(self) -> str:
        if self._has_account and not self._auth_token:
            return "webhooks are refused and nothing is sent: TWILIO_AUTH_TOKEN is not set"
        if self._auth_token and not self._has_account:
            return "only answers to webhooks are sent: TWILIO_ACCOUNT_SID is not set"
        return ""

    def webhook_entry(self, url: str) -> str:
        return url + CONNECTION_OVERRIDES

    @staticmethod
    def normal_address(written: str, region: str = "") -> str | None:
        return recipient_of(written, region)

    @staticmethod
    def consent_in(text: str, channel: str) -> Consent:
        return consent_of(text, channel=channel)

    def verify(self, request: WebhookRequest) -> bool:
        """Say whether Twilio signed `request` with our auth token; False when we have none."""
        return is_signed(self._auth_token, request)

    def parse(self, request: WebhookRequest, received_at: datetime, seed: int) -> Inbound:
        return parse_message(request, received_at, seed)

    def parse_status(self, request: WebhookRequest) -> DeliveryStatus:
        return parse_status(request)

    def render(self, messages: Sequence[SendMessage], channel: str) -> list[SendMessage]:
        return render(messages, channel, has_contents=self._has_account and bool(self._auth_token))

    def reply(self, outbounds: Sequence[StoredOutbound], status_url: Callable[[StoredOutbound], str] | None) -> str:
        return response(outbounds, status_url)

    def parse_call(self, request: WebhookRequest) -> MissedCall | None:
        return parse_call(request)

    def end_call(self, say: str, language: str) -> str:
        return end_call(say, language)

    async def send(self, outbound: StoredOutbound, status_url: str | None) -> Sent:
        return await self._rest.send(outbound, status_url)

    async def find(self, outbound: StoredOutbound) -> list[Sent]:
        return await self._rest.find(outbound)

    async def redact(self, reference: str) -> bool:
        """Delete a message, ours or a person's, with its media; False when the account does not know it."""
        return await self._rest.delete(reference)

    def segments(self, message: SendMessage, channel: str) -> int:
        """WhatsApp messages and messages with media are charged per message."""
        if channel != "sms" or message.media or message.content_sid:
            return 1
        return segments(message.text)

    def per_second(self, channel: str, sender: str) -> float:
        return per_second(channel, sender, self._rates)

    async def close(self) -> None:
        await self._rest.close()
