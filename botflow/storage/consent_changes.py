"""The changes of a contact's consent, in the caller's transaction, on both databases.

A stop marks the contact, parks all of its sessions, suppresses its unsent outbounds, and adds the evidence. A start
frees the contact and its sessions, and queues what they were given meanwhile and still wait for. On each of the given
channels the same address is the same person.

Everywhere the contact's rows are locked first, then sessions in the order of their keys, as ACCEPT locks them: so two
changes, or a change and a turn, cannot wait for each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Select, and_, func, literal_column, or_, select, tuple_, update

from botflow.records.sessions import SessionKey
from botflow.storage.decisions import Decision, organization_of, record
from botflow.storage.engines.dialects import now, upsert
from botflow.storage.runs.changes.freed_sessions import COLUMNS, free, queue_unheard
from botflow.storage.tables import contacts, decisions, inbounds, outbounds, sessions, workflows
from botflow.storage.turns.row_mapping import is_unsettled

IS_HELD = outbounds.c.state == literal_column("'held'")  # worded like its partial index
IS_READY = and_(is_unsettled(), outbounds.c.state == literal_column("'ready'"))
IS_LEAVING = and_(is_unsettled(), outbounds.c.state.in_(("sending", "unknown")))
KEY = (sessions.c.workflow_id, sessions.c.channel, sessions.c.external_id)


def is_stopped(connection: Connection, key: SessionKey) -> bool:
    """True if the contact has opted out on the channel of `key`."""
    return bool(connection.execute(select(contacts.c.stopped).where(is_contact(key))).scalar())


def hold_consent(connection: Connection, key: SessionKey) -> bool:
    """`is_stopped`, and no stop takes effect before the caller's transaction ends: then it sees what that has made."""
    keep(connection, key, (key.channel,))
    shared = select(contacts.c.stopped).where(is_contact(key)).with_for_update(read=True)
    return bool(connection.execute(shared).scalar())


def keep(connection: Connection, key: SessionKey, channels: Sequence[str]) -> None:
    """Make the contact's rows, in a transaction of its own before that of a stop.

    A concurrent transaction that makes a session for the contact then either commits early enough to be parked by the
    stop, or waits for it in `park_if_stopped`.
    """
    for channel in sorted(channels):
        connection.execute(
            upsert(connection, contacts)
            .values(
                organization_id=organization_of(key.workflow),
                channel=channel,
                address=key.external_id,
                stopped=False,
                updated_at=now(),
            )
            .on_conflict_do_nothing()
        )


def lock(connection: Connection, key: SessionKey, channels: Sequence[str]) -> frozenset[str]:
    """Lock the contact's rows; return the channels on which it has opted out."""
    rows = select(contacts.c.channel, contacts.c.stopped).where(is_contact(key, channels)).order_by(contacts.c.channel)
    found = connection.execute(rows.with_for_update()).all()
    return frozenset(channel for channel, stopped in found if stopped)


def lock_sessions(connection: Connection, key: SessionKey, channels: Sequence[str], *, before: bool = False) -> None:
    """Lock the contact's sessions in the order of their keys; with `before` only those before that of `key`."""
    theirs = select(sessions.c.id).where(_is_theirs(key, channels)).order_by(*KEY)
    if before:
        theirs = theirs.where(tuple_(*KEY) < tuple_(*key))
    connection.execute(theirs.with_for_update(key_share=True)).all()


def stop(
    connection: Connection,
    key: SessionKey,
    subject: str,
    reason: str,
    channels: Sequence[str],
    *,
    parked_already: int = 0,
) -> None:
    """Opt out a contact that has its rows (`keep`). Evidence is added once, for the first channel that was open.

    The session `parked_already` is parked by the commit of its own turn.
    """
    were_stopped = lock(connection, key, channels)
    lock_sessions(connection, key, channels)
    connection.execute(update(contacts).where(is_contact(key, channels)).values(stopped=True, updated_at=now()))
    park(connection, key, channels, except_for=parked_already)
    there = [key._replace(channel=channel) for channel in channels]
    leaving = sum(_leaving(connection, contact) for contact in there)
    suppressed = [decision for contact in there for decision in suppress(connection, contact)]
    made = [
        Decision(
            kind="opt_out",
            reason=reason,
            subject=subject,
            detail={"suppressed": len(suppressed), "leaving": leaving},
            channel=channel,
            address=key.external_id,
        )
        for channel in channels
        if channel not in were_stopped
    ]
    record(connection, organization_of(key.workflow), [*made[:1], *suppressed])


def may_start(connection: Connection, key: SessionKey, session: int, subject: str, said_at: datetime) -> bool:
    """True if the contact may get messages after an opt-in that was received at `said_at`: it had not opted out, or
    it had done so before. A repetition of a message that another of its sessions has is no opt-in."""
    if not is_stopped(connection, key):
        return True
    is_older = select(contacts.c.updated_at <= said_at).where(is_contact(key))
    return bool(connection.execute(is_older).scalar()) and not is_repeated(connection, key, session, subject)


