"""Named sets of secret fields, as bytes that only the vault can read. Each belongs to a user or to the organization."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Text, and_, cast, func, select, update

from botflow.errors import UsageError
from botflow.storage.engines.dialects import clock_time, now, upsert
from botflow.storage.engines.engine import Engine
from botflow.storage.organizations import home_organization
from botflow.storage.tables import credentials, executions, sessions, workflows

# A row that the release before added during an upgrade has none of its own.
public_id: ColumnElement[str] = func.coalesce(credentials.c.public_id, cast(credentials.c.id, Text))


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialKey:
    """Names one set. `user_name` is "" for a set that the whole organization may use."""

    organization: int
    user_name: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCredential:
    """One row. `sealed` is what the vault made of the fields; `revision` counts its changes from 1.

    `is_default`: workflows that name no set of the module use it.
    """

    id: str
    key: CredentialKey
    module: str
    is_active: bool
    is_default: bool
    revision: int
    created_at: datetime
    updated_at: datetime
    sealed: bytes


class Credentials:
    """The rows of `credentials`; only the vault knows their content."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def default_organization(self) -> int:
        return await self._engine.read(home_organization)

    async def add(self, key: CredentialKey, module: str, sealed: bytes) -> None:
        """Store a set; UsageError `credential.exists` when the name is taken."""
        if not await self._engine.write(add_credential, key, module, sealed):
            raise UsageError(
                f"there is a credential {key.name!r} already",
                code="credential.exists",
                hint="change it, or use another name",
            )

    async def usable(self, organization: int, user_name: str, name: str) -> StoredCredential | None:
        """Return the active set for this user and `name`: the user's own, else the organization's, else None."""
        mine = select(credentials).where(_usable(organization, user_name), credentials.c.name == name)
        own_first = mine.order_by(credentials.c.user_name.desc()).limit(1)
        row = await self._engine.read(lambda connection: connection.execute(own_first).first())
        return stored_credential(row) if row else None

    async def all(self, organization: int) -> list[StoredCredential]:
        statement = select(credentials).where(credentials.c.organization_id == organization)
        in_order = statement.order_by(credentials.c.name, credentials.c.user_name)
        return [
            stored_credential(row)
            for row in await self._engine.read(lambda connection: connection.execute(in_order).all())
        ]

    async def of_everyone(self) -> list[StoredCredential]:
        """Return every set of every organization."""
        in_order = select(credentials).order_by(credentials.c.id)
        return [
            stored_credential(row)
            for row in await self._engine.read(lambda connection: connection.execute(in_order).all())
        ]

    async def replace(self, stored: StoredCredential, sealed: bytes) -> bool:
        """Replace what the vault made of the fields; False when the set has been changed since it was read."""
        unchanged = and_(_is(stored.key), credentials.c.fields == stored.sealed)
        statement = update(credentials).where(unchanged).values(fields=sealed)
        return await self._engine.write(lambda connection: connection.execute(statement).rowcount > 0)

    async def set_active(self, key: CredentialKey, is_active: bool) -> bool:
        """Activate or deactivate the set; False when there is no such set."""
        statement = (
            update(credentials)
            .where(_is(key))
            .values(is_active=is_active, revision=credentials.c.revision + 1, updated_at=now())
        )
        return await self._engine.write(lambda connection: connection.execute(statement).rowcount > 0)

    async def owner_of(self, session: int) -> tuple[int, str]:
        """Return the organization, and the user for whom the session's run was started, "" without one."""
        run = and_(executions.c.session_id == sessions.c.id, executions.c.trigger.is_not(None))
        statement = (
            select(workflows.c.organization_id, executions.c.user_name)
            .select_from(sessions)
            .join(workflows, workflows.c.id == sessions.c.workflow_id)
            .outerjoin(executions, run)
            .where(sessions.c.id == session)
            .order_by(executions.c.started_at.desc())
            .limit(1)
        )
        organization, user_name = await self._engine.read(lambda connection: connection.execute(statement).one())
        return organization, user_name or ""


def add_credential(connection: Connection, key: CredentialKey, module: str, sealed: bytes) -> str | None:
    """Store an active set and return its id; None when the name is taken."""
    row = upsert(connection, credentials).values(
        organization_id=key.organization,
        user_name=key.user_name,
        name=key.name,
        module=module,
        is_active=True,
        fields=sealed,
        created_at=clock_time(connection),
        public_id=secrets.token_hex(8),
    )
    return connection.execute(row.on_conflict_do_nothing().returning(credentials.c.public_id)).scalar()


def usable_names(connection: Connection, organization: int, user_name: str, names: Collection[str]) -> set[str]:
    """Return those of `names` that are active credentials of this user or of the whole organization."""
    if not names:
        return set()
    statement = select(credentials.c.name).where(_usable(organization, user_name), credentials.c.name.in_(names))
    return set(connection.execute(statement).scalars())


def _usable(organization: int, user_name: str) -> ColumnElement[bool]:
    return and_(
        credentials.c.organization_id == organization,
        credentials.c.user_name.in_({"", user_name}),
        credentials.c.is_active,
    )


def _is(key: CredentialKey) -> ColumnElement[bool]:
    return and_(
        credentials.c.organization_id == key.organization,
        credentials.c.user_name == key.user_name,
        credentials.c.name == key.name,
    )


def stored_credential(row: Row[Any]) -> StoredCredential:
    """Return a whole row of the table as a value."""
    return StoredCredential(
        id=row.public_id or str(row.id),
        key=CredentialKey(organization=row.organization_id, user_name=row.user_name, name=row.name),
        module=row.module,
        is_active=row.is_active,
        is_default=row.is_default,
        revision=row.revision,
        created_at=row.created_at,
        updated_at=row.updated_at or row.created_at,
        sealed=bytes(row.fields),
    )
