"""Contacts. Written by `python -m docs.generate`: do not edit it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from botflow_client import inputs
from botflow_client.models.contacts import (
    Contact,
    ContactGroup,
    ContactImport,
    ContactProfile,
    DeclaredField,
    DeclaredFields,
)
from botflow_client.omit import OMIT, Omit
from botflow_client.pages import AsyncPages, Pages
from botflow_client.request import make_request, segment
from botflow_client.transport import AsyncCaller, Caller


class ContactsCalls(Caller):
    """Contacts."""

    def get_contacts(
        self,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        name: str | None = None,
        address: str | None = None,
        field: str | None = None,
        value: str | None = None,
        group: str | None = None,
    ) -> Pages[ContactProfile]:
        """Search contacts, by name, address, the value of a field, or group. It needs the scope `sessions:read`."""
        return self._list(
            ContactProfile,
            "/api/v1/contacts",
            {
                "cursor": cursor,
                "limit": limit,
                "name": name,
                "address": address,
                "field": field,
                "value": value,
                "group": group,
            },
        )

    def create_contact(
        self,
        *,
        addresses: Sequence[inputs.PlaceOfContact],
        name: str | Omit | None = OMIT,
        language: str | Omit | None = OMIT,
        time_zone: str | Omit | None = OMIT,
        fields: Mapping[str, Any] | Omit = OMIT,
        join: Sequence[str] | Omit = OMIT,
        leave: Sequence[str] | Omit = OMIT,
        idempotency_key: str | None = None,
    ) -> ContactProfile:
        """Store a contact with its addresses. It needs the scope `sessions:write`."""
        return self._call(
            ContactProfile,
            make_request(
                "POST",
                "/api/v1/contacts",
                body={
                    "name": name,
                    "language": language,
                    "timeZone": time_zone,
                    "fields": fields,
                    "join": join,
                    "leave": leave,
                    "addresses": addresses,
                },
                idempotency_key=idempotency_key,
            ),
        )

    def get_contact(self, contact: str | int) -> ContactProfile:
        """Read a contact; the id of one that was merged answers with the contact that it was merged into. It needs
        the scope `sessions:read`.
        """
        return self._call(ContactProfile, make_request("GET", f"/api/v1/contacts/{segment(contact)}"))

    def change_contact(
        self,
        contact: str | int,
        *,
        name: str | Omit | None = OMIT,
        language: str | Omit | None = OMIT,
        time_zone: str | Omit | None = OMIT,
        fields: Mapping[str, Any] | Omit = OMIT,
        join: Sequence[str] | Omit = OMIT,
        leave: Sequence[str] | Omit = OMIT,
        if_match: int | None = None,
    ) -> ContactProfile:
        """Change the fields and groups that are given; null clears a field. Consent is not part of it. It needs the
        scope `sessions:write`.
        """
        return self._call(
            ContactProfile,
            make_request(
                "PATCH",
                f"/api/v1/contacts/{segment(contact)}",
                body={
                    "name": name,
                    "language": language,
                    "timeZone": time_zone,
                    "fields": fields,
                    "join": join,
                    "leave": leave,
                },
                if_match=if_match,
            ),
        )

    def merge_contacts(
        self,
        contact: str | int,
        *,
        other: int,
        revision: int,
        other_revision: int,
        take: Sequence[str] | Omit = OMIT,
        idempotency_key: str | None = None,
    ) -> ContactProfile:
        """Merge another contact into this one: addresses and groups are united, opt-outs stay with their addresses.
        It needs the scope `sessions:write`.
        """
        return self._call(
            ContactProfile,
            make_request(
                "POST",
                f"/api/v1/contacts/{segment(contact)}/merge",
                body={"other": other, "revision": revision, "otherRevision": other_revision, "take": take},
                idempotency_key=idempotency_key,
            ),
        )

    def import_contacts(
        self, *, csv: str, dry_run: bool | Omit = OMIT, idempotency_key: str | None = None
    ) -> ContactImport:
        """Import contacts from CSV with a header: the columns `addresses` (such as `sms:+15551234567`, several with
        semicolons between them), `name`, `language`, `timeZone`, `groups`, and declared fields. An empty cell
        changes nothing, and neither does a file that was imported before. No consent is changed. With `dryRun`
        nothing is stored: the answer says what would be. It needs the scope `sessions:write`.
        """
        return self._call(
            ContactImport,
            make_request(
                "POST", "/api/v1/contact-imports", body={"csv": csv, "dryRun": dry_run}, idempotency_key=idempotency_key
            ),
        )

    def get_contact_groups(self, *, cursor: str | None = None, limit: int | None = None) -> Pages[ContactGroup]:
        """List the groups of contacts, by name. `GET /contacts?group=` lists who is in one. It needs the scope
        `sessions:read`.
        """
        return self._list(ContactGroup, "/api/v1/contact-groups", {"cursor": cursor, "limit": limit})

    def get_contact_fields(self) -> DeclaredFields:
        """List the fields that contacts may have besides name, language and time zone. It needs the scope
        `sessions:read`.
        """
        return self._call(DeclaredFields, make_request("GET", "/api/v1/contact-fields"))

    def declare_contact_field(
        self,
        field: str | int,
        *,
        type: Literal["text", "number", "boolean", "date", "datetime", "choice"],
        choices: Sequence[str] | Omit = OMIT,
    ) -> DeclaredField:
        """Declare a field of contacts for all workflows. Its type changes only while no contact has a value of it.
        It needs the scope `workflows:write`.
        """
        return self._call(
            DeclaredField,
            make_request("PUT", f"/api/v1/contact-fields/{segment(field)}", body={"type": type, "choices": choices}),
        )

    def remove_contact_field(self, field: str | int) -> None:
        """Remove a field that no contact has a value of. It needs the scope `workflows:write`."""
        self._do(make_request("DELETE", f"/api/v1/contact-fields/{segment(field)}"))

    def update_contact(self, channel: str | int, address: str | int, *, time_zone: str | None) -> Contact:
        """Set a contact's time zone, such as `Europe/Berlin`, or none, for all workflows. It needs the scope
        `sessions:write`.
        """
        return self._call(
            Contact,
            make_request(
                "PUT", f"/api/v1/contacts/{segment(channel)}/{segment(address)}", body={"timeZone": time_zone}
            ),
        )


class AsyncContactsCalls(AsyncCaller):
    """Contacts."""

    def get_contacts(
        self,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        name: str | None = None,
        address: str | None = None,
        field: str | None = None,
        value: str | None = None,
        group: str | None = None,
    ) -> AsyncPages[ContactProfile]:
        """Search contacts, by name, address, the value of a field, or group. It needs the scope `sessions:read`."""
        return self._list(
            ContactProfile,
            "/api/v1/contacts",
            {
                "cursor": cursor,
                "limit": limit,
                "name": name,
                "address": address,
                "field": field,
                "value": value,
                "group": group,
            },
        )

    async def create_contact(
        self,
        *,
        addresses: Sequence[inputs.PlaceOfContact],
        name: str | Omit | None = OMIT,
        language: str | Omit | None = OMIT,
        time_zone: str | Omit | None = OMIT,
        fields: Mapping[str, Any] | Omit = OMIT,
        join: Sequence[str] | Omit = OMIT,
        leave: Sequence[str] | Omit = OMIT,
        idempotency_key: str | None = None,
    ) -> ContactProfile:
        """Store a contact with its addresses. It needs the scope `sessions:write`."""
        return await self._call(
            ContactProfile,
            make_request(
                "POST",
                "/api/v1/contacts",
                body={
                    "name": name,
                    "language": language,
                    "timeZone": time_zone,
                    "fields": fields,
                    "join": join,
                    "leave": leave,
                    "addresses": addresses,
                },
                idempotency_key=idempotency_key,
            ),
        )

    async def get_contact(self, contact: str | int) -> ContactProfile:
        """Read a contact; the id of one that was merged answers with the contact that it was merged into. It needs
        the scope `sessions:read`.
        """
        return await self._call(ContactProfile, make_request("GET", f"/api/v1/contacts/{segment(contact)}"))

    async def change_contact(
        self,
        contact: str | int,
        *,
        name: str | Omit | None = OMIT,
        language: str | Omit | None = OMIT,
        time_zone: str | Omit | None = OMIT,
        fields: Mapping[str, Any] | Omit = OMIT,
        join: Sequence[str] | Omit = OMIT,
        leave: Sequence[str] | Omit = OMIT,
        if_match: int | None = None,
    ) -> ContactProfile:
        """Change the fields and groups that are given; null clears a field. Consent is not part of it. It needs the
        scope `sessions:write`.
        """
        return await self._call(
            ContactProfile,
            make_request(
                "PATCH",
                f"/api/v1/contacts/{segment(contact)}",
                body={
                    "name": name,
                    "language": language,
                    "timeZone": time_zone,
                    "fields": fields,
                    "join": join,
                    "leave": leave,
                },
                if_match=if_match,
            ),
        )

    async def merge_contacts(
        self,
        contact: str | int,
        *,
        other: int,
        revision: int,
        other_revision: int,
        take: Sequence[str] | Omit = OMIT,
        idempotency_key: str | None = None,
    ) -> ContactProfile:
        """Merge another contact into this one: addresses and groups are united, opt-outs stay with their addresses.
        It needs the scope `sessions:write`.
        """
        return await self._call(
            ContactProfile,
            make_request(
                "POST",
                f"/api/v1/contacts/{segment(contact)}/merge",
                body={"other": other, "revision": revision, "otherRevision": other_revision, "take": take},
                idempotency_key=idempotency_key,
            ),
        )

    async def import_contacts(
        self, *, csv: str, dry_run: bool | Omit = OMIT, idempotency_key: str | None = None
    ) -> ContactImport:
        """Import contacts from CSV with a header: the columns `addresses` (such as `sms:+15551234567`, several with
        semicolons between them), `name`, `language`, `timeZone`, `groups`, and declared fields. An empty cell
        changes nothing, and neither does a file that was imported before. No consent is changed. With `dryRun`
        nothing is stored: the answer says what would be. It needs the scope `sessions:write`.
        """
        return await self._call(
            ContactImport,
            make_request(
                "POST", "/api/v1/contact-imports", body={"csv": csv, "dryRun": dry_run}, idempotency_key=idempotency_key
            ),
        )

    def get_contact_groups(self, *, cursor: str | None = None, limit: int | None = None) -> AsyncPages[ContactGroup]:
        """List the groups of contacts, by name. `GET /contacts?group=` lists who is in one. It needs the scope
        `sessions:read`.
        """
        return self._list(ContactGroup, "/api/v1/contact-groups", {"cursor": cursor, "limit": limit})

    async def get_contact_fields(self) -> DeclaredFields:
        """List the fields that contacts may have besides name, language and time zone. It needs the scope
        `sessions:read`.
        """
        return await self._call(DeclaredFields, make_request("GET", "/api/v1/contact-fields"))

    async def declare_contact_field(
        self,
        field: str | int,
        *,
        type: Literal["text", "number", "boolean", "date", "datetime", "choice"],
        choices: Sequence[str] | Omit = OMIT,
    ) -> DeclaredField:
        """Declare a field of contacts for all workflows. Its type changes only while no contact has a value of it.
        It needs the scope `workflows:write`.
        """
        return await self._call(
            DeclaredField,
            make_request("PUT", f"/api/v1/contact-fields/{segment(field)}", body={"type": type, "choices": choices}),
        )

    async def remove_contact_field(self, field: str | int) -> None:
        """Remove a field that no contact has a value of. It needs the scope `workflows:write`."""
        await self._do(make_request("DELETE", f"/api/v1/contact-fields/{segment(field)}"))

    async def update_contact(self, channel: str | int, address: str | int, *, time_zone: str | None) -> Contact:
        """Set a contact's time zone, such as `Europe/Berlin`, or none, for all workflows. It needs the scope
        `sessions:write`.
        """
        return await self._call(
            Contact,
            make_request(
                "PUT", f"/api/v1/contacts/{segment(channel)}/{segment(address)}", body={"timeZone": time_zone}
            ),
        )
