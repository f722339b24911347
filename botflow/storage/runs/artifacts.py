"""Large results of executions, by name, on both databases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, delete, select

from botflow.engine.kept_values import PREFIX
from botflow.records.runs import Artifact
from botflow.storage.engines.dialects import clock_time, now, upsert
from botflow.storage.engines.engine import Engine
from botflow.storage.tables import artifacts

LISTED = ("key", "kind", "content_type", "size", "created_at")
VALUE = "value"  # the kind of a large value of the execution's state


class Artifacts:
    """Stores, reads and lists the artifacts of executions."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def save(self, execution: str, key: str, content: bytes, content_type: str, kind: str = "artifact") -> None:
        """Store `content`; an earlier artifact with this key is replaced."""
        columns = {"kind": kind, "content_type": content_type, "size": len(content), "content": content}
        await self._engine.write(_save, UUID(execution), key, columns)

    async def load(self, execution: str, key: str) -> tuple[Artifact, bytes] | None:
        """Return an artifact and its content; None when the key is unknown, or no key at all: one with a NUL."""
        if "\0" in key:  # Postgres refuses the statement
            return None
        statement = select(artifacts).where(artifacts.c.execution_id == UUID(execution), artifacts.c.key == key)
        row = await self._engine.read(lambda connection: connection.execute(statement).first())
        return None if row is None else (_artifact(row), bytes(row.content))

    async def keep_values(self, execution: str, values: Mapping[str, bytes]) -> None:
        """Store the JSON of an execution's large values by their names; one that is stored already stays."""
        await self._engine.write(keep_values, UUID(execution), values)

    async def values(self, execution: str, names: Sequence[str]) -> dict[str, bytes]:
        """Return the JSON of those of an execution's large values that are stored."""
        keys = [f"{PREFIX}{name}" for name in names]
        statement = select(artifacts.c.key, artifacts.c.content).where(
            artifacts.c.execution_id == UUID(execution), artifacts.c.key.in_(keys)
        )
        rows = await self._engine.read(lambda connection: connection.execute(statement).all())
        return {row.key.removeprefix(PREFIX): bytes(row.content) for row in rows}

    async def page(self, execution: str, after: str | None, limit: int) -> list[Artifact]:
        """Return up to `limit` of the execution's artifacts after the key `after`, without their contents; without the
        large values of its state."""
        statement = _listed(execution).limit(limit)
        if after is not None:
            statement = statement.where(artifacts.c.key > after)
        return [
            _artifact(row) for row in await self._engine.read(lambda connection: connection.execute(statement).all())
        ]


def delete_artifact(connection: Connection, execution: str, key: str) -> bool:
    """Delete an artifact; False when there is none, or it is a large value of the execution's state, which it needs."""
    if "\0" in key:
        return False
    mine = (artifacts.c.execution_id == UUID(execution), artifacts.c.key == key, artifacts.c.kind != VALUE)
    return bool(connection.execute(delete(artifacts).where(*mine)).rowcount)


def _listed(execution: str) -> Select[*tuple[Any, ...]]:
    columns = (artifacts.c[name] for name in LISTED)
    mine = (artifacts.c.execution_id == UUID(execution), artifacts.c.kind != VALUE)
    return select(*columns).where(*mine).order_by(artifacts.c.key)


def _save(connection: Connection, execution: UUID, key: str, columns: dict[str, Any]) -> None:
    kept = {**columns, "created_at": now()}
    row = upsert(connection, artifacts).values(execution_id=execution, key=key, **kept)
    connection.execute(row.on_conflict_do_update(index_elements=["execution_id", "key"], set_=kept))


def keep_values(connection: Connection, execution: UUID, values: Mapping[str, bytes]) -> None:
    """Store the JSON of an execution's large values by their names; one that is stored already stays."""
    rows = [
        {
            "execution_id": execution,
            "key": f"{PREFIX}{name}",
            "kind": VALUE,
            "content_type": "application/json",
            "size": len(content),
            "created_at": clock_time(connection),
            "content": content,
        }
        for name, content in values.items()
    ]
    connection.execute(upsert(connection, artifacts).on_conflict_do_nothing(), rows)


def _artifact(row: object) -> Artifact:
    return Artifact(**{name: getattr(row, name) for name in LISTED})
