"""The person's time zone, which decides what "09:00" and "tomorrow" mean."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from botflow.engine.node_type import NodeFailure
from botflow.engine.scene import Scene
from botflow.phone_numbers import zone_of

VARIABLE = "timeZone"


def contact_zone(scene: Scene) -> ZoneInfo:
    """Return the zone in the variable `timeZone`, else that of the person's number if it has a single one, else the
    workflow's. NodeFailure `zone.unknown` when the variable is not a zone."""
    named = scene.variables.get(VARIABLE)
    if named:
        return named_zone(named, f"the variable {VARIABLE}")
    return zone_of(scene.inbound.sender) or ZoneInfo(scene.policy.time_zone)


def named_zone(name: object, where: str) -> ZoneInfo:
    """Return a zone by its name; NodeFailure `zone.unknown` says that `where` is not a zone."""
    try:
        return ZoneInfo(str(name))
    except (ValueError, OSError, LookupError):
        raise NodeFailure(
            f"{where} is {str(name)[:64]!r}, which is no time zone", code="zone.unknown", hint="such as Europe/Berlin"
        ) from None


def local_now(scene: Scene) -> datetime:
    """Return when the person wrote, by their own clock: "tomorrow" is relative to it."""
    return scene.now.astimezone(contact_zone(scene))
