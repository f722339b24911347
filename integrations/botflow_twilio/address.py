"""Twilio writes `+15558675310` for SMS and `whatsapp:+15558675310`; botflow keeps channel and number apart.

Only this file converts such addresses: everywhere else a number is E.164 and has no prefix.
"""

from __future__ import annotations

from typing import NamedTuple

from botflow.errors import RejectedInbound
from botflow.phone_numbers import normal_number

WHATSAPP = "whatsapp:"


class Address(NamedTuple):
    """A number (or a short code, or a sender's name) on one of our channels."""

    channel: str
    number: str


def parse_address(written: str) -> Address:
    """Split Twilio's form, the number in its normal form.

    RejectedInbound `twilio.channel` for a channel that this integration does not carry.
    """
    if written.startswith(WHATSAPP):
        return Address("whatsapp", normal_number(written.removeprefix(WHATSAPP)))
    if ":" in written:
        raise RejectedInbound(
            f"botflow carries SMS and WhatsApp, not {written.split(':')[0]!r}",
            code="twilio.channel",
            hint="remove this webhook from that sender in Twilio's console",
        )
    return Address("sms", normal_number(written))


def write_address(channel: str, number: str) -> str:
    """Return Twilio's form of a number on `channel`; a number with its prefix is returned unchanged."""
    if channel == "whatsapp" and not number.startswith(WHATSAPP):
        return WHATSAPP + number
    return number
