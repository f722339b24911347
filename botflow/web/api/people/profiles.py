"""Contacts over HTTP: people at all of their addresses, their groups and the fields that they may have."""

from __future__ import annotations

from http import HTTPStatus
from io import StringIO
from typing import Annotated

from pydantic import Field

from botflow.records.access import Scope
from botflow.service.models import Page
from botflow.service.people.contact_models import (
    ContactChange,
    ContactGroup,
    ContactImport,
    ContactMerge,
    ContactProfile,
    ContactsFile,
    DeclaredField,
    DeclaredFields,
    FieldDeclaration,
    NewContact,
)
from botflow.service.people.contacts import unknown_contact
from botflow.web.rest.operation import Call, Operation
from botflow.web.rest.query import PageQuery, QueryText

TAG = "Contacts"
LARGEST_IMPORT = 18 * 1024 * 1024


class ContactsQuery(PageQuery):
    """Which contacts; all that is given holds. `name` is the beginning of a word of the name, `address` an address on
    any channel, `value` the value of `field`."""

    name: QueryText | None = None
    address: QueryText | None = None
    field: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    value: QueryText | None = None
    group: Annotated[str, Field(min_length=1, max_length=64)] | None = None


async def get_contacts(call: Call) -> Page[ContactProfile]:
    """Search contacts, by name, address, the value of a field, or group."""
    given = {name: getattr(call.query, name) for name in type(call.query).model_fields}
    return await call.service.people.get_contacts(**given)


async def create_contact(call: Call) -> ContactProfile:
    """Store a contact with its addresses."""
    return await call.service.people.create_contact(call.body)


async def get_contact(call: Call) -> ContactProfile:
    """Read a contact; the id of one that was merged answers with the contact that it was merged into."""
    return await call.service.people.get_contact(_id(call))


async def change_contact(call: Call) -> ContactProfile:
    """Change the fields and groups that are given; null clears a field. Consent is not part of it."""
    return await call.service.people.change_contact(_id(call), call.body, if_revision=call.if_revision)


async def merge_contacts(call: Call) -> ContactProfile:
    """Merge another contact into this one: addresses and groups are united, opt-outs stay with their addresses."""
    return await call.service.people.merge_contacts(_id(call), call.body)


async def import_contacts(call: Call) -> ContactImport:
    """Import contacts from CSV with a header: the columns `addresses` (such as `sms:+15551234567`, several with
    semicolons between them), `name`, `language`, `timeZone`, `groups`, and declared fields. An empty cell changes
    nothing, and neither does a file that was imported before. No consent is changed. With `dryRun` nothing is stored:
    the answer says what would be."""
    file: ContactsFile = call.body
    return await call.service.people.import_contacts(StringIO(file.csv, newline=""), dry_run=file.dry_run)


async def get_contact_groups(call: Call) -> Page[ContactGroup]:
    """List the groups of contacts, by name. `GET /contacts?group=` lists who is in one."""
    return await call.service.contact_fields.get_contact_groups(cursor=call.query.cursor, limit=call.query.limit)


async def get_contact_fields(call: Call) -> DeclaredFields:
    """List the fields that contacts may have besides name, language and time zone."""
    return await call.service.contact_fields.get_contact_fields()


async def declare_contact_field(call: Call) -> DeclaredField:
    """Declare a field of contacts for all workflows. Its type changes only while no contact has a value of it."""
    return await call.service.contact_fields.declare_contact_field(call.path["field"], call.body)


async def remove_contact_field(call: Call) -> None:
    """Remove a field that no contact has a value of."""
    await call.service.contact_fields.remove_contact_field(call.path["field"])


def _id(call: Call) -> int:
    given = call.path["contact"]
    if not given.isascii() or not given.isdigit() or len(given) > 18:
        raise unknown_contact(0)
    return int(given)


_ONE = "/contacts/{contact}"
_FIELD = "/contact-fields/{field}"
READ, WRITE = Scope.SESSIONS_READ, Scope.SESSIONS_WRITE
OPERATIONS = (
    Operation(
        method="GET",
        path="/contacts",
        handler=get_contacts,
        scope=READ,
        tag=TAG,
        query=ContactsQuery,
        answer=Page[ContactProfile],
    ),
    Operation(
        method="POST",
        path="/contacts",
        handler=create_contact,
        scope=WRITE,
        tag=TAG,
        body=NewContact,
        answer=ContactProfile,
        status=HTTPStatus.CREATED,
    ),
    Operation(method="GET", path=_ONE, handler=get_contact, scope=READ, tag=TAG, answer=ContactProfile),
    Operation(
        method="PATCH",
        path=_ONE,
        handler=change_contact,
        scope=WRITE,
        tag=TAG,
        body=ContactChange,
        answer=ContactProfile,
        edits=True,
        needs_body=True,
    ),
    Operation(
        method="POST",
        path=f"{_ONE}/merge",
        handler=merge_contacts,
        scope=WRITE,
        tag=TAG,
        body=ContactMerge,
        answer=ContactProfile,
    ),
    Operation(
        method="POST",
        path="/contact-imports",
        handler=import_contacts,
        scope=WRITE,
        tag=TAG,
        body=ContactsFile,
        answer=ContactImport,
        largest_body=LARGEST_IMPORT,
    ),
    Operation(
        method="GET",
        path="/contact-groups",
        handler=get_contact_groups,
        scope=READ,
        tag=TAG,
        query=PageQuery,
        answer=Page[ContactGroup],
    ),
    Operation(
        method="GET", path="/contact-fields", handler=get_contact_fields, scope=READ, tag=TAG, answer=DeclaredFields
    ),
    Operation(
        method="PUT",
        path=_FIELD,
        handler=declare_contact_field,
        scope=Scope.WORKFLOWS_WRITE,
        tag=TAG,
        body=FieldDeclaration,
        answer=DeclaredField,
    ),
    Operation(method="DELETE", path=_FIELD, handler=remove_contact_field, scope=Scope.WORKFLOWS_WRITE, tag=TAG),
)
