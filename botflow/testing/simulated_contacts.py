"""What is stored of the people of a test: their fields and groups, as a database keeps them between turns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from botflow.engine.inbound import RUN
from botflow.engine.person.contact import Contact, ContactChanges, checked_group
from botflow.flow.contact_fields import contact_field_of, stored_value
from botflow.flow.graph import Flow
from botflow.testing.virtual_clock import VirtualClock


@dataclass(slots=True)
class KnownPerson:
    """The fields that have a value, and the groups."""

    created: str
    values: dict[str, Any] = field(default_factory=dict)
    groups: dict[str, None] = field(default_factory=dict)


class SimulatedContacts:
    """People by channel and address."""

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock
        self._people: dict[tuple[str, str], KnownPerson] = {}

    def give(self, flow: Flow, place: tuple[str, str], fields: Mapping[str, object], groups: Iterable[str]) -> None:
        """Store a person; WrongContactValue for a value that does not fit the field that `flow` declares."""
        person = self._person(place)
        for name, value in fields.items():
            stored = stored_value(contact_field_of(name) or name, value, flow.contact_fields)
            person.values[name] = stored
        person.groups.update(dict.fromkeys(map(checked_group, groups)))

    def read(self, flow: Flow, channel: str, address: str) -> Contact | None:
        """Return the person for a turn of `flow`; None in a run, or if the flow does not read $contact."""
        if not flow.reads_contact or channel == RUN:
            return None
        known = self._people.get((channel, address))
        return Contact(
            channel=channel,
            address=address,
            channels=(channel,),
            created=known.created if known else None,
            values=dict(known.values) if known else {},
            groups=tuple(sorted(known.groups)) if known else (),
        )

    def write(self, changes: ContactChanges) -> None:
        """Store what a turn has changed, as JSON."""
        person = self._person((changes.channel, changes.address))
        for name, value in changes.values.items():
            if value is None:
                person.values.pop(name, None)
            else:
                person.values[name] = orjson.loads(orjson.dumps(value))
        for group, joins in changes.groups.items():
            if joins:
                person.groups[group] = None
            else:
                person.groups.pop(group, None)

    def known(self, place: tuple[str, str]) -> KnownPerson:
        """Return what is stored of a person; nothing for one of whom nothing is."""
        return self._people.get(place) or KnownPerson(created="")

    def _person(self, place: tuple[str, str]) -> KnownPerson:
        return self._people.setdefault(place, KnownPerson(created=self._clock.now().isoformat()))
