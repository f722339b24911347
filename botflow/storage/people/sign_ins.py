"""A visitor of the chat signs in: what the site says of them is stored, and their anonymous conversation is theirs.

All of it is one transaction, so it happens once, however often it is asked for and wherever a process dies. The
session's row gets the signed person's id; everything else of the conversation names the row by its number: messages,
timers, runs, files. A row without a conversation stays under the anonymous id, with a revoked token: an old token opens
nothing, and a repeated sign-in finds nothing to take along.

Locked in this order: the rows of both addresses, the session with its queue, the people. A turn does the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, and_, insert, select, update
from sqlalchemy.exc import IntegrityError

from botflow.crash_points import reach
from botflow.engine.inbound import CHAT
from botflow.records.sessions import SessionKey
from botflow.storage.engines.dialects import now
from botflow.storage.people.changes import lock_people, merge_people
from botflow.storage.people.profiles import read_people
from botflow.storage.runs.handoffs import LockedSession, lock_session
from botflow.storage.service.sessions.session_changes import add_note, end_conversation, give_up_leases
from botflow.storage.tables import contacts, sessions
from botflow.storage.turns.contact_writes import lock_addresses, person_at, touch, write_values

TAKEN, CLOSED = "The visitor signed in.", "The visitor signed in, and continues an older conversation."
WHO = "sign-in"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """A person of a site, and the anonymous visitor that they were, "" for none. `values` are fields of the contact, as
    they are stored; None clears one."""

    organization: int
    workflow: int
    external_id: str
    anonymous: str = ""
    values: Mapping[str, Any]

    @property
    def signed(self) -> SessionKey:
        return SessionKey(self.workflow, CHAT, self.external_id)

    @property
    def visitor(self) -> SessionKey:
        return SessionKey(self.workflow, CHAT, self.anonymous)


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """What became of the anonymous conversation `session`: the person's, or it has ended because they had one."""

    session: int
    how: Literal["taken", "closed"]


def sign_in(connection: Connection, wanted: SignIn) -> Joined | None:
    """Store what is known of the person, and give them the conversation of the visitor that they were; None if there is
    none, or it was given away before."""
    joined = _join(connection, wanted) if wanted.anonymous else None
    _write_values(connection, wanted)
    if joined is not None:
        reach("identity.written")
    return joined


def _join(connection: Connection, wanted: SignIn) -> Joined | None:
    found = connection.execute(select(sessions.c.id).where(_is_open(wanted.visitor))).scalar()
    if found is None:
        return None
    lock_addresses(connection, wanted.organization, _places(wanted))
    locked = lock_session(connection, found)
    if locked is None or connection.execute(select(sessions.c.id).where(_is_open(wanted.visitor))).scalar() != found:
        return None  # another sign-in has been faster
    how: Literal["taken", "closed"] = "taken" if _take(connection, wanted, locked) else "closed"
    if how == "closed":
        _close(connection, wanted, locked)
    _make_one_person(connection, wanted)
    return Joined(session=found, how=how)


def _take(connection: Connection, wanted: SignIn, locked: LockedSession) -> bool:
    """Give the session to the person; False, and nothing is changed, when they have one. Chats have no opt-outs, so
    there is no consent to carry over."""
    if _has_session(connection, wanted.signed):
        return False
    try:
        with connection.begin_nested():
            mine = update(sessions).where(sessions.c.id == locked.id)
            # A new version: a turn under way, and copies under the old id, lose against it. No message is lost by that.
            connection.execute(mine.values(external_id=wanted.external_id, version=locked.version + 1))
    except IntegrityError:  # the person's first message came in between
        return False
    give_up_leases(connection, locked.id)
    _leave_closed_row(connection, wanted)
    add_note(connection, locked, "", [TAKEN, WHO, {}])
    return True


def _close(connection: Connection, wanted: SignIn, locked: LockedSession) -> None:
    """End the visitor's conversation: the person's own continues."""
    end_conversation(connection, locked)
    connection.execute(update(sessions).where(sessions.c.id == locked.id).values(token_revoked=True))
    add_note(connection, locked, "", [CLOSED, WHO, {}])


def _leave_closed_row(connection: Connection, wanted: SignIn) -> None:
    """Let the visitor's token find a session that it may not use."""
    row = insert(sessions).values(
        workflow_id=wanted.workflow,
        channel=CHAT,
        external_id=wanted.anonymous,
        token_revoked=True,
        parked=False,
        version=0,
        last_seq=0,
        done_seq=0,
        created_at=now(),
        updated_at=now(),
        state={},
    )
    connection.execute(row)


def _make_one_person(connection: Connection, wanted: SignIn) -> None:
    """Let both addresses be one contact's: an erasure of the person finds what they said before they signed in. What
    was known of the person under their own id wins."""
    people = lock_addresses(connection, wanted.organization, _places(wanted))
    kept, merged = (people.get(place) for place in _places(wanted))
    if kept is None or merged is None or kept == merged:
        person_at(connection, wanted.organization, _places(wanted))
        return
    mine, other = lock_people(connection, wanted.organization, [kept, merged])
    merge_people(connection, wanted.organization, mine, other, {**other.values, **mine.values})


def _write_values(connection: Connection, wanted: SignIn) -> None:
    """Write what the site says of the person, unless that is known already: most sign-ins change nothing."""
    place = (CHAT, wanted.external_id)
    changed = _changed(connection, wanted)
    if not changed:
        return
    lock_addresses(connection, wanted.organization, [place])
    person = person_at(connection, wanted.organization, [place])
    touch(connection, person)
    write_values(connection, wanted.organization, person, changed)


def _changed(connection: Connection, wanted: SignIn) -> dict[str, Any]:
    mine = select(contacts.c.person_id).where(
        contacts.c.organization_id == wanted.organization,
        contacts.c.channel == CHAT,
        contacts.c.address == wanted.external_id,
    )
    person = connection.execute(mine).scalar() if wanted.values else None
    known = read_people(connection, wanted.organization, [person])[0].values if person is not None else {}
    return {name: value for name, value in wanted.values.items() if known.get(name) != value}


def _has_session(connection: Connection, key: SessionKey) -> bool:
    return connection.execute(select(sessions.c.id).where(_is(key))).first() is not None


def _is_open(key: SessionKey) -> ColumnElement[bool]:
    """Match the session of a visitor whose token is in force."""
    return and_(_is(key), sessions.c.token_revoked.is_(False))


def _is(key: SessionKey) -> ColumnElement[bool]:
    return and_(
        sessions.c.workflow_id == key.workflow,
        sessions.c.channel == key.channel,
        sessions.c.external_id == key.external_id,
    )


def _places(wanted: SignIn) -> list[tuple[str, str]]:
    """Return both addresses, the signed one first."""
    return [(CHAT, wanted.external_id), (CHAT, wanted.anonymous)]
