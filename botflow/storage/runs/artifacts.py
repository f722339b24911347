"""Large results of executions, by name, on both databases."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from botflow.records.runs import Artifact
from botflow.storage.engines.engine import Engine, dialect_of
from botflow.storage.tables import artifacts

LISTED = ("key", "kind", "content_type", "size", "created_at")
MOST = 1_000  # of one execution


class Artifacts:
    """The ArtifactStore."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._insert = (postgresql if dialect_of(engine).is_postgres else sqlite).insert

    async def save(self, execution: str, key: str, content: bytes, content_type: str, kind: str = "artifact") -> None:
        """Keep `content`; what was kept under this key is replaced."""
        columns = {
            "kind": kind,
            "content_type": content_type,
            "size": len(content),
            "created_at": self._engine.now(),
            "content": content,
        }
        kept = self._insert(artifacts).values(execution_id=UUID(execution), key=key, **columns)
        async with self._engine.write() as connection:
            await connection.execute(kept.on_conflict_do_update(index_elements=["execution_id", "key"], set_=columns))

    async def load(self, execution: str, key: str) -> tuple[Artifact, bytes] | None:
        statement = select(artifacts).where(artifacts.c.execution_id == UUID(execution), artifacts.c.key == key)
        async with self._engine.read() as connection:
            row = (await connection.execute(statement)).first()
        return None if row is None else (_artifact(row), bytes(row.content))

    async def has(self, execution: str, key: str) -> bool:
        statement = select(artifacts.c.size).where(artifacts.c.execution_id == UUID(execution), artifacts.c.key == key)
        async with self._engine.read() as connection:
            return (await connection.execute(statement)).first() is not None

    async def all_of(self, execution: str) -> list[Artifact]:
        """Return what there is, without the contents, in the order of their keys."""
        statement = (
            select(*(artifacts.c[name] for name in LISTED))
            .where(artifacts.c.execution_id == UUID(execution))
            .order_by(artifacts.c.key)
            .limit(MOST)
        )
        async with self._engine.read() as connection:
            return [_artifact(row) for row in (await connection.execute(statement)).all()]

    async def delete(self, execution: str, key: str) -> bool:
        """Forget it; False when there is no such artifact."""
        statement = delete(artifacts).where(artifacts.c.execution_id == UUID(execution), artifacts.c.key == key)
        async with self._engine.write() as connection:
            return bool((await connection.execute(statement)).rowcount)


def _artifact(row: object) -> Artifact:
    return Artifact(**{name: getattr(row, name) for name in LISTED})
