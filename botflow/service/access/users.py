"""People with accounts: made by an owner, with a role, and a first password that is shown once."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, Field
from sqlalchemy import Connection

from botflow.errors import RejectedInbound
from botflow.records.access import SCOPES_OF, Principal, Role
from botflow.service.access.passwords import hash_password
from botflow.service.cursors import PAGE, page_of, read_cursor
from botflow.service.models import Body, Page, Shown, Wrong, printable_name
from botflow.service.pictures import Picture
from botflow.service.refusals import check_unchanged
from botflow.storage.engines.dialects import clock_time
from botflow.storage.engines.engine import Engine
from botflow.storage.service.access import users
from botflow.storage.service.access.users import UserRow
from botflow.storage.service.audit_log import record_change

_SORT = "createdAt"
LONGEST_EMAIL = 254  # RFC 5321, 4.5.3.1.3


def _email(text: str) -> str:
    name, at, domain = text.strip().lower().rpartition("@")
    if not (name and at and "." in domain) or not text.isprintable() or " " in text.strip():
        raise Wrong("email.invalid", "this is no e-mail address", "send it as ann@example.com")
    return f"{name}@{domain}"


Email = Annotated[str, Field(max_length=LONGEST_EMAIL), AfterValidator(_email)]
Name = Annotated[str, Field(max_length=100), AfterValidator(printable_name)]
AnyRole = Annotated[Role, Field(strict=False)]


class NewUser(Body):
    """An account to make."""

    example = '{"email": "ann@example.com", "name": "Ann", "role": "editor"}'

    email: Email
    name: Name
    role: AnyRole
    picture: Picture | None = None


class UserChange(Body):
    """What to change; what is left out stays."""

    example = '{"role": "operator"}'

    name: Name | None = None
    role: AnyRole | None = None
    active: bool | None = None
    picture: Picture | None = None
    """The address of a picture, by https; null takes it away."""


class User(Shown):
    """A person's account. Contacts see the `picture` when the person writes to them."""

    id: str
    email: str
    name: str
    role: Role
    active: bool
    locked_until: datetime | None
    created_at: datetime
    revision: int
    picture: str | None


class MadeUser(User):
    """An account with its first password, which is shown this once. Its owner changes it after signing in."""

    password: str


