"""Imports contacts from CSV: in batches, each one transaction, so that a file of any length needs little memory.

A row names a person by their addresses, and the fields that it sets; an empty cell leaves a field as it is. The same
file again changes nothing. Nothing of consent is in it: an import opts nobody in or out.
"""

from __future__ import annotations

import csv
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import orjson
from sqlalchemy import Connection

from botflow.csv_lines import without_guard
from botflow.engine.person.contact import checked_group
from botflow.errors import FlowError, RejectedInbound
from botflow.flow.contact_fields import STANDARD, ContactField, stored_value
from botflow.interfaces import Channels
from botflow.records.access import Principal
from botflow.service.people.addresses import places_of
from botflow.service.people.contact_models import ContactImport, ImportProblem, PlaceOfContact
from botflow.storage.people.changes import add_person, change_person, lock_people, people_at
from botflow.storage.people.profiles import declared_fields
from botflow.storage.service.audit_log import record_change

BATCH = 200  # rows of one transaction
MOST_PROBLEMS = 100
MOST_CELLS = 250
ADDRESSES, GROUPS = "addresses", "groups"
IGNORED = ("id", "createdAt", "updatedAt", "lastSeenAt", "revision")  # an export has them
Write = Callable[[Callable[[Connection], "Tally"]], Awaitable["Tally"]]


@dataclass(frozen=True, slots=True)
class Row:
    """A row, and the line of the file where it ends."""

    line: int
    cells: Mapping[str, str]


