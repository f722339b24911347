"""Twilio writes `+15558675310` for SMS and `whatsapp:+15558675310`; botflow keeps channel and number apart.

Only this file converts such addresses: everywhere else a number is E.164 and has no prefix.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from botflow.errors import RejectedInbound
from botflow.phone_numbers import E164, normal_number

WHATSAPP = "whatsapp:"
_SCHEME = re.compile(r"(whatsapp|sms|tel):", re.IGNORECASE)
# A robot may write to us from a short code, and gets the answer there. More digits are a number without its country.
_SHORT_CODE = re.compile(r"[0-9]{3,6}")


class Address(NamedTuple):
    """A number (or a short code, or a sender's name) on one of our channels."""

    channel: str
    number: str


def recipient_of(written: str, region: str = "") -> str | None:
    """Return a person's number in its normal form, with or without a channel before it; None if it is no number.

    A number without a country code belongs to `region`.
    """
    number = normal_number(_SCHEME.sub("", written.strip(), count=1), region)
    return number if E164.fullmatch(number) or _SHORT_CODE.fullmatch(number) else None


def parse_address(written: str, region: str = "") -> Address:
    """Split Twilio's form, the number in its normal form; without a country code it belongs to `region`.

    RejectedInbound `twilio.channel` for a channel that this integration does not carry.
    """
    written = written.strip()
    if written[: len(WHATSAPP)].lower() == WHATSAPP:
        return Address("whatsapp", normal_number(written[len(WHATSAPP) :], region))
    if ":" in written:
        raise RejectedInbound(
            f"botflow carries SMS and WhatsApp, not {written.split(':')[0]!r}",
            code="twilio.channel",
            hint="remove this webhook from that sender in Twilio's console",
        )
    return Address("sms", normal_number(written, region))


def write_address(channel: str, number: str) -> str:
    """Return Twilio's form of a number on `channel`; a number with its prefix is returned unchanged."""
    if channel == "whatsapp" and not number.startswith(WHATSAPP):
        return WHATSAPP + number
    return number
