"""What lists and commands take on a large database: `python -m tests.performance.large_database [postgres|sqlite ...]`.

A few conversations and runs are held as people hold them; their rows are then copied until there are 50,000
conversations with 500,000 turns. Every list of the API and every command that lists is timed, with what each statement
of the lists reads: the indexes of its query plan, and how many rows its largest step looks at (Postgres).
"""

from __future__ import annotations

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import psycopg
from rich.console import Console
from rich.table import Table
from sqlalchemy import Connection, Engine, create_engine, func, select, text
from sqlalchemy import Table as Rows

from botflow.records.runs import ExecutionFilter
from botflow.storage.database import Database, open_database
from botflow.storage.decisions import Decisions
from botflow.storage.engines.postgres_connect import driver_url
from botflow.storage.migrations.upgrade import is_postgres, migrate
from botflow.storage.tables import answers, decisions, executions, inbounds, outbounds, sessions, turns
from tests.faults.servers_that_die import API_KEY, SECRET, Place, say, standing
from tests.organizations import HOME
from tests.performance.server import new_database
from tests.servers import start_postgres
from tests.storage.statements import noted_statements, steps_of

FLOW = Path(__file__).parent / "order.yaml"
WORDS = ("hi", "Ann", "pizza", "many", "2", "maybe", "yes", "hi", "Ann", "salad")  # ten turns, two executions
PEOPLE, COPIES, APART = 20, 2_500, 1_000
TIMES = 5
COPIED: dict[Rows, tuple[str, ...]] = {  # and the columns that name a session
    sessions: ("id",),
    inbounds: ("session_id",),
    turns: ("session_id",),
    answers: ("session_id",),
    outbounds: ("session_id",),
    executions: ("session_id", "parent_session"),
    decisions: ("id", "session_id"),
}
Reads = Callable[[Database], Awaitable[object]]


async def main(kinds: list[str]) -> None:
    for kind in kinds:
        with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder, database_of(kind, Path(folder)) as url:
            migrate(url)
            await hold_conversations(url, Path(folder))
            began_s = time.perf_counter()
            copy_rows(url)
            Console().print(f"\n[bold]{kind}[/]: {counted(url)}, copied in {time.perf_counter() - began_s:.0f} s")
            await measure(kind, url, Path(folder))


@contextmanager
def database_of(kind: str, folder: Path) -> Iterator[str]:
    if kind == "sqlite":
        yield f"sqlite:///{folder}/botflow.db"
        return
    server = start_postgres()
    try:
        yield new_database(server, "botflow_large")
    finally:
        server.stop()


async def hold_conversations(url: str, folder: Path) -> None:
    """Let every person have a conversation, and an opt-out be on record for each."""
    place = Place(flow=FLOW, folder=folder, environment={"BOTFLOW_DATABASE_URL": url})
    async with standing(place), httpx2.AsyncClient() as client:
        await place.started()
        for person in range(PEOPLE):
            for number, word in enumerate(WORDS):
                await say(client, [place], f"p{person}", word, f"p{person} {number}")
    with writing(url) as connection:
        connection.execute(
            text(
                "INSERT INTO decisions (id, organization_id, at, channel, address, kind, reason, session_id)"
                " SELECT id, 1, created_at, 'sms', external_id, 'opt_out', 'keyword', id FROM sessions"
            )
        )


def copy_rows(url: str, copies: int = COPIES) -> None:
    """Copy every row `copies` times: copy n belongs to other people, and happened n minutes earlier."""
    with writing(url) as connection:
        numbers = "SELECT 1 AS n UNION ALL SELECT n + 1 FROM copies WHERE n < :copies"
        for table, of_session in COPIED.items():
            columns = [column.name for column in table.columns]
            values = ", ".join(_copied(connection, table, name, of_session) for name in columns)
            names = ", ".join(f'"{name}"' for name in columns)
            source = f'SELECT {values} FROM copies, "{table.name}" AS o'
            with_copies = f"WITH RECURSIVE copies(n) AS ({numbers})"
            insert = f'INSERT INTO "{table.name}" ({names})'
            statement = f"{insert} {with_copies} {source}"
            connection.execute(text(statement), {"copies": copies - 1})
    with writing(url, autocommit=True) as connection:
        connection.execute(text("VACUUM ANALYZE" if is_postgres(url) else "ANALYZE"))


