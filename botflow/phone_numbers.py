"""What a phone number says of its place, by the numbering plans in phonenumbers (the extra `answers`)."""

from __future__ import annotations

from importlib.util import find_spec

from botflow.errors import UsageError
from botflow.flow.graph import Flow


def country_of(number: str) -> str | None:
    """Return the country of a number in E.164 as ISO 3166 has it; None for what is no number.

    A number that no plan knows counts for its calling code's main country.
    """
    import phonenumbers

    try:
        parsed = phonenumbers.parse(number.removeprefix("whatsapp:"), None)
    except phonenumbers.NumberParseException:
        return None
    assert parsed.country_code is not None
    found = phonenumbers.region_code_for_number(parsed) or phonenumbers.region_code_for_country_code(
        parsed.country_code
    )
    return None if found in (None, "ZZ", "001") else str(found)


def zone_of(number: str) -> str | None:
    """Return the time zone of a number that has one and only one; None without phonenumbers."""
    if not knows_numbers():
        return None
    import phonenumbers
    from phonenumbers.timezone import UNKNOWN_TIMEZONE, time_zones_for_number

    try:
        zones = time_zones_for_number(phonenumbers.parse(number.removeprefix("whatsapp:"), None))
    except phonenumbers.NumberParseException:
        return None
    return str(zones[0]) if len(zones) == 1 and zones[0] != UNKNOWN_TIMEZONE else None


def knows_numbers() -> bool:
    """Say whether phonenumbers is installed."""
    return find_spec("phonenumbers") is not None


def require_numbers(flow: Flow) -> None:
    """UsageError `countries.unsupported` when a workflow names countries and nobody here can tell a number's."""
    if flow.policy.countries and not knows_numbers():
        raise UsageError(
            f"the workflow {flow.id!r} names countries, and a number's country cannot be told here",
            code="countries.unsupported",
            hint="pip install 'botflow[answers]', or leave `countries` out",
        )
