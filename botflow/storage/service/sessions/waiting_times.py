"""How long conversations waited for a person, by day and queue: computed from the index of handoffs by their time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Float,
    Select,
    Text,
    and_,
    case,
    cast,
    func,
    literal_column,
    select,
)

from botflow.storage.engines.dialects import is_postgres
from botflow.storage.service.pages import Order
from botflow.storage.tables import handoffs

_ASKED_FOR: ColumnElement[bool] = literal_column("handoffs.queue <> ''")  # worded like the partial index
_SHARES = {"median": 50, "p95": 95}  # percent


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingTimes:
    """The handoffs that a flow has asked for on one day (UTC) in one queue; the times are seconds since then, None if
    there is none."""

    day: date
    queue: str
    requested: int
    claimed: int
    abandoned: int
    returned: int
    claimed_median: float | None
    claimed_p95: float | None
    returned_median: float | None
    returned_p95: float | None


def list_waiting_times(
    connection: Connection,
    organization: int,
    since: datetime,
    before: datetime,
    queue: str | None,
    after: Sequence[Any] | None,
    limit: int,
) -> list[WaitingTimes]:
    """Return at most `limit` + 1 rows, the first day first, after the one with this day and queue."""
    statement = page_of_waiting_times(connection, organization, since, before, queue, after, limit)
    return [
        WaitingTimes(**{**row._mapping, "day": date.fromisoformat(row.day)}) for row in connection.execute(statement)
    ]


def page_of_waiting_times(
    connection: Connection,
    organization: int,
    since: datetime,
    before: datetime,
    queue: str | None,
    after: Sequence[Any] | None,
    limit: int,
) -> Select[*tuple[Any, ...]]:
    """Return the query of `list_waiting_times`. A percentile is the nearest rank: a time that somebody has waited."""
    ranked = _ranked(connection, organization, since, before, queue)
    columns = [ranked.c.day, ranked.c.queue, func.count().label("requested")]
    for name in ("claimed", "abandoned", "returned"):
        columns.append(func.coalesce(func.sum(ranked.c[name]), 0).label(name))
    for name in ("claimed", "returned"):
        for label, percent in _SHARES.items():
            rank = (ranked.c[f"{name}_count"] * percent + 99) // 100  # of the nearest rank, rounded up
            is_it = and_(ranked.c[name] == 1, ranked.c[f"{name}_rank"] == rank)
            columns.append(func.max(case((is_it, ranked.c[f"{name}_s"]))).label(f"{name}_{label}"))
    rolled = select(*columns).group_by(ranked.c.day, ranked.c.queue).subquery()
    return Order(columns=(rolled.c.day, rolled.c.queue)).page(select(rolled), after, limit)


def _ranked(connection: Connection, organization: int, since: datetime, before: datetime, queue: str | None) -> Any:
    """Return the handoffs of the time with what each counts for, and its place among those of its day and queue."""
    postgres = is_postgres(connection)
    requested = handoffs.c.requested_at
    if postgres:
        day = func.to_char(func.timezone("UTC", requested), "YYYY-MM-DD")
    else:
        day = func.substr(cast(requested, Text), 1, 10)
    is_claimed, is_returned = handoffs.c.first_claimed_at.is_not(None), handoffs.c.outcome == "returned"
    is_abandoned = and_(handoffs.c.ended_at.is_not(None), handoffs.c.first_claimed_at.is_(None))
    each = select(
        day.label("day"),
        handoffs.c.queue,
        case((is_claimed, 1), else_=0).label("claimed"),
        case((is_returned, 1), else_=0).label("returned"),
        case((is_abandoned, 1), else_=0).label("abandoned"),
        _seconds(postgres, handoffs.c.first_claimed_at).label("claimed_s"),
        case((is_returned, _seconds(postgres, handoffs.c.ended_at))).label("returned_s"),
    ).where(handoffs.c.organization_id == organization, requested >= since, requested < before, _ASKED_FOR)
    if queue is not None:
        each = each.where(handoffs.c.queue == queue)
    found = each.subquery()
    places = []
    for name in ("claimed", "returned"):
        among = [found.c.day, found.c.queue, found.c[name]]
        places.append(func.row_number().over(partition_by=among, order_by=found.c[f"{name}_s"]).label(f"{name}_rank"))
        places.append(func.count().over(partition_by=among).label(f"{name}_count"))
    return select(found, *places).subquery()


def _seconds(postgres: bool, until: Any) -> ColumnElement[Any]:
    """Return the seconds from the request until then, to a thousandth."""
    if postgres:
        return cast(func.round(func.extract("epoch", until - handoffs.c.requested_at), 3), Float)
    days = func.julianday(cast(until, Text)) - func.julianday(cast(handoffs.c.requested_at, Text))
    return func.round(days * literal_column("86400.0"), 3)