def _copied(connection: Connection, table: Rows, name: str, of_session: tuple[str, ...]) -> str:
    on_postgres = connection.dialect.name == "postgresql"
    if name in of_session:
        return f'o."{name}" + n * {APART}'
    if table is executions and name == "id":
        return "gen_random_uuid()" if on_postgres else "lower(hex(randomblob(16)))"
    if name in ("external_id", "address"):
        return f"o.\"{name}\" || '-' || n"
    if name in ("started_at", "ended_at", "updated_at", "at", "received_at") and on_postgres:
        return f"o.\"{name}\" - n * interval '1 minute'"
    if name in ("started_at", "ended_at", "updated_at", "at", "received_at"):
        return f"strftime('%Y-%m-%d %H:%M:%f', o.\"{name}\", '-' || n || ' minutes') || '000'"
    return f'o."{name}"'


def counted(url: str) -> str:
    """Return how many rows there are, and how large the database is."""
    pages = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
    size = "SELECT pg_database_size(current_database())" if is_postgres(url) else pages
    with writing(url) as connection:
        counts = {each.name: connection.execute(select(func.count()).select_from(each)).scalar() for each in COPIED}
        megabytes = connection.execute(text(size)).scalar_one() / 1e6
    return ", ".join(f"{count:,} {name}" for name, count in counts.items()) + f"; {megabytes:,.0f} MB"


@contextmanager
def writing(url: str, *, autocommit: bool = False) -> Iterator[Connection]:
    address = driver_url(url).replace("postgresql://", "postgresql+psycopg://", 1)
    engine: Engine = create_engine(address, isolation_level="AUTOCOMMIT" if autocommit else None)
    with engine.begin() as connection:
        yield connection
    engine.dispose()


# -- measuring


async def measure(kind: str, url: str, folder: Path) -> None:
    place = Place(flow=FLOW, folder=folder, environment={"BOTFLOW_DATABASE_URL": url})
    async with standing(place), httpx2.AsyncClient(headers={"authorization": f"Bearer {API_KEY}"}) as client:
        began_s = time.perf_counter()
        await place.started()
        Console().print(f"the server is ready after {time.perf_counter() - began_s:.1f} s")
        await time_routes(kind, client, place.url)
    time_commands(kind, url)
    await show_plans(kind, url)


async def time_routes(kind: str, client: httpx2.AsyncClient, address: str) -> None:
    """Time every list of the API, with each of its filters."""
    page = (await client.get(f"{address}/api/v1/executions")).json()
    listed, following = page["items"], page["next"]
    one, session = listed[0]["id"], listed[0]["session"]
    routes = (
        "/executions",
        f"/executions?cursor={following}&limit=100",
        "/executions?workflow=order",
        "/executions?workflow=order&topLevel=true&limit=100",
        "/executions?workflow=nope",
        "/executions?status=failed",
        "/executions?status=waiting&workflow=order",
        "/executions?status=completed",
        f"/executions?session={session}",
        "/executions?before=2026-01-01",
        "/executions?after=2099-01-01",
        f"/executions/{one}",
        f"/executions/{one}/children",
        f"/executions/{one}/steps",
        f"/executions/{one}/logs",
        f"/executions/{one}/artifacts",
        "/decisions?address=p7-1234",
        "/decisions?address=p7-1234&channel=sms",
        "/outbounds?state=held",
        "/workflows",
    )
    table = Table("route", "median ms", "longest ms", title=f"{kind}: lists of the API, {TIMES} times each")
    for route in (*routes, "/metrics", "/readyz"):
        path = route if route in ("/metrics", "/readyz") else f"/api/v1{route}"
        took = []
        for _ in range(TIMES):
            began_s = time.perf_counter()
            answer = await client.get(f"{address}{path}", timeout=60.0)
            took.append((time.perf_counter() - began_s) * 1000)
            assert answer.status_code == 200, (path, answer.status_code, answer.text[:300])
        table.add_row(route, f"{statistics.median(took):.0f}", f"{max(took):.0f}")
    Console(width=120).print(table)


