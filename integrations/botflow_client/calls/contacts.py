"""Contacts. Written by `python -m docs.generate`: do not edit it."""

from __future__ import annotations

from botflow_client.models.contacts import Contact
from botflow_client.request import make_request, segment
from botflow_client.transport import AsyncCaller, Caller


class ContactsCalls(Caller):
    """Contacts."""

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
