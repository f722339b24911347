"""API keys: made, listed, revoked, and recognised in a request.

A key reads `bf_<id>_<secret>`. The database has the id and the SHA-256 of the secret; the whole key is shown once.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, Field
from sqlalchemy import Connection

from botflow.errors import RejectedInbound
from botflow.records.access import SCOPES_OF, KeyRecord, Principal, Role, Scope
from botflow.service.cursors import PAGE, page_of, read_cursor
from botflow.service.models import Body, Page, Shown, printable_name
from botflow.storage.service.access import api_keys
from botflow.storage.service.audit_log import record_change

if TYPE_CHECKING:
    from botflow.runtime.app import Runtime

PREFIX = "bf_"
LONGEST_NAME = 100
LONGEST_LIFE_DAYS = 3_650
_SORT = "-createdAt"


class NewKey(Body):
    """A key to make: with a role, or with scopes of its own."""

    example = '{"name": "CRM", "role": "operator", "expiresInDays": 90}'

    name: Annotated[str, Field(max_length=LONGEST_NAME), AfterValidator(printable_name)]
    role: Annotated[Role, Field(strict=False)] | None = None
    scopes: list[Annotated[Scope, Field(strict=False)]] | None = None
    expires_in_days: Annotated[int, Field(ge=1, le=LONGEST_LIFE_DAYS)] | None = None


class Key(Shown):
    """An API key without its secret."""

    id: str
    name: str
    scopes: list[Scope]
    created_by: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


class MadeKey(Key):
    """A key that was just made. `key` is shown this once."""

    key: str


class Keys:
    """The API keys of the caller's organization."""

    def __init__(self, runtime: Runtime, caller: Principal) -> None:
        self._engine = runtime.database.within(caller.organization)
        self._caller = caller
        self._believed = runtime.believed_keys

    async def get_keys(self, *, cursor: str | None = None, limit: int = PAGE) -> Page[Key]:
        """Return a page of keys, the newest first, revoked ones too."""
        return await self._engine.read(list_keys, self._caller, cursor=cursor, limit=limit)

    async def create_key(self, new: NewKey) -> MadeKey:
        """Make a key; see `create_key`."""
        return await self._engine.write(create_key, self._caller, new)

    async def revoke_key(self, id: str) -> Key:
        """Revoke a key; see `revoke_key`."""
        try:
            return await self._engine.write(revoke_key, self._caller, id)
        finally:  # also when its commit's answer was lost
            self._believed.forget()


def list_keys(connection: Connection, who: Principal, *, cursor: str | None = None, limit: int = PAGE) -> Page[Key]:
    """Return a page of keys, the newest first, revoked ones too."""
    after = read_cursor(cursor, _SORT, (datetime, str))
    found = api_keys.list_keys(connection, who.organization, after, limit)
    return page_of(found, limit, _SORT, lambda each: (each.created_at, each.id), _shown)


def create_key(connection: Connection, who: Principal, new: NewKey) -> MadeKey:
    """Make a key. RejectedInbound `key.role_or_scopes` (422); `key.more_than_yours` (403): a caller cannot give a key
    more than it may do itself."""
    scopes = _scopes(who, new)
    id, secret, days = secrets.token_hex(8), secrets.token_urlsafe(32), new.expires_in_days
    record = api_keys.add_key(
        connection,
        id,
        _digest(secret),
        organization=who.organization,
        name=new.name,
        scopes=scopes,
        created_by=who.actor,
        lifetime=timedelta(days=days) if days is not None else None,
    )
    record_change(connection, who, "key.created", f"key:{id}", after=_logged(record))
    return MadeKey(**dict(_shown(record)), key=f"{PREFIX}{id}_{secret}")


def revoke_key(connection: Connection, who: Principal, id: str) -> Key:
    """Revoke a key: it is refused from now on, by other processes within two seconds. RejectedInbound `key.unknown`."""
    if id.isprintable() and api_keys.revoke_key(connection, who.organization, id):
        record_change(connection, who, "key.revoked", f"key:{id}")
    record = api_keys.get_key(connection, who.organization, id) if id.isprintable() else None
    if record is None:
        raise RejectedInbound(
            f"there is no API key {id[:40]!r}",
            code="key.unknown",
            hint="list them with GET /api/v1/keys, or botflow keys",
            status=404,
        )
    return _shown(record)


def _scopes(who: Principal, new: NewKey) -> Collection[Scope]:
    if (new.role is None) == (not new.scopes):
        raise RejectedInbound(
            "a key has either a role or scopes",
            code="key.role_or_scopes",
            hint=f"roles are {', '.join(Role)}; scopes are {', '.join(Scope)}",
            status=422,
        )
    scopes = SCOPES_OF[new.role] if new.role is not None else frozenset(new.scopes or ())
    if more := sorted(scopes - who.scopes):
        raise RejectedInbound(
            f"you may not give a key what you may not do yourself: {', '.join(more)}",
            code="key.more_than_yours",
            hint="leave these scopes out, or ask an owner to make the key",
            status=403,
        )
    return scopes


class KeyReader:
    """Recognises API keys in requests. A key's use is noted once a minute."""

    NOTED_S = 60.0

    def __init__(self, runtime: Runtime) -> None:
        self._database = runtime.database
        self._every_organization = runtime.database.engine
        self._clock = runtime.clock
        self._believed = runtime.believed_keys
        self._noted: dict[str, float] = {}

    async def principal(self, key: str) -> Principal | None:
        """Return the key's principal; None for one that is unknown, revoked or expired."""
        fingerprint, now_s = _digest(key), self._clock.monotonic_s()
        if (known := self._believed.find(fingerprint, now_s)) is not None:
            return known[0]
        generation = self._believed.generation
        principal = await self._look_up(key)
        self._believed.keep(fingerprint, now_s, principal, generation)
        if principal is not None:
            await self._note_use(principal.organization, key.split("_")[1], now_s)
        return principal

    async def _look_up(self, key: str) -> Principal | None:
        parts = key.split("_", 2)
        if len(parts) != 3 or not parts[1].isalnum() or not parts[1].isascii():
            return None
        found = await self._every_organization.read(api_keys.find_digest, parts[1])
        if found is None:
            return None
        record, digest, moment = found
        is_in_force = record.revoked_at is None and (record.expires_at is None or moment < record.expires_at)
        if not is_in_force or not hmac.compare_digest(_digest(parts[2]), digest):
            return None
        return Principal(organization=record.organization, actor=f"key:{record.name}", scopes=record.scopes)

    async def _note_use(self, organization: int, id: str, now_s: float) -> None:
        if now_s - self._noted.get(id, -self.NOTED_S) >= self.NOTED_S:
            self._noted[id] = now_s
            await self._database.within(organization).write(api_keys.note_use, id)


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).digest()


def _shown(record: KeyRecord) -> Key:
    return Key(
        id=record.id,
        name=record.name,
        scopes=sorted(record.scopes),
        created_by=record.created_by,
        created_at=record.created_at,
        expires_at=record.expires_at,
        last_used_at=record.last_used_at,
        revoked_at=record.revoked_at,
    )


def _logged(record: KeyRecord) -> dict[str, object]:
    return {
        "name": record.name,
        "scopes": sorted(record.scopes),
        "expiresAt": record.expires_at.isoformat() if record.expires_at else None,
    }
