"""While a canary runs, a start gets its version by its key, and is never refused because of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, select, update

from botflow.flow.compile import compile_flow
from botflow.nodes import built_in
from botflow.records.canaries import Share
from botflow.runtime.runs.schedules.schedules import start_due_schedules, sync_schedules
from botflow.storage.database import Database
from botflow.storage.service.workflows.canaries import begin_canary, set_percent
from botflow.storage.tables import executions, schedules, sessions, workflow_versions, workflows
from botflow.storage.workflow_versions import store_version
from botflow.triggering import emit, trigger_workflow
from tests.engine.conversation import node
from tests.storage.aged_rows import change
from tests.triggering.workflows_to_start import async_connection, publish, run_flow

KEYS = [f"k{number}" for number in range(20)]


async def try_out(database: Database, document: dict[str, Any], percent: int) -> Share:
    """Let a share of the starts of this published workflow begin in another document."""
    bundle: dict[str, Any] = {document["id"]: document}
    digest = compile_flow(bundle, document["id"], {kind.name: kind for kind in built_in()}).digest
    active = await database.flows.newest(document["id"])
    assert active is not None

    def begin(connection: Connection) -> Share:
        version = store_version(connection, active.workflow, digest, bundle, author=None, message=None)
        canary = begin_canary(connection, active.workflow, version, active.version, percent, "ann")
        return Share(canary=canary.id, workflow=active.workflow, version=version, percent=percent)

    return await database.engine.write(begin)


async def versions(database: Database) -> dict[str, int]:
    """Return the number of the version that each run has, by its key."""
    query = (
        select(sessions.c.external_id, workflow_versions.c.number)
        .join(executions, executions.c.session_id == sessions.c.id)
        .join(workflow_versions, workflow_versions.c.id == executions.c.flow_version)
    )
    rows = await database.engine.read(lambda connection: connection.execute(query).all())
    return {row[0]: row[1] for row in rows}


async def test_a_start_by_name_begins_where_its_key_says_and_again_is_the_same(
    database: Database, database_url: str
) -> None:
    await publish(database, run_flow("orders", node("start", "trigger.manual")))
    share = await try_out(database, run_flow("orders", node("start", "trigger.manual"), name="Tried"), 50)
    named = next(key for number in range(100) if share.has(key := f"named-{number}"))  # it would get the other one
    async with async_connection(database_url, driver(database_url), "connection") as connection:
        for _ in range(2):
            for key in KEYS:
                await trigger_workflow("orders", key=key, connection=connection)
        await trigger_workflow("orders", key=named, version=1, connection=connection)
        await connection.commit()
    found = await versions(database)
    assert found == {key: 2 if share.has(key) else 1 for key in KEYS} | {named: 1}
    assert len({found[key] for key in KEYS}) == 2

    await database.engine.write(set_percent, share.canary, 0)
    async with async_connection(database_url, driver(database_url), "connection") as connection:
        await trigger_workflow("orders", key="late", connection=connection)
        await connection.commit()
    assert (await versions(database))["late"] == 1


async def test_what_the_version_on_trial_has_no_trigger_for_begins_in_the_active_one(
    database: Database, database_url: str
) -> None:
    listening, clock = (
        node("start", "trigger.event", event="paid"),
        node("nightly", "trigger.schedule", cron="* * * * *"),
    )
    for slug in ("heard", "deaf"):
        await publish(database, run_flow(slug, listening, clock))
    await try_out(database, run_flow("heard", listening, clock, name="Tried"), 100)
    await try_out(database, run_flow("deaf", node("start", "trigger.manual")), 100)
    async with async_connection(database_url, driver(database_url), "connection") as connection:
        assert len(await emit("paid", {}, key="e1", connection=connection)) == 2
        await connection.commit()
    await database.engine.write(sync_schedules)
    noon = datetime.now(UTC).replace(second=0, microsecond=0)
    await change(database, update(schedules).values(next_at=noon))
    started, _ = await database.engine.write(start_due_schedules)
    assert len(started) == 2
    by_slug = select(workflows.c.slug, executions.c.trigger, workflow_versions.c.number).select_from(
        executions.join(workflow_versions, workflow_versions.c.id == executions.c.flow_version).join(
            workflows, workflows.c.id == workflow_versions.c.workflow_id
        )
    )
    rows = await database.engine.read(lambda connection: connection.execute(by_slug).all())
    assert sorted(tuple(row) for row in rows) == [
        ("deaf", "event", 1),
        ("deaf", "schedule", 1),
        ("heard", "event", 2),
        ("heard", "schedule", 2),
    ]


def driver(url: str) -> str:
    return "aiosqlite" if url.startswith("sqlite") else "psycopg"
