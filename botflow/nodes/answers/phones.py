"""Telephone numbers, as E.164."""

from __future__ import annotations

import re

from botflow.engine.inbound import Inbound
from botflow.nodes.answers.expectation import Accepted, Expectation, Reading, Refused

_INTERNATIONAL = re.compile(r"(?<![\w+])(?:\+|00)[1-9](?:[\s().-]*[0-9]){6,14}(?![0-9])")


def read_phone(expectation: Expectation, inbound: Inbound, language: str, region: str | None) -> Reading:
    """Accept the one number in the text; without a country code it is one of `region`, or of the sender's country."""
    found = _numbers(inbound.text, region or language.partition("-")[2].upper() or None, inbound.sender)
    return Accepted(found.pop()) if len(found) == 1 else Refused("not_a_phone")


def _numbers(text: str, region: str | None, sender: str) -> set[str]:
    try:
        import phonenumbers
    except ImportError:
        return {"+" + re.sub(r"\D", "", found).removeprefix("00") for found in _INTERNATIONAL.findall(text)}
    if region is None:
        region = _region_of(sender)
    found = phonenumbers.PhoneNumberMatcher(text, region)
    return {phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164) for match in found}


def _region_of(sender: str) -> str | None:
    import phonenumbers

    try:
        number = phonenumbers.parse(sender.removeprefix("whatsapp:"), None)
    except phonenumbers.NumberParseException:
        return None
    return phonenumbers.region_code_for_number(number)
