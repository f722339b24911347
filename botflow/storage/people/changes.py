"""Changes of people, in the caller's transaction: field by field, and the merge of two into one.

The rows of the addresses are locked before the person, as a turn locks them; of two people the one with the lower id
first. Consent belongs to an address and is never touched.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, delete, select, update

from botflow.storage.engines.dialects import now, upsert
from botflow.storage.people.profiles import PersonRow, read_people
from botflow.storage.runs.campaigns.starts import follow_merge
from botflow.storage.tables import contact_group_members, contacts, people, person_terms, person_values
from botflow.storage.turns.contact_writes import (
    lock_addresses,
    make_person,
    move,
    person_at,
    touch,
    write_values,
)


def lock_people(connection: Connection, organization: int, ids: Sequence[int]) -> list[PersonRow]:
    """Lock people and their addresses, and return them as they are then, in this order."""
    theirs = select(contacts.c.address).where(contacts.c.person_id.in_(ids))
    connection.execute(theirs.order_by(contacts.c.channel, contacts.c.address).with_for_update()).all()
    mine = select(people.c.id).where(people.c.id.in_(ids), people.c.merged_into.is_(None)).order_by(people.c.id)
    there = set(connection.execute(mine.with_for_update()).scalars().all())
    return read_people(connection, organization, [id for id in ids if id in there])


def change_person(
    connection: Connection,
    organization: int,
    person: int,
    values: Mapping[str, Any],
    groups: Mapping[str, bool],
) -> None:
    """Write fields and groups of a person that the caller has locked."""
    touch(connection, person)
    write_values(connection, organization, person, values)
    for group, joins in sorted(groups.items()):
        move(connection, organization, person, group, joins=joins)


def add_person(connection: Connection, organization: int, addresses: Sequence[tuple[str, str]]) -> tuple[int, bool]:
    """Return the person at these addresses, and whether they were made now. Without an address one is made."""
    if not addresses:
        return make_person(connection, organization), True
    is_new = not lock_addresses(connection, organization, addresses)
    return person_at(connection, organization, addresses), is_new


def people_at(connection: Connection, organization: int, addresses: Sequence[tuple[str, str]]) -> set[int]:
    """Return the people at these addresses, whose rows are made and locked."""
    return set(lock_addresses(connection, organization, addresses).values())


def merge_people(
    connection: Connection, organization: int, kept: PersonRow, merged: PersonRow, values: Mapping[str, Any]
) -> None:
    """Make one person of two that the caller has locked: `kept` gets all addresses and groups, and these values. The
    id of `merged` leads to `kept` from now on, and so do those that led to it."""
    groups = select(contact_group_members.c.group_id).where(contact_group_members.c.person_id == merged.id)
    for group in connection.execute(groups.order_by(contact_group_members.c.group_id)).scalars().all():
        member = upsert(connection, contact_group_members).values(group_id=group, person_id=kept.id)
        connection.execute(member.on_conflict_do_nothing())
    for table in (contact_group_members, person_values, person_terms):
        connection.execute(delete(table).where(table.c.person_id == merged.id))
    follow_merge(connection, kept.id, merged.id)
    connection.execute(update(contacts).where(contacts.c.person_id == merged.id).values(person_id=kept.id))
    led = (people.c.id == merged.id) | (people.c.merged_into == merged.id)
    connection.execute(update(people).where(led).values(merged_into=kept.id, updated_at=now()))
    touch(connection, merged.id)
    touch(connection, kept.id)
    created = min(kept.created_at, merged.created_at)
    connection.execute(update(people).where(people.c.id == kept.id).values(created_at=created))
    write_values(connection, organization, kept.id, {"timeZone": None, **values})


def set_zone_of_person(connection: Connection, organization: int, channel: str, address: str, zone: str | None) -> None:
    """Let the person at an address, if one is stored, have this time zone at all of their addresses."""
    mine = (contacts.c.organization_id == organization, contacts.c.channel == channel, contacts.c.address == address)
    person = connection.execute(select(contacts.c.person_id).where(*mine)).scalar()
    if person is not None:
        lock_people(connection, organization, [person])
        change_person(connection, organization, person, {"timeZone": zone}, {})
