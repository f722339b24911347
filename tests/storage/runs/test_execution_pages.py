"""Lists of executions: with every filter its pages are parts of one sorted list, and read an index in its order."""

from __future__ import annotations

import random
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import insert

from botflow.records.runs import ENDED, STATUSES, ExecutionFilter
from botflow.storage.database import Database
from botflow.storage.read_only import Archive, open_archive
from botflow.storage.tables import executions, organizations, sessions, workflow_versions, workflows
from tests.organizations import HOME
from tests.storage.statements import noted_statements, steps_of

START = datetime(2026, 1, 1, tzinfo=UTC)
PAGE = 20
LONG_PAGE = 70  # it ends between two of a moment, like PAGE
FEW_ROWS = 400  # that a step of a plan may look at for a page: 7 statuses of 2 versions, PAGE each, and the join
LARGE, SMALL = "large", "small"
FOREIGN = 2
OWNERS = {LARGE: HOME, SMALL: FOREIGN}
FILTERS = {
    "all": ExecutionFilter(),
    "a workflow": ExecutionFilter(workflow=LARGE),
    "a workflow of few": ExecutionFilter(workflow=SMALL),
    "a workflow that is not there": ExecutionFilter(workflow="none"),
    "a rare status": ExecutionFilter(status="failed"),
    "a usual status": ExecutionFilter(status="completed"),
    "a workflow's rare status": ExecutionFilter(workflow=LARGE, status="failed"),
    "a session": ExecutionFilter(session=17),
    "a session's status": ExecutionFilter(session=17, status="completed"),
    "children": ExecutionFilter(parent=17),
    "top level": ExecutionFilter(top_level=True),
    "a workflow's top level": ExecutionFilter(workflow=LARGE, top_level=True),
    "a long time ago": ExecutionFilter(started_before=START + timedelta(minutes=10)),
    "a workflow a long time ago": ExecutionFilter(workflow=LARGE, started_before=START + timedelta(minutes=10)),
    "from then on": ExecutionFilter(workflow=LARGE, started_after=START + timedelta(minutes=10)),
    "at no time": ExecutionFilter(started_after=START + timedelta(days=9)),
    "an organization": ExecutionFilter(organization=HOME),
    "an organization of few": ExecutionFilter(organization=FOREIGN),
    "an organization's session": ExecutionFilter(organization=HOME, session=17),
    "another organization's session": ExecutionFilter(organization=FOREIGN, session=17),
    "another organization's children": ExecutionFilter(organization=FOREIGN, parent=17),
    "another organization's workflow": ExecutionFilter(organization=FOREIGN, workflow=LARGE),
    "an organization's usual status": ExecutionFilter(organization=HOME, status="completed"),
    "under way": ExecutionFilter(under_way=True),
    "an organization's under way": ExecutionFilter(organization=FOREIGN, under_way=True),
    "a version": ExecutionFilter(workflow=LARGE, version=2),
    "a workflow's without branches": ExecutionFilter(workflow=LARGE, but_branches=True),
}


@dataclass(frozen=True, kw_only=True)
class Row:
    """An execution as a list sees it."""

    id: UUID
    workflow: str
    version: int
    session: int
    status: str
    trigger: str | None
    parent: int | None
    at: datetime
    is_branch: bool


@pytest.mark.parametrize("order", ["newest first", "oldest first"])
async def test_pages_are_parts_of_one_sorted_list(database: Database, order: str, subtests: pytest.Subtests) -> None:
    rows = await filled(database, 400, seed=1)
    is_newest_first = order == "newest first"
    for name, given in FILTERS.items():
        wanted = given if is_newest_first else replace(given, but_branches=True)
        expected = sorted((row for row in rows if _has(row, wanted)), key=_place, reverse=is_newest_first)
        with subtests.test(name):
            assert await _all_pages(database, wanted, is_newest_first) == [str(row.id) for row in expected]


async def test_results_end_with_the_one_that_was_the_last_when_the_export_began(database: Database) -> None:
    rows = sorted((row for row in await filled(database, 60, seed=2) if row.workflow == LARGE), key=_place)
    wanted = ExecutionFilter(workflow=LARGE)
    every = [row for row in rows if not row.is_branch]
    page = await database.executions.results(1_000, wanted, until=str(every[9].id))
    assert [record.id for record in page] == [str(row.id) for row in every[:10]]


async def test_a_page_after_an_execution_that_was_pruned_goes_on_at_its_moment(database: Database) -> None:
    rows = sorted(await filled(database, 60, seed=3), key=_place)
    moment = int(rows[30].at.timestamp() * 1000)
    gone = UUID(int=(moment << 80) | (7 << 76) | (2 << 62) | 5)
    page = await database.executions.page(1_000, before=str(gone))
    assert [record.id for record in page] == [str(row.id) for row in reversed(rows) if row.at < rows[30].at]
    of_another_kind = await database.executions.page(1_000, before="ffffffff-ffff-4fff-8fff-ffffffffffff")
    assert len(of_another_kind) == len(rows)


async def test_a_page_costs_its_length_whatever_it_is_filtered_by(
    database: Database, database_url: str, subtests: pytest.Subtests
) -> None:
    await filled(database, 6_000, seed=4)
    if not database_url.startswith("sqlite"):
        async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as connection:
            await connection.execute("ANALYZE executions; ANALYZE sessions")
    for name, wanted in FILTERS.items():
        with noted_statements() as sent:
            await database.executions.page(PAGE, wanted)
        for statement, values in sent:
            if not statement.lstrip().upper().startswith("SELECT"):
                continue
            with subtests.test(name):
                if database_url.startswith("sqlite"):
                    _check_steps(steps_of(database_url, statement, values))
                else:
                    await _check_plan(database_url, statement, values)


