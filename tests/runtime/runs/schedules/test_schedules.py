"""Schedules start exactly what is due, once, by the database's clock, whoever else looks and whatever was missed."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from botflow.nodes import built_in
from botflow.records.workflows import WorkflowStatus
from botflow.runtime.runs.schedules.schedules import Schedules, moments_to_start
from botflow.runtime.served_flows import Flows
from botflow.storage.database import Database
from botflow.storage.runs.schedules import Missed, Schedule, StoredSchedule
from botflow.storage.tables import schedules, workflows
from tests.engine.conversation import node
from tests.runtime.inbound_rows import claimable
from tests.storage.aged_rows import change
from tests.triggering.workflows_to_start import publish, run_flow, runs, set_status

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
POLICIES: tuple[Missed, ...] = ("skip", "once", "all")


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
    given = [{"kind": "daily"}, 5, 0, -7, 1.5, True, False, "5", "", "null", [], [5, "5", None], {}, 2**63 - 1]
    own = {f"clock{number}": value for number, value in enumerate(given)}
    await publish(database, run_flow("report", *(at("* * * * *", id, input=value) for id, value in own.items())))
    keeper, _ = await opened(database)
    await keeper.sync()
    await make_due(database, timedelta(0))
    while await keeper.start_due():
        pass

    found = [(run.content["parameters"]["start"], repr(run.input)) for run in await runs(database)]
    assert sorted(found) == sorted((id, repr(value)) for id, value in own.items())


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
    often = moments_to_start(_due("* * * * *", "all", NOON - timedelta(days=3_000)), NOON)
    rare = moments_to_start(_due("0 12 * * *", "all", NOON - timedelta(days=90)), NOON)

    print(f"eight years missed: {len(often)} of a minutely schedule; three months: {len(rare)} of a daily one")
    assert (len(often), len(rare)) == (100, 91)
    assert often[-1] == rare[-1] == NOON


@pytest.mark.parametrize(
    ("cron", "due", "newest", "count"),
    [
        ("0 6 10 * *", datetime(2026, 11, 10, 6), "2026-11-10T06:00", 1),
        ("0 6 10 * *", datetime(2026, 5, 10, 6), "2026-11-10T06:00", 7),
        ("0 6 * * 1", datetime(2026, 10, 5, 6), "2026-11-16T06:00", 7),
        ("0 6 * * 5L", datetime(2026, 8, 28, 6), "2026-10-30T06:00", 3),
        ("0 6 1 1 *", datetime(2019, 1, 1, 6), "2026-01-01T06:00", 8),
        ("0 6 29 2 *", datetime(2000, 2, 29, 6), "2024-02-29T06:00", 7),
    ],
)
def test_an_outage_of_any_length_is_made_up_for(cron: str, due: datetime, newest: str, count: int) -> None:
    found = {missed: moments_to_start(_due(cron, missed, due.replace(tzinfo=UTC)), NOON) for missed in POLICIES}

    assert found["skip"] == []
    assert [moment.isoformat()[:16] for moment in found["once"]] == [newest]
    assert [len(found["all"]), found["all"][-1]] == [count, found["once"][0]]


async def in_force(database: Database, ago: timedelta) -> datetime:
    """Let the active versions have been in force for so long; return since when."""
    since = datetime.now(UTC) - ago
    await change(database, update(workflows).values(in_force_since=since))
    return since


def daily(moment: datetime) -> str:
    return f"{moment.minute} {moment.hour} * * *"


@pytest.mark.parametrize(("missed", "started"), [("skip", 0), ("once", 1), ("all", 20)])
async def test_a_schedule_that_never_ran_counts_from_its_publication(
    database: Database, missed: Missed, started: int
) -> None:
    """It was published while no worker ran: by another process, or by one that died before its first look."""
    cron = daily(datetime.now(UTC) - timedelta(hours=2))
    await publish(database, run_flow("report", at(cron, missed=missed)))
    await in_force(database, timedelta(days=20))
    keeper, _ = await opened(database)
    await keeper.sync()

    while await keeper.start_due():
        pass

    assert len(await runs(database)) == started
    [row] = await rows(database)
    assert row.next_at > datetime.now(UTC)


@pytest.mark.parametrize(
    ("missed", "coming", "started"),
    [
        ("skip", "past", []),
        ("skip", "future", []),
        ("once", "past", ["after"]),
        ("once", "future", ["before"]),
        ("all", "past", ["before"] * 16 + ["after"] * 5),
        ("all", "future", ["before"] * 16),
    ],
)
@pytest.mark.parametrize("first", ["sync", "start"])
async def test_a_schedule_that_was_changed_during_an_outage(
    database: Database, missed: Missed, coming: str, started: list[str], first: str
) -> None:
    """What passed before the change was due by the old expression, what came after it by the new one."""
    now = datetime.now(UTC)
    await publish(database, run_flow("report", at(daily(now - timedelta(hours=3)), missed=missed)))
    keeper, flows = await opened(database)
    await keeper.sync()
    due = now.replace(second=0, microsecond=0) - timedelta(days=20, hours=3)
    await change(database, update(schedules).values(next_at=due))
    later = daily(now - timedelta(hours=6)) if coming == "past" else "0 0 29 2 *"
    await publish(database, run_flow("report", at(later, missed=missed)))
    changed = await in_force(database, timedelta(days=5, hours=1))
    await flows.refresh()
    steps = (keeper.sync, keeper.start_due) if first == "sync" else (keeper.start_due, keeper.sync)

    for _ in range(4):
        for step in steps:
            await step()

    found = [datetime.fromisoformat(run.input["scheduledAt"]) for run in await runs(database)]
    assert ["before" if moment < changed else "after" for moment in sorted(found)] == started
    assert len({*found}) == len(found)
    [row] = await rows(database)
    assert (row.cron, row.next_at > now) == (later, True)


async def test_a_trigger_that_is_gone_makes_up_for_nothing(database: Database) -> None:
    await publish(database, run_flow("report", at("* * * * *", missed="all")))
    keeper, flows = await opened(database)
    await keeper.sync()
    await make_due(database, timedelta(days=2))
    await publish(database, run_flow("report", at("0 0 29 2 *", "other", missed="all")))
    await flows.refresh()
    await keeper.start_due()
    await keeper.sync()
    await keeper.start_due()

    assert await runs(database) == []
    assert [row.node for row in await rows(database)] == ["other"]


@pytest.mark.parametrize("status", ["paused", "inactive", "archived"])
async def test_out_of_service_nothing_is_missed(database: Database, status: WorkflowStatus) -> None:
    """Also when it was taken out of service and put back while no worker ran, which so never saw it."""
    triggers = [at("* * * * *", missed, missed=missed) for missed in POLICIES]
    await publish(database, run_flow("report", *triggers))
    keeper, _ = await opened(database)
    await keeper.sync()
    await make_due(database, timedelta(days=2))
    assert await database.flows.set_status("report", status)
    assert await database.flows.set_status("report", "active")

    await keeper.start_due()
    await keeper.sync()
    await keeper.start_due()

    started = Counter(run.content["parameters"]["start"] for run in await runs(database))
    assert max(started.values(), default=0) <= 1, started  # a minute may have begun meanwhile
    found = await rows(database)
    assert sorted(row.node for row in found) == sorted(POLICIES)
    assert min(row.next_at for row in found) > datetime.now(UTC) - timedelta(minutes=1)


async def test_to_be_active_again_and_again_misses_nothing_and_forgets_nothing(database: Database) -> None:
    await publish(database, run_flow("report", at("* * * * *", missed="once")))
    keeper, _ = await opened(database)
    await keeper.sync()
    moment = await make_due(database, timedelta(days=20))
    assert await database.flows.set_status("report", "active")
    await publish(database, run_flow("report", at("* * * * *", missed="once")))
    assert [row.next_at for row in await rows(database)] == [moment]

    await keeper.start_due()

    assert 1 <= len(await runs(database)) <= 3


def _due(cron: str, missed: Missed, next_at: datetime) -> StoredSchedule:
    schedule = Schedule(workflow=1, node="clock", cron=cron, zone="UTC", missed=missed)
    return StoredSchedule(schedule=schedule, next_at=next_at)
