"""A look among 1,000,000 contacts: `python -m tests.performance.campaigns [postgres|sqlite ...] [--people N]`.

Every contact has a birthday in one of 80 years, and was congratulated the year before. Prints
what each statement of a look does, the most rows that one step reads, and how many statements a whole look has. A plan
that reads a whole table fails.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.console import Console
from rich.table import Table
from sqlalchemy import text, update

from botflow.storage.database import open_database
from botflow.storage.engines.dialects import is_postgres
from botflow.storage.migrations.upgrade import migrate
from botflow.storage.tables import campaigns
from tests.performance.large_database import database_of, plan_of, writing
from tests.storage.aged_rows import change
from tests.storage.statements import noted_statements
from tests.triggering.campaigning import Campaigning, greeting

PEOPLE = 1_000_000
LARGE = ("people", "contacts", "person_values", "contact_group_members", "campaign_starts")
WHOLE = tuple(f"{table} (Seq Scan)" for table in LARGE) + tuple(f"SCAN {table}" for table in LARGE)
FILL = """
INSERT INTO people (id, organization_id, created_at, updated_at, revision)
    {numbers} SELECT n, 1, {now}, {now}, 1 FROM c;
INSERT INTO contacts (organization_id, channel, address, stopped, updated_at, person_id)
    {numbers} SELECT 1, 'chat', 'p' || n, {no}, {now}, n FROM c;
INSERT INTO person_values (person_id, field, organization_id, value, sought, updated_at)
    {numbers} SELECT n, 'birthday', 1, {json}, {day}, {now} FROM c;
INSERT INTO person_values (person_id, field, organization_id, value, sought, updated_at)
    {numbers} SELECT n, 'timeZone', 1, {zone}, 'europe/berlin', {now} FROM c
"""


async def main(kinds: list[str], people: int) -> None:
    for kind in kinds:
        with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder, database_of(kind, Path(folder)) as url:
            migrate(url)
            fill(url, people)
            Console().print(f"\n[bold]{kind}[/]: {people:,} contacts with a birthday")
            await explain(url)


def fill(url: str, people: int) -> None:
    with writing(url) as connection:
        postgres = is_postgres(connection)
        counting = f"WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < {people})"
        day = "(date '1930-01-01' + (n % 29200))::text" if postgres else "date('1930-01-01', (n % 29200) || ' days')"
        words = {
            "numbers": f"WITH c(n) AS (SELECT generate_series(1, {people}))" if postgres else counting,
            "now": "now()" if postgres else "'2026-11-27 09:00:00.000000'",
            "no": "false" if postgres else "0",
            "day": day,
            "json": f"to_jsonb({day})" if postgres else f"json_quote({day})",
            "zone": "to_jsonb('Europe/Berlin'::text)" if postgres else "json_quote('Europe/Berlin')",
        }
        for statement in FILL.format(**words).split(";\n"):
            connection.exec_driver_sql(statement.replace("%", "%%") if postgres else statement)
    with writing(url) as connection:
        connection.execute(text("ANALYZE"))


def remember_last_year(url: str) -> None:
    with writing(url) as connection:
        connection.execute(
            text(
                "INSERT INTO campaign_starts SELECT w.id, 'born', p.id, '2025-11-27', 1, p.created_at, p.created_at,"
                " 'started', '', NULL FROM workflows w, people p"
            )
        )
    with writing(url) as connection:
        connection.execute(text("ANALYZE"))


async def explain(url: str) -> None:
    database = await open_database(url, migrate=False)
    now = datetime(2026, 11, 27, 12, tzinfo=UTC)
    place = Campaigning(database, now=now)
    await place.publish(greeting(repeats="yearly", perMinute=6_000, group=""), since=now - timedelta(days=30))
    remember_last_year(url)
    await change(database, update(campaigns).values(next_at=now, after_sought=None, after_person=None))
    with noted_statements() as noted:
        looks = await place.look()
        sent = list(noted)
    begun = len(await place.begun())
    table = Table("statement", "how often", "most rows", "steps")
    whole: list[str] = []
    shapes: dict[str, tuple[object, int]] = {}
    for statement, values in sent:
        known = shapes.get(statement)
        shapes[statement] = (values, known[1] + 1 if known else 1)
    for statement, (values, times) in shapes.items():
        plain = " ".join(statement.split())
        if not plain.upper().startswith("SELECT") or not any(name in plain for name in LARGE):
            continue
        steps, rows = plan_of(url, statement, values, "")
        whole += [step for step in steps if any(name in step for name in WHOLE)]
        table.add_row(plain[:90], f"{times:,}", f"{rows:,}", "\n".join(dict.fromkeys(steps)))
    Console(width=200).print(table)
    Console().print(f"one look: {looks} pages and bounds, {len(sent):,} statements, {begun} conversations begun")
    await database.close()
    if whole:
        sys.exit("a plan reads a whole table:\n" + "\n".join(whole))


if __name__ == "__main__":
    arguments = sys.argv[1:]
    many = int(arguments[arguments.index("--people") + 1]) if "--people" in arguments else PEOPLE
    asyncio.run(main([each for each in arguments if each in ("postgres", "sqlite")] or ["postgres", "sqlite"], many))
