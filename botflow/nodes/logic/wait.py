"""logic.wait: wait for a duration, until a time, or until business hours."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from functools import cached_property
from types import MappingProxyType
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import Field, JsonValue, model_validator

from botflow.engine.events import InboundIgnored
from botflow.engine.node_type import KeepWaiting, Leave, NodeFailure, NodeType, Park, Visit
from botflow.engine.scene import Scene
from botflow.engine.time_zone import named_zone
from botflow.errors import FlowError
from botflow.flow.duration import LONGEST_S
from botflow.flow.fields import Duration, Properties, WrongProperty
from botflow.flow.node_spec import Output, Outputs
from botflow.flow.templates.moments import read_value, wall_moment
from botflow.flow.templates.template import is_template
from botflow.nodes.logic.opening_hours import OpeningHours

MESSAGE = "message"
_UNTIL, _WAIT = "until", "wait"  # in the notes: the moment, and the wait that ends then


class WaitProperties(Properties):
    """How long to wait."""

    for_: Duration | None = Field(default=None, alias="for")
    """A duration, from the end of the turn."""
    until: str | None = None
    """A time of day such as `"09:00"`, a date, a date and time, or a template that gives one."""
    business_hours: Annotated[dict[str, JsonValue], Field(min_length=1)] | None = None
    """When people are at work, such as `{mon-fri: "09:00-17:00", sat: "10:00-12:00", holidays: ["12-25"]}`. A wait that
    ends outside them ends when they begin."""
    time_zone: str | None = None
    """The time zone of the clock, such as `Europe/Berlin`; may be a template. Without it: the person's, else the
    workflow's."""

    @model_validator(mode="after")
    def _fits_together(self) -> WaitProperties:
        hours = self.hours
        if self.for_ is not None and self.until is not None:
            raise WrongProperty("for and until exclude each other", "until")
        if self.for_ is None and self.until is None and hours is None:
            raise ValueError("say how long: for, until or businessHours")
        if self.until is not None and not is_template(self.until) and not _is_moment(self.until):
            message = f"{self.until!r} is neither a time such as 09:00 nor a date and time such as 2026-12-24T18:00"
            raise WrongProperty(message, "until")
        if self.time_zone is not None and not is_template(self.time_zone):
            try:
                named_zone(self.time_zone, "timeZone")
            except FlowError as failure:
                raise WrongProperty(f"{failure.message}; write one as Europe/Berlin", "timeZone") from None
        return self

    @cached_property
    def hours(self) -> OpeningHours | None:
        """The parsed business hours; ValueError says what is wrong with them."""
        return None if self.business_hours is None else OpeningHours.parse(self.business_hours)


class Wait(NodeType):
    """Lets time pass: for a duration, until a time, or until people are at work.

    {id: later, type: logic, actionType: wait, properties: {for: 2h, businessHours: {mon-fri: "09:00-17:00"}}}

    If the person writes meanwhile, the node leaves by `message`; if that is not connected, the wait continues. A time
    that the clocks skip comes later by the length of the gap (02:30 becomes 03:30); a time that they show twice is the
    first one. A moment that has passed is not waited for. At least one of `for`, `until` and `businessHours` is needed.
    """

    name = "logic.wait"
    title = "Wait"
    section = "Control flow"
    icon = "hourglass"
    handle_labels = MappingProxyType(
        {
            "next": "The time has come",
            "message": "The person has written",
        }
    )
    properties = WaitProperties

    def handles(self, properties: WaitProperties) -> tuple[str, ...]:
        return ("next", MESSAGE)

    def rests(self, properties: WaitProperties) -> bool:
        return True

    def outputs(self, properties: WaitProperties) -> Outputs:
        return {"text": Output("text", "on `message`: what the person wrote")}

    def visit(self, properties: WaitProperties, scene: Scene) -> Visit:
        if _UNTIL in scene.notes:  # a digression is over
            if scene.notes[_WAIT] == scene.waited_for:
                return KeepWaiting()
            return _park(scene, datetime.fromisoformat(scene.notes[_UNTIL]))
        until = _moment(properties, scene)
        scene.notes.update({_UNTIL: until.isoformat(), _WAIT: scene.group})
        if properties.for_ is not None and properties.hours is None:
            return Park(accepts=_accepts(scene), for_s=properties.for_)
        return _park(scene, until)

    def resume(self, properties: WaitProperties, scene: Scene) -> Visit:
        if scene.timed_out:
            return Leave("next")
        if scene.connected(MESSAGE):
            return Leave(MESSAGE, {"text": scene.inbound.text})
        scene.record(InboundIgnored("waiting"))
        return KeepWaiting()


def _accepts(scene: Scene) -> tuple[Any, ...]:
    return () if scene.is_run else (MESSAGE,)


def _park(scene: Scene, until: datetime) -> Visit:
    return Park(accepts=_accepts(scene), until=until) if until > scene.now else Leave("next")


def _moment(properties: WaitProperties, scene: Scene) -> datetime:
    """Return when the wait ends, in UTC; NodeFailure when a template's result is not a time."""
    zone = _zone(properties, scene)
    moment = scene.now.astimezone(UTC)
    if properties.for_ is not None:
        moment += timedelta(seconds=properties.for_)
    elif properties.until is not None:
        moment = _read(str(scene.render_value(properties.until, zone)), moment, zone)
    if properties.hours is None:
        return moment
    opens = properties.hours.open_from(moment, zone)
    if opens is None:
        raise NodeFailure("the business hours do not begin within a year", code="wait.never")
    return opens


def _zone(properties: WaitProperties, scene: Scene) -> ZoneInfo:
    if properties.time_zone is None:
        return scene.zone
    return named_zone(scene.render(properties.time_zone), "timeZone")


def _read(written: str, now: datetime, zone: ZoneInfo) -> datetime:
    """Return the next moment with this time of day, or the given moment; NodeFailure `wait.until`."""
    try:
        given = read_value(written)
        if isinstance(given, time):
            return _next(given, now, zone)
        if not isinstance(given, datetime):
            given = datetime.combine(given, time())
        moment = given.astimezone(UTC) if given.tzinfo else wall_moment(given.date(), given.time(), zone)
    except (ValueError, OverflowError):
        raise NodeFailure(
            f"until gave {written[:64]!r}, which is neither a time such as 09:00 nor a date and time", code="wait.until"
        ) from None
    if (moment - now).total_seconds() > LONGEST_S:
        raise NodeFailure(f"until gave {written[:64]!r}, more than ten years ahead", code="wait.until")
    return moment


def _next(at: time, now: datetime, zone: ZoneInfo) -> datetime:
    """Return the next moment after `now` at which a clock in `zone` shows `at`."""
    today = now.astimezone(zone).date()
    moments = (wall_moment(today + timedelta(days=ahead), at, zone) for ahead in range(3))
    return next(moment for moment in moments if moment > now)


def _is_moment(written: str) -> bool:
    try:
        read_value(written)
    except ValueError:
        return False
    return True
