"""What is stored of the people of a test: their fields and groups, as a database keeps them between turns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from botflow.engine.inbound import RUN
from botflow.engine.person.contact import Contact, ContactChanges, checked_group
from botflow.flow.contact_fields import contact_field_of, stored_value
from botflow.flow.graph import Flow
from botflow.testing.simulated.channels import Place, SimulatedChannels
from botflow.testing.virtual_clock import VirtualClock


@dataclass(slots=True)
class KnownPerson:
    """The fields that have a value, and the groups; `id` is their number, as in a database."""

    id: int
    created: str
    values: dict[str, Any] = field(default_factory=dict)
    groups: dict[str, None] = field(default_factory=dict)


class SimulatedContacts:
    """People by channel and address; an address is the same person on all channels of its provider."""

    def __init__(self, clock: VirtualClock, channels: SimulatedChannels, flows: Iterable[Flow]) -> None:
        """As in an organization, the fields that any of these workflows declares are there for all of them."""
        self._clock = clock
        self._channels = channels
        self._declared = {name: field for flow in flows for name, field in flow.contact_fields.items()}
        self._people: dict[Place, KnownPerson] = {}
        self._seen: dict[Place, str] = {}

    def give(self, channel: str, address: str, fields: Mapping[str, object], groups: Iterable[str]) -> None:
        """Store a person; WrongContactValue for a value that does not fit its field."""
        person = self._person(channel, address)
        for name, value in fields.items():
            stored = stored_value(contact_field_of(name) or name, value, self._declared)
            person.values[contact_field_of(name) or name] = stored
        person.groups.update(dict.fromkeys(map(checked_group, groups)))

    def read(self, flow: Flow, channel: str, address: str) -> Contact | None:
        """Return the person for a turn of `flow`; None in a run, or if the flow does not read $contact."""
        if not flow.reads_contact or channel == RUN:
            return None
        known = self.known(channel, address)
        return Contact(
            channel=channel,
            address=address,
            channels=self._channels.shared(channel),
            id=known.id or None,
            created=known.created or None,
            last_seen=self._seen.get(self._channels.place(channel, address)),
            values=dict(known.values),
            groups=tuple(sorted(known.groups)),
            declared=self._declared,
        )

    def saw(self, channel: str, address: str, at: datetime) -> None:
        """Note when the person has written last."""
        self._seen[self._channels.place(channel, address)] = at.isoformat()

    def write(self, changes: ContactChanges) -> None:
        """Store what a turn has changed, as JSON."""
        person = self._person(changes.channel, changes.address)
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

    def known(self, channel: str, address: str) -> KnownPerson:
        """Return what is stored of a person; an empty one, without an id, for a person of whom nothing is."""
        return self._people.get(self._channels.place(channel, address)) or KnownPerson(id=0, created="")

    def _person(self, channel: str, address: str) -> KnownPerson:
        new = KnownPerson(id=len(self._people) + 1, created=self._clock.now().isoformat())
        return self._people.setdefault(self._channels.place(channel, address), new)
