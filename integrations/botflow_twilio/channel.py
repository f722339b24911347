"""The Twilio channel: what botflow's core knows of Twilio, as one value over this package's files.

Webhooks come in by `verify` and `parse`; answers leave as TwiML by `reply`, or by the REST API with `send`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from botflow.clock import Clock
from botflow.engine.effects import SendMessage
from botflow.engine.inbound import Inbound
from botflow.interfaces import DeliveryStatus, Sent, WebhookRequest
from botflow.records.outbounds import StoredOutbound
from botflow.settings import Settings
from botflow_twilio.delivery_status import parse_status
from botflow_twilio.inbound import parse_message
from botflow_twilio.rates import per_second
from botflow_twilio.render import render
from botflow_twilio.rest import Rest
from botflow_twilio.segments import segments
from botflow_twilio.signature import is_signed
from botflow_twilio.twiml import MESSAGES_PER_REPLY, response


def open_channel(settings: Settings, clock: Clock) -> TwilioChannel:
    """Return the channel. Without an auth token it verifies nothing, so only `--dev` lets webhooks in."""
    token = settings.twilio_auth_token
    return TwilioChannel(
        account_sid=settings.twilio_account_sid or "",
        auth_token=token.get_secret_value() if token else "",
        api_url=settings.twilio_api_url,
        rates=settings.twilio_rates,
    )


class TwilioChannel:
    """A Channel that Reconciles, Meters and Reports."""

    name = "twilio"
    names = ("sms", "whatsapp")
    reply_limit = MESSAGES_PER_REPLY

    def __init__(
        self,
        *,
        account_sid: str,
        auth_token: str,
        api_url: str | None = None,
        rates: Mapping[str, float] = MappingProxyType({}),
    ) -> None:
        self._rates = rates
        self._auth_token = auth_token
        self._rest = Rest(account_sid, auth_token, api_url)

    def verify(self, request: WebhookRequest) -> bool:
        """Say whether Twilio signed `request` with our auth token; False when we have none."""
        return is_signed(self._auth_token, request)

    def parse(self, request: WebhookRequest, received_at: datetime, seed: int) -> Inbound:
        return parse_message(request, received_at, seed)

    def parse_status(self, request: WebhookRequest) -> DeliveryStatus:
        return parse_status(request)

    def render(self, messages: Sequence[SendMessage], channel: str) -> list[SendMessage]:
        return render(messages, channel)

    def reply(self, outbounds: Sequence[StoredOutbound], status_url: Callable[[StoredOutbound], str] | None) -> str:
        return response(outbounds, status_url)

    async def send(self, outbound: StoredOutbound, status_url: str | None) -> Sent:
        return await self._rest.send(outbound, status_url)

    async def find(self, outbound: StoredOutbound) -> list[Sent]:
        return await self._rest.find(outbound)

    def segments(self, message: SendMessage, channel: str) -> int:
        """WhatsApp and messages with media are charged by the message."""
        if channel != "sms" or message.media or message.content_sid:
            return 1
        return segments(message.text)

    def per_second(self, channel: str, sender: str) -> float:
        return per_second(channel, sender, self._rates)

    async def close(self) -> None:
        await self._rest.close()
