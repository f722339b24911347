"""The moments of a cron expression in a time zone, also where the clocks change. One rule, however the hours and the
minutes are written:

- Hours that leave out an hour of the day (`2`, `*/2`, `8-17`) name times of the clock; each comes once. Times that the
  clocks skip start one run right after the gap. A time that comes twice starts a run the first time.
- All hours (`*`, `0-23`) follow elapsed time: a time that the clocks skip starts no run, a repeated time starts
  two.

So `*/20 2 * * *` and `0,20,40 2 * * *` are the same schedule, and `0 * * * *` starts once in each hour that passes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice, takewhile
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from cronsim import CronSim

_SECOND = timedelta(seconds=1)


def next_moment(cron: str, zone: str, after: datetime) -> datetime | None:
    """Return the first moment after `after`; None when there will never be one."""
    return next(moments_after(cron, zone, after), None)


def moments_after(cron: str, zone: str, after: datetime) -> Iterator[datetime]:
    """Yield the moments after `after`, each once and in their order, as times of the zone."""
    place = ZoneInfo(zone)
    # cronsim gets times without a zone, so that only this module decides what a change of the clocks means.
    hours = _walls(cron, datetime(2026, 1, 1)).hours
    return (_elapsed if len(hours) == 24 else _by_the_clock)(cron, place, after.replace(microsecond=0))


def moments_between(cron: str, zone: str, first: datetime, last: datetime, most: int) -> list[datetime]:
    """Return the moments from `first` to `last`, both included, the oldest first: the newest `most` of them.

    The cost depends on `most`, not on the time between `first` and `last`.
    """
    found = _until(cron, zone, first, last, most + 1)
    if len(found) <= most:
        return found
    place = ZoneInfo(zone)
    now = last.astimezone(place).replace(tzinfo=None, microsecond=0)
    early, late = _instants(now, place)
    newest_wall = now + max(late - early, timedelta(0))  # the clocks may have gone back since
    reach = most
    while True:  # ends: there are more than `most`
        wall = deque(islice(_walls(cron, newest_wall + _SECOND, reverse=True), reach), maxlen=1)[0]
        start = max(first, wall.replace(tzinfo=place).astimezone(UTC))
        moments = takewhile(lambda moment: moment <= last, moments_after(cron, zone, start - _SECOND))
        newest = deque(moments, maxlen=most)
        if len(newest) == most:
            return list(newest)
        reach *= 2


def _until(cron: str, zone: str, first: datetime, last: datetime, most: int) -> list[datetime]:
    moments = takewhile(lambda moment: moment <= last, moments_after(cron, zone, first - _SECOND))
    return list(islice(moments, most))


def _walls(cron: str, start: datetime, *, reverse: bool = False) -> CronSim:
    from cronsim import CronSim  # needed only for schedules

    return CronSim(cron, start, reverse)


def _by_the_clock(cron: str, zone: ZoneInfo, after: datetime) -> Iterator[datetime]:
    last = after.astimezone(UTC)
    for wall in _walls(cron, after.astimezone(zone).replace(tzinfo=None)):
        early, late = _instants(wall, zone)
        moment = _change(zone, late, early) if late < early else early
        if moment > last:
            last = moment
            yield moment.astimezone(zone)


def _elapsed(cron: str, zone: ZoneInfo, after: datetime) -> Iterator[datetime]:
    start = after.astimezone(UTC)
    begin = start.astimezone(zone).replace(tzinfo=None)
    repeat = _repeat(start.astimezone(zone), zone)
    while True:
        for wall in _walls(cron, begin):
            early, late = _instants(wall, zone)
            if late < early:
                continue
            moment = early if early > start else late
            if repeat is not None and moment >= repeat:
                break
            repeat = repeat or _repeat(moment.astimezone(zone), zone)
            yield moment.astimezone(zone)
        else:
            return
        start, begin, repeat = repeat - _SECOND, repeat.astimezone(zone).replace(tzinfo=None) - _SECOND, None


def _instants(wall: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return when the clocks show `wall`, the first and the second time. Where they skip it, the second of the two is
    before the change and the first is after it."""
    early, late = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    return early, late


def _repeat(moment: datetime, zone: ZoneInfo) -> datetime | None:
    """Return when the clocks go back over the time of `moment`; None when that time comes once, or comes again now."""
    early, late = _instants(moment.replace(tzinfo=None), zone)
    return _change(zone, early, late) if early < late and moment.astimezone(UTC) < late else None


def _change(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """Return the first second after `before` with the offset of `after`; the offset changes once between them."""
    offset = after.astimezone(zone).utcoffset()
    while after - before > _SECOND:
        middle = before + (after - before) // _SECOND // 2 * _SECOND
        if middle.astimezone(zone).utcoffset() == offset:
            after = middle
        else:
            before = middle
    return after
