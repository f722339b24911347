"""Contacts: search, read, change and merge people, whose addresses may be on any channel.

A change is of the fields that it names and of no others. Consent belongs to an address: nothing here changes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection

from botflow.engine.person.contact import checked_group
from botflow.errors import FlowError, RejectedInbound
from botflow.flow.contact_fields import STANDARD, ContactField, stored_value
from botflow.interfaces import Channels
from botflow.records.access import Principal
from botflow.service.cursors import PAGE, cursor_of, read_cursor
from botflow.service.models import Page
from botflow.service.people.addresses import forms_of, places_of
from botflow.service.people.contact_import import import_rows
from botflow.service.people.contact_models import ContactChange, ContactImport, ContactMerge, ContactProfile, NewContact
from botflow.service.refusals import check_unchanged
from botflow.storage.engines.engine import Engine
from botflow.storage.people.changes import add_person, change_person, lock_people, merge_people, people_at
from botflow.storage.people.profiles import (
    PeopleFilter,
    PersonRow,
    declared_fields,
    find_people,
    read_people,
    resolve,
)
from botflow.storage.service.audit_log import record_change

_BY_ID, _BY_NAME = "contact", "contact name"


class Contacts:
    """The contacts of the caller's organization. `engine` is the database as the organization sees it."""

    def __init__(self, engine: Engine, channels: Channels, caller: Principal) -> None:
        self._engine = engine
        self._channels = channels
        self._caller = caller

    async def get_contacts(
        self,
        *,
        name: str | None = None,
        address: str | None = None,
        field: str | None = None,
        value: str | None = None,
        group: str | None = None,
        cursor: str | None = None,
        limit: int = PAGE,
    ) -> Page[ContactProfile]:
        """Return a page of contacts for which all that is given holds, by id, or by name if that is given.

        A `name` is the beginning of any word of the person's name. RejectedInbound `contact.field_unknown`,
        `contact.value` (422) for a field and a value that no contact can have.
        """
        if (field is None) != (value is None):
            raise RejectedInbound("field and value go together", code="query.invalid", hint="give both, or neither")
        sort, kinds = (_BY_NAME, (str, int)) if name is not None and address is None else (_BY_ID, (int,))
        after = read_cursor(cursor, sort, kinds)
        wanted = PeopleFilter(
            name=name,
            addresses=forms_of(self._channels, address) if address is not None else None,
            field=field,
            value=value,
            group=group,
        )
        return await self._engine.read(_page, self._caller.organization, wanted, sort, after, limit)

    async def get_contact(self, contact: int) -> ContactProfile:
        """Return a contact, or the one that it was merged into. RejectedInbound `contact.unknown` (404)."""
        row = await self._engine.read(_read, self._caller.organization, contact)
        return ContactProfile.of(row)

    async def create_contact(self, new: NewContact) -> ContactProfile:
        """Store a contact. RejectedInbound `contact.exists` (409) if one has an address of it, `contact.address`,
        `address.invalid`, `contact.value`, `contact.field_unknown` (422)."""
        places = places_of(self._channels, new.addresses)
        return await self._engine.write(_create, self._caller, places, new)

    async def change_contact(
        self, contact: int, change: ContactChange, *, if_revision: int | None = None
    ) -> ContactProfile:
        """Change the fields and groups that are given. RejectedInbound `contact.unknown` (404), `contact.changed`
        (412), `contact.value`, `contact.field_unknown`, `contact.group_name` (422)."""
        return await self._engine.write(change_contact, self._caller, contact, change, if_revision)

    async def merge_contacts(self, contact: int, merge: ContactMerge) -> ContactProfile:
        """Merge another contact into this one, see `ContactMerge`. The other's id leads to this one from now on.

        RejectedInbound `contact.unknown` (404), `contact.changed` (412), `contact.same`, `contact.not_taken` (422).
        """
        return await self._engine.write(merge_contacts, self._caller, contact, merge)

    async def import_contacts(self, lines: Iterable[str], *, dry_run: bool = False) -> ContactImport:
        """Import the rows of a CSV file, with `dry_run` without storing anything. RejectedInbound `import.column` (422)
        before anything is stored; rows that are refused are in the answer, with their lines."""
        return await import_rows(lines, self._channels, self._caller, self._engine.write, dry_run=dry_run)


def change_contact(
    connection: Connection, who: Principal, contact: int, change: ContactChange, if_revision: int | None
) -> ContactProfile:
    """See `Contacts.change_contact`."""
    before = _locked(connection, who.organization, contact)[0]
    check_unchanged(before.revision, if_revision, "contact.changed")
    values, groups = wanted_of(change, declared_fields(connection, who.organization))
    changed = {name: value for name, value in values.items() if before.values.get(name) != value}
    moved = {group: joins for group, joins in groups.items() if (group in before.groups) != joins}
    if not changed and not moved:
        return ContactProfile.of(before)
    change_person(connection, who.organization, before.id, changed, moved)
    was = {name: before.values.get(name) for name in changed}
    logged = {
        "before": {**was, **({"groups": before.groups} if moved else {})},
        "after": {**changed, **({"moved": moved} if moved else {})},
    }
    record_change(connection, who, "contact.edited", f"contact:{before.id}", **logged)
    return ContactProfile.of(_read(connection, who.organization, before.id))


