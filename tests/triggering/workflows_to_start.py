"""Published workflows to start, connections of an application to start them on, and what was started."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import Session

from botflow.flow.compile import compile_flow
from botflow.nodes import built_in
from botflow.storage.database import Database
from botflow.storage.tables import executions, inbounds, sessions, workflows
from tests.engine.conversation import node

ORDER_SCHEMA = {"order": {"type": "integer"}, "note": {"required": False}}
DRIVERS = {"postgres": ("psycopg", "asyncpg"), "sqlite": ("aiosqlite",)}


def run_flow(slug: str = "orders", *triggers: dict[str, Any], **document: Any) -> dict[str, Any]:
    """Return a single-mode workflow of these triggers, each followed by a node that sets a variable."""
    entries = triggers or (node("start", "trigger.manual", schema=ORDER_SCHEMA),)
    placed = [{**entry, "next": "note"} for entry in entries]
    nodes = [*placed, node("note", "logic.set", variables={"seen": "yes"})]
    return {"botflow": 1, "id": slug, "executionMode": "single", "nodes": nodes, **document}


async def publish(database: Database, *documents: dict[str, Any]) -> None:
    """Publish each as its workflow's active version."""
    node_types = {kind.name: kind for kind in built_in()}
    for document in documents:
        bundle: dict[str, Any] = {document["id"]: document}
        flow = compile_flow(bundle, document["id"], node_types)
        await database.flows.publish(flow.id, flow.name, flow.digest, bundle)


async def set_status(database: Database, slug: str, status: str) -> None:
    await database.engine.write(
        lambda connection: connection.execute(update(workflows).where(workflows.c.slug == slug).values(status=status))
    )


def async_engine(url: str, driver: str) -> AsyncEngine:
    scheme, _, rest = url.partition("://")
    return create_async_engine(f"{scheme}+{driver}://{rest}")


def sync_engine(url: str) -> Engine:
    scheme, _, rest = url.partition("://")
    return create_engine(f"{scheme}+{'psycopg' if scheme == 'postgresql' else 'pysqlite'}://{rest}")


@asynccontextmanager
async def async_connection(url: str, driver: str, kind: str) -> AsyncIterator[AsyncConnection | AsyncSession]:
    """An application's own, in a transaction that the test ends."""
    engine = async_engine(url, driver)
    try:
        async with AsyncSession(engine) if kind == "session" else engine.connect() as connection:
            yield connection
    finally:
        await engine.dispose()


@contextmanager
def sync_connection(url: str, kind: str) -> Iterator[Connection | Session]:
    engine = sync_engine(url)
    try:
        with Session(engine) if kind == "session" else engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


async def runs(database: Database) -> Sequence[Any]:
    """Return what was started, each with its inbound's content; the oldest first."""
    statement = (
        select(executions, sessions.c.external_id, inbounds.c.content)
        .join(sessions, sessions.c.id == executions.c.session_id)
        .join(inbounds, (inbounds.c.session_id == sessions.c.id) & (inbounds.c.seq == 1))
        .order_by(executions.c.session_id)
    )
    return await database.engine.read(lambda connection: connection.execute(statement).all())