@dataclass(slots=True)
class Tally:
    """What became of rows."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    problems: list[ImportProblem] = field(default_factory=list)


class DryRun(Exception):
    def __init__(self, tally: Tally) -> None:
        self.tally = tally


async def import_rows(
    lines: Iterable[str], channels: Channels, who: Principal, write: Write, *, dry_run: bool
) -> ContactImport:
    """Import the rows of a file. `write` runs a batch in a transaction of its own.

    RejectedInbound `import.column` (422) for a header with an unknown column, before anything is written.
    """
    sums, rows = Tally(), 0
    refused = 0
    reader = read_rows(lines)
    header = next(reader)
    assert isinstance(header, tuple), "the header comes first"
    for batch in iter(lambda: list(islice(reader, BATCH)), []):
        rows += len(batch)

        def work(connection: Connection, batch: Sequence[Any] = batch) -> Tally:
            tally = _import(connection, channels, who, header, batch)
            if dry_run:
                raise DryRun(tally)
            return tally

        try:
            made = await write(work)
        except DryRun as over:
            made = over.tally
        sums.created += made.created
        sums.changed += made.changed
        sums.unchanged += made.unchanged
        refused += len(made.problems)
        sums.problems += made.problems[: MOST_PROBLEMS - len(sums.problems)]
    if not rows:
        await write(lambda connection: _import(connection, channels, who, header, []))
    return ContactImport(
        rows=rows,
        created=sums.created,
        changed=sums.changed,
        unchanged=sums.unchanged,
        refused=refused,
        dry_run=dry_run,
        problems=sums.problems,
    )


def read_rows(lines: Iterable[str]) -> Iterator[Any]:
    """Yield the header as a tuple, and then each Row; an ImportProblem for a row that cannot be read."""
    reader = csv.reader(lines)
    try:
        header = tuple(cell.strip().removeprefix("\ufeff") for cell in next(reader, []))
    except csv.Error as wrong:
        raise _column(f"the header cannot be read: {wrong}") from None
    if ADDRESSES not in header or len(set(header)) < len(header) or len(header) > MOST_CELLS:
        raise _column(f"the first line names no column {ADDRESSES!r}, or one twice, or more than {MOST_CELLS}")
    yield header
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as wrong:
            yield ImportProblem(line=reader.line_num, code="import.row", message=str(wrong)[:200])
            continue
        if not cells:
            continue
        if len(cells) != len(header):
            words = f"it has {len(cells)} cells, and the header {len(header)}"
            yield ImportProblem(line=reader.line_num, code="import.row", message=words)
            continue
        yield Row(reader.line_num, dict(zip(header, map(without_guard, cells), strict=True)))


def _import(
    connection: Connection, channels: Channels, who: Principal, header: Sequence[str], batch: Sequence[Any]
) -> Tally:
    declared = declared_fields(connection, who.organization)
    known = {ADDRESSES, GROUPS, *STANDARD, *IGNORED, *declared}
    if unknown := [name for name in header if name not in known]:
        raise _column(f"there is no field {unknown[0][:64]!r}")
    tally = Tally()
    for each in batch:
        if isinstance(each, ImportProblem):
            tally.problems.append(each)
            continue
        try:
            _import_row(connection, channels, who.organization, declared, each.cells, tally)
        except (FlowError, RejectedInbound) as wrong:
            tally.problems.append(ImportProblem(line=each.line, code=wrong.code, message=wrong.message))
    if tally.created or tally.changed:
        after = {"created": tally.created, "changed": tally.changed}
        record_change(connection, who, "contact.imported", "contacts", after=after)
    return tally


def _import_row(
    connection: Connection,
    channels: Channels,
    organization: int,
    declared: Mapping[str, ContactField],
    cells: Mapping[str, str],
    tally: Tally,
) -> None:
    """Write a row. Everything is checked before anything is written."""
    places = places_of(channels, _places(cells[ADDRESSES]))
    written = {name: cell for name, cell in cells.items() if cell.strip() and (name in STANDARD or name in declared)}
    values = {name: stored_value(name, cell, declared) for name, cell in written.items()}
    groups = dict.fromkeys(map(checked_group, _listed(cells.get(GROUPS, ""))), True)
    there = people_at(connection, organization, places)
    if len(there) > 1:
        raise RejectedInbound(
            f"its addresses are those of the contacts {', '.join(map(str, sorted(there)))}",
            code="contact.two_contacts",
            hint="merge them first",
            status=409,
        )
    person, is_new = add_person(connection, organization, places)
    [row] = lock_people(connection, organization, [person])
    changed = {name: value for name, value in values.items() if row.values.get(name) != value}
    joined = {group: True for group in groups if group not in row.groups}
    if changed or joined or is_new:
        change_person(connection, organization, person, changed, joined)
    if is_new:
        tally.created += 1
    elif changed or joined:
        tally.changed += 1
    else:
        tally.unchanged += 1


def _places(cell: str) -> list[PlaceOfContact]:
    found = []
    for each in _listed(cell):
        channel, colon, address = each.partition(":")
        if not colon or not channel.strip() or not address.strip() or len(channel) > 32 or len(address) > 200:
            raise RejectedInbound(
                f"{each[:64]!r} is no address such as sms:+15551234567", code="address.invalid", status=422
            )
        found.append(PlaceOfContact(channel=channel.strip(), address=address.strip()))
    if not found or len(found) > 20:
        raise RejectedInbound("a row has 1 to 20 addresses", code="address.invalid", status=422)
    return found


def _listed(cell: str) -> list[str]:
    """Return the texts of a cell: a JSON list, as an export writes it, or texts with semicolons between them."""
    if cell.lstrip().startswith("["):
        try:
            listed = orjson.loads(cell)
        except orjson.JSONDecodeError:
            listed = None
        if not isinstance(listed, list) or not all(isinstance(each, str) for each in listed):
            raise RejectedInbound(f"{cell[:64]!r} is no list of texts", code="import.row", status=422)
        return listed
    return [each.strip() for each in cell.split(";") if each.strip()]


def _column(message: str) -> RejectedInbound:
    return RejectedInbound(
        message,
        code="import.column",
        hint=f"columns are {ADDRESSES}, {GROUPS}, {', '.join(STANDARD)} and the declared fields",
        status=422,
    )
