"""People as the service lists them: found by their name, an address, a field or a group, and read many at a time.

Each filter is driven by an index in the order of the page, so no page reads a table, however many people there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, or_, select

from botflow.flow.contact_fields import ContactField, sought
from botflow.storage.people.intersection import FoundPeople, Having, find_in_both
from botflow.storage.service.pages import Order
from botflow.storage.tables import (
    contact_fields,
    contact_group_members,
    contact_groups,
    contacts,
    people,
    person_terms,
    person_values,
)
from botflow.storage.turns.contact_reads import newest_message

LAST_CHARACTER = "\U0010ffff"
MOST_MERGES = 20  # that one id is followed through


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleFilter:
    """Which people to list; all that is given must hold. `addresses` are (channel, address) forms of one address;
    `value` is the value of `field`."""

    name: str | None = None
    addresses: Sequence[tuple[str, str]] | None = None
    field: str | None = None
    value: Any = None
    group: str | None = None


@dataclass(slots=True, kw_only=True)
class PersonRow:
    """A person with all that is stored of them. `addresses` are (channel, address, stopped)."""

    id: int
    created_at: datetime
    updated_at: datetime
    revision: int
    last_seen_at: datetime | None = None
    values: dict[str, Any] = field(default_factory=dict)
    groups: list[str] = field(default_factory=list)
    addresses: list[tuple[str, str, bool]] = field(default_factory=list)


def find_people(
    connection: Connection, organization: int, wanted: PeopleFilter, after: Sequence[Any] | None, limit: int
) -> FoundPeople:
    """Return up to `limit` people after the one with the key `after`. A page by group and field may have fewer, also
    none, and yet be followed by another one."""
    group = _group(connection, organization, wanted.group) if wanted.group is not None else 0
    if group is None:
        return FoundPeople(ids=(), next=None)
    if wanted.field is not None and wanted.group is not None and wanted.name is None and wanted.addresses is None:
        return find_in_both(connection, _with_value(organization, wanted), _in_group(group), after, limit)
    statement, order, person = _driven(organization, wanted, group)
    for condition in _conditions(organization, wanted, group, person):
        statement = statement.where(condition)
    keys = [tuple(row) for row in connection.execute(order.page(statement, after, limit))]
    return FoundPeople(ids=tuple(key[-1] for key in keys[:limit]), next=keys[limit - 1] if len(keys) > limit else None)


def read_people(connection: Connection, organization: int, ids: Sequence[int]) -> list[PersonRow]:
    """Return these people, in this order; people of other organizations are left out."""
    mine = select(people).where(people.c.id.in_(ids), people.c.organization_id == organization)
    found = {
        row.id: PersonRow(id=row.id, created_at=row.created_at, updated_at=row.updated_at, revision=row.revision)
        for row in connection.execute(mine)
    }
    if not found:
        return []
    values = select(person_values.c.person_id, person_values.c.field, person_values.c.value)
    for person, name, value in connection.execute(values.where(person_values.c.person_id.in_(found))):
        found[person].values[name] = value
    groups = (
        select(contact_group_members.c.person_id, contact_groups.c.name)
        .join(contact_groups, contact_groups.c.id == contact_group_members.c.group_id)
        .where(contact_group_members.c.person_id.in_(found))
        .order_by(contact_groups.c.name)
    )
    for person, name in connection.execute(groups):
        found[person].groups.append(name)
    seen = newest_message(organization, contacts)
    columns = (contacts.c.person_id, contacts.c.channel, contacts.c.address, contacts.c.stopped, seen)
    addresses = select(*columns).where(contacts.c.person_id.in_(found))
    for person, channel, address, stopped, moment in connection.execute(addresses.order_by(*columns[1:3])):
        row = found[person]
        row.addresses.append((channel, address, stopped))
        row.last_seen_at = max(filter(None, (row.last_seen_at, moment)), default=None)
    return [found[id] for id in ids if id in found]


def resolve(connection: Connection, organization: int, person: int) -> int | None:
    """Return the id of a person, or of the one that they were merged into; None for nobody."""
    for _ in range(MOST_MERGES):
        row = connection.execute(
            select(people.c.id, people.c.merged_into).where(
                people.c.id == person, people.c.organization_id == organization
            )
        ).first()
        if row is None or row.merged_into is None:
            return None if row is None else int(row.id)
        person = row.merged_into
    return None


def declared_fields(connection: Connection, organization: int) -> dict[str, ContactField]:
    """Return the organization's fields by name."""
    mine = select(contact_fields.c.name, contact_fields.c.declaration).where(
        contact_fields.c.organization_id == organization
    )
    rows = connection.execute(mine.order_by(contact_fields.c.name))
    return {name: ContactField(**declaration) for name, declaration in rows}


