"""What is known of a person at all of their addresses: an erasure of one address is one of all of them, and of the
person's fields and groups."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import ColumnElement, Connection, delete, null, or_, select, update

from botflow.records.erasures import Erasing, Person
from botflow.storage.tables import (
    audit_log,
    campaign_starts,
    contact_group_members,
    contacts,
    people,
    person_terms,
    person_values,
)


def with_all_addresses(connection: Connection, organization: int, person: Person) -> Person:
    """Return the person with every address that is stored as theirs."""
    theirs = select(contacts.c.address).where(
        contacts.c.organization_id == organization,
        contacts.c.person_id.in_(_people_at(connection, organization, person)),
    )
    found = connection.execute(theirs.order_by(contacts.c.channel, contacts.c.address)).scalars()
    return replace(person, keys=tuple(dict.fromkeys((*person.keys, *found))))


def erase_people(connection: Connection, erasing: Erasing) -> None:
    """Erase the fields and groups of the person, and what was merged into them; their addresses stay for the caller."""
    ids = _people_at(connection, erasing.organization, erasing.person)
    if not ids:
        return
    for table in (person_values, person_terms, contact_group_members, campaign_starts):
        erasing.count(
            "erased", table.name, connection.execute(delete(table).where(table.c.person_id.in_(ids))).rowcount
        )
    _forget_changes(connection, erasing, ids)
    connection.execute(update(contacts).where(contacts.c.person_id.in_(ids)).values(person_id=None))
    gone = delete(people).where(or_(people.c.id.in_(ids), people.c.merged_into.in_(ids)))
    erasing.count("erased", "people", connection.execute(gone).rowcount)


def _forget_changes(connection: Connection, erasing: Erasing, ids: list[int]) -> None:
    """Let the audit log keep who changed the contact and when, and not what was stored of the person."""
    merged = connection.execute(select(people.c.id).where(people.c.merged_into.in_(ids))).scalars()
    subjects = [f"contact:{id}" for id in (*ids, *merged)]
    mine = (audit_log.c.organization_id == erasing.organization, audit_log.c.subject.in_(subjects))
    forgotten = update(audit_log).where(*mine).values(before=null(), after=null())
    erasing.count("redacted", "audit_log", connection.execute(forgotten).rowcount)


def _people_at(connection: Connection, organization: int, person: Person) -> list[int]:
    mine: tuple[ColumnElement[bool], ...] = (
        contacts.c.organization_id == organization,
        contacts.c.address.in_(person.keys),
        contacts.c.person_id.is_not(None),
    )
    return list(connection.execute(select(contacts.c.person_id).where(*mine).distinct()).scalars())
