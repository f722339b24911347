"""One opened database and its stores. The URL decides which: Postgres for many processes, SQLite for one."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from botflow.errors import BotflowError, ProviderError
from botflow.storage.backlog_counts import CensusTaker
from botflow.storage.delivery.outbox import Outbox
from botflow.storage.engines.dialects import clock_time
from botflow.storage.engines.engine import Engine
from botflow.storage.engines.postgres import CONNECTIONS, PostgresEngine
from botflow.storage.engines.row_security import RowSecurity
from botflow.storage.engines.sqlite import SqliteEngine
from botflow.storage.feedback import Feedback
from botflow.storage.files import Files
from botflow.storage.migrations.schema import read_schema
from botflow.storage.migrations.upgrade import check_version, is_postgres, upgrade
from botflow.storage.runs.artifacts import Artifacts
from botflow.storage.runs.effects import Effects
from botflow.storage.runs.executions import Executions
from botflow.storage.transcripts import Transcripts
from botflow.storage.turns.postgres import PostgresTurns
from botflow.storage.turns.postgres_leases import PostgresLeases
from botflow.storage.turns.sqlite import SqliteTurns
from botflow.storage.turns.sqlite_leases import SqliteLeases
from botflow.storage.turns.store import LeaseStore, TurnStore
from botflow.storage.turns.timers import Timers
from botflow.storage.workflow_versions import FlowVersions


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """The stores of one database; made by `open_database`."""

    url: str
    engine: PostgresEngine | SqliteEngine
    turns: TurnStore
    leases: LeaseStore
    outbox: Outbox
    flows: FlowVersions
    timers: Timers
    transcripts: Transcripts
    effects: Effects
    executions: Executions
    artifacts: Artifacts
    files: Files
    feedback: Feedback
    census: CensusTaker

    @property
    def is_postgres(self) -> bool:
        return isinstance(self.engine, PostgresEngine)

    def within(self, organization: int) -> Engine:
        """Return the database as one organization sees it: for every call of the service that is made for one."""
        return self.engine.within(organization)

    @property
    def row_security(self) -> RowSecurity | None:
        """Say whether row-level security holds between organizations; None for SQLite, which has none."""
        return self.engine.row_security if isinstance(self.engine, PostgresEngine) else None

    async def answers(self) -> bool:
        """Say whether the database answers on both kinds of connections."""
        try:
            if isinstance(self.engine, PostgresEngine):
                await self.engine.hot("SELECT 1", ())  # after an outage these connections reconnect by themselves
            await self.now()
        except ProviderError:
            return False
        return True

    async def ready(self) -> bool:
        """Say whether the database answers, and this release works on its schema."""
        try:
            schema = await self.engine.read(read_schema)
            return schema is not None and schema.fits
        except ProviderError:
            return False

    async def now(self) -> datetime:
        """Return the database's time."""
        return await self.engine.read(clock_time)

    @property
    def signals(self) -> PostgresEngine | None:
        """Return the transport for signals between processes (`publish`, `subscribe`); SQLite has only one process."""
        return self.engine if isinstance(self.engine, PostgresEngine) else None

    async def identity(self) -> str:
        """Return a text that is unique among the databases that share a Redis."""
        return await self.engine.identity()

    async def close(self) -> None:
        await self.engine.close()


async def open_database(
    url: str,
    *,
    migrate: bool,
    shared: AsyncEngine | None = None,
    connections: int = CONNECTIONS,
    name: str = "botflow",
) -> Database:
    """Connect, and bring the schema up to date or refuse an old one (UsageError `database.not_migrated`). `shared` is
    an application's engine, on the same Postgres database; there, `connections` bounds those of this process, and
    `name` is what the server shows of them."""
    if not is_postgres(url):
        return await _open_sqlite(url, migrate)
    await asyncio.to_thread(upgrade if migrate else check_version, url)
    engine = PostgresEngine(url, shared, connections=connections, name=name)
    try:
        await engine.open()
    except BotflowError:
        await engine.close()
        raise
    return _database(url, engine, PostgresTurns(engine), PostgresLeases(engine))


async def _open_sqlite(url: str, migrate: bool) -> Database:
    engine = SqliteEngine(url)
    engine.open()
    try:
        await asyncio.to_thread(upgrade if migrate else check_version, url)
    except BaseException:
        await engine.close()
        raise
    return _database(url, engine, SqliteTurns(engine), SqliteLeases(engine))


def _database(url: str, engine: PostgresEngine | SqliteEngine, turns: TurnStore, leases: LeaseStore) -> Database:
    return Database(
        url=url,
        engine=engine,
        turns=turns,
        leases=leases,
        outbox=Outbox(engine),
        flows=FlowVersions(engine),
        timers=Timers(engine),
        transcripts=Transcripts(engine),
        effects=Effects(engine),
        executions=Executions(engine),
        artifacts=Artifacts(engine),
        files=Files(engine),
        feedback=Feedback(engine),
        census=CensusTaker(engine),
    )
