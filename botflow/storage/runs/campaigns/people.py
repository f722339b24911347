"""The people whose stored dates a campaign looks at, a page at a time in the order of the index of values.

A page is one range of the index for each year that the campaign knows; what else is known of its people is read by
their keys. So a look costs what it finds, however many contacts there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, select, tuple_

from botflow.engine.inbound import CHAT
from botflow.records.sessions import VISITOR
from botflow.storage.runs.campaigns.campaigns import Place
from botflow.storage.tables import contact_group_members, contact_groups, contacts, person_values
from botflow.storage.turns.contact_reads import newest_message

_COLUMNS = person_values.c
_ADDRESS = (contacts.c.person_id, contacts.c.channel, contacts.c.address, contacts.c.stopped)


@dataclass(frozen=True, slots=True)
class Address:
    """Where a person is reached, and when they last wrote from there: None if they never did, or have no other."""

    channel: str
    address: str
    stopped: bool
    heard_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedPerson:
    """A person with a stored date, whose text is `sought`; `zone` is the one that is stored of them."""

    id: int
    sought: str
    value: Any
    zone: str | None = None
    addresses: tuple[Address, ...] = ()

    @property
    def place(self) -> Place:
        return self.sought, self.id

    @property
    def address(self) -> Address | None:
        """The address to write to: one that takes messages, and of these the one that they wrote from last. One of a
        visitor leads nowhere since they signed in."""
        has_signed_in = any(_is_of_user(each) for each in self.addresses)
        reached = [each for each in self.addresses if not (has_signed_in and _is_of_visitor(each))]
        return min(reached, key=_preference, default=None)


def oldest_text(connection: Connection, organization: int, field: str) -> str:
    """Return the first text of the field's values; "" when there is none."""
    mine = select(func.min(_COLUMNS.sought)).where(_COLUMNS.organization_id == organization, _COLUMNS.field == field)
    return connection.execute(mine).scalar() or ""


def page_of_people(
    connection: Connection,
    organization: int,
    field: str,
    ranges: Iterable[tuple[str, str]],
    after: Place | None,
    limit: int,
) -> list[DatedPerson]:
    """Return up to `limit` people whose dates are in these ranges, in the order of texts and people, after a place."""
    found: list[DatedPerson] = []
    for begin, end in sorted(ranges):
        if after is not None and end <= after[0]:
            continue
        page = values_between(organization, field, begin, end, after, limit - len(found))
        found += [DatedPerson(id=row.person_id, sought=row.sought, value=row.value) for row in connection.execute(page)]
        if len(found) >= limit:
            break
    return found


def values_between(organization: int, field: str, begin: str, end: str, after: Place | None, limit: int) -> Any:
    """Return the statement of one range."""
    mine = (_COLUMNS.organization_id == organization, _COLUMNS.field == field, _COLUMNS.sought < end)
    page = select(_COLUMNS.person_id, _COLUMNS.sought, _COLUMNS.value).where(*mine)
    if after is None or after[0] < begin:
        page = page.where(_COLUMNS.sought >= begin)
    else:  # this bound alone: beside the other one SQLite would read all people of the same date again
        page = page.where(tuple_(_COLUMNS.sought, _COLUMNS.person_id) > tuple_(*after))
    return page.order_by(_COLUMNS.sought, _COLUMNS.person_id).limit(limit)


def with_addresses(
    connection: Connection, organization: int, people: Sequence[DatedPerson], channels: Sequence[str] | None
) -> list[DatedPerson]:
    """Add the time zone of each, and the addresses on these channels; None for all."""
    ids = [person.id for person in people]
    zones = select(_COLUMNS.person_id, _COLUMNS.value).where(_COLUMNS.person_id.in_(ids), _COLUMNS.field == "timeZone")
    zone_of = {row.person_id: str(row.value) for row in connection.execute(zones)}
    theirs: ColumnElement[bool] = contacts.c.person_id.in_(ids)
    if channels is not None:
        theirs = and_(theirs, contacts.c.channel.in_(channels))
    addresses: dict[int, list[Address]] = {}
    for person, *at in connection.execute(select(*_ADDRESS).where(theirs)):
        addresses.setdefault(person, []).append(Address(*at))
    if several := [id for id, found in addresses.items() if len(found) > 1]:
        heard = select(*_ADDRESS, newest_message(organization, contacts)).where(theirs)
        addresses |= {id: [] for id in several}
        for person, *at in connection.execute(heard.where(contacts.c.person_id.in_(several))):
            addresses[person].append(Address(*at))
    return [
        replace(person, zone=zone_of.get(person.id), addresses=tuple(addresses.get(person.id, ()))) for person in people
    ]


def members_of(connection: Connection, organization: int, group: str, people: Sequence[int]) -> set[int]:
    """Return which of these people are in the group; a group that does not exist has no members."""
    named = contact_groups.c.id == contact_group_members.c.group_id
    mine = select(contact_group_members.c.person_id).join(contact_groups, named)
    mine = mine.where(contact_groups.c.organization_id == organization, contact_groups.c.name == group)
    return set(connection.execute(mine.where(contact_group_members.c.person_id.in_(people))).scalars())


def still_has(connection: Connection, person: DatedPerson, field: str) -> bool:
    """Say whether the person's date is still the one that was read."""
    mine = select(_COLUMNS.sought).where(_COLUMNS.person_id == person.id, _COLUMNS.field == field)
    return connection.execute(mine).scalar() == person.sought


def _is_of_user(address: Address) -> bool:
    return address.channel == CHAT and not address.address.startswith(VISITOR)


def _is_of_visitor(address: Address) -> bool:
    return address.channel == CHAT and address.address.startswith(VISITOR)


def _preference(address: Address) -> tuple[bool, float, str, str]:
    heard = -address.heard_at.timestamp() if address.heard_at is not None else 0.0
    return address.stopped, heard, address.channel, address.address
