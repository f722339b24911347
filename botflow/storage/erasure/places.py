"""Every column of every table in which a person may be named, and whose each row is.

The tables are taken from the metadata, so that a new one is searched without being named here; one without an owner
must be, or the search fails.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    Connection,
    LargeBinary,
    Select,
    Table,
    Text,
    Tuple,
    Uuid,
    and_,
    cast,
    func,
    literal,
    or_,
    select,
    tuple_,
)

from botflow.records.erasures import Person
from botflow.storage.engines.dialects import is_postgres
from botflow.storage.tables import (
    artifacts,
    erased_sessions,
    erasures,
    executions,
    file_pieces,
    files,
    metadata,
    organizations,
    processes,
    redactions,
    senders,
    sessions,
    sign_ins,
    spending,
    webhook_deliveries,
    webhooks,
    workflows,
)

_ESCAPED = re.compile(rb"[\\%_]")
ROWS = 1_000  # that one statement looks through
# No row of these is about a person who talks to a workflow: processes, our own sending addresses, cookies' digests, and
# the erasures themselves, which forget the person when they finish.
NOT_SEARCHED = frozenset({processes, senders, sign_ins, erasures, erased_sessions, redactions})


@dataclass(frozen=True, slots=True)
class Place:
    """A table to search: in `columns`."""

    table: Table
    columns: tuple[Column[Any], ...]

    @property
    def key(self) -> tuple[Column[Any], ...]:
        return tuple(self.table.primary_key.columns)

    def end_of(self, connection: Connection, after: Sequence[Any]) -> tuple[Any, ...] | None:
        """Return the key of the last of the next rows; None when there are none."""
        rows = select(*self.key).order_by(*self.key)
        if after:
            rows = rows.where(self._is_after(after))
        last = connection.execute(rows.offset(ROWS - 1).limit(1)).first()
        if last is None:
            backwards = select(*self.key).order_by(*(column.desc() for column in self.key)).limit(1)
            last = connection.execute(backwards.where(self._is_after(after)) if after else backwards).first()
        return tuple(last) if last is not None else None

    def rows_naming(
        self, connection: Connection, organization: int, person: Person, after: Sequence[Any], end: Sequence[Any]
    ) -> list[Any]:
        """Return the organization's rows of this part of the table that may name the person."""
        found: Select[Any] = select(self.table).where(_is_of(self.table, organization))
        found = found.where(or_(*(self._holds(connection, column, person) for column in self.columns)))
        if after:
            found = found.where(self._is_after(after))
        return list(connection.execute(found.where(tuple_(*self.key) <= self._values(end)).order_by(*self.key)).all())

    def is_row(self, row: Any) -> ColumnElement[bool]:
        return and_(*(column == row._mapping[column.name] for column in self.key))

    def _is_after(self, after: Sequence[Any]) -> ColumnElement[bool]:
        return tuple_(*self.key) > self._values(after)

    def _values(self, key: Sequence[Any]) -> Tuple:
        """Return a key, whose ids may be texts, as an expression."""
        given = (
            UUID(value) if isinstance(value, str) and isinstance(column.type, Uuid) else value
            for column, value in zip(self.key, key, strict=True)
        )
        return tuple_(*(literal(value, column.type) for column, value in zip(self.key, given, strict=True)))

    def _holds(self, connection: Connection, column: Column[Any], person: Person) -> ColumnElement[bool]:
        return or_(*(_contains(connection, column, needle) for needle in person.needles))


def places() -> tuple[Place, ...]:
    """Return all places, in the order in which they are searched."""
    found = []
    for table in sorted(metadata.tables.values(), key=lambda table: table.name):
        columns = tuple(column for column in table.columns if isinstance(column.type, Text | JSON | LargeBinary))
        if table not in NOT_SEARCHED and columns:
            found.append(Place(table, columns))
    return tuple(found)


def _contains(connection: Connection, column: Column[Any], needle: str) -> ColumnElement[bool]:
    is_binary = isinstance(column.type, LargeBinary)
    if not is_postgres(connection):
        given = literal(needle.encode(), LargeBinary) if is_binary else literal(needle)
        written = column if is_binary else cast(column, Text)
        return func.instr(written, given) > 0
    if is_binary:
        return column.op("LIKE")(literal(b"%" + _ESCAPED.sub(rb"\\\g<0>", needle.encode()) + b"%", LargeBinary))
    return func.strpos(cast(column, Text), needle) > 0


def _is_of(table: Table, organization: int) -> ColumnElement[bool]:
    """Match the organization's rows of a table."""
    columns = table.c
    if table is organizations:
        return columns.id == organization
    if table is spending:
        return columns.key.like(f"{organization}:%")
    if "organization_id" in columns:
        return columns.organization_id == organization
    workflow_ids = select(workflows.c.id).where(workflows.c.organization_id == organization)
    if "workflow_id" in columns:
        return columns.workflow_id.in_(workflow_ids)
    of_session = select(sessions.c.id).where(sessions.c.workflow_id.in_(workflow_ids))
    if "session_id" in columns:
        return columns.session_id.in_(of_session)
    if table is artifacts:
        return columns.execution_id.in_(select(executions.c.id).where(executions.c.session_id.in_(of_session)))
    if table is webhook_deliveries:
        return columns.webhook_id.in_(select(webhooks.c.id).where(webhooks.c.organization_id == organization))
    if table is file_pieces:
        return columns.file_id.in_(select(files.c.id).where(files.c.session_id.in_(of_session)))
    # A table that a migration has added: an erasure that passed over it would sign a receipt that is not true.
    raise LookupError(f"the table {table.name} names no organization: say here by which table its rows find theirs")
