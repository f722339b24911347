"""How to reach people: e-mail addresses, and telephone numbers as E.164."""

from __future__ import annotations

import re

from botflow.engine.inbound import Inbound
from botflow.languages import country_in
from botflow.nodes.answers.expectation import Accepted, Expectation, Reading, Refused
from botflow.phone_numbers import country_of, normal_number

_CANDIDATE = re.compile(r"[^\s<>()\[\]\"',;:]+@[^\s<>()\[\]\"',;:@]+")
_PLAIN = re.compile(
    r"[A-Za-z0-9.!#$%&*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
)
_INTERNATIONAL = re.compile(r"(?<![\w+])(?:\+|00)[1-9](?:[\s().-]*[0-9]){6,14}(?![0-9])")


def read_email(expectation: Expectation, inbound: Inbound, language: str, region: str | None) -> Reading:
    """Accept the one address in the text, normalised. Whether it exists is not checked."""
    found = {candidate.strip(".!?") for candidate in _CANDIDATE.findall(inbound.text)}
    if len(found) != 1:
        return Refused("not_an_email")
    address = _normalised(found.pop().removeprefix("mailto:"))
    return Accepted(address) if address else Refused("not_an_email")


def _normalised(candidate: str) -> str | None:
    try:
        from email_validator import EmailNotValidError, validate_email
    except ImportError:
        return candidate if len(candidate) <= 254 and _PLAIN.fullmatch(candidate) else None
    try:
        return validate_email(candidate, check_deliverability=False).normalized
    except EmailNotValidError:
        return None


def read_phone(expectation: Expectation, inbound: Inbound, language: str, region: str | None) -> Reading:
    """Accept the one number in the text; without a country code it belongs to `region`, or to the sender's country."""
    found = _numbers(inbound.text, region or country_in(language) or None, inbound.sender)
    return Accepted(found.pop()) if len(found) == 1 else Refused("not_a_phone")


def _numbers(text: str, region: str | None, sender: str) -> set[str]:
    try:
        import phonenumbers
    except ImportError:
        return {normal_number(found) for found in _INTERNATIONAL.findall(text)}
    if region is None:
        region = country_of(sender)
    found = phonenumbers.PhoneNumberMatcher(text, region)
    return {phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164) for match in found}