def _check_steps(steps: Sequence[str]) -> None:
    scans = [step for step in steps if step.startswith(("SCAN executions", "SCAN sessions"))]
    # A list without a filter reads its index from the end on, and stops after the page.
    assert all("INDEX executions_started_at_idx" in step for step in scans), steps


async def _check_plan(url: str, statement: str, values: Mapping[str, Any]) -> None:
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        explain = f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}".encode()
        [[[plan]]] = await (await connection.execute(explain, values)).fetchall()
    for node in _nodes(plan["Plan"]):
        removed = sum(value for label, value in node.items() if label.startswith("Rows Removed"))
        rows = (node["Actual Rows"] + removed) * node["Actual Loops"]
        assert rows <= FEW_ROWS, f"{node['Node Type']} on {node.get('Relation Name')} looks at {rows} rows"


async def _all_pages(database: Database, wanted: ExecutionFilter, is_newest_first: bool) -> list[str]:
    found: list[str] = []
    while True:
        last = found[-1] if found else None
        if is_newest_first:
            page = await database.executions.page(LONG_PAGE, wanted, before=last)
        else:
            page = await database.executions.results(LONG_PAGE, wanted, after=last)
        if not page:
            return found
        assert len(page) <= LONG_PAGE
        found += [record.id for record in page]


def _nodes(plan: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [plan, *(node for below in plan.get("Plans", ()) for node in _nodes(below))]


def _has(row: Row, wanted: ExecutionFilter) -> bool:
    return (
        wanted.organization in (None, OWNERS[row.workflow])
        and wanted.version in (None, row.version - 100)
        and not (wanted.under_way and row.status in ENDED)
        and wanted.workflow in (None, row.workflow)
        and wanted.status in (None, row.status)
        and wanted.session in (None, row.session)
        and wanted.parent in (None, row.parent)
        and (wanted.parent is None or wanted.organization in (None, HOME))  # it belongs to the home organization
        and not (wanted.top_level and row.trigger == "child")
        and not (wanted.but_branches and row.is_branch)
        and (wanted.started_after is None or row.at >= wanted.started_after)
        and (wanted.started_before is None or row.at < wanted.started_before)
    )


def _place(row: Row) -> tuple[datetime, UUID]:
    return row.at, row.id


async def filled(database: Database, most: int, *, seed: int) -> list[Row]:
    """Store so many executions: a large workflow of two versions, a small one, children, and three for each moment."""
    rows = list(_rows(most, random.Random(seed)))
    numbers = {LARGE: (1, 2), SMALL: (3,)}

    def fill(connection: Any) -> None:
        connection.execute(insert(organizations).values(id=FOREIGN, slug="foreign", name="Foreign"))
        for id, slug in enumerate(numbers, start=101):
            workflow = {"id": id, "organization_id": OWNERS[slug], "slug": slug, "name": slug, "created_at": START}
            connection.execute(insert(workflows).values(**workflow, status="active", mode="persistent"))
            for version in numbers[slug]:
                kept = {"id": 100 + version, "workflow_id": id, "number": version, "digest": str(version)}
                connection.execute(insert(workflow_versions).values(**kept, documents={}, created_at=START))
        connection.execute(insert(sessions), [_session(row) for row in {row.session: row for row in rows}.values()])
        connection.execute(insert(executions), [_execution(row) for row in rows])

    await database.engine.write(fill)
    return rows


def _rows(most: int, chance: random.Random) -> Sequence[Row]:
    """A session has two executions. Session 17 has 30 children, those of its own workflow are its branches."""
    made: list[Row] = []
    for n in range(most):
        session = 1 + n // 2
        is_small = session % 50 == 0
        is_child = 40 <= session < 70
        made.append(
            Row(
                id=UUID(int=chance.getrandbits(128), version=4),
                workflow=SMALL if is_small else LARGE,
                version=103 if is_small else 101 if n < most // 2 else 102,
                session=session,
                status="failed" if n < 10 else chance.choice(STATUSES) if is_small else "completed",
                trigger="child" if is_child else None,
                parent=17 if is_child else None,
                at=START + timedelta(minutes=n // 3),
                is_branch=is_child and not is_small,
            )
        )
    return made


def _session(row: Row) -> dict[str, Any]:
    return {
        "id": row.session,
        "workflow_id": 102 if row.workflow == SMALL else 101,
        "version": 1,
        "last_seq": 1,
        "done_seq": 1,
        "created_at": START,
        "updated_at": START,
        "parked": False,
        "channel": "chat",
        "external_id": f"p{row.session}",
        "state": {"address": "x" * 1_000},  # as large as usual: a small table is scanned
    }


def _execution(row: Row) -> dict[str, Any]:
    return {
        "id": row.id,
        "session_id": row.session,
        "started_at": row.at,
        "flow_version": row.version,
        "status": row.status,
        "trigger": row.trigger,
        "parent_session": row.parent,
    }


async def test_each_execution_of_a_long_page_costs_no_more_than_one_of_a_short_page(database: Database) -> None:
    await filled(database, 800, seed=5)
    async with open_archive(database.url) as archive:  # which reads in this thread
        await archive.executions.page(5)
        short, long = [await _calls_per_execution(archive, length) for length in (100, 800)]
    assert long < short * 1.1


async def _calls_per_execution(archive: Archive, length: int) -> float:
    """Return how many functions are called, of Python and of C, for each execution of a page."""
    calls = 0

    def count(frame: Any, event: str, argument: Any) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        page = await archive.executions.page(length)
    finally:
        sys.setprofile(before)
    assert len(page) == length
    return calls / length
