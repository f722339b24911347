"""Contacts as a list: who has opted out of messages, and whose time zone was set."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from botflow.service.cursors import page_of, read_cursor
from botflow.service.models import Page, Shown
from botflow.storage.contacts import list_contacts

_BY_ADDRESS = "address"


class ListedContact(Shown):
    """A person at an address. `stopped` since `updatedAt` if they have opted out, else not stopped since then."""

    channel: str
    address: str
    time_zone: str | None
    stopped: bool
    updated_at: datetime


def read_contacts(
    connection: Connection, organization: int, channel: str | None, cursor: str | None, limit: int
) -> Page[ListedContact]:
    """Return a page of contacts, by channel and address."""
    after = read_cursor(cursor, _BY_ADDRESS, (str, str))
    found = list_contacts(connection, organization, channel, after, limit)
    return page_of(found, limit, _BY_ADDRESS, lambda row: (row.channel, row.address), ListedContact.model_validate)
