"""The moments of a cron expression in a time zone. Over the changes of the clocks as Debian's cron does it:

A fixed time that the clocks skip (02:30 in spring) comes right after the gap, at 03:00; one that comes twice (in
autumn) counts the first time. Expressions with a `*` in the minutes or hours follow the time that passes: what the
clocks skip does not come, and what they repeat comes twice.
"""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo


def next_moment(cron: str, zone: str, after: datetime) -> datetime | None:
    """Return the first moment after `after`, None when none ever comes."""
    from cronsim import CronSim  # only who has a schedule needs it

    return next(CronSim(cron, after.astimezone(ZoneInfo(zone))), None)


def moments_between(cron: str, zone: str, first: datetime, last: datetime, most: int) -> list[datetime]:
    """Return the moments from `first` to `last`, both included, the oldest first: the newest `most` of them.

    It goes through all of them, ten thousand in a tenth of a second, so `first` should not be a year ago.
    """
    from cronsim import CronSim

    before = (first - timedelta(seconds=1)).astimezone(ZoneInfo(zone))
    return list(deque(takewhile(lambda moment: moment <= last, CronSim(cron, before)), maxlen=most))
