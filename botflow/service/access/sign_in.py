"""Signing in: an address and a password become a cookie that is worth a person's role, for a week or until signed out.

After a few wrong passwords an account is locked, for longer with each further one.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from pydantic import Field
from sqlalchemy import Connection

from botflow.errors import RejectedInbound
from botflow.records.access import SCOPES_OF, Principal
from botflow.runtime.app import Runtime
from botflow.service.access.passwords import LONGEST, SHORTEST, hash_password, is_password
from botflow.service.access.users import Email, User, shown_user
from botflow.service.models import Body, Shown
from botflow.service.pictures import Picture
from botflow.storage.engines.engine import Engine
from botflow.storage.service.access import users
from botflow.storage.service.access.users import Account, UserRow
from botflow.storage.service.audit_log import record_change

LIFETIME = timedelta(days=7)
FREE_FAILURES = 5
FIRST_LOCK = timedelta(minutes=1)
LONGEST_LOCK = timedelta(hours=1)


class Credentials(Body):
    """An address and its password."""

    example = '{"email": "ann@example.com", "password": "..."}'

    email: Email
    password: Annotated[str, Field(max_length=LONGEST)]


class NewPassword(Body):
    """The present password, and the one to have."""

    example = '{"password": "...", "newPassword": "..."}'

    password: Annotated[str, Field(max_length=LONGEST)]
    new_password: Annotated[str, Field(max_length=LONGEST)]


class SignedIn(Shown):
    """Who signed in. Requests that change something send `csrfToken` as X-CSRF-Token."""

    user: User
    csrf_token: str


class NewPicture(Body):
    """The address of a picture that contacts see when the person writes to them; null for none."""

    picture: Picture | None


class AccountLocked(RejectedInbound):
    """An account is locked, for `wait_s` seconds more."""

    wait_s: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """A new sign-in. `cookie` goes to the browser alone."""

    shown: SignedIn
    cookie: str


class SignIns:
    """Signs people in and out, and recognises their browsers."""

    def __init__(self, runtime: Runtime) -> None:
        self._database = runtime.database
        self._every_organization = runtime.database.engine
        self._clock = runtime.clock
        self._unknown = runtime.unknown_accounts

    async def sign_in(self, given: Credentials, address: str) -> SignIn:
        """RejectedInbound `sign_in.wrong` (401); `sign_in.locked` (429). Both are the same for an unknown address."""
        account = await self._every_organization.read(users.find_account, given.email)
        if account is None or account.user.deactivated_at is not None:
            await self._refuse_unknown(given)
            raise _wrong()
        self._check_lock(account)
        right = await is_password(given.password, account.password)
        if not right:
            await self._note_failure(account)
            raise _wrong()
        cookie = secrets.token_urlsafe(32)
        await self._of(account).write(self._begin, account.user, cookie, address)
        return SignIn(shown=SignedIn(user=shown_user(account.user), csrf_token=csrf_token(cookie)), cookie=cookie)

    async def signed_in(self, cookie: str) -> UserRow | None:
        """Return whose browser this is; None when it is not signed in any more."""
        return await self._every_organization.read(users.signed_in, _digest(cookie))

    async def sign_out(self, cookie: str) -> None:
        """Sign this browser out."""
        await self._every_organization.write(lambda connection: users.sign_out(connection, digest=_digest(cookie)))

    async def change_password(self, cookie: str, given: NewPassword, address: str) -> None:
        """Change the password of who is signed in, and sign out all of their browsers.

        RejectedInbound `sign_in.wrong` (401); `password.too_short` (422).
        """
        if len(given.new_password) < SHORTEST:
            raise RejectedInbound(
                f"a password has at least {SHORTEST} characters",
                code="password.too_short",
                hint="a few words in a row are easy to remember",
                status=422,
            )
        user = await self.signed_in(cookie)
        account = await self._every_organization.read(users.find_account, user.email) if user is not None else None
        if account is not None:
            self._check_lock(account)
        right = await is_password(given.password, account.password if account is not None else None)
        if account is None:
            raise _wrong()
        if not right:
            await self._note_failure(account)
            raise _wrong()
        await self._of(account).write(self._change, account.user, await hash_password(given.new_password), address)

    async def change_picture(self, cookie: str, given: NewPicture, address: str) -> UserRow:
        """Change the picture of who is signed in; null takes it away. RejectedInbound `sign_in.wrong` (401)."""
        user = await self.signed_in(cookie)
        if user is None:
            raise _wrong()
        engine = self._database.within(user.organization)
        return await engine.write(self._change_picture, user, given.picture, address)

    async def _refuse_unknown(self, given: Credentials) -> None:
        """Take as long as for an account, and lock the address as one."""
        now, until = self._clock.now(), self._unknown.locked_until(given.email)
        if until is not None and now < until:
            raise _locked(until - now)
        await is_password(given.password, None)
        self._unknown.note_failure(given.email, now, _lock)

    def _of(self, account: Account) -> Engine:
        return self._database.within(account.user.organization)

    async def _note_failure(self, account: Account) -> None:
        await self._of(account).write(users.note_failure, account.user.id, _lock(account.failures + 1))

    def _begin(self, connection: Connection, user: UserRow, cookie: str, address: str) -> None:
        users.sign_in(connection, user.id, _digest(cookie), LIFETIME)
        record_change(connection, principal_of(user, address), "user.signed_in", f"user:{user.id}")

    def _change(self, connection: Connection, user: UserRow, password: str, address: str) -> None:
        users.change_user(connection, user.id, {"password": password})
        users.sign_out(connection, user=user.id)
        record_change(connection, principal_of(user, address), "user.password_changed", f"user:{user.id}")

    def _change_picture(self, connection: Connection, user: UserRow, picture: str | None, address: str) -> UserRow:
        users.change_user(connection, user.id, {"picture": picture})
        after = {"picture": picture}
        record_change(connection, principal_of(user, address), "user.changed", f"user:{user.id}", after=after)
        changed = users.get_user(connection, user.organization, user.id)
        assert changed is not None, "it was changed"
        return changed

    def _check_lock(self, account: Account) -> None:
        until = account.user.locked_until
        if until is not None and account.moment < until:
            raise _locked(until - account.moment)


def principal_of(user: UserRow, address: str = "") -> Principal:
    """Return what a person may do in their organization."""
    return Principal(
        organization=user.organization, actor=f"user:{user.email}", scopes=SCOPES_OF[user.role], address=address
    )


def csrf_token(cookie: str) -> str:
    """Return the token that only a page which was told it can send: another site has the cookie sent, but cannot read
    it."""
    return hmac.new(cookie.encode("utf-8", "surrogateescape"), b"botflow csrf", hashlib.sha256).hexdigest()


def _lock(failures: int) -> timedelta | None:
    """Return for how long an account is locked after this many wrong passwords in a row."""
    if failures < FREE_FAILURES:
        return None
    doubled: int = 2 ** min(failures - FREE_FAILURES, 10)
    return min(LONGEST_LOCK, FIRST_LOCK * doubled)


def _locked(left: timedelta) -> AccountLocked:
    wait_s = int(left.total_seconds()) + 1
    refusal = AccountLocked(
        f"this account is locked after wrong passwords: try again in {wait_s} s",
        code="sign_in.locked",
        hint="an owner of the organization can give it a new password",
        status=429,
    )
    refusal.wait_s = wait_s
    return refusal


def _digest(cookie: str) -> bytes:
    return hashlib.sha256(cookie.encode("utf-8", "surrogateescape")).digest()


def _wrong() -> RejectedInbound:
    return RejectedInbound(
        "this address and password do not fit",
        code="sign_in.wrong",
        hint="compare both; an owner of the organization can give the account a new password",
        status=401,
    )
