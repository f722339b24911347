"""Contacts over HTTP: what is known of a person at an address."""

from __future__ import annotations

from botflow.records.access import Scope
from botflow.service.sessions.contacts import Contact, ContactData
from botflow.web.rest.operation import Call, Operation

LARGEST_BODY = 4 * 1024


async def update_contact(call: Call) -> Contact:
    """Set a contact's time zone, such as `Europe/Berlin`, or none, for all workflows."""
    data: ContactData = call.body
    return await call.service.contacts.update_contact(call.path["channel"], call.path["address"], data.time_zone)


OPERATIONS = (
    Operation(
        method="PUT",
        path="/contacts/{channel}/{address}",
        handler=update_contact,
        scope=Scope.SESSIONS_WRITE,
        tag="Contacts",
        body=ContactData,
        answer=Contact,
        largest_body=LARGEST_BODY,
    ),
)
