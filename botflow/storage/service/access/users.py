"""People who sign in: their accounts, and the browsers that are signed in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from botflow.records.access import Role
from botflow.storage.engines.dialects import clock_time, upsert
from botflow.storage.service.pages import Order
from botflow.storage.tables.service import sign_ins, users

ORDER = Order(columns=(users.c.created_at, users.c.id))
_SHOWN = [column for column in users.c if column.name not in ("password", "failures")]


@dataclass(frozen=True, slots=True, kw_only=True)
class UserRow:
    """An account without its password."""

    id: str
    organization: int
    email: str
    name: str
    role: Role
    revision: int
    locked_until: datetime | None
    created_at: datetime
    deactivated_at: datetime | None
    picture: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What a sign-in needs to know. `moment` is the database's time."""

    user: UserRow
    password: str
    failures: int
    moment: datetime


def add_user(
    connection: Connection,
    organization: int,
    id: str,
    *,
    email: str,
    name: str,
    role: Role,
    password: str,
    picture: str | None = None,
) -> UserRow | None:
    """Store a new account; None when the address has one."""
    row = upsert(connection, users).values(
        id=id,
        organization_id=organization,
        email=email,
        name=name,
        role=role.value,
        password=password,
        picture=picture,
        failures=0,
        created_at=clock_time(connection),
    )
    made = connection.execute(row.on_conflict_do_nothing().returning(*_SHOWN)).first()
    return _user(made) if made is not None else None


def get_user(connection: Connection, organization: int, id: str, *, lock: bool = False) -> UserRow | None:
    statement = select(*_SHOWN).where(users.c.organization_id == organization, users.c.id == id)
    row = connection.execute(statement.with_for_update() if lock else statement).first()
    return _user(row) if row is not None else None


def picture_of(connection: Connection, organization: int, actor: str) -> str:
    """Return the picture of the account that acts, "" for none: `user:` and its address in the audit log's words."""
    kind, _, email = actor.partition(":")
    if kind != "user":
        return ""
    mine = (users.c.organization_id == organization, users.c.email == email)
    return connection.execute(select(users.c.picture).where(*mine)).scalar() or ""


def list_users(connection: Connection, organization: int, after: Sequence[Any] | None, limit: int) -> list[UserRow]:
    """Return at most `limit` + 1 accounts, the oldest first."""
    mine = select(*_SHOWN).where(users.c.organization_id == organization)
    return [_user(row) for row in connection.execute(ORDER.page(mine, after, limit))]


def other_owners(connection: Connection, organization: int, id: str) -> int:
    """Lock and count the active owners besides this user: an organization keeps one."""
    mine = (users.c.organization_id == organization, users.c.role == Role.OWNER.value, users.c.deactivated_at.is_(None))
    rows = connection.execute(select(users.c.id).where(*mine).with_for_update()).scalars()
    return sum(each != id for each in rows)


def change_user(connection: Connection, id: str, changed: Mapping[str, Any]) -> None:
    values = {**changed, "revision": users.c.revision + 1}
    connection.execute(update(users).where(users.c.id == id).values(values))


def find_account(connection: Connection, email: str) -> Account | None:
    """Return the account of an address, also a deactivated one."""
    row = connection.execute(select(users).where(users.c.email == email)).first()
    if row is None:
        return None
    return Account(user=_user(row), password=row.password, failures=row.failures, moment=clock_time(connection))


def note_failure(connection: Connection, id: str, locked_for: timedelta | None) -> None:
    """Count a wrong password, and lock the account for a while."""
    locked_until = clock_time(connection) + locked_for if locked_for is not None else None
    connection.execute(
        update(users).where(users.c.id == id).values(failures=users.c.failures + 1, locked_until=locked_until)
    )


def sign_in(connection: Connection, user: str, digest: bytes, lifetime: timedelta) -> None:
    """Store that a browser is signed in; forgets those whose time is over."""
    moment = clock_time(connection)
    connection.execute(delete(sign_ins).where(sign_ins.c.expires_at < moment))
    connection.execute(
        insert(sign_ins).values(digest=digest, user_id=user, created_at=moment, expires_at=moment + lifetime)
    )
    connection.execute(update(users).where(users.c.id == user).values(failures=0, locked_until=None))


def signed_in(connection: Connection, digest: bytes) -> UserRow | None:
    """Return who is signed in with this cookie; None when it is over, or the account is deactivated."""
    statement = (
        select(*_SHOWN)
        .join(sign_ins, sign_ins.c.user_id == users.c.id)
        .where(
            sign_ins.c.digest == digest,
            sign_ins.c.expires_at > clock_time(connection),
            users.c.deactivated_at.is_(None),
        )
    )
    row = connection.execute(statement).first()
    return _user(row) if row is not None else None


def sign_out(connection: Connection, *, digest: bytes | None = None, user: str | None = None) -> None:
    """Sign one browser out, or all of a user's."""
    which = sign_ins.c.digest == digest if digest is not None else sign_ins.c.user_id == user
    connection.execute(delete(sign_ins).where(which))


def _user(row: Row[Any]) -> UserRow:
    return UserRow(
        id=row.id,
        organization=row.organization_id,
        email=row.email,
        name=row.name,
        role=Role(row.role),
        revision=row.revision,
        locked_until=row.locked_until,
        created_at=row.created_at,
        deactivated_at=row.deactivated_at,
        picture=row.picture,
    )