def start(
    connection: Connection, key: SessionKey, subject: str, reason: str, said_at: datetime, channels: Sequence[str]
) -> None:
    """Opt a contact in again on every channel on which no later message opted out; evidence is added once.

    This frees the contact's sessions there except the one of `key`: the commit of its own turn has freed that one.
    """
    freed = (
        update(contacts)
        .where(is_contact(key, channels), contacts.c.stopped, contacts.c.updated_at <= said_at)
        .values(stopped=False, updated_at=now())
        .returning(contacts.c.channel)
    )
    open_again = connection.execute(freed).scalars().all()
    if not open_again:
        return
    theirs = select(*COLUMNS, sessions.c.parked, *KEY).where(_is_theirs(key, open_again)).order_by(*KEY)
    for row in connection.execute(theirs).all():
        if row[-len(KEY) :] == tuple(key):
            queue_unheard(connection, row)
        elif row.parked:
            free(connection, row)
    channel = key.channel if key.channel in open_again else min(open_again)
    made = Decision(kind="opt_in", reason=reason, subject=subject, channel=channel, address=key.external_id)
    record(connection, organization_of(key.workflow), [made])


def is_repeated(connection: Connection, key: SessionKey, session: int, subject: str) -> bool:
    """True if another session of the person has an inbound of this key: a provider may repeat a webhook at another
    address, and so to another workflow."""
    theirs = select(sessions.c.id).where(_is_ours(key.workflow), sessions.c.external_id == key.external_id)
    repeated = select(inbounds.c.seq).where(
        inbounds.c.session_id.in_(theirs), inbounds.c.session_id != session, inbounds.c.key == subject
    )
    return connection.execute(repeated.limit(1)).first() is not None


def park(connection: Connection, key: SessionKey, channels: Sequence[str], *, except_for: int = 0) -> None:
    """Park every session of the contact; the new version fences all turns under way there, also that of a START."""
    connection.execute(
        update(sessions)
        .where(_is_theirs(key, channels), sessions.c.id != except_for)
        .values(parked=True, version=sessions.c.version + 1, wake_at=None, updated_at=now())
    )


def park_if_stopped(connection: Connection, key: SessionKey) -> bool:
    """Park the contact's sessions on its channel if it has opted out (then True); waits for a stop under way."""
    shared = select(contacts.c.stopped).where(is_contact(key)).with_for_update(read=True)
    if not connection.execute(shared).scalar():
        return False
    park(connection, key, (key.channel,))
    suppress(connection, key)
    return True


def suppress(connection: Connection, key: SessionKey) -> list[Decision]:
    """Suppress the contact's ready and held outbounds; a snapshot later than that of the parking sees all of them."""
    rows = connection.execute(
        update(outbounds)
        .where(or_(IS_READY, IS_HELD), _is_for(key))
        .values(state="suppressed", error_code="consent.stopped", updated_at=now())
        .returning(outbounds.c.session_id, outbounds.c.version, outbounds.c.index)
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


def was_stopped_by(connection: Connection, key: SessionKey, subject: str) -> bool:
    """True if the contact's latest opt-out on the channel of `key` came with the inbound `subject`."""
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


def is_contact(key: SessionKey, channels: Sequence[str] = ()) -> ColumnElement[bool]:
    """Match the contact's row on the channel of `key`, or its rows on `channels`."""
    return and_(
        contacts.c.organization_id == organization_of(key.workflow),
        contacts.c.channel.in_(channels) if channels else contacts.c.channel == key.channel,
        contacts.c.address == key.external_id,
    )


def _leaving(connection: Connection, key: SessionKey) -> int:
    """Count the parts that the provider has already, or that are being sent to it."""
    count: Select[int] = select(func.count()).select_from(outbounds).where(IS_LEAVING, _is_for(key))
    found: int = connection.execute(count).scalar_one()
    return found


def _is_ours(workflow: int) -> ColumnElement[bool]:
    """Match the sessions of the organization that `workflow` belongs to."""
    ours = select(workflows.c.id).where(workflows.c.organization_id == organization_of(workflow))
    return sessions.c.workflow_id.in_(ours)


def _is_theirs(key: SessionKey, channels: Sequence[str]) -> ColumnElement[bool]:
    return and_(_is_ours(key.workflow), sessions.c.channel.in_(channels), sessions.c.external_id == key.external_id)


def _is_for(key: SessionKey) -> ColumnElement[bool]:
    """Match parts that go to the contact: from its own sessions, and from sessions of the organization that name it."""
    to = outbounds.c.body["to"].as_string()
    theirs = select(sessions.c.id).where(_is_theirs(key, (key.channel,)))
    own = and_(to.is_(None), outbounds.c.session_id.in_(theirs))
    named = and_(
        to == key.external_id,
        outbounds.c.body["channel"].as_string() == key.channel,
        outbounds.c.session_id.in_(select(sessions.c.id).where(_is_ours(key.workflow))),
    )
    return or_(own, named)
