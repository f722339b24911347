"""An organization's lifecycle events, read in their order from any place in it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botflow.errors import RejectedInbound
from botflow.records.access import Principal
from botflow.records.events import EVENT_TYPES, LifecycleEvent, event_id, parse_event_id
from botflow.service.cursors import PAGE
from botflow.service.models import Shown
from botflow.storage.events.feeds import Feed, events_after, want_feed

if TYPE_CHECKING:
    from botflow.runtime.app import Runtime


class Event(Shown):
    """What happened. `data` has ids and codes, and nothing that a person said."""

    id: str
    type: str
    timestamp: datetime
    data: dict[str, Any]

    @classmethod
    def of(cls, event: LifecycleEvent) -> Event:
        return cls(id=event.id, type=event.type, timestamp=event.timestamp, data=dict(event.data))


class EventPage(Shown):
    """Events in their order. `next` is the place after them, also when there are no more yet: give it as `after`."""

    items: list[Event]
    next: str


class Events:
    """The events of the caller's organization. They are kept for a week, from the first time that anyone asks."""

    def __init__(self, runtime: Runtime, caller: Principal) -> None:
        self._engine = runtime.database.within(caller.organization)
        self._every_organization = runtime.database.engine
        self._caller = caller

    async def _wanted_feed(self) -> Feed:
        return await want_feed(self._every_organization, self._caller.organization)

    async def get_events(self, *, after: str | None = None, types: Sequence[str] = (), limit: int = PAGE) -> EventPage:
        """Return the events after the one with the id `after`, or the oldest that are kept; of these types, or of all.

        RejectedInbound `event.unknown` (404) for an id that is none of the organization's, `event.forgotten` (410) if
        events after it are not kept any more, `event.type_unknown` (422).
        """
        check_types(types)
        feed = await self._wanted_feed()
        number = place_of(feed, after) if after is not None else feed.first - 1
        found = await self._engine.read(events_after, feed, number, limit, types)
        is_whole = len(found) == limit  # else all up to the feed's last were looked at, and perhaps newer ones
        reached = found[-1][0] if is_whole else max([number, feed.last, *(place for place, _ in found)])
        return EventPage(items=[Event.of(event) for _, event in found], next=event_id(feed.token, reached))


def place_of(feed: Feed, id: str) -> int:
    """Return the number of an event; RejectedInbound `event.unknown` or `event.forgotten`."""
    parsed = parse_event_id(id)
    if parsed is None or parsed[0] != feed.token or parsed[1] > feed.last:
        raise RejectedInbound(
            f"there is no event {id[:60]!r}",
            code="event.unknown",
            hint="list them with GET /api/v1/events",
            status=404,
        )
    if parsed[1] < feed.first - 1:
        raise RejectedInbound(
            f"some events after {id[:60]!r} are not kept any more",
            code="event.forgotten",
            hint="read what you missed by the API, and leave `after` out for the oldest event that is kept",
            status=410,
        )
    return parsed[1]


def check_types(types: Sequence[str]) -> None:
    """RejectedInbound `event.type_unknown` (422) unless each is a type, or a family such as `workflow.*`."""
    families = {f"{kind.partition('.')[0]}.*" for kind in EVENT_TYPES}
    for kind in types:
        if kind not in EVENT_TYPES and kind not in families:
            raise RejectedInbound(
                f"there is no event type {kind[:60]!r}",
                code="event.type_unknown",
                hint=f"there are {', '.join(EVENT_TYPES)}, and {', '.join(sorted(families))}",
                status=422,
            )
