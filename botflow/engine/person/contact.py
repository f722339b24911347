"""The person of a conversation as a turn sees them: `$contact`, read once at the beginning of the turn.

A turn changes its own view at once, and collects what it changes field by field: its commit writes these fields and no
others, so two conversations of one person that set different fields lose nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Any
from zoneinfo import ZoneInfo

from botflow.flow.contact_fields import LONGEST_GROUP, ContactField, WrongContactValue, stored_value
from botflow.values import value


@value(frozen=True, slots=True, kw_only=True)
class Contact:
    """What is stored of the person at `address` of `channel`. `values` holds the name, the language, the time zone and
    the fields that have a value; `declared` the organization's fields. `created` is None while nothing is stored.

    `channels` are those on which the same address is the same person.
    """

    channel: str
    address: str
    channels: tuple[str, ...]
    id: int | None = None
    created: str | None = None
    last_seen: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    groups: tuple[str, ...] = ()
    declared: Mapping[str, ContactField] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        full = {
            "channel": self.channel,
            "address": self.address,
            "channels": list(self.channels),
            "id": self.id,
            "created": self.created,
            "lastSeen": self.last_seen,
            "values": dict(self.values),
            "groups": list(self.groups),
            "declared": {name: each.model_dump(exclude_defaults=True) for name, each in self.declared.items()},
        }
        return {name: each for name, each in full.items() if each}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Contact:
        return cls(
            channel=stored["channel"],
            address=stored["address"],
            channels=tuple(stored["channels"]),
            id=stored.get("id"),
            created=stored.get("created"),
            last_seen=stored.get("lastSeen"),
            values=stored.get("values", {}),
            groups=tuple(stored.get("groups", ())),
            declared={name: ContactField(**each) for name, each in stored.get("declared", {}).items()},
        )


@value(frozen=True, slots=True, kw_only=True)
class ContactChanges:
    """What a turn changes of its person. `values` are by field, None for one that is cleared; `groups` says of each
    group whether the person is in it."""

    channel: str
    address: str
    channels: tuple[str, ...]
    values: Mapping[str, Any] = field(default_factory=dict)
    groups: Mapping[str, bool] = field(default_factory=dict)


class ContactView:
    """A turn's view of its person: what was read, and what the turn has changed since."""

    def __init__(self, read: Contact) -> None:
        self.read = read
        self._values = dict(read.values)
        self._groups = dict.fromkeys(read.groups)
        self._changed: dict[str, Any] = {}
        self._moved: dict[str, bool] = {}

    def get(self, name: str) -> Any:
        """Return a field's value, None if there is none."""
        return self._values.get(name)

    def set(
        self, given: Mapping[str, Any], declared: Mapping[str, ContactField], zone: Callable[[], ZoneInfo]
    ) -> dict[str, Any]:
        """Set fields and return their values as they will be stored; WrongContactValue if one does not fit. A moment
        that names no zone is one of the person's clock."""
        known = {**self.read.declared, **declared}
        stored = {name: stored_value(name, value, known, zone) for name, value in given.items()}
        self._changed.update(stored)
        self._values.update(stored)
        return stored

    def move(self, group: str, *, joins: bool) -> None:
        """Put the person into a group, or take them out; WrongContactValue for a name that no group can have."""
        name = checked_group(group)
        if joins:
            self._groups[name] = None
        else:
            self._groups.pop(name, None)
        self._moved[name] = joins

    def to_template(self) -> Mapping[str, Any]:
        """Return `$contact` for templates."""
        return {
            "id": self.read.id,
            "channel": self.read.channel,
            "address": self.read.address,
            "created": self.read.created,
            "lastSeen": self.read.last_seen,
            "groups": list(self._groups),
            "name": None,
            "language": None,
            "timeZone": None,
            **self._values,
        }

    def changes(self) -> ContactChanges | None:
        """Return what the turn has changed, None for nothing."""
        if not self._changed and not self._moved:
            return None
        read = self.read
        return ContactChanges(
            channel=read.channel,
            address=read.address,
            channels=read.channels,
            values=self._changed,
            groups=self._moved,
        )


def checked_group(name: str) -> str:
    """Return a group's name without blanks around it; WrongContactValue for one that no group can have."""
    group = name.strip()
    if not group or len(group) > LONGEST_GROUP or not group.isprintable():
        raise WrongContactValue(
            f"{name[:80]!r} is no name of a group: 1 to {LONGEST_GROUP} characters that can be read",
            code="contact.group_name",
        )
    return group
