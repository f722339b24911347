"""Search among 1,000,000 contacts: `python -m tests.performance.contacts [postgres|sqlite ...] [--people N]`.

Every contact has a name of three words, an address, and two fields; one in ten is in a group of many, one in a thousand
in a small one. Each search is called CALLS times over the API, page after page; beside the times: the steps of the
plans of its statements, and the most rows that one step reads (Postgres). A plan that reads a whole table fails.
"""

from __future__ import annotations

import asyncio
import math
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from botflow.storage.engines.dialects import is_postgres
from botflow.storage.migrations.upgrade import migrate
from tests.performance.large_database import database_of, plan_of, writing
from tests.storage.statements import noted_statements
from tests.web.site import API_KEY, ORDER, Site, open_site

PEOPLE, CALLS, DEEPEST = 1_000_000, 100, 10
CONSONANTS = "bdfghklmnprst"
SEARCHES = {
    "all": "",
    "name, many": "name=ma",
    "name, few": "name=mabate%20b",
    "address": "address=%2B15550123456",
    "field, many": "field=plan&value=pro",
    "field, one": "field=score&value=123456",
    "group, many": "group=guests",
    "group, few": "group=vip",
    "group and field": "group=vip&field=plan&value=pro",
    "group and name": "group=guests&name=ma",
    "nobody": "name=zzz",
}
LARGE = ("people", "contacts", "person_values", "person_terms", "contact_group_members")
WHOLE = tuple(f"{table} (Seq Scan)" for table in LARGE) + tuple(f"SCAN {table}" for table in LARGE)
FILL = """
INSERT INTO people (id, organization_id, created_at, updated_at, revision)
    {numbers} SELECT n, 1, {now}, {now}, 1 FROM c;
INSERT INTO contacts (organization_id, channel, address, stopped, updated_at, person_id)
    {numbers} SELECT 1, 'sms', '+1555' || {digits}, n % 50 = 0, {now}, n FROM c;
INSERT INTO person_values (person_id, field, organization_id, value, sought, updated_at)
    {numbers} SELECT n, 'name', 1, {json}, {name}, {now} FROM c;
INSERT INTO person_values (person_id, field, organization_id, value, sought, updated_at)
    {numbers} SELECT n, 'plan', 1, {plan_json}, {plan}, {now} FROM c;
INSERT INTO person_values (person_id, field, organization_id, value, sought, updated_at)
    {numbers} SELECT n, 'score', 1, {score_json}, {score}, {now} FROM c;
INSERT INTO person_terms (organization_id, term, person_id) {numbers} SELECT 1, {name}, n FROM c;
INSERT INTO person_terms (organization_id, term, person_id) {numbers} SELECT 1, substr({name}, 8), n FROM c;
INSERT INTO person_terms (organization_id, term, person_id) {numbers} SELECT 1, substr({name}, 15), n FROM c;
INSERT INTO contact_groups (id, organization_id, name, created_at) VALUES (1, 1, 'guests', {now}), (2, 1, 'vip', {now});
INSERT INTO contact_group_members (group_id, person_id) {numbers} SELECT 1, n FROM c WHERE n % 10 = 0;
INSERT INTO contact_group_members (group_id, person_id) {numbers} SELECT 2, n FROM c WHERE n % 1000 = 0;
INSERT INTO contact_fields (organization_id, name, declaration, declared_by, created_at) VALUES
    (1, 'plan', '{{"type": "text"}}', '', {now}), (1, 'score', '{{"type": "number"}}', '', {now})
"""


async def main(kinds: list[str], people: int) -> None:
    for kind in kinds:
        with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder, database_of(kind, Path(folder)) as url:
            migrate(url)
            fill(url, people)
            Console().print(f"\n[bold]{kind}[/]: {people:,} contacts")
            await measure(url)


