"""Which contacts may get messages, on both databases: an opt-out holds in every workflow of the organization.

`contacts.stopped` is authoritative and the send path reads it; `sessions.parked` is its copy in each of the contact's
sessions, which the fast path reads with the session. consent_changes.py writes both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from botflow.records.sessions import SessionKey
from botflow.storage.consent_changes import (
    is_stopped,
    keep,
    may_start,
    park_if_stopped,
    stop,
    was_stopped_by,
)
from botflow.storage.engines.dialects import now, upsert
from botflow.storage.engines.engine import Engine
from botflow.storage.service.pages import Order
from botflow.storage.tables import contacts

_BY_ADDRESS = Order(columns=(contacts.c.channel, contacts.c.address))


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactRow:
    """A contact. `stopped`: the person has opted out; `updated_at` is the last time that this was decided."""

    channel: str
    address: str
    time_zone: str | None
    stopped: bool
    updated_at: datetime


class Contacts:
    """Contacts by address. A key's `workflow` selects the organization, its `external_id` is the address."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def is_stopped(self, key: SessionKey) -> bool:
        """True if the contact has opted out, in any workflow."""
        return await self._engine.read(is_stopped, key)

    async def stop(self, key: SessionKey, subject: str, reason: str, channels: Sequence[str] = ()) -> None:
        """Opt a contact out on its channel and on `channels`, without a turn: a provider says so. `subject` is the
        part that the provider refused."""
        everywhere = (key.channel, *channels)
        await self._engine.write(keep, key, everywhere)
        await self._engine.write(stop, key, subject, reason, everywhere)

    async def was_stopped_by(self, key: SessionKey, subject: str) -> bool:
        """True if the contact's latest opt-out came with the inbound `subject`, and still holds."""
        return await self._engine.read(
            lambda connection: is_stopped(connection, key) and was_stopped_by(connection, key, subject)
        )

    async def may_start(self, key: SessionKey, session: int, subject: str, said_at: datetime) -> bool:
        """True if the contact may get messages after an opt-in `subject` that was received at `said_at` in `session`:
        no later message opted out."""
        return await self._engine.read(may_start, key, session, subject, said_at)

    async def park_if_stopped(self, key: SessionKey) -> bool:
        """Park a new session if its contact has opted out (then True); waits for a stop that is under way."""
        return await self._engine.write(park_if_stopped, key)


def set_time_zone(connection: Connection, organization: int, channel: str, address: str, zone: str | None) -> None:
    """Store a contact's time zone, in the caller's transaction."""
    row = upsert(connection, contacts).values(
        organization_id=organization,
        channel=channel,
        address=address,
        stopped=False,
        time_zone=zone,
        updated_at=now(),
    )
    connection.execute(
        row.on_conflict_do_update(
            index_elements=["organization_id", "channel", "address"],
            set_={"time_zone": row.excluded.time_zone},  # `updated_at` tells a stop from an older START
        )
    )


def list_contacts(
    connection: Connection, organization: int, channel: str | None, after: Sequence[Any] | None, limit: int
) -> list[ContactRow]:
    """Return at most `limit` + 1 contacts after (channel, address), the primary key within the organization."""
    statement = select(*(contacts.c[field.name] for field in fields(ContactRow)))
    statement = statement.where(contacts.c.organization_id == organization)
    if channel is not None:
        statement = statement.where(contacts.c.channel == channel)
    return [ContactRow(**row._mapping) for row in connection.execute(_BY_ADDRESS.page(statement, after, limit))]
