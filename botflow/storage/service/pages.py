"""Pages by key set: the next page begins after the last row of the one before, however many rows came meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, and_, or_

Row = tuple[Any, ...]
T = TypeVar("T", bound=Row)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """The columns of a list's order, the last of them unique; `descending` holds for all of them."""

    columns: Sequence[ColumnElement[Any]]
    descending: bool = False

    def page(self, statement: Select[T], after: Sequence[Any] | None, limit: int) -> Select[T]:
        """Return the statement for the `limit` rows after the row with these values, and one more that says whether
        there is another page."""
        if after is not None:
            statement = statement.where(self._later(after))
        ordered = [column.desc() if self.descending else column.asc() for column in self.columns]
        return statement.order_by(*ordered).limit(limit + 1)

    def _later(self, after: Sequence[Any]) -> ColumnElement[bool]:
        """Return (a, b) > (x, y) without row values, which SQLite's planner uses less well."""
        choices = []
        for depth, (column, value) in enumerate(zip(self.columns, after, strict=True)):
            same = [earlier == given for earlier, given in zip(self.columns[:depth], after, strict=False)]
            choices.append(and_(*same, column < value if self.descending else column > value))
        return or_(*choices)
