"""The moments of a cron expression in a time zone. Clock changes are handled as in Debian's cron:

A fixed time that the clocks skip (02:30 in spring) runs right after the gap, at 03:00; one that occurs twice (in
autumn) runs the first time. Expressions with a `*` in the minutes or hours follow elapsed time: skipped times do not
run, and repeated times run twice.
"""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo


def next_moment(cron: str, zone: str, after: datetime) -> datetime | None:
    """Return the first moment after `after`; None when there will never be one."""
    from cronsim import CronSim  # needed only for schedules

    return next(CronSim(cron, after.astimezone(ZoneInfo(zone))), None)


def moments_between(cron: str, zone: str, first: datetime, last: datetime, most: int) -> list[datetime]:
    """Return the moments from `first` to `last`, both included, the oldest first: the newest `most` of them.

    It iterates over all of them, ten thousand in 0.1 s, so `first` should not be a year ago.
    """
    from cronsim import CronSim

    before = (first - timedelta(seconds=1)).astimezone(ZoneInfo(zone))
    return list(deque(takewhile(lambda moment: moment <= last, CronSim(cron, before)), maxlen=most))
