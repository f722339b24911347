"""Time zones: the person's, and those that authors name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from botflow.errors import FlowError
from botflow.phone_numbers import zone_of

ZONE_VARIABLE = "timeZone"


def named_zone(name: object, where: str) -> ZoneInfo:
    """Return a zone by its name; FlowError `zone.unknown` says that `where` is not a zone."""
    try:
        return ZoneInfo(str(name))
    except (ValueError, OSError, LookupError):
        raise FlowError(
            f"{where} is {str(name)[:64]!r}, which is no time zone", code="zone.unknown", hint="such as Europe/Berlin"
        ) from None


def zone_of_person(
    variables: Mapping[str, Any], number: str, otherwise: str, of_contact: str | None = None
) -> ZoneInfo:
    """Return the zone in the variable `timeZone`, else that of the contact, else that of the number if it has a single
    one, else `otherwise`.

    FlowError `zone.unknown` when the variable is not a zone.
    """
    named = variables.get(ZONE_VARIABLE)
    if named:
        return named_zone(named, f"the variable {ZONE_VARIABLE}")
    if of_contact is not None:
        return named_zone(of_contact, "the contact's timeZone")
    return zone_of(number) or ZoneInfo(otherwise)
