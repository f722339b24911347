"""Schedules start exactly what is due, once, by the database's clock, whoever else looks and whatever was missed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from botflow.nodes import built_in
from botflow.runtime.runs.schedules import Schedules, moments_to_start
from botflow.runtime.served_flows import Flows
from botflow.storage.database import Database
from botflow.storage.runs.schedules import Missed, Schedule, StoredSchedule
from botflow.storage.tables import schedules
from tests.engine.conversation import node
from tests.runtime.inbound_rows import claimable
from tests.storage.aged_rows import change
from tests.triggering.workflows_to_start import publish, run_flow, runs, set_status

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def at(cron: str, id: str = "clock", **more: Any) -> dict[str, Any]:
    return node(id, "trigger.schedule", cron=cron, **more)


async def opened(database: Database, wake: Callable[[], None] = lambda: None) -> tuple[Schedules, Flows]:
    flows = Flows(database.flows, {kind.name: kind for kind in built_in()})
    await flows.refresh()
    return Schedules(database.engine, flows, wake), flows


async def rows(database: Database) -> Sequence[Any]:
    statement = select(schedules).order_by(schedules.c.node)
    return await database.engine.read(lambda connection: connection.execute(statement).all())


async def make_due(database: Database, ago: timedelta) -> datetime:
    """Let all schedules have been due so long ago, at a whole minute; return that moment."""
    moment = (datetime.now(UTC) - ago).replace(second=0, microsecond=0)
    await change(database, update(schedules).values(next_at=moment))
    return moment


async def test_a_due_schedule_starts_one_run_and_waits_for_its_next_moment(database: Database) -> None:
    await publish(database, run_flow("report", at("* * * * *"), time_zone="Europe/Berlin"))
    keeper, _ = await opened(database)
    await keeper.sync()
    moment = await make_due(database, timedelta(0))

    assert await keeper.start_due() is False
    assert await keeper.start_due() is False

    [run] = await runs(database)
    assert (run.trigger, run.input, run.external_id) == (
        "schedule",
        {"scheduledAt": moment.isoformat()},
        f"schedule:clock:{moment.isoformat()}",
    )
    assert run.content["parameters"]["start"] == "clock"
    [row] = await rows(database)
    assert (row.zone, row.next_at) == ("Europe/Berlin", moment + timedelta(minutes=1))
    assert [waiting.queue for waiting in await claimable(database)] == ["executions"]


async def test_who_claims_hears_of_a_run_that_was_started_and_of_nothing_else(database: Database) -> None:
    heard: list[str] = []
    await publish(database, run_flow("report", at("* * * * *")))
    keeper, _ = await opened(database, lambda: heard.append("claimable"))
    await keeper.sync()
    await make_due(database, timedelta(hours=-2))
    await keeper.start_due()
    assert heard == []
    await make_due(database, timedelta(0))
    await keeper.start_due()
    assert heard == ["claimable"]


async def test_a_schedule_that_is_not_due_stays(database: Database) -> None:
    await publish(database, run_flow("report", at("* * * * *", missed="all")))
    keeper, _ = await opened(database)
    await keeper.sync()
    moment = await make_due(database, timedelta(hours=-2))

    assert await keeper.start_due() is False

    assert await runs(database) == []
    assert [row.next_at for row in await rows(database)] == [moment]


async def test_many_processes_start_each_moment_once(database: Database) -> None:
    triggers = [at("* * * * *", f"clock{number}") for number in range(10)]
    await publish(database, run_flow("report", *triggers))
    keepers = [(await opened(database))[0] for _ in range(4)]
    await asyncio.gather(*(keeper.sync() for keeper in keepers))
    await make_due(database, timedelta(0))

    for _ in range(2):
        await asyncio.gather(*(keeper.start_due() for keeper in keepers))

    found = await runs(database)
    print(f"4 processes, 10 schedules due at one moment: fired {len(found)}, due 10")
    assert len(found) == len({run.external_id for run in found}) == len(await claimable(database)) == 10


async def test_a_schedules_own_input_is_handed_on(database: Database) -> None:
    await publish(database, run_flow("report", at("* * * * *", input={"kind": "daily"})))
    keeper, _ = await opened(database)
    await keeper.sync()
    await make_due(database, timedelta(0))
    await keeper.start_due()

    assert [run.input for run in await runs(database)] == [{"kind": "daily"}]


async def test_rows_follow_what_is_published_paused_and_changed(database: Database) -> None:
    await publish(database, run_flow("report", at("0 8 * * *"), at("0 9 * * *", "other")))
    keeper, flows = await opened(database)
    await keeper.sync()
    assert [(row.node, row.cron) for row in await rows(database)] == [("clock", "0 8 * * *"), ("other", "0 9 * * *")]
    await publish(database, run_flow("report", at("0 8 * * *"), at("0 10 * * *", "later")))
    await flows.refresh()
    await keeper.sync()
    assert [(row.node, row.cron) for row in await rows(database)] == [("clock", "0 8 * * *"), ("later", "0 10 * * *")]
    await set_status(database, "report", "paused")
    await flows.refresh()
    await keeper.sync()
    assert await rows(database) == []


async def test_an_unchanged_schedule_keeps_its_moment_when_others_change(database: Database) -> None:
    await publish(database, run_flow("report", at("0 8 * * *")))
    keeper, flows = await opened(database)
    await keeper.sync()
    moment = await make_due(database, timedelta(days=-1, minutes=7))
    await publish(database, run_flow("second", at("0 9 * * *")))
    await flows.refresh()
    await keeper.sync()

    assert moment in [row.next_at for row in await rows(database)]


async def test_what_was_paused_a_moment_ago_starts_no_more(database: Database) -> None:
    await publish(database, run_flow("report", at("* * * * *")))
    keeper, _ = await opened(database)
    await keeper.sync()
    await make_due(database, timedelta(0))
    await set_status(database, "report", "paused")

    await keeper.start_due()

    assert await runs(database) == []
    assert await rows(database) == []


async def test_what_was_changed_a_moment_ago_starts_no_more(database: Database) -> None:
    await publish(database, run_flow("report", at("* * * * *")))
    keeper, _ = await opened(database)
    await keeper.sync()
    await make_due(database, timedelta(0))
    await publish(database, run_flow("report", at("0 8 * * *")))

    await keeper.start_due()

    assert await runs(database) == []


async def test_a_moment_that_was_started_before_is_not_started_again(database: Database) -> None:
    """The database's clock may be set back, or restored with its rows."""
    await publish(database, run_flow("report", at("* * * * *")))
    keeper, _ = await opened(database)
    await keeper.sync()
    moment = await make_due(database, timedelta(0))
    await keeper.start_due()
    await change(database, update(schedules).values(next_at=moment))
    await keeper.start_due()

    found = await runs(database)
    assert len({run.external_id for run in found}) == len(found)
    assert [run.external_id for run in found].count(f"schedule:clock:{moment.isoformat()}") == 1


