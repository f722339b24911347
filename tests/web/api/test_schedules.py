"""Schedules as operators see them: listed, paused and resumed beside their workflow, run by hand, previewed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from botflow.runtime.runs.schedules.schedules import start_due_schedules, sync_schedules
from botflow.storage.tables import schedules
from tests.engine.conversation import node
from tests.storage.aged_rows import change
from tests.triggering.workflows_to_start import publish, run_flow
from tests.web.api.calls import answered, call, organization_key, other_organization, outcome
from tests.web.site import ORDER, Site, open_site

ONE = "/workflows/report/schedules/daily"


@pytest.fixture
async def site(database_url: str) -> AsyncIterator[Site]:
    async with open_site(database_url, flows=(ORDER,), worker=None) as opened:
        await publish_report(opened, "30 2 * * *")
        yield opened


async def publish_report(site: Site, cron: str) -> None:
    daily = node("daily", "trigger.schedule", cron=cron, missed="all")
    hourly = node("hourly", "trigger.schedule", cron="0 * * * *", timeZone="UTC", missed="once")
    await publish(site.runtime.database, run_flow("report", daily, hourly, timeZone="Europe/Berlin"))
    await site.runtime.flows.refresh()
    await site.runtime.database.engine.write(sync_schedules)


async def make_due(site: Site) -> None:
    moment = (datetime.now(UTC) - timedelta(hours=1)).replace(minute=0, second=0, microsecond=0)
    due = update(schedules).where(schedules.c.node == "hourly").values(next_at=moment)
    await change(site.runtime.database, due)


async def start_due(site: Site) -> list[str]:
    runs, _ = await site.runtime.database.engine.write(start_due_schedules)
    return [run.execution for run in runs]


async def next_moments(site: Site) -> dict[str, Any]:
    statement = select(schedules.c.node, schedules.c.next_at)
    rows = await site.runtime.database.engine.read(lambda connection: connection.execute(statement).all())
    return {row.node: row.next_at for row in rows}


async def test_schedules_of_all_workflows_are_listed_with_their_next_and_last_run(site: Site) -> None:
    other = run_flow("another", node("weekly", "trigger.schedule", cron="0 8 * * 1"))
    await publish(site.runtime.database, other, run_flow("plain"))
    await make_due(site)
    [execution] = await start_due(site)

    first = await answered(site, "GET", "/schedules?limit=2")
    second = await answered(site, "GET", f"/schedules?limit=2&cursor={first['next']}")
    listed = [*first["items"], *second["items"]]

    assert [(each["workflow"], each["schedule"]) for each in listed] == [
        ("another", "weekly"),
        ("report", "daily"),
        ("report", "hourly"),
    ]
    assert second["next"] is None
    assert [each["lastRun"] for each in listed[:2]] == [None, None]
    last = listed[2]["lastRun"]
    assert (last["executionId"], last["status"], last["error"]) == (execution, "pending", None)
    assert [each["nextAt"] is not None for each in listed] == [True] * 3
    assert (listed[1]["timeZone"], listed[1]["missed"], listed[1]["status"]) == ("Europe/Berlin", "all", "active")
    of_one = await answered(site, "GET", "/workflows/report/schedules")
    assert of_one["items"] == listed[1:]
    assert await answered(site, "GET", "/workflows/report/schedules/hourly") == listed[2]


async def test_a_paused_schedule_starts_nothing_and_goes_on_from_its_resumption(site: Site) -> None:
    await make_due(site)
    paused = await answered(site, "POST", "/workflows/report/schedules/hourly/pause")
    again = await answered(site, "POST", "/workflows/report/schedules/hourly/pause")

    assert (paused["status"], paused["nextAt"], paused["pausedBy"]) == ("paused", None, again["pausedBy"])
    assert paused == again
    await site.runtime.database.engine.write(sync_schedules)
    assert await start_due(site) == []
    assert (await next_moments(site))["daily"] is not None  # the workflow's other schedule goes on

    resumed = await answered(site, "POST", "/workflows/report/schedules/hourly/resume")
    await answered(site, "POST", "/workflows/report/schedules/hourly/resume")
    assert (resumed["status"], resumed["pausedAt"]) == ("active", None)
    assert datetime.fromisoformat(resumed["nextAt"]) > datetime.now(UTC)
    assert await start_due(site) == []
    changes = (await answered(site, "GET", "/audit-log?subject=schedule:report:hourly"))["items"]
    assert [change["action"] for change in changes] == ["schedule.resumed", "schedule.paused"]


async def test_a_pause_beside_the_scheduler_is_held_once_it_is_answered(site: Site) -> None:
    started: list[str] = []
    for _ in range(4):
        await make_due(site)
        paused = call(site, "POST", "/workflows/report/schedules/hourly/pause")
        synced = site.runtime.database.engine.write(sync_schedules)
        first, second, answer, _ = await asyncio.gather(start_due(site), start_due(site), paused, synced)
        assert answer.status_code == 200, answer.text
        started += first + second
        assert await start_due(site) == []
        assert (await next_moments(site))["hourly"] is None
        await answered(site, "POST", "/workflows/report/schedules/hourly/resume")
    assert len(set(started)) <= 1  # one moment, which is started once


async def test_a_pause_outlasts_new_versions_and_times_out_of_service(site: Site) -> None:
    await answered(site, "POST", f"{ONE}/pause")
    await publish_report(site, "45 2 * * *")
    assert (await next_moments(site))["daily"] is None
    await site.set_status("report", "paused")
    await site.runtime.database.engine.write(sync_schedules)
    assert await next_moments(site) == {}
    assert (await answered(site, "GET", "/workflows/report/schedules/hourly"))["status"] == "out_of_service"
    await site.set_status("report", "active")
    await site.runtime.database.engine.write(sync_schedules)
    assert (await next_moments(site))["daily"] is None
    assert (await answered(site, "GET", ONE))["status"] == "paused"
    assert (await answered(site, "POST", f"{ONE}/resume"))["cron"] == "45 2 * * *"
    assert (await next_moments(site))["daily"] is not None


async def test_a_run_by_hand_leaves_the_next_moment_and_is_the_last_run(site: Site) -> None:
    before = await next_moments(site)
    await answered(site, "POST", f"{ONE}/pause")
    started = await call(site, "POST", f"{ONE}/run", idempotency_key="once")
    again = await call(site, "POST", f"{ONE}/run", idempotency_key="once")

    assert (started.status_code, again.json()) == (202, started.json())
    execution = await answered(site, "GET", f"/executions/{started.json()['id']}")
    assert (execution["trigger"], set(execution["input"])) == ("schedule", {"scheduledAt"})
    shown = await answered(site, "GET", ONE)
    assert shown["lastRun"]["executionId"] == started.json()["id"]
    assert await next_moments(site) == {**before, "daily": None}
    await site.set_status("report", "paused")
    assert outcome(await call(site, "POST", f"{ONE}/run")) == (409, "workflow.inactive")


async def test_a_preview_says_the_times_of_the_zone_where_the_clocks_change(site: Site) -> None:
    shown = await answered(site, "GET", f"{ONE}/preview?count=100")
    assert len(shown["times"]) == 100
    assert {each["local"][-6:] for each in shown["times"]} <= {"+01:00", "+02:00"}
    assert all(datetime.fromisoformat(each["local"]) == datetime.fromisoformat(each["at"]) for each in shown["times"])
    days = (await publish_and_preview(site, "30 2 29 3 *"))["times"]  # 2:30 is skipped where summer begins on this day
    assert {each["local"][5:16] for each in days if each["local"].startswith("2026")} <= {"03-29T03:00"}
    assert {"03-29T02:30", "03-29T03:00"} >= {each["local"][5:16] for each in days}


async def publish_and_preview(site: Site, cron: str) -> Any:
    await publish_report(site, cron)
    return await answered(site, "GET", f"{ONE}/preview?count=12")


async def test_schedules_are_unknown_elsewhere_and_to_others(site: Site) -> None:
    theirs = await other_organization(site)
    assert (await answered(site, "GET", "/schedules", key=theirs))["items"] == []
    for method, path in (("GET", ""), ("GET", "/preview"), ("POST", "/pause"), ("POST", "/resume"), ("POST", "/run")):
        assert outcome(await call(site, method, f"{ONE}{path}", key=theirs)) == (404, "workflow.unknown")
        assert outcome(await call(site, method, f"/workflows/report/schedules/no{path}")) == (404, "schedule.unknown")
    viewer = await organization_key(site, "default", "viewer")
    assert outcome(await call(site, "POST", f"{ONE}/pause", key=viewer)) == (403, "scope.missing")
    for query in ("count=0", "count=101", "count=x"):
        assert outcome(await call(site, "GET", f"{ONE}/preview?{query}")) == (400, "query.invalid")
