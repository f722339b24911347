"""Which contacts may get messages, on both databases: an opt-out holds in every workflow of the organization.

`contacts.stopped` is authoritative and the send path reads it; `sessions.parked` is its copy in each of the contact's
sessions, which the fast path reads with the session. A stop is one transaction: it marks the contact, parks all of its
sessions, suppresses its unsent outbounds, and adds the evidence.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, literal_column, or_, select, update

from botflow.records.sessions import SessionKey
from botflow.storage.decisions import Decision, organization_of, record
from botflow.storage.engines.dialects import now, upsert
from botflow.storage.engines.engine import Engine
from botflow.storage.tables import contacts, decisions, organizations, outbounds, sessions, workflows
from botflow.storage.turns.row_mapping import is_unsettled
from botflow.storage.workflow_versions import DEFAULT_ORGANIZATION

IS_HELD = outbounds.c.state == literal_column("'held'")  # worded like its partial index
IS_READY = and_(is_unsettled(), outbounds.c.state == literal_column("'ready'"))
IS_LEAVING = and_(is_unsettled(), outbounds.c.state.in_(("sending", "unknown")))


class Contacts:
    """Contacts by address. A key's `workflow` selects the organization, its `external_id` is the address."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def is_stopped(self, key: SessionKey) -> bool:
        """True if the contact has opted out, in any workflow."""
        return await self._engine.read(_is_stopped, key)

    async def stop(self, key: SessionKey, subject: str, reason: str) -> bool:
        """Opt a contact out; `subject` is the key of the inbound that asks for it. True if it was this one that opted
        the contact out, also when it is repeated.

        The contact's row is written first, in a transaction of its own: a concurrent transaction that makes a session
        for the contact then either commits early enough to be parked here, or waits in `park_if_stopped`.
        """
        await self._engine.write(_keep, key)
        return await self._engine.write(_stop, key, subject, reason)

    async def was_stopped_by(self, key: SessionKey, subject: str) -> bool:
        """True if the contact's latest opt-out came with the inbound `subject`, and still holds."""
        return await self._engine.read(
            lambda connection: _is_stopped(connection, key) and _was_stopped_by(connection, key, subject)
        )

    async def start(self, key: SessionKey, subject: str, reason: str, said_at: datetime) -> bool:
        """Opt a contact in again, unless a later message opted out; return whether the contact may get messages.

        This frees all of the contact's sessions except the one of `key`: the commit of its own turn frees that one.
        """
        return await self._engine.write(_start, key, subject, reason, said_at)

    async def park_if_stopped(self, key: SessionKey) -> bool:
        """Park a new session if its contact has opted out (then True); waits for a stop that is under way."""
        return await self._engine.write(_park_if_stopped, key)

    async def set_time_zone(self, channel: str, address: str, zone: str | None) -> None:
        """Store a contact's time zone, for the deployment's organization."""
        await self._engine.write(_set_time_zone, channel, address, zone)


def _is_stopped(connection: Connection, key: SessionKey) -> bool:
    return bool(connection.execute(select(contacts.c.stopped).where(_is_contact(key))).scalar())


def _stop(connection: Connection, key: SessionKey, subject: str, reason: str) -> bool:
    """Opt out a contact that has a row."""
    locked = select(contacts.c.stopped).where(_is_contact(key)).with_for_update()
    was_stopped = connection.execute(locked).scalar_one()
    connection.execute(update(contacts).where(_is_contact(key)).values(stopped=True, updated_at=now()))
    _park(connection, key)
    suppressed = _suppress(connection, key)
    if was_stopped:
        return _was_stopped_by(connection, key, subject)
    detail = {"suppressed": len(suppressed), "leaving": _leaving(connection, key)}
    made = Decision(
        kind="opt_out",
        reason=reason,
        subject=subject,
        detail=detail,
        channel=key.channel,
        address=key.external_id,
    )
    record(connection, organization_of(key.workflow), [made, *suppressed])
    return True


def _start(connection: Connection, key: SessionKey, subject: str, reason: str, said_at: datetime) -> bool:
    freed = (
        update(contacts)
        .where(_is_contact(key), contacts.c.stopped, contacts.c.updated_at <= said_at)
        .values(stopped=False, updated_at=now())
    )
    if not connection.execute(freed).rowcount:
        return not _is_stopped(connection, key)
    connection.execute(
        update(sessions)
        .where(_is_theirs(key), sessions.c.workflow_id != key.workflow, sessions.c.parked)
        .values(parked=False, version=sessions.c.version + 1, updated_at=now())
    )
    made = Decision(kind="opt_in", reason=reason, subject=subject, channel=key.channel, address=key.external_id)
    record(connection, organization_of(key.workflow), [made])
    return True


