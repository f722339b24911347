"""Contacts as a file that an import reads again: a column for each declared field, and one row for each person."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

import orjson
from sqlalchemy import Connection

from botflow.csv_lines import csv_lines
from botflow.flow.contact_fields import STANDARD
from botflow.service.cursors import LARGEST_PAGE
from botflow.service.exports.export import Batch, Form
from botflow.service.people.contact_models import ContactProfile
from botflow.storage.engines.engine import Engine
from botflow.storage.people.profiles import PeopleFilter, PersonRow, declared_fields, find_people, read_people

_FACTS = ("id", "createdAt", "updatedAt", "lastSeenAt", "revision")


async def batches_of_people(engine: Engine, organization: int, form: Form, group: str | None) -> AsyncIterator[Batch]:
    """Yield the people of an organization, or of one of its groups, by id."""
    fields = list(await engine.read(declared_fields, organization))
    if form == "csv":
        header = ("addresses", *STANDARD, "groups", *fields, *_FACTS)
        yield Batch(rows=0, content=csv_lines([header]).encode())
    after: tuple[Any, ...] | None = None
    while True:
        rows, after = await engine.read(_next, organization, PeopleFilter(group=group), after)
        yield Batch(rows=len(rows), content=_content(form, rows, fields))
        if after is None:
            return


def _next(
    connection: Connection, organization: int, wanted: PeopleFilter, after: tuple[Any, ...] | None
) -> tuple[list[PersonRow], tuple[Any, ...] | None]:
    found = find_people(connection, organization, wanted, after, LARGEST_PAGE)
    return read_people(connection, organization, found.ids), found.next


def _content(form: Form, rows: Sequence[PersonRow], fields: Sequence[str]) -> bytes:
    if form == "csv":
        return csv_lines(_cells(row, fields) for row in rows).encode()
    return b"".join(orjson.dumps(ContactProfile.of(row).model_dump()) + b"\n" for row in rows)


def _cells(row: PersonRow, fields: Sequence[str]) -> tuple[Any, ...]:
    addresses = [f"{channel}:{address}" for channel, address, _ in row.addresses]
    values = [row.values.get(name) for name in (*STANDARD, *fields)]
    named = len(STANDARD)
    facts = (row.id, row.created_at, row.updated_at, row.last_seen_at, row.revision)
    return (addresses, *values[:named], row.groups, *values[named:], *facts)
