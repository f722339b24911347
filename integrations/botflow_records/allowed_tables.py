"""The allow-list of tables and columns: `customers, shop.orders(id, status, total)`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from botflow.engine.node_type import NodeFailure
from botflow.errors import did_you_mean

LONGEST = 8_000  # characters of a list
_ENTRY = re.compile(r"\s*([^\s(),]+)\s*(?:\(([^()]*)\))?\s*(?:,|$)")


@dataclass(frozen=True, slots=True)
class AllowedTables:
    """The columns that may be used of each table; None: all that it has."""

    columns: Mapping[str, frozenset[str] | None]

    def of(self, table: str) -> frozenset[str] | None:
        """Return the columns that may be used; NodeFailure `record.table` for a table that is not in the list."""
        if table not in self.columns:
            raise NodeFailure(
                f"the table {table!r} is not among those that flows may use",
                code="record.table",
                hint=did_you_mean(table, self.columns, "add it to RECORDS_TABLES, or to the credential's tables"),
            )
        return self.columns[table]


def read_allowed_tables(written: str) -> AllowedTables:
    """Read the list; NodeFailure `record.tables` where it cannot be read."""
    columns: dict[str, frozenset[str] | None] = {}
    place, text = 0, written.strip()
    while place < min(len(text), LONGEST):
        entry = _ENTRY.match(text, place)
        names = None if entry is None or entry[2] is None else [name.strip() for name in entry[2].split(",")]
        if entry is None or (names is not None and not all(names)):
            break
        columns[entry[1]] = None if names is None else frozenset(names)
        place = entry.end()
    if place < len(text):
        raise NodeFailure(
            f"the list of tables cannot be read at {text[place : place + 40]!r}",
            code="record.tables",
            hint="write customers, orders(id, status)",
        )
    return AllowedTables(columns)