class Users:
    """The people of the caller's organization."""

    def __init__(self, engine: Engine, caller: Principal) -> None:
        """`engine` is the organization's."""
        self._engine = engine
        self._caller = caller

    async def get_users(self, *, cursor: str | None = None, limit: int = PAGE) -> Page[User]:
        """Return a page of accounts, the oldest first, deactivated ones too."""
        after = read_cursor(cursor, _SORT, (datetime, str))
        found = await self._engine.read(users.list_users, self._caller.organization, after, limit)
        return page_of(found, limit, _SORT, lambda row: (row.created_at, row.id), shown_user)

    async def get_user(self, id: str) -> User:
        """RejectedInbound `user.unknown` (404)."""
        found = await self._engine.read(users.get_user, self._caller.organization, id) if id.isprintable() else None
        if found is None:
            raise unknown_user(id)
        return shown_user(found)

    async def create_user(self, new: NewUser) -> MadeUser:
        """RejectedInbound `user.exists` (409); `user.more_than_yours` (403) for a role that may do more than you."""
        self._check_role(new.role)
        password = secrets.token_urlsafe(15)
        made = await self._engine.write(self._create, new, await hash_password(password))
        return MadeUser(**dict(shown_user(made)), password=password)

    async def update_user(self, id: str, change: UserChange, *, if_revision: int | None = None) -> User:
        """Change a name or a role, or deactivate an account, which signs it out everywhere.

        RejectedInbound `user.changed` (412); `user.last_owner` (409): an organization keeps an active owner.
        """
        if change.role is not None:
            self._check_role(change.role)
        if not id.isprintable():
            raise unknown_user(id)
        return shown_user(await self._engine.write(self._change, id, change, if_revision))

    async def reset_password(self, id: str) -> MadeUser:
        """Give an account a new first password, end its lockout, and sign it out everywhere."""
        password = secrets.token_urlsafe(15)
        hashed = await hash_password(password)
        if not id.isprintable():
            raise unknown_user(id)
        changed = await self._engine.write(self._reset, id, hashed)
        return MadeUser(**dict(shown_user(changed)), password=password)

    def _check_role(self, role: Role) -> None:
        if more := sorted(SCOPES_OF[role] - self._caller.scopes):
            raise RejectedInbound(
                f"you may not give the role {role}, which may do more than you: {', '.join(more)}",
                code="user.more_than_yours",
                hint="choose a smaller role, or ask an owner",
                status=403,
            )

    def _create(self, connection: Connection, new: NewUser, password: str) -> UserRow:
        made = users.add_user(
            connection,
            self._caller.organization,
            secrets.token_hex(8),
            email=new.email,
            name=new.name,
            role=new.role,
            password=password,
            picture=new.picture,
        )
        if made is None:
            raise RejectedInbound(
                f"there is an account for {new.email} already",
                code="user.exists",
                hint="an address has one account in the deployment: use another one",
                status=409,
            )
        after = {"email": made.email, "name": made.name, "role": made.role}
        record_change(connection, self._caller, "user.created", f"user:{made.id}", after=after)
        return made

    def _change(self, connection: Connection, id: str, change: UserChange, if_revision: int | None) -> UserRow:
        before = self._locked(connection, id)
        check_unchanged(before.revision, if_revision, "user.changed")
        self._check_role(before.role)
        loses_owner = change.active is False or (change.role is not None and change.role != Role.OWNER)
        if before.role == Role.OWNER and loses_owner and not users.other_owners(connection, before.organization, id):
            raise RejectedInbound(
                "this is the organization's last active owner",
                code="user.last_owner",
                hint="make another person an owner first",
                status=409,
            )
        changed: dict[str, Any] = {}
        if change.name is not None:
            changed["name"] = change.name
        if change.role is not None:
            changed["role"] = change.role.value
        if "picture" in change.model_fields_set and change.picture != before.picture:
            changed["picture"] = change.picture
        if change.active is not None and change.active != (before.deactivated_at is None):
            changed["deactivated_at"] = None if change.active else clock_time(connection)
            users.sign_out(connection, user=id)
        if changed:
            users.change_user(connection, id, changed)
            record_change(
                connection,
                self._caller,
                "user.changed",
                f"user:{id}",
                before={
                    "name": before.name,
                    "role": before.role,
                    "active": before.deactivated_at is None,
                    "picture": before.picture,
                },
                after=change.model_dump(exclude_unset=True),
            )
        return self._locked(connection, id)

    def _reset(self, connection: Connection, id: str, password: str) -> UserRow:
        before = self._locked(connection, id)
        self._check_role(before.role)
        users.change_user(connection, id, {"password": password, "failures": 0, "locked_until": None})
        users.sign_out(connection, user=id)
        record_change(connection, self._caller, "user.password_reset", f"user:{id}")
        return self._locked(connection, id)

    def _locked(self, connection: Connection, id: str) -> UserRow:
        found = users.get_user(connection, self._caller.organization, id, lock=True)
        if found is None:
            raise unknown_user(id)
        return found


def unknown_user(id: str) -> RejectedInbound:
    """Return the refusal of an id that no user of the caller's organization has."""
    return RejectedInbound(
        f"there is no user {id[:40]!r}", code="user.unknown", hint="list them with GET /api/v1/users", status=404
    )


def shown_user(row: UserRow) -> User:
    return User(
        id=row.id,
        email=row.email,
        name=row.name,
        role=row.role,
        active=row.deactivated_at is None,
        locked_until=row.locked_until,
        created_at=row.created_at,
        revision=row.revision,
        picture=row.picture,
    )