def merge_contacts(connection: Connection, who: Principal, contact: int, merge: ContactMerge) -> ContactProfile:
    """See `Contacts.merge_contacts`."""
    kept, other = _locked(connection, who.organization, contact, merge.other)
    if kept.id == other.id:
        raise RejectedInbound("a contact is not merged into itself", code="contact.same", status=422)
    check_unchanged(kept.revision, merge.revision, "contact.changed")
    check_unchanged(other.revision, merge.other_revision, "contact.changed")
    values = {**other.values, **kept.values}
    for name in merge.take:
        if name not in other.values:
            raise RejectedInbound(
                f"contact {other.id} has no value of {name[:64]!r} to take", code="contact.not_taken", status=422
            )
        values[name] = other.values[name]
    merge_people(connection, who.organization, kept, other, values)
    after = ContactProfile.of(_read(connection, who.organization, kept.id))
    before = {"kept": _logged(ContactProfile.of(kept)), "merged": _logged(ContactProfile.of(other))}
    record_change(connection, who, "contact.merged", f"contact:{kept.id}", before=before, after=_logged(after))
    return after


def wanted_of(change: ContactChange, declared: Mapping[str, ContactField]) -> tuple[dict[str, Any], dict[str, bool]]:
    """Return the fields to write as they are stored, and the groups to join (True) or leave. RejectedInbound as for
    `Contacts.change_contact`."""
    try:
        values = {name: stored_value(name, value, declared) for name, value in change.values().items()}
        leave = {checked_group(group): False for group in change.leave}
        return values, {**leave, **{checked_group(group): True for group in change.join}}
    except FlowError as wrong:
        raise refused(wrong) from None


def refused(wrong: FlowError) -> RejectedInbound:
    """Return what the checker of a field says as a refusal."""
    return RejectedInbound(wrong.message, code=wrong.code, hint=wrong.hint, status=422)


def _page(
    connection: Connection,
    organization: int,
    wanted: PeopleFilter,
    sort: str,
    after: list[Any] | None,
    limit: int,
) -> Page[ContactProfile]:
    if wanted.field is not None:
        wanted = _with_value(connection, organization, wanted)
    found = find_people(connection, organization, wanted, after, limit)
    rows = read_people(connection, organization, found.ids)
    following = cursor_of(sort, found.next) if found.next is not None else None
    return Page(items=[ContactProfile.of(row) for row in rows], next=following)


def _with_value(connection: Connection, organization: int, wanted: PeopleFilter) -> PeopleFilter:
    declared = {} if wanted.field in STANDARD else declared_fields(connection, organization)
    try:
        value = stored_value(wanted.field or "", wanted.value, declared)
    except FlowError as wrong:
        raise refused(wrong) from None
    return PeopleFilter(
        name=wanted.name, addresses=wanted.addresses, field=wanted.field, value=value, group=wanted.group
    )


def _read(connection: Connection, organization: int, contact: int) -> PersonRow:
    person = resolve(connection, organization, contact)
    rows = read_people(connection, organization, [person]) if person is not None else []
    if not rows:
        raise unknown_contact(contact)
    return rows[0]


def _locked(connection: Connection, organization: int, *contacts: int) -> list[PersonRow]:
    """Lock contacts, each named by its id or by one that was merged into it; RejectedInbound `contact.unknown`."""
    found = []
    for contact in contacts:
        if (person := resolve(connection, organization, contact)) is None:
            raise unknown_contact(contact)
        found.append(person)
    rows = lock_people(connection, organization, found)
    if len(rows) < len(found):  # merged in between
        raise RejectedInbound(
            "the contact was merged meanwhile", code="contact.changed", hint="read it again", status=412
        )
    return rows


def _create(
    connection: Connection, who: Principal, places: Iterable[tuple[str, str]], new: NewContact
) -> ContactProfile:
    there = list(places)
    if known := people_at(connection, who.organization, there):
        raise RejectedInbound(
            f"contact {min(known)} has one of these addresses", code="contact.exists", hint="change it", status=409
        )
    values, groups = wanted_of(new, declared_fields(connection, who.organization))
    person, _ = add_person(connection, who.organization, there)
    change_person(connection, who.organization, person, values, groups)
    made = ContactProfile.of(_read(connection, who.organization, person))
    record_change(connection, who, "contact.created", f"contact:{person}", after=_logged(made))
    return made


def _logged(shown: ContactProfile) -> dict[str, Any]:
    return shown.model_dump(mode="json", exclude={"last_seen_at", "updated_at"})


def unknown_contact(contact: int) -> RejectedInbound:
    """Return the refusal of an id that no contact of the caller's organization has."""
    return RejectedInbound(
        f"there is no contact {contact}",
        code="contact.unknown",
        hint="find it with GET /api/v1/contacts",
        status=404,
    )
