"""What a turn reads of its person, in one statement: the person at the conversation's address, wherever their fields
were set."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Connection,
    FromClause,
    Integer,
    ScalarSelect,
    Select,
    Text,
    and_,
    cast,
    func,
    literal,
    null,
    select,
    union,
    union_all,
)

from botflow.engine.person.contact import Contact
from botflow.flow.contact_fields import ContactField
from botflow.records.sessions import SessionKey
from botflow.storage.engines.column_types import Json, UtcTime
from botflow.storage.engines.dialects import is_postgres
from botflow.storage.tables import (
    contact_fields,
    contact_group_members,
    contact_groups,
    contacts,
    inbounds,
    people,
    person_values,
    sessions,
    workflows,
)

_PERSON, _VALUE, _GROUP, _FIELD, _SEEN = "person", "value", "group", "field", "seen"


def read_contact(connection: Connection, key: SessionKey, channels: tuple[str, ...], now: datetime) -> Contact:
    """Return the person of a conversation; `lastSeen` is their last message before `now`, in any conversation."""
    contact: dict[str, Any] = {"values": {}, "groups": [], "declared": {}}
    for row in connection.execute(_everything(connection, key, now)).all():
        match row.kind:
            case "person":
                contact.update(id=row.id, created=row.at.isoformat())
            case "value":
                contact["values"][row.name] = row.value
            case "group":
                contact["groups"].append(row.name)
            case "field":
                contact["declared"][row.name] = ContactField(**row.value)
            case _ if row.at is not None:
                contact["last_seen"] = row.at.isoformat()
    return Contact(
        channel=key.channel,
        address=key.external_id,
        channels=channels,
        id=contact.get("id"),
        created=contact.get("created"),
        last_seen=contact.get("last_seen"),
        values=contact["values"],
        groups=tuple(sorted(contact["groups"])),
        declared=contact["declared"],
    )


def _everything(connection: Connection, key: SessionKey, now: datetime) -> CompoundSelect[Any]:
    organization = _organization_of(key.workflow)
    at_address = and_(
        contacts.c.organization_id == organization,
        contacts.c.channel == key.channel,
        contacts.c.address == key.external_id,
    )
    person = select(contacts.c.person_id).where(at_address).scalar_subquery()
    number = BigInteger if is_postgres(connection) else Integer
    no_id, no_name, no_value, no_time = (cast(null(), kind) for kind in (number, Text, Json, UtcTime))
    return union_all(
        select(
            literal(_PERSON).label("kind"),
            people.c.id.label("id"),
            no_name.label("name"),
            no_value.label("value"),
            people.c.created_at.label("at"),
        ).where(people.c.id == person),
        select(literal(_VALUE), no_id, person_values.c.field, person_values.c.value, no_time).where(
            person_values.c.person_id == person
        ),
        select(literal(_GROUP), no_id, contact_groups.c.name, no_value, no_time)
        .join(contact_group_members, contact_group_members.c.group_id == contact_groups.c.id)
        .where(contact_group_members.c.person_id == person),
        select(literal(_FIELD), no_id, contact_fields.c.name, contact_fields.c.declaration, no_time).where(
            contact_fields.c.organization_id == organization
        ),
        select(literal(_SEEN), no_id, no_name, no_value, last_seen(key, person, now).scalar_subquery()),
    )


def last_seen(key: SessionKey, person: Any, before: datetime) -> Select[Any]:
    """Return the query for the last message of a person, and at the address of `key`, before a moment."""
    at = union(
        select(literal(key.channel).label("channel"), literal(key.external_id).label("address")),
        select(contacts.c.channel, contacts.c.address).where(contacts.c.person_id == person),
    ).subquery()
    newest = newest_message(_organization_of(key.workflow), at, before)
    return select(func.max(newest, type_=UtcTime())).select_from(at)


def newest_message(
    organization: ColumnElement[int] | int, at: FromClause, before: datetime | None = None
) -> ScalarSelect[Any]:
    """Return the query for the last message at the address in a row of `at`. It looks each conversation up by its key,
    and reads its newest message, however long it is."""
    ours = select(workflows.c.id).where(workflows.c.organization_id == organization)
    heard = and_(inbounds.c.session_id == sessions.c.id, inbounds.c.kind == "message")
    newest = select(inbounds.c.received_at).where(heard).order_by(inbounds.c.seq.desc()).limit(1).correlate(sessions)
    if before is not None:
        newest = newest.where(inbounds.c.received_at < before)
    theirs = and_(
        sessions.c.workflow_id.in_(ours),
        sessions.c.channel == at.c.channel,
        sessions.c.external_id == at.c.address,
    )
    return select(func.max(newest.scalar_subquery(), type_=UtcTime())).where(theirs).correlate(at).scalar_subquery()


def _organization_of(workflow: int) -> ScalarSelect[int]:
    return select(workflows.c.organization_id).where(workflows.c.id == workflow).scalar_subquery()
