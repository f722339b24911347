"""Files that visitors of the chat have sent, on both databases: written and read in pieces, never held as a whole.

A file belongs to a session and is deleted with it. One that no message has sent within a day is deleted when another
file begins.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from botflow.records.files import SentFile
from botflow.records.sessions import SessionKey
from botflow.storage.engines.dialects import now
from botflow.storage.engines.engine import Engine
from botflow.storage.tables import file_pieces, files, sessions, workflows

KEPT_UNSENT_S = 24 * 3600
MOST_DELETED = 20  # unsent files at once
_FILE = (files.c.id, files.c.session_id, files.c.name, files.c.content_type, files.c.size)


class Files:
    """Stores and finds files. An incomplete file is nowhere to be seen."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def begin(self, file: SentFile, first: bytes) -> None:
        """Store the first piece of a new file; its size is unknown until `complete`."""
        await self._engine.write(_begin, file, first)

    async def add(self, file: str, index: int, piece: bytes) -> None:
        """Store a further piece; `index` counts from 0."""
        statement = insert(file_pieces).values(file_id=file, index=index, content=piece)
        await self._engine.write(lambda connection: connection.execute(statement))

    async def complete(self, file: str, size: int) -> None:
        """Make a file visible: all of its `size` bytes are stored."""
        statement = update(files).where(files.c.id == file).values(size=size)
        await self._engine.write(lambda connection: connection.execute(statement))

    async def drop(self, file: str) -> None:
        """Delete a file and its pieces."""
        statement = delete(files).where(files.c.id == file)
        await self._engine.write(lambda connection: connection.execute(statement))

    async def send(self, key: SessionKey, ids: Sequence[str]) -> list[SentFile]:
        """Keep these files for as long as their session, because a message has them; in the order of `ids`.

        Files of other sessions, and unknown ones, are left out. The same call again returns the same files.
        """
        own = select(sessions.c.id).where(
            sessions.c.workflow_id == key.workflow,
            sessions.c.channel == key.channel,
            sessions.c.external_id == key.external_id,
        )
        statement = (
            update(files)
            .where(files.c.id.in_(ids), files.c.session_id == own.scalar_subquery(), files.c.size.is_not(None))
            .values(sent_at=func.coalesce(files.c.sent_at, now()))
            .returning(*_FILE)
        )
        rows = await self._engine.write(lambda connection: connection.execute(statement).all())
        return sorted((_file(tuple(row)) for row in rows), key=lambda file: ids.index(file.id))

    async def find(self, workflow: int, file: str) -> SentFile | None:
        """Return a whole file of a session of `workflow`; None when there is none."""
        statement = (
            select(*_FILE)
            .join(sessions, sessions.c.id == files.c.session_id)
            .where(files.c.id == file, sessions.c.workflow_id == workflow, files.c.size.is_not(None))
        )
        row = await self._engine.read(lambda connection: connection.execute(statement).first())
        return None if row is None else _file(tuple(row))

    async def of_organization(self, session: int, file: str) -> SentFile | None:
        """Return a whole file of any session of the organization that `session` belongs to; None when there is none."""
        asking, senders = workflows.alias("asking"), workflows.alias("senders")
        organization = (
            select(asking.c.organization_id)
            .join(sessions, sessions.c.workflow_id == asking.c.id)
            .where(sessions.c.id == session)
            .scalar_subquery()
        )
        statement = (
            select(*_FILE)
            .join(sessions, sessions.c.id == files.c.session_id)
            .join(senders, senders.c.id == sessions.c.workflow_id)
            .where(files.c.id == file, senders.c.organization_id == organization, files.c.size.is_not(None))
        )
        row = await self._engine.read(lambda connection: connection.execute(statement).first())
        return None if row is None else _file(tuple(row))

    async def piece(self, file: str, index: int) -> bytes | None:
        """Return a piece; None after the last one, or when the file has been deleted."""
        statement = select(file_pieces.c.content).where(file_pieces.c.file_id == file, file_pieces.c.index == index)
        found = await self._engine.read(lambda connection: connection.execute(statement).scalar())
        return None if found is None else bytes(found)


def _begin(connection: Connection, file: SentFile, first: bytes) -> None:
    forgotten = (
        select(files.c.id)
        .where(files.c.sent_at.is_(None), files.c.created_at < now(-KEPT_UNSENT_S))
        .order_by(files.c.created_at)
        .limit(MOST_DELETED)
    )
    connection.execute(delete(files).where(files.c.id.in_(forgotten), files.c.sent_at.is_(None)))
    connection.execute(
        insert(files).values(
            id=file.id,
            session_id=file.session,
            name=file.name,
            content_type=file.content_type,
            created_at=now(),
        )
    )
    connection.execute(insert(file_pieces).values(file_id=file.id, index=0, content=first))


def _file(row: tuple[Any, ...]) -> SentFile:
    id, session, name, content_type, size = row
    return SentFile(id=id, session=session, name=name, content_type=content_type, size=size)
