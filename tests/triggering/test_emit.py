"""An event starts every active workflow that listens to it, once each."""

from __future__ import annotations

import pytest

from botflow import RejectedInbound
from botflow.storage.database import Database
from botflow.triggering import emit, emit_sync
from tests.engine.conversation import node
from tests.storage.aged_rows import claimable
from tests.triggering.workflows_to_start import (
    DRIVERS,
    async_connection,
    publish,
    run_flow,
    runs,
    set_status,
    sync_connection,
)


async def listeners(database: Database) -> None:
    await publish(
        database,
        run_flow("welcome", node("start", "trigger.event", event="contact.created")),
        run_flow("vip", node("start", "trigger.event", event="contact.created", when="$input.spent > 100")),
        run_flow("other", node("start", "trigger.event", event="contact.created.late")),
        run_flow("paused", node("start", "trigger.event", event="contact.created")),
        run_flow("mentions", node("start", "trigger.manual"), name="contact.created"),
    )
    await set_status(database, "paused", "paused")


@pytest.mark.parametrize(("spent", "started"), [(200, 2), (5, 1)])
async def test_each_listening_workflow_starts_once_with_the_callers_commit(
    database: Database, database_kind: str, database_url: str, spent: int, started: int
) -> None:
    await listeners(database)
    async with async_connection(database_url, DRIVERS[database_kind][0], "session") as connection:
        await emit("contact.created", {"spent": spent}, connection=connection)
        await connection.rollback()
        told = await emit("contact.created", {"spent": spent}, connection=connection)
        await connection.commit()

    found = await runs(database)
    assert sorted(execution.execution_id for execution in told) == sorted(str(run.id) for run in found)
    assert [(run.trigger, run.input, run.metadata) for run in found] == [
        ("event", {"spent": spent}, {"event": "contact.created"})
    ] * started
    assert len(await claimable(database)) == started


async def test_an_event_told_again_under_its_key_starts_nothing_more(database: Database, database_url: str) -> None:
    await listeners(database)
    with sync_connection(database_url, "connection") as connection:
        first = emit_sync("contact.created", {"spent": 1}, key="c-1", connection=connection)
        again = emit_sync("contact.created", {"spent": 1}, key="c-1", connection=connection)
        connection.commit()

    assert first == again
    assert len(await runs(database)) == len(await claimable(database)) == 1


async def test_an_event_that_nobody_listens_to_changes_nothing(database: Database, database_url: str) -> None:
    await listeners(database)
    with sync_connection(database_url, "connection") as connection:
        assert emit_sync("contact.deleted", {}, connection=connection) == []
        connection.commit()

    assert await runs(database) == []


def test_an_event_has_a_name(sqlite_url: str) -> None:
    with sync_connection(sqlite_url, "connection") as connection, pytest.raises(RejectedInbound) as refused:
        emit_sync("", {}, connection=connection)

    assert refused.value.code == "event.name"
