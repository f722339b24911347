"""The fields that contacts of the organization may have, and their groups."""

from __future__ import annotations

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Connection

from botflow.errors import RejectedInbound
from botflow.flow.contact_fields import ContactField, FieldName
from botflow.records.access import Principal
from botflow.service.cursors import PAGE, page_of, read_cursor
from botflow.service.models import Page
from botflow.service.people.contact_models import ContactGroup, DeclaredField, DeclaredFields, FieldDeclaration
from botflow.storage.engines.engine import Engine
from botflow.storage.people.declarations import declare, forget_field, has_values
from botflow.storage.people.groups import list_groups
from botflow.storage.people.profiles import declared_fields
from botflow.storage.service.audit_log import record_change

_NAME: TypeAdapter[str] = TypeAdapter(FieldName)
_BY_NAME = "contact group"


class ContactFields:
    """The declarations and the groups of the caller's organization."""

    def __init__(self, engine: Engine, caller: Principal) -> None:
        self._engine = engine
        self._caller = caller

    async def get_contact_fields(self) -> DeclaredFields:
        """Return all declared fields, by name; those of published workflows are among them."""
        declared = await self._engine.read(declared_fields, self._caller.organization)
        return DeclaredFields(items=[_shown(name, field) for name, field in declared.items()])

    async def declare_contact_field(self, name: str, declaration: FieldDeclaration) -> DeclaredField:
        """Declare a field, or declare it anew. RejectedInbound `contact_field.invalid` (422), `contact_field.clash`
        (409) for another type while contacts have values of it."""
        try:
            name = _NAME.validate_python(name)
            field = ContactField(type=declaration.type, choices=tuple(declaration.choices))
        except ValidationError as wrong:
            said = wrong.errors(include_url=False, include_input=False)[0]["msg"]
            raise RejectedInbound(said, code="contact_field.invalid", status=422) from None
        return await self._engine.write(_declare, self._caller, name, field)

    async def remove_contact_field(self, name: str) -> None:
        """Remove a declaration. RejectedInbound `contact_field.unknown` (404), `contact_field.in_use` (409) while a
        contact has a value of it."""
        await self._engine.write(_remove, self._caller, name)

    async def get_contact_groups(self, *, cursor: str | None = None, limit: int = PAGE) -> Page[ContactGroup]:
        """Return a page of groups, by name."""
        after = read_cursor(cursor, _BY_NAME, (str,))
        found = await self._engine.read(list_groups, self._caller.organization, after, limit)
        return page_of(found, limit, _BY_NAME, lambda row: (row.name,), ContactGroup.model_validate)


def _declare(connection: Connection, who: Principal, name: str, field: ContactField) -> DeclaredField:
    before = declared_fields(connection, who.organization).get(name)
    declare(connection, who.organization, {name: field}, "", replaces=True)
    if field != before:
        was = _shown(name, before).model_dump() if before is not None else None
        after = _shown(name, field).model_dump()
        record_change(connection, who, "contact_field.declared", f"contact_field:{name}", before=was, after=after)
    return _shown(name, field)


def _remove(connection: Connection, who: Principal, name: str) -> None:
    if name in declared_fields(connection, who.organization) and has_values(connection, who.organization, name):
        raise RejectedInbound(
            f"contacts have values of {name[:64]!r}",
            code="contact_field.in_use",
            hint="clear them first: null clears a field",
            status=409,
        )
    if not name.isprintable() or not forget_field(connection, who.organization, name):
        raise RejectedInbound(f"there is no field {name[:64]!r}", code="contact_field.unknown", status=404)
    record_change(connection, who, "contact_field.removed", f"contact_field:{name}")


def _shown(name: str, field: ContactField) -> DeclaredField:
    return DeclaredField(name=name, type=field.type, choices=list(field.choices))
