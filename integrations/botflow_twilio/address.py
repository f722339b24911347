"""Twilio writes `+15558675310` for SMS and `whatsapp:+15558675310`; botflow keeps channel and number apart."""

from __future__ import annotations

from typing import NamedTuple

from botflow.errors import RejectedInbound

WHATSAPP = "whatsapp:"


class Address(NamedTuple):
    """A number (or a short code, or a sender's name) on one of our channels."""

    channel: str
    number: str


def parse_address(written: str) -> Address:
    """Split Twilio's form; RejectedInbound `twilio.channel` for a channel that botflow does not carry."""
    if written.startswith(WHATSAPP):
        return Address("whatsapp", written.removeprefix(WHATSAPP))
    if ":" in written:
        raise RejectedInbound(
            f"botflow carries SMS and WhatsApp, not {written.split(':')[0]!r}",
            code="twilio.channel",
            hint="remove this webhook from that sender in Twilio's console",
        )
    return Address("sms", written)


def write_address(channel: str, number: str) -> str:
    """Return Twilio's form of a number on `channel`; a number that has its prefix already keeps it."""
    if channel == "whatsapp" and not number.startswith(WHATSAPP):
        return WHATSAPP + number
    return number