def fill(url: str, people: int) -> None:
    """Store so many contacts."""
    with writing(url) as connection:
        postgres = is_postgres(connection)
        counting = f"WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < {people})"
        words = {
            "numbers": f"WITH c(n) AS (SELECT generate_series(1, {people}))" if postgres else counting,
            "now": "now()" if postgres else "'2026-11-27 09:00:00.000000'",
            "digits": "lpad((n % 10000000)::text, 7, '0')" if postgres else "printf('%07d', n % 10000000)",
            "name": f"({' || '.join(_word(at) for at in range(3))})",
            "plan": "CASE WHEN n % 4 = 0 THEN 'pro' ELSE 'free' END",
            "score": "n::text" if postgres else "CAST(n AS text)",
        }
        quoted = "to_jsonb({}::text)" if postgres else "json_quote({})"
        words["json"] = quoted.format(words["name"])
        words["plan_json"] = quoted.format(words["plan"])
        words["score_json"] = "to_jsonb(n)" if postgres else "CAST(n AS text)"
        for statement in FILL.format(**words).split(";\n"):
            connection.exec_driver_sql(statement.replace("%", "%%") if postgres else statement)
    with writing(url) as connection:
        connection.exec_driver_sql("ANALYZE")


def _word(at: int) -> str:
    """Return six letters of the number `n`, as an SQL expression; a blank before all words but the first."""
    letters = (
        f"substr('{CONSONANTS}', (n / {7**at * 13**place}) % 13 + 1, 1) || '{'aeo'[place % 3]}'" for place in range(3)
    )
    return ("' ' || " if at else "") + " || ".join(letters)


async def measure(url: str) -> None:
    table = Table("search", "pages", "p50 ms", "p95 ms", "most rows", "steps")
    read_whole: list[str] = []
    async with open_site(url, flows=(ORDER,)) as site:
        for name, query in SEARCHES.items():
            pages, took_ms = await _call(site, query, CALLS)
            with noted_statements() as noted:
                await _call(site, query, 1)
                sent = list(noted)
            begin = next((statement for statement, _ in sent if statement.startswith("BEGIN")), "")
            steps: dict[str, None] = {}
            most = 0
            for statement, values in sent:
                if statement.lstrip().upper().startswith(("SELECT", "WITH")) and "person" in statement:
                    found, rows = plan_of(url, statement, values, begin)
                    steps |= dict.fromkeys(found)
                    most = max(most, rows)
            read_whole += [f"{name}: {step}" for step in steps if any(whole in step for whole in WHOLE)]
            cells = (f"{_percentile(took_ms, 0.5):.1f}", f"{_percentile(took_ms, 0.95):.1f}", f"{most:,}")
            table.add_row(name, str(pages), *cells, "\n".join(steps))
    Console(width=200).print(table)
    if read_whole:
        sys.exit("a plan reads a whole table:\n" + "\n".join(read_whole))


async def _call(site: Site, query: str, calls: int) -> tuple[int, list[float]]:
    """Call a search page after page, from the beginning again after DEEPEST pages or at its end."""
    took_ms: list[float] = []
    cursor, depth, pages = "", 0, 0
    for _ in range(calls):
        began_s = time.perf_counter()
        answer = await site.client.get(
            f"/api/v1/contacts?{query}{cursor}", headers={"authorization": f"Bearer {API_KEY}"}
        )
        took_ms.append(1000 * (time.perf_counter() - began_s))
        assert answer.status_code == 200, answer.text
        following = answer.json()["next"]
        depth = depth + 1 if following and depth < DEEPEST else 0
        pages = max(pages, depth + 1)
        cursor = f"&cursor={following}" if depth else ""
    return pages, took_ms


def _percentile(took_ms: list[float], share: float) -> float:
    return sorted(took_ms)[math.ceil(len(took_ms) * share) - 1]


if __name__ == "__main__":
    arguments = sys.argv[1:]
    many = int(arguments[arguments.index("--people") + 1]) if "--people" in arguments else PEOPLE
    asyncio.run(main([each for each in arguments if each in ("postgres", "sqlite")] or ["postgres", "sqlite"], many))
