"""One transaction of a pruning: of how many rows at most, before which moments, and what it has deleted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, column, delete, func, select, tuple_, values

from botflow.storage.engines.dialects import is_postgres
from botflow.storage.retention.cutoffs import Cutoffs

Key = Sequence[ColumnElement[Any]]

SESSIONS_AT_ONCE = 100
ROWS_AT_ONCE = 2_000
OPEN_STATES = ("ready", "handed", "sending", "unknown", "held")  # of messages that may still be sent, or have been


@dataclass(slots=True)
class Pruned:
    """How many rows were deleted, or would be. `messages` are heard and said, `starts` those of campaigns, `budgets`
    what was spent on a day, `changes` entries of the audit log."""

    runs: int = 0
    executions: int = 0
    turns: int = 0
    messages: int = 0
    files: int = 0
    starts: int = 0
    budgets: int = 0
    decisions: int = 0
    changes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """A rehearsal only counts."""

    connection: Connection
    cutoffs: Cutoffs
    total: Pruned
    is_rehearsal: bool

    def delete(self, table: Table, *conditions: ColumnElement[bool]) -> int:
        """Delete the rows that all of these match; return how many they are."""
        if self.is_rehearsal:
            return self.connection.execute(select(func.count()).select_from(table).where(*conditions)).scalar_one()
        return self.connection.execute(delete(table).where(*conditions)).rowcount

    def delete_keys(self, table: Table, columns: Key, keys: Sequence[Sequence[Any]], *more: ColumnElement[bool]) -> int:
        """Delete the rows whose columns have one of these keys, and that all of `more` match."""
        listed: Any = [tuple(key) for key in keys]
        if is_postgres(self.connection):  # which would plan a list of tuples as that many conditions
            names = [column(f"key_{place}", each.type) for place, each in enumerate(columns)]
            listed = select(values(*names, name="listed").data(listed))
        # Neither database uses an index for a list of tuples alone.
        begins = columns[0].in_({key[0] for key in keys})
        return self.delete(table, begins, tuple_(*columns).in_(listed), *more)
