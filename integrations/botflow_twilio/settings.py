"""The settings of this integration: TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, TWILIO_API_URL, TWILIO_VERIFY_SERVICE,
TWILIO_RATES."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import BeforeValidator, Field, SecretStr
from pydantic_settings import NoDecode, SettingsConfigDict

from botflow.settings import EnvironmentSettings, WebUrl

FASTEST = 10_000.0  # segments a second
_RATE = re.compile(r"([^=\s]+)\s*=\s*([0-9]{1,6}(?:\.[0-9]{1,6})?)")


def _rates(written: object) -> object:
    if not isinstance(written, str):
        return written
    pairs = [_RATE.fullmatch(pair.strip()) for pair in written.split(",") if pair.strip()]
    rates = {pair[1]: float(pair[2]) for pair in pairs if pair is not None}
    if None in pairs or not all(0 < rate <= FASTEST for rate in rates.values()):
        raise ValueError("write senders and their segments per second, for example +15551234567=75, 55501=30")
    return rates


class TwilioSettings(EnvironmentSettings):
    """Without a token no webhook is believed, and without an account nothing is sent."""

    model_config = SettingsConfigDict(env_prefix="TWILIO_")

    account_sid: str | None = None
    """The account at Twilio."""
    auth_token: SecretStr | None = None
    """Checks Twilio's signatures, and sends. Without it webhooks are refused."""
    api_url: WebUrl | None = None
    """Another base address for Twilio's REST API."""
    verify_service: Annotated[str, Field(pattern=r"^VA[0-9a-fA-F]{32}$")] | None = None
    """The service of Twilio Verify that `verify.start` and `verify.check` use."""
    rates: Annotated[Mapping[str, float], NoDecode, BeforeValidator(_rates)] = Field(default_factory=dict)
    """Segments per second by sender, such as `+15551234567=75, 55501=30`. Without it: 1 for a number, 100 for a short
    code, 80 for WhatsApp."""
