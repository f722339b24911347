"""How long conversations waited for a person, by day and queue."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Connection

from botflow.errors import RejectedInbound
from botflow.service.cursors import page_of, read_cursor
from botflow.service.models import Page, Shown
from botflow.storage.engines.dialects import clock_time
from botflow.storage.service.sessions import waiting_times

MOST_DAYS = 92
_SORT = "day"


class WaitTimes(Shown):
    """Seconds since the request: half of them waited no longer than `median`, and 95 of 100 no longer than `p95`; null
    when there is none."""

    median: float | None
    p95: float | None


class HandoffTimes(Shown):
    """The handoffs that flows have asked for on one day (UTC) in one queue. `claimed` and `returned` count those that a
    person took and gave back, `abandoned` those that ended before a person had taken them. One that waits still is only
    among the `requested`."""

    day: date
    queue: str
    requested: int
    claimed: int
    returned: int
    abandoned: int
    until_claimed: WaitTimes
    until_returned: WaitTimes


def read_waiting_times(
    connection: Connection,
    organization: int,
    since: datetime | None,
    before: datetime | None,
    queue: str | None,
    cursor: str | None,
    limit: int,
) -> Page[HandoffTimes]:
    """Return a page of waiting times, the first day first; of the last seven days if no time is named. RejectedInbound
    `query.invalid` for more than 92 days."""
    last_week, now = days_back(connection, 7)
    until = before or now
    begin = since or min(last_week, until)
    if until - begin > timedelta(days=MOST_DAYS):
        raise RejectedInbound(
            f"since and before are more than {MOST_DAYS} days apart",
            code="query.invalid",
            hint="read the time in several parts",
            status=422,
        )
    after = read_cursor(cursor, _SORT, (str, str))
    found = waiting_times.list_waiting_times(connection, organization, begin, until, queue, after, limit)
    return page_of(found, limit, _SORT, lambda row: (row.day.isoformat(), row.queue), _shown)


def days_back(connection: Connection, days: int) -> tuple[datetime, datetime]:
    """Return the beginning of the first of the last `days` days (UTC), today too, and now."""
    now = clock_time(connection)
    first = (now - timedelta(days=days - 1)).astimezone(UTC)
    return first.replace(hour=0, minute=0, second=0, microsecond=0), now


def _shown(row: waiting_times.WaitingTimes) -> HandoffTimes:
    return HandoffTimes(
        day=row.day,
        queue=row.queue,
        requested=row.requested,
        claimed=row.claimed,
        returned=row.returned,
        abandoned=row.abandoned,
        until_claimed=WaitTimes(median=row.claimed_median, p95=row.claimed_p95),
        until_returned=WaitTimes(median=row.returned_median, p95=row.returned_p95),
    )
