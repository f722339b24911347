"""E-mail addresses."""

from __future__ import annotations

import re

from botflow.engine.inbound import Inbound
from botflow.nodes.answers.expectation import Accepted, Expectation, Reading, Refused

_CANDIDATE = re.compile(r"[^\s<>()\[\]\"',;:]+@[^\s<>()\[\]\"',;:@]+")
_PLAIN = re.compile(
    r"[A-Za-z0-9.!#$%&*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
)


def read_email(expectation: Expectation, inbound: Inbound, language: str, region: str | None) -> Reading:
    """Accept the one address in the text, normalised. No server is asked whether it exists."""
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
