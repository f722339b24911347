"""What a scene knows of the person of its conversation: `$contact`, and the changes of it that the turn collects."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from botflow.engine.events import ContactChanged, Event, GroupChanged
from botflow.engine.inbound import Inbound
from botflow.engine.json_values import plain_json
from botflow.engine.person.contact import ContactView
from botflow.engine.time_zone import zone_of_person
from botflow.errors import FlowError
from botflow.flow.contact_fields import CONTACT, contact_field_of
from botflow.flow.graph import Flow, Node
from botflow.flow.policy import Policy


class PersonScene:
    """The part of a scene that reads and changes the contact."""

    inbound: Inbound
    policy: Policy
    contact: ContactView | None
    events: list[Event]
    is_run: bool
    _flow: Flow
    _context: dict[str, Any] | None

    @property
    @abstractmethod
    def node(self) -> Node: ...

    @property
    @abstractmethod
    def flow(self) -> Flow: ...

    @property
    @abstractmethod
    def variables(self) -> Mapping[str, Any]: ...

    @property
    @abstractmethod
    def now(self) -> datetime: ...

    @property
    def zone(self) -> ZoneInfo:
        """The person's zone, or the workflow's. FlowError `zone.unknown` when a variable names none."""
        return self._zone_by(self.variables)()

    @property
    def local_now(self) -> datetime:
        """When the person wrote, by their own clock: "tomorrow" is relative to it."""
        return self.now.astimezone(self.zone)

    @property
    def contact_language(self) -> str | None:
        """The language of the person, such as `de-AT`; None if it is not known, or the flow does not read $contact."""
        language = self.contact.get("language") if self.contact is not None else None
        return language if isinstance(language, str) else None

    def move(self, group: str, *, joins: bool) -> None:
        """Put the person into a group, or take them out; FlowError `contact.nobody` in a run."""
        self._person().move(group, joins=joins)
        self.events.append(GroupChanged(self.node.id, group.strip(), joins))
        self._context = None

    def known(self, name: str) -> Any:
        """Return the value of a variable, or of a field of the person such as `contact.name`; None without one."""
        field = contact_field_of(name)
        if field is None:
            return self.variables.get(name)
        return self.contact.get(field) if self.contact is not None else None

    def set_fields(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Set fields of the person, all or none, and return their values as they will be stored. FlowError
        `contact.nobody` in a run, WrongContactValue for a value that does not fit."""
        person = self._person()
        declared = {**self._flow.contact_fields, **self.flow.contact_fields}
        stored = person.set(
            {name: plain_json(value) for name, value in given.items()}, declared, self._zone_by(self.variables)
        )
        self.events += [ContactChanged(self.node.id, name, value) for name, value in stored.items()]
        self._context = None
        return stored

    def _zone_by(self, variables: Mapping[str, Any]) -> Callable[[], ZoneInfo]:
        """Return how to find `zone`, without the scene: in a circle of references, everything that a turn made would
        wait for a garbage collection."""
        named = self.contact.get("timeZone") if self.contact is not None else None
        return partial(zone_of_person, variables, self.inbound.sender, self.policy.time_zone, named)

    def _person(self) -> ContactView:
        if self.contact is None:
            raise FlowError("a run has no contact", code="contact.nobody", hint="use it in a conversation")
        return self.contact

    def _readable(self, message: Mapping[str, Any], outputs: dict[str, Any]) -> dict[str, Any]:
        """Return what templates read as `$name`: the nodes' outputs, and the message and the person unless a node has
        that id."""
        if self.is_run:
            return outputs
        if self.contact is None:
            return {"message": message, **outputs}
        return {"message": message, CONTACT: self.contact.to_template(), **outputs}
