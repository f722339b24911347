"""Deletes what was spent on a day that is over. A budget of a session's whole life has no day, and stays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select, tuple_

from botflow.storage.engines.dialects import clock_time
from botflow.storage.retention.batch import ROWS_AT_ONCE, Batch
from botflow.storage.retention.cutoffs import Policy
from botflow.storage.retention.retentions import retentions_in_force
from botflow.storage.tables import spending

_OF_ORGANIZATION = ("contact", "organization", "recipient")  # scopes whose key begins with the organization


def prune_budgets(policy: Policy, batch: Batch, after: Sequence[Any] | None) -> Sequence[Any] | None:
    """Delete those of the next budgets whose day is older than conversations are kept, which tell of the same people.
    Return the key of the last, None at the end."""
    key = (spending.c.scope, spending.c.key, spending.c.day)
    following = select(*key) if after is None else select(*key).where(tuple_(*key) > tuple_(*after))
    found = [tuple(row) for row in batch.connection.execute(following.order_by(*key).limit(ROWS_AT_ONCE))]
    first_days = _first_days(batch.connection, policy, {each for row in found if (each := _organization(row))})
    default = batch.cutoffs.conversations
    otherwise = f"{default:%Y-%m-%d}" if default is not None else ""
    old = [row for row in found if row[2] and row[2] < first_days.get(_organization(row), otherwise)]
    if old:
        batch.total.budgets += batch.delete_keys(spending, key, old)
    return found[-1] if len(found) == ROWS_AT_ONCE else None


def _organization(row: tuple[Any, ...]) -> int:
    """Return the organization of a budget; 0 for one of a session or workflow, whose organization it does not name."""
    scope, key, _ = row
    return int(key.partition(":")[0]) if scope in _OF_ORGANIZATION else 0


def _first_days(connection: Connection, policy: Policy, ids: set[int]) -> Mapping[int, str]:
    """Return the first day of which each organization keeps its conversations; "" for all."""
    moment = clock_time(connection)
    cutoffs = {
        id: policy.cutoffs(decided, moment).conversations
        for id, decided in retentions_in_force(connection, ids).items()
    }
    return {id: f"{cutoff:%Y-%m-%d}" if cutoff is not None else "" for id, cutoff in cutoffs.items()}
