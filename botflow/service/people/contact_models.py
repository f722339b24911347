"""Contacts as the service takes and answers them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field, JsonValue

from botflow.flow.contact_fields import LONGEST_GROUP, STANDARD, ContactFieldType
from botflow.service.models import Body, Shown
from botflow.storage.people.profiles import PersonRow

Text = Annotated[str, Field(max_length=200)]
Group = Annotated[str, Field(min_length=1, max_length=LONGEST_GROUP)]
Groups = Annotated[list[Group], Field(max_length=100)]
FieldValues = Annotated[dict[Annotated[str, Field(max_length=64)], JsonValue], Field(max_length=200)]


class PlaceOfContact(Body):
    """An address of a person."""

    example = '{"channel": "sms", "address": "+15551234567"}'

    channel: Annotated[str, Field(min_length=1, max_length=32)]
    address: Annotated[str, Field(min_length=1, max_length=200)]


class ContactChange(Body):
    """What to change. What is left out stays as it is; null clears a field."""

    example = '{"name": "Ann", "fields": {"plan": "pro"}, "join": ["guests"]}'

    name: Text | None = None
    language: Text | None = None
    time_zone: Text | None = None
    fields: FieldValues = Field(default_factory=dict)
    join: Groups = Field(default_factory=list)
    leave: Groups = Field(default_factory=list)

    def values(self) -> dict[str, Any]:
        """Return the fields to write, by name."""
        given = {"name": self.name, "language": self.language, "timeZone": self.time_zone}
        names = {"name": "name", "language": "language", "time_zone": "timeZone"}
        return {names[each]: given[names[each]] for each in names if each in self.model_fields_set} | dict(self.fields)


class NewContact(ContactChange):
    """A person to store, with their addresses."""

    example = '{"addresses": [{"channel": "sms", "address": "+15551234567"}], "name": "Ann", "join": ["guests"]}'

    addresses: Annotated[list[PlaceOfContact], Field(min_length=1, max_length=20)]


class ContactMerge(Body):
    """The contact to merge into this one. `revision` and `otherRevision` are those of this and of the other contact.

    Where both have a value, this contact's is kept; `take` names the fields whose value is the other one's.
    """

    example = '{"other": 12, "revision": 3, "otherRevision": 1, "take": ["name"]}'

    other: Annotated[int, Field(ge=1, le=2**63 - 1)]
    revision: int
    other_revision: int
    take: Annotated[list[Text], Field(max_length=200)] = Field(default_factory=list)


class AddressOfContact(Shown):
    """An address of a person, and whether it has opted out of messages."""

    channel: str
    address: str
    stopped: bool


class ContactProfile(Shown):
    """A person at all of their addresses. `fields` are the declared ones that have a value."""

    id: int
    name: str | None
    language: str | None
    time_zone: str | None
    fields: dict[str, JsonValue]
    groups: list[str]
    addresses: list[AddressOfContact]
    created_at: datetime
    updated_at: datetime
    last_seen_at: datetime | None
    revision: int

    @classmethod
    def of(cls, row: PersonRow) -> ContactProfile:
        values = row.values
        return cls(
            id=row.id,
            name=values.get("name"),
            language=values.get("language"),
            time_zone=values.get("timeZone"),
            fields={name: value for name, value in sorted(values.items()) if name not in STANDARD},
            groups=row.groups,
            addresses=[
                AddressOfContact(channel=channel, address=address, stopped=stopped)
                for channel, address, stopped in row.addresses
            ],
            created_at=row.created_at,
            updated_at=row.updated_at,
            last_seen_at=row.last_seen_at,
            revision=row.revision,
        )


class FieldDeclaration(Body):
    """The type of a field, and the values of a choice."""

    example = '{"type": "choice", "choices": ["free", "pro"]}'

    type: ContactFieldType
    choices: Annotated[list[Annotated[str, Field(min_length=1, max_length=1_000)]], Field(max_length=100)] = Field(
        default_factory=list
    )


class DeclaredField(Shown):
    """A field that contacts may have."""

    name: str
    type: str
    choices: list[str]


class DeclaredFields(Shown):
    """All declared fields, by name."""

    items: list[DeclaredField]


class ContactGroup(Shown):
    """A group of contacts."""

    id: int
    name: str
    created_at: datetime


class ContactsFile(Body):
    """Contacts as CSV, in the columns of an export of people."""

    example = '{"csv": "addresses,name\\nsms:+15551234567,Ann\\n", "dryRun": true}'

    csv: Annotated[str, Field(max_length=16 * 1024 * 1024)]
    dry_run: bool = False


class ImportProblem(Shown):
    """Why a row was not imported. `line` is the line of the file where the row ends; the header is in line 1."""

    line: int
    code: str
    message: str


class ContactImport(Shown):
    """What an import did, or with `dryRun` would do. `problems` are the first hundred of the `refused` rows."""

    rows: int
    created: int
    changed: int
    unchanged: int
    refused: int
    dry_run: bool
    problems: list[ImportProblem]
