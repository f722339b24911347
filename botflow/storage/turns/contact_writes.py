"""What a turn changes of its person, written in the transaction of the turn's commit: once, and only with it.

Fields are rows of their own: two conversations of one person that set different fields lose nothing, and the later
commit wins the same field. Everywhere the rows of the addresses are locked before a session, and a person after it, so
two turns, or a turn and a change of consent, cannot wait for each other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, or_, select, update

from botflow.crash_points import reach
from botflow.engine.person.contact import ContactChanges
from botflow.flow.contact_fields import sought
from botflow.records.turns import TurnCommit
from botflow.storage.engines.dialects import now, upsert
from botflow.storage.tables import (
    contact_group_members,
    contact_groups,
    contacts,
    people,
    person_terms,
    person_values,
    workflows,
)

MOST_TERMS = 8  # words of a name that it can be found by
LONGEST_TERM = 100

Addresses = Sequence[tuple[str, str]]  # (channel, address)


def hold_contact(connection: Connection, commit: TurnCommit) -> None:
    """Make and lock the rows of the person's address, before the session is locked."""
    if (changes := commit.turn.contact) is not None:
        lock_addresses(connection, _organization(connection, commit), _addresses(changes))


def write_contact(connection: Connection, commit: TurnCommit) -> None:
    """Write what the turn has changed of its person; nothing for most turns."""
    changes = commit.turn.contact
    if changes is None:
        return
    organization = _organization(connection, commit)
    person = person_at(connection, organization, _addresses(changes))
    touch(connection, person)
    write_values(connection, organization, person, changes.values)
    for group, joins in sorted(changes.groups.items()):
        move(connection, organization, person, group, joins=joins)
    reach("contact.written")


def lock_addresses(connection: Connection, organization: int, addresses: Addresses) -> dict[tuple[str, str], int]:
    """Make the rows of these addresses that are missing, and lock all; return the persons of those that have one."""
    for channel, address in sorted(addresses):
        row = upsert(connection, contacts).values(
            organization_id=organization, channel=channel, address=address, stopped=False, updated_at=now()
        )
        connection.execute(row.on_conflict_do_nothing())
    found = connection.execute(
        select(contacts.c.channel, contacts.c.address, contacts.c.person_id)
        .where(_are(organization, addresses))
        .order_by(contacts.c.channel, contacts.c.address)
        .with_for_update()
    ).all()
    return {(row.channel, row.address): row.person_id for row in found if row.person_id is not None}


def person_at(connection: Connection, organization: int, addresses: Addresses) -> int:
    """Return the person at the first of these addresses that has one, made if none has; the others without one become
    theirs."""
    known = lock_addresses(connection, organization, addresses)
    person = next((known[place] for place in addresses if place in known), None)
    if person is None:
        person = make_person(connection, organization)
    connection.execute(
        update(contacts).where(_are(organization, addresses), contacts.c.person_id.is_(None)).values(person_id=person)
    )
    return person


def make_person(connection: Connection, organization: int) -> int:
    row = insert(people).values(organization_id=organization, created_at=now(), updated_at=now(), revision=0)
    made: int = connection.execute(row.returning(people.c.id)).scalar_one()
    return made


def touch(connection: Connection, person: int) -> None:
    """Lock a person, and give them a new revision."""
    connection.execute(
        update(people).where(people.c.id == person).values(revision=people.c.revision + 1, updated_at=now())
    )


def write_values(connection: Connection, organization: int, person: int, values: Mapping[str, Any]) -> None:
    """Set fields, as `stored_value` gives them; None clears one."""
    for field, value in sorted(values.items()):
        if value is None:
            mine = and_(person_values.c.person_id == person, person_values.c.field == field)
            connection.execute(delete(person_values).where(mine))
            continue
        row = upsert(connection, person_values).values(
            person_id=person,
            field=field,
            organization_id=organization,
            value=value,
            sought=sought(value),
            updated_at=now(),
        )
        newer = {name: row.excluded[name] for name in ("value", "sought", "updated_at")}
        connection.execute(row.on_conflict_do_update(index_elements=["person_id", "field"], set_=newer))
    if "name" in values:
        _write_terms(connection, organization, person, values["name"])
    if "timeZone" in values:  # the send gate reads it with the address
        zone = values["timeZone"]
        connection.execute(update(contacts).where(contacts.c.person_id == person).values(time_zone=zone))


def move(connection: Connection, organization: int, person: int, group: str, *, joins: bool) -> None:
    """Put a person into a group, which is made if there is none of this name, or take them out."""
    if joins:
        member = upsert(connection, contact_group_members).values(
            group_id=group_of(connection, organization, group), person_id=person
        )
        connection.execute(member.on_conflict_do_nothing())
        return
    named = select(contact_groups.c.id).where(
        contact_groups.c.organization_id == organization, contact_groups.c.name == group
    )
    connection.execute(
        delete(contact_group_members).where(
            contact_group_members.c.person_id == person, contact_group_members.c.group_id.in_(named)
        )
    )


def group_of(connection: Connection, organization: int, name: str) -> int:
    """Return a group's id; the group is made if there is none of this name."""
    named = select(contact_groups.c.id).where(
        contact_groups.c.organization_id == organization, contact_groups.c.name == name
    )
    if (found := connection.execute(named).scalar()) is not None:
        return int(found)
    row = upsert(connection, contact_groups).values(organization_id=organization, name=name, created_at=now())
    connection.execute(row.on_conflict_do_nothing())
    return int(connection.execute(named).scalar_one())


def terms_of(name: str) -> list[str]:
    """Return what a name is found by: the name from each of its first words on, in small letters."""
    words = name.casefold().split()
    return list(dict.fromkeys(" ".join(words[at:])[:LONGEST_TERM] for at in range(min(len(words), MOST_TERMS))))


def _write_terms(connection: Connection, organization: int, person: int, name: str | None) -> None:
    connection.execute(delete(person_terms).where(person_terms.c.person_id == person))
    rows = [{"organization_id": organization, "term": term, "person_id": person} for term in terms_of(name or "")]
    if rows:
        connection.execute(insert(person_terms), rows)


def _addresses(changes: ContactChanges) -> Addresses:
    """Return the address on the conversation's own channel first."""
    others = (channel for channel in changes.channels if channel != changes.channel)
    return [(channel, changes.address) for channel in (changes.channel, *others)]


def _are(organization: int, addresses: Addresses) -> ColumnElement[bool]:
    """Match the rows of these addresses by their primary key."""
    named = (and_(contacts.c.channel == channel, contacts.c.address == address) for channel, address in addresses)
    return and_(contacts.c.organization_id == organization, or_(*named))


def _organization(connection: Connection, commit: TurnCommit) -> int:
    of_workflow = select(workflows.c.organization_id).where(workflows.c.id == commit.read.key.workflow)
    found: int = connection.execute(of_workflow).scalar_one()
    return found