@pytest.mark.parametrize(("missed", "started"), [("skip", 1), ("once", 2), ("all", 31)])
async def test_missed_moments_are_made_up_for_as_the_workflow_says(
    database: Database, missed: Missed, started: int
) -> None:
    await publish(database, run_flow("report", at("* * * * *", missed=missed)))
    keeper, _ = await opened(database)
    await keeper.sync()
    await make_due(database, timedelta(minutes=30))

    while await keeper.start_due():
        pass

    found = await runs(database)
    print(f"30 minutes missed, {missed}: {len(found)} runs")
    assert started <= len(found) <= started + 1  # a minute may have begun meanwhile
    assert [run.external_id for run in found] == sorted(run.external_id for run in found)


@pytest.mark.parametrize(
    ("missed", "moments"),
    [
        ("skip", ["12:00"]),
        ("once", ["11:00", "12:00"]),
        ("all", ["09:00", "10:00", "11:00", "12:00"]),
    ],
)
def test_a_moment_of_the_last_minute_is_on_time(missed: Missed, moments: list[str]) -> None:
    found = moments_to_start(_due("0 * * * *", missed, NOON - timedelta(hours=3)), NOON + timedelta(seconds=50))

    assert [moment.strftime("%H:%M") for moment in found] == moments


def test_making_up_is_bounded() -> None:
    months = moments_to_start(_due("* * * * *", "all", NOON - timedelta(days=90)), NOON)
    rare = moments_to_start(_due("0 12 * * *", "all", NOON - timedelta(days=90)), NOON)

    print(f"three months missed: {len(months)} of a minutely schedule, {len(rare)} of a daily one")
    assert (len(months), len(rare)) == (100, 8)
    assert months[-1] == rare[-1] == NOON


def _due(cron: str, missed: Missed, next_at: datetime) -> StoredSchedule:
    schedule = Schedule(workflow=1, node="clock", cron=cron, zone="UTC", missed=missed)
    return StoredSchedule(schedule=schedule, next_at=next_at)
