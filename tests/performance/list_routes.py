"""The 99th percentile of each list of the API on 100,000 sessions: `python -m tests.performance.list_routes [KIND]`.

The database is made as in `large_database`: 100,000 conversations of ten turns and two executions each, and 100,000
lines of the audit log. Every operation that answers with a page is called CALLS times for each of its queries, page
after page and for changing sessions and executions. Beside the times: the indexes in the plans of its statements, and
the most rows that one step of a plan reads (Postgres).
"""

from __future__ import annotations

import asyncio
import math
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from sqlalchemy import select, text

from botflow.service.models import Page
from botflow.storage.engines.dialects import is_postgres
from botflow.storage.migrations.upgrade import migrate
from botflow.storage.tables import executions, sessions
from botflow.web.app import OPERATIONS
from botflow.web.rest.operation import Operation
from tests.performance.large_database import (
    FLOW,
    copy_rows,
    counted,
    database_of,
    hold_conversations,
    plan_of,
    writing,
)
from tests.storage.statements import Sent, noted_statements
from tests.web.site import API_KEY, Site, open_site

COPIES, CALLS, DEEPEST, SAMPLE, LINES = 5_000, 200, 20, 200, 100_000
SUMS = ("getUsage", "getWorkflowCounts")  # no lists, but they read as much; they are called a twentieth as often
QUERIES: dict[str, Sequence[str]] = {  # by operation; the others are called without a query
    "getExecutions": (
        *("", "workflow=order", "status=completed", "status=failed", "workflow=order&status=waiting"),
        *("topLevel=true", "before=2026-01-01", "sort=startedAt"),
    ),
    "getSessionsByWorkflowId": ("", "channel=chat", "active=true"),
    "getActiveSessions": ("", "workflow=order"),
    "getActiveExecutions": ("", "workflow=order"),
    "getAiCalls": ("", "workflow=order"),
    "getChanges": ("", "subject=workflow:order"),
    "getInbounds": ("workflow=order", "externalId=p7-1234", "workflow=order&status=done", "status=new"),
    "getOutbounds": ("workflow=order", "externalId=p7-1234", "status=held"),
    "getDecisions": ("address=p7-1234",),
    "getFindings": ("", "workflow=order"),
    "getUsage": ("groupBy=workflow", "groupBy=day"),
}


@dataclass(slots=True)
class Measured:
    """How long the calls of one operation took, and what their statements read."""

    took_ms: list[float] = field(default_factory=list)
    reads: dict[str, None] = field(default_factory=dict)
    most_rows: int = 0

    def percentile(self, share: float) -> float:
        return sorted(self.took_ms)[math.ceil(len(self.took_ms) * share) - 1]

    def add_plans(self, url: str, sent: Sequence[Sent]) -> None:
        begin = next((statement for statement, _ in sent if statement.startswith("BEGIN")), "")
        for statement, values in sent:
            if statement.lstrip().upper().startswith(("SELECT", "WITH")):
                steps, rows = plan_of(url, statement, values, begin)
                self.reads |= dict.fromkeys(steps)
                self.most_rows = max(self.most_rows, rows)


@dataclass(frozen=True, slots=True)
class Sample:
    """Ids to ask for."""

    sessions: Sequence[int]
    executions: Sequence[str]

    @classmethod
    async def of(cls, site: Site) -> Sample:
        def read(connection: Any) -> tuple[list[int], list[str]]:
            people = connection.execute(select(sessions.c.id).order_by(sessions.c.external_id)).scalars().all()
            runs = connection.execute(select(executions.c.id).order_by(executions.c.id).limit(SAMPLE)).scalars().all()
            return random.sample(list(people), SAMPLE), [str(run) for run in runs]

        return cls(*await site.runtime.database.engine.read(read))

    def address(self, operation: Operation) -> str:
        values = {"workflow": "order", "session": random.choice(self.sessions)}
        return operation.address.format(**values, execution=random.choice(self.executions))


async def main(kinds: list[str]) -> None:
    random.seed(1)
    for kind in kinds:
        with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder, database_of(kind, Path(folder)) as url:
            migrate(url)
            await hold_conversations(url, Path(folder))
            copy_rows(url, COPIES)
            add_audit_log(url)
            Console().print(f"\n[bold]{kind}[/]: {counted(url)}")
            await measure(kind, url)


def add_audit_log(url: str) -> None:
    """Write a line for each of LINES changes, one a minute."""
    numbers = f"WITH RECURSIVE c(n) AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM c WHERE n < {LINES})"
    with writing(url) as connection:
        minutes = (
            "now() - n * interval '1 minute'"
            if is_postgres(connection)
            else ("strftime('%Y-%m-%d %H:%M:%f', 'now', '-' || n || ' minutes') || '000'")
        )
        connection.execute(
            text(
                "INSERT INTO audit_log (organization_id, at, actor, address, action, subject)"
                f" {numbers} SELECT 1, {minutes}, 'key:nightly', '', 'workflow.updated', 'workflow:w' || n % 50 FROM c"
            )
        )


def measured_operations() -> Iterator[Operation]:
    for operation in OPERATIONS:
        is_page = isinstance(operation.answer, type) and issubclass(operation.answer, Page)
        # Neither webhooks nor forks are made here.
        has_things = "{webhook}" not in operation.address and operation.name != "getExecutionMessages"
        if operation.method == "GET" and has_things and (is_page or operation.name in SUMS):
            yield operation


async def measure(kind: str, url: str) -> None:
    table = Table("list", "median ms", "p99 ms", "reads", "rows", title=f"{kind}: {CALLS} calls each")
    async with open_site(url, flows=(FLOW.read_text(),)) as site:
        sample = await Sample.of(site)
        for operation in measured_operations():
            for query in QUERIES.get(operation.name, ("",)):
                measured = await call_often(site, url, sample, operation, query)
                table.add_row(
                    f"{operation.name} {query}",
                    f"{measured.percentile(0.5):.1f}",
                    f"{measured.percentile(0.99):.1f}",
                    "\n".join(measured.reads),
                    str(measured.most_rows or ""),
                )
    Console(width=180).print(table)


async def call_often(site: Site, url: str, sample: Sample, operation: Operation, query: str) -> Measured:
    """Walk through the list, DEEPEST pages at a time."""
    measured, cursor, address = Measured(), None, ""
    for number in range(CALLS // 20 if operation.name in SUMS else CALLS):
        if number % DEEPEST == 0 or cursor is None:
            cursor, address = None, sample.address(operation)
        asked = "&".join(filter(None, [query, f"cursor={cursor}" if cursor else ""]))
        with noted_statements() as sent:
            began_s = time.perf_counter()
            answer = await site.client.get(f"{address}?{asked}", headers={"authorization": f"Bearer {API_KEY}"})
            measured.took_ms.append((time.perf_counter() - began_s) * 1000)
        assert answer.status_code == 200, (address, asked, answer.text[:300])
        cursor = answer.json().get("next")
        if number in (0, DEEPEST - 1):
            measured.add_plans(url, sent)
    return measured


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:] or ["postgres", "sqlite"]))