def time_commands(kind: str, url: str) -> None:
    """Time every command that lists, from its start to its end."""
    environment = {**os.environ, "BOTFLOW_DATABASE_URL": url, "BOTFLOW_SECRET_KEY": SECRET}
    table = Table("command", "median ms", "longest ms", title=f"{kind}: commands, {TIMES} times each")
    for command in (
        ("version",),
        ("sessions",),
        ("sessions", "--workflow", "order"),
        ("sessions", "show", "p7-2400"),
        ("executions", "--workflow", "order"),
        ("executions", "--status", "failed"),
        ("workflows",),
        ("results", "order", "--after", "2099-01-01"),
    ):
        took = []
        for _ in range(TIMES):
            began_s = time.perf_counter()
            subprocess.run(
                [sys.executable, "-m", "botflow", *command], env=environment, check=True, stdout=subprocess.DEVNULL
            )
            took.append((time.perf_counter() - began_s) * 1000)
        table.add_row(" ".join(command), f"{statistics.median(took):.0f}", f"{max(took):.0f}")
    Console(width=120).print(table)


async def show_plans(kind: str, url: str) -> None:
    """Print what the statements of each list read."""
    database = await open_database(url, migrate=False)
    try:
        [newest] = await database.executions.page(1)
        lists: dict[str, Reads] = {
            f"executions {dict(filters)}": _executions(ExecutionFilter(**filters))
            for filters in (
                {},
                {"workflow": "order"},
                {"status": "failed"},
                {"workflow": "order", "status": "waiting"},
                {"session": newest.session},
                {"parent": newest.session},
                {"top_level": True},
            )
        } | {
            "steps of one": lambda database: database.executions.turns(newest, 200),
            "what one used": lambda database: database.executions.spent(newest),
            "decisions of an address": lambda database: Decisions(database.engine).of_address(HOME, "p7-1234"),
            "sessions": lambda database: database.transcripts.sessions(None, 50),
            "sessions of a person": lambda database: database.transcripts.sessions_of([("chat", "p7-1234")]),
            "workflows": lambda database: database.flows.list(),
        }
        table = Table("list", "reads", "rows", title=f"{kind}: query plans")
        for name, read in lists.items():
            with noted_statements() as sent:
                await read(database)
            found = [plan_of(url, *one) for one in sent if one[0].lstrip().upper().startswith("SELECT")]
            reads = dict.fromkeys(step for steps, _ in found for step in steps)
            table.add_row(name, "\n".join(reads), str(max(rows for _, rows in found)) if is_postgres(url) else "")
        Console(width=160).print(table)
    finally:
        await database.close()


def _executions(wanted: ExecutionFilter) -> Reads:
    return lambda database: database.executions.page(50, wanted)


def plan_of(url: str, statement: str, values: Any, begin: str = "") -> tuple[list[str], int]:
    """Return what a statement reads, and how many rows its largest step looks at; 0 for SQLite, which does not count
    them. `begin` is how its transaction begins."""
    if not is_postgres(url):
        steps = steps_of(url, statement, values)
        return [step for step in steps if step.startswith(("SCAN", "SEARCH"))], 0
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(begin.encode())
        [[[plan]]] = connection.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}".encode(), values).fetchall()
    nodes = list(_nodes(plan["Plan"]))
    read = [node for node in nodes if "Index Name" in node or node["Node Type"] == "Seq Scan"]
    names = [f"{node.get('Index Name') or node['Relation Name']} ({node['Node Type']})" for node in read]
    return names, max(int((node["Actual Rows"] + _removed(node)) * node["Actual Loops"]) for node in nodes)


def _removed(node: Mapping[str, Any]) -> float:
    return sum(float(value) for label, value in node.items() if label.startswith("Rows Removed"))


def _nodes(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield node
    for below in node.get("Plans", ()):
        yield from _nodes(below)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:] or ["postgres", "sqlite"]))