def _park_if_stopped(connection: Connection, key: SessionKey) -> bool:
    shared = select(contacts.c.stopped).where(_is_contact(key)).with_for_update(read=True)
    if not connection.execute(shared).scalar():
        return False
    _park(connection, key)
    _suppress(connection, key)
    return True


def _set_time_zone(connection: Connection, channel: str, address: str, zone: str | None) -> None:
    home = select(organizations.c.id).where(organizations.c.slug == DEFAULT_ORGANIZATION).scalar_subquery()
    row = upsert(connection, contacts).values(
        organization_id=home,
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


def _keep(connection: Connection, key: SessionKey) -> None:
    connection.execute(
        upsert(connection, contacts)
        .values(
            organization_id=organization_of(key.workflow),
            channel=key.channel,
            address=key.external_id,
            stopped=False,
            updated_at=now(),
        )
        .on_conflict_do_nothing()
    )


def _park(connection: Connection, key: SessionKey) -> None:
    """Park every session of the contact; the new version fences all turns under way there, also that of a START."""
    connection.execute(
        update(sessions)
        .where(_is_theirs(key))
        .values(parked=True, version=sessions.c.version + 1, wake_at=None, updated_at=now())
    )


def _suppress(connection: Connection, key: SessionKey) -> list[Decision]:
    """Suppress the contact's ready and held outbounds; a snapshot later than that of the parking sees all of them."""
    rows: Sequence[Any] = (
        connection.execute(
            update(outbounds)
            .where(or_(IS_READY, IS_HELD), _is_for(key))
            .values(state="suppressed", error_code="consent.stopped", updated_at=now())
            .returning(outbounds.c.session_id, outbounds.c.version, outbounds.c.index)
        )
    ).all()
    return [
        Decision(
            kind="suppressed",
            reason="consent.stopped",
            session=session,
            subject=f"{version}.{index}",
            channel=key.channel,
            address=key.external_id,
        )
        for session, version, index in rows
    ]


def _was_stopped_by(connection: Connection, key: SessionKey, subject: str) -> bool:
    latest = (
        select(decisions.c.subject)
        .where(
            decisions.c.organization_id == organization_of(key.workflow),
            decisions.c.channel == key.channel,
            decisions.c.address == key.external_id,
            decisions.c.kind == "opt_out",
        )
        .order_by(decisions.c.at.desc(), decisions.c.id.desc())
        .limit(1)
    )
    return connection.execute(latest).scalar() == subject


def _leaving(connection: Connection, key: SessionKey) -> int:
    """Count the parts that the provider has already, or that are being sent to it."""
    count: Select[int] = select(func.count()).select_from(outbounds).where(IS_LEAVING, _is_for(key))
    found: int = connection.execute(count).scalar_one()
    return found


def _is_contact(key: SessionKey) -> ColumnElement[bool]:
    return and_(
        contacts.c.organization_id == organization_of(key.workflow),
        contacts.c.channel == key.channel,
        contacts.c.address == key.external_id,
    )


def _is_ours(workflow: int) -> ColumnElement[bool]:
    """Match the sessions of the organization that `workflow` belongs to."""
    ours = select(workflows.c.id).where(workflows.c.organization_id == organization_of(workflow))
    return sessions.c.workflow_id.in_(ours)


def _is_theirs(key: SessionKey) -> ColumnElement[bool]:
    return and_(_is_ours(key.workflow), sessions.c.channel == key.channel, sessions.c.external_id == key.external_id)


def _is_for(key: SessionKey) -> ColumnElement[bool]:
    """Match parts that go to the contact: from its own sessions, and from sessions of the organization that name it."""
    to = outbounds.c.body["to"].as_string()
    own = and_(to.is_(None), outbounds.c.session_id.in_(select(sessions.c.id).where(_is_theirs(key))))
    named = and_(
        to == key.external_id,
        outbounds.c.body["channel"].as_string() == key.channel,
        outbounds.c.session_id.in_(select(sessions.c.id).where(_is_ours(key.workflow))),
    )
    return or_(own, named)
