"""Contacts: what is known of a person at an address, for every workflow of the organization. So far the time zone,
which quiet hours use; without it, that of the number or of the workflow is used."""

from __future__ import annotations

from sqlalchemy import Connection

from botflow.errors import RejectedInbound
from botflow.flow.policy import TimeZone
from botflow.interfaces import normal_address
from botflow.records.access import Principal
from botflow.runtime.app import Runtime
from botflow.service.models import Body, Shown
from botflow.storage.contacts import set_time_zone
from botflow.storage.people.changes import set_zone_of_person
from botflow.storage.service.audit_log import record_change

LONGEST_ADDRESS = 200


class ContactData(Body):
    """What to store: the time zone, null for none."""

    example = '{"timeZone": "Europe/Berlin"}'

    time_zone: TimeZone | None


class Contact(Shown):
    """A person at an address."""

    channel: str
    address: str
    time_zone: str | None


class PersonContacts:
    """The contacts of the caller's organization."""

    def __init__(self, runtime: Runtime, caller: Principal) -> None:
        self._engine = runtime.database.within(caller.organization)
        self._channels = runtime.channels
        self._caller = caller

    async def update_contact(self, channel: str, address: str, time_zone: str | None) -> Contact:
        """Store a contact's time zone. RejectedInbound `contact.address` (404) for a channel without addresses,
        `address.invalid` (422) for what is no address there."""
        if channel not in self._channels or len(address) > LONGEST_ADDRESS or "\0" in address:
            raise RejectedInbound(
                f"there are no addresses on a channel {channel[:32]!r}",
                code="contact.address",
                hint=f"channels are {', '.join(sorted(self._channels)) or 'not configured here'}",
                status=404,
            )
        normal = normal_address(self._channels, channel, address)
        await self._engine.write(self._update, channel, normal, time_zone)
        return Contact(channel=channel, address=normal, time_zone=time_zone)

    def _update(self, connection: Connection, channel: str, address: str, zone: str | None) -> None:
        set_time_zone(connection, self._caller.organization, channel, address, zone)
        set_zone_of_person(connection, self._caller.organization, channel, address, zone)
        subject = f"contact:{channel}:{address}"
        record_change(connection, self._caller, "contact.edited", subject, after={"timeZone": zone})
