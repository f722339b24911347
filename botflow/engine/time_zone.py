"""Time zones that authors and variables name."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from botflow.errors import FlowError

ZONE_VARIABLE = "timeZone"


def named_zone(name: object, where: str) -> ZoneInfo:
    """Return a zone by its name; FlowError `zone.unknown` says that `where` is not a zone."""
    try:
        return ZoneInfo(str(name))
    except (ValueError, OSError, LookupError):
        raise FlowError(
            f"{where} is {str(name)[:64]!r}, which is no time zone", code="zone.unknown", hint="such as Europe/Berlin"
        ) from None