def _driven(organization: int, wanted: PeopleFilter, group: int) -> tuple[Select[Any], Order, ColumnElement[int]]:
    """Return the statement on the rows of one filter, in the order of its index, and its column of people."""
    if wanted.addresses is not None:
        person = contacts.c.person_id
        statement = select(person).where(_at(organization, wanted.addresses), person.is_not(None)).distinct()
        return statement, Order(columns=(person,)), person
    if wanted.name is not None:
        terms = person_terms.c
        return (
            select(terms.term, terms.person_id).where(*_begins(person_terms, organization, wanted.name)),
            Order(columns=(terms.term, terms.person_id)),
            terms.person_id,
        )
    members, values = contact_group_members.c, person_values.c
    if wanted.group is not None:
        statement = select(members.person_id).where(members.group_id == group)
        return statement, Order(columns=(members.person_id,)), members.person_id
    if wanted.field is not None:
        statement = select(values.person_id).where(*_has(organization, wanted.field, wanted.value))
        return statement, Order(columns=(values.person_id,)), values.person_id
    statement = select(people.c.id).where(people.c.organization_id == organization, people.c.merged_into.is_(None))
    return statement, Order(columns=(people.c.id,)), people.c.id


def _conditions(
    organization: int, wanted: PeopleFilter, group: int, person: ColumnElement[int]
) -> list[ColumnElement[bool]]:
    """Return what else must hold of the people on the rows that drive the statement, each looked up by its key."""
    if wanted.addresses is None and wanted.name is None:
        return []
    found: list[ColumnElement[bool]] = []
    if wanted.name is not None:
        terms = person_terms.alias("terms")
        begins = (*_begins(terms, organization, wanted.name), terms.c.person_id == person)
        if wanted.addresses is not None:
            found.append(select(terms.c.term).where(*begins).exists())
        else:  # a name whose two words begin alike is listed once, by the first of them
            earlier = terms.c.term < person_terms.c.term
            found.append(~select(terms.c.term).where(*begins, earlier).exists())
    if wanted.field is not None:
        values = (*_has(organization, wanted.field, wanted.value), person_values.c.person_id == person)
        found.append(select(person_values.c.field).where(*values).exists())
    if wanted.group is not None:
        members = contact_group_members.c
        is_member = (members.group_id == group, members.person_id == person)
        found.append(select(members.group_id).where(*is_member).exists())
    return found


def _begins(terms: Any, organization: int, name: str) -> tuple[ColumnElement[bool], ...]:
    beginning = " ".join(name.casefold().split())
    return (
        terms.c.organization_id == organization,
        terms.c.term >= beginning,
        terms.c.term < beginning + LAST_CHARACTER,
    )


def _has(organization: int, name: str, value: Any) -> tuple[ColumnElement[bool], ...]:
    columns = person_values.c
    return columns.organization_id == organization, columns.field == name, columns.sought == sought(value)


def _with_value(organization: int, wanted: PeopleFilter) -> Having:
    """Return the people who have the value, as rows of the values."""
    assert wanted.field is not None, "the caller has looked"
    return Having(person_values.c.person_id, _has(organization, wanted.field, wanted.value))


def _in_group(group: int) -> Having:
    return Having(contact_group_members.c.person_id, (contact_group_members.c.group_id == group,))


def _group(connection: Connection, organization: int, name: str) -> int | None:
    """Return a group's id: by the number itself the planner knows how many are in the group."""
    mine = and_(contact_groups.c.organization_id == organization, contact_groups.c.name == name)
    return connection.execute(select(contact_groups.c.id).where(mine)).scalar()


def _at(organization: int, addresses: Sequence[tuple[str, str]]) -> ColumnElement[bool]:
    named = (and_(contacts.c.channel == channel, contacts.c.address == address) for channel, address in addresses)
    return and_(contacts.c.organization_id == organization, or_(*named))
