"""Tables as flows see them: reflected from the database, and only the columns of the allow-list."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Column, Connection, MetaData, Table
from sqlalchemy.exc import NoSuchTableError

from botflow.engine.node_type import NodeFailure
from botflow.errors import did_you_mean
from botflow_records.allowed_tables import AllowedTables

BELIEVED_S = 60.0  # a migration of the application's is noticed by then
MOST_TABLES = 500


class VisibleTable:
    """One table with the columns that flows may use."""

    def __init__(self, table: Table, columns: Mapping[str, Column[Any]]) -> None:
        self.table = table
        self.columns = columns

    def column(self, name: str) -> Column[Any]:
        """Return a column; NodeFailure `record.column` for one that is not there, or that flows may not use."""
        found = self.columns.get(name)
        if found is None:
            raise NodeFailure(
                f"the table {self.table.name!r} has no column {name!r} that flows may use",
                code="record.column",
                hint=did_you_mean(name, self.columns, f"there are {', '.join(self.columns) or 'none'}"),
            )
        return found


class Tables:
    """The tables of one database, read when they are first used, and again from time to time."""

    def __init__(self, allowed: AllowedTables, monotonic: Callable[[], float]) -> None:
        self._allowed = allowed
        self._monotonic = monotonic
        self._found: dict[str, tuple[float, Table]] = {}

    def table(self, connection: Connection, name: str) -> VisibleTable:
        """Return a table by its name, `schema.name` in another schema than the first.

        NodeFailure `record.table` for one that flows may not use, or that is not there.
        """
        allowed = self._allowed.of(name)
        read_s, table = self._found.get(name, (float("-inf"), None))
        if table is None or self._monotonic() - read_s > BELIEVED_S:
            table = _reflected(connection, name)
            if len(self._found) >= MOST_TABLES:
                self._found.clear()
            self._found[name] = (self._monotonic(), table)
        columns = {column.name: column for column in table.columns if allowed is None or column.name in allowed}
        return VisibleTable(table, columns)

    def forget(self) -> None:
        """Read the tables again at their next use: one of them was changed."""
        self._found.clear()


def _reflected(connection: Connection, name: str) -> Table:
    schema, _, table = name.rpartition(".")
    try:
        return Table(table, MetaData(), schema=schema or None, autoload_with=connection, resolve_fks=False)
    except NoSuchTableError:
        raise NodeFailure(f"the database has no table {name!r}", code="record.table") from None
