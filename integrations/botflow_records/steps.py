"""Carries out the steps of a node, within one transaction of the application's database."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from botflow.engine.node_type import NodeFailure
from botflow_records.conditions import condition
from botflow_records.properties import Increase, Reference, Step
from botflow_records.tables import Tables, VisibleTable
from botflow_records.values import json_value, stored_value

Rows = list[dict[str, Any]]


class Work:
    """The steps of one transaction; each may refer to the rows of those before it."""

    def __init__(self, connection: Connection, tables: Tables, before_each: Callable[[], None]) -> None:
        """`before_each` is called before every statement: it sets how long it may take."""
        self._connection = connection
        self._tables = tables
        self._before_each = before_each
        self._named: dict[str, dict[str, Any]] = {}

    def query(
        self,
        name: str,
        match: Mapping[str, Any],
        *,
        columns: Sequence[str] = (),
        order_by: Sequence[str] = (),
        limit: int,
        lock: bool = False,
    ) -> Rows:
        """Return the rows that fit, at most `limit`."""
        table = self._table(name)
        wanted = [table.column(column) for column in columns] or list(table.columns.values())
        order = [
            table.column(column.removeprefix("-")).desc() if column.startswith("-") else table.column(column)
            for column in order_by
        ]
        statement = select(*wanted).where(condition(table, self._resolved(match))).order_by(*order).limit(limit)
        return self._rows(statement.with_for_update() if lock else statement)

    def columns(self, table: str) -> list[str]:
        """Return the columns of a table that flows may use."""
        return list(self._table(table).columns)

    def step(self, step: Step) -> Rows:
        """Do one step, and return its rows. NodeFailure `record.too_many` or `.too_few` when others fit than it says;
        then nothing may be committed."""
        match step.do:
            case "query":
                rows = self.query(step.table, step.match, limit=step.most + 1, lock=True)
            case "insert":
                rows = self._insert(step)
            case "update" | "delete":
                rows = self._change(step)
        if len(rows) > step.most:
            raise _too_many(step)
        if len(rows) < step.least:
            raise NodeFailure(f"{len(rows)} rows of {step.table!r} fit, fewer than {step.least}", code="record.too_few")
        if step.name and rows:
            self._named[step.name] = rows[0]
        return rows

    def _insert(self, step: Step) -> Rows:
        table = self._table(step.table)
        values = {name: self._stored(table, name, given) for name, given in step.values.items()}
        return self._rows(insert(table.table).values(values).returning(*table.columns.values()))

    def _change(self, step: Step) -> Rows:
        """Update or delete; rows are counted first, so that a match that fits all of a large table changes none."""
        table = self._table(step.table)
        fits = condition(table, self._resolved(step.match))
        some = select(table.table.c[0]).where(fits).limit(step.most + 1).subquery()
        self._before_each()
        if self._connection.execute(select(func.count()).select_from(some)).scalar_one() > step.most:
            raise _too_many(step)
        if step.do == "delete":
            return self._rows(delete(table.table).where(fits).returning(*table.columns.values()))
        values = {name: self._stored(table, name, given) for name, given in step.values.items()}
        return self._rows(update(table.table).where(fits).values(values).returning(*table.columns.values()))

    def _stored(self, table: VisibleTable, name: str, given: Any) -> Any:
        column = table.column(name)
        if isinstance(given, Increase):
            return column + stored_value(column, given.add)
        return stored_value(column, self._known(given))

    def _resolved(self, match: Mapping[str, Any]) -> dict[str, Any]:
        return {name: self._known(given) for name, given in match.items()}

    def _known(self, given: Any) -> Any:
        """Return the value that a reference means; anything else unchanged."""
        if not isinstance(given, Reference):
            return given
        step, _, column = given.ref.partition(".")
        row = self._named.get(step)
        if row is None or column not in row:
            raise NodeFailure(f"the step {step!r} has no row with a column {column!r}", code="record.reference")
        return row[column]

    def _table(self, name: str) -> VisibleTable:
        self._before_each()
        return self._tables.table(self._connection, name)

    def _rows(self, statement: Any) -> Rows:
        self._before_each()
        found = self._connection.execute(statement).mappings()
        return [{str(name): json_value(value) for name, value in row.items()} for row in found]


def _too_many(step: Step) -> NodeFailure:
    return NodeFailure(
        f"more than {step.most} rows of {step.table!r} fit",
        code="record.too_many",
        hint="narrow `match`, or raise `most`",
    )
