"""The fields that an organization declares, by itself or by the workflows that it publishes. Two of one name have one
type; the choices of both are choices."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, delete, insert, select, update

from botflow.errors import RejectedInbound
from botflow.flow.contact_fields import MOST_FIELDS, ContactField
from botflow.storage.engines.dialects import clock_time
from botflow.storage.people.profiles import declared_fields
from botflow.storage.tables import contact_fields, person_values


def declare(
    connection: Connection, organization: int, fields: Mapping[str, ContactField], by: str, *, replaces: bool = False
) -> None:
    """Declare fields; those that are declared get further choices, with `replaces` these and no others.

    RejectedInbound `contact_field.clash` (409) for another type than the declared one, `contact_field.too_many` (409).
    """
    if not fields:
        return
    declared = declared_fields(connection, organization)
    for name, given in sorted(fields.items()):
        before = declared.get(name)
        if before is not None and before.type != given.type and has_values(connection, organization, name):
            raise _clash(name, before, given)
        if before is not None and before.type != given.type and not replaces:
            raise _clash(name, before, given)
        _write(connection, organization, name, before, given if replaces else _united(before, given), by)
    if len(declared.keys() | fields.keys()) > MOST_FIELDS:
        raise RejectedInbound(
            f"an organization declares at most {MOST_FIELDS} fields of contacts",
            code="contact_field.too_many",
            hint="remove one that nothing uses",
            status=409,
        )


def forget_field(connection: Connection, organization: int, name: str) -> bool:
    """Remove a declaration; False if there is none."""
    mine = (contact_fields.c.organization_id == organization, contact_fields.c.name == name)
    return bool(connection.execute(delete(contact_fields).where(*mine)).rowcount)


def has_values(connection: Connection, organization: int, name: str) -> bool:
    """Say whether a contact has a value of this field."""
    mine = select(person_values.c.person_id).where(
        person_values.c.organization_id == organization, person_values.c.field == name
    )
    return connection.execute(mine.limit(1)).first() is not None


def _write(
    connection: Connection, organization: int, name: str, before: ContactField | None, field: ContactField, by: str
) -> None:
    if field == before:
        return
    declaration = {"type": field.type, **({"choices": list(field.choices)} if field.choices else {})}
    if before is None:
        row = {"organization_id": organization, "name": name, "declaration": declaration, "declared_by": by}
        connection.execute(insert(contact_fields).values(**row, created_at=clock_time(connection)))
        return
    mine = (contact_fields.c.organization_id == organization, contact_fields.c.name == name)
    connection.execute(update(contact_fields).where(*mine).values(declaration=declaration, declared_by=by))


def _united(before: ContactField | None, given: ContactField) -> ContactField:
    if before is None or given.type != "choice":
        return given
    return ContactField(type="choice", choices=tuple(dict.fromkeys((*before.choices, *given.choices))))


def _clash(name: str, before: ContactField, given: ContactField) -> RejectedInbound:
    return RejectedInbound(
        f"the contact field {name!r} is declared as {before.type}, and not as {given.type}",
        code="contact_field.clash",
        hint="give it another name, or declare the type that is there: GET /api/v1/contact-fields lists them",
        status=409,
    )
