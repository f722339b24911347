"""Ten thousand sessions over twelve nodes move and return: `python -m tests.performance.publications [COUNT]`.

On SQLite and on Postgres, in one process. The new version has eleven of the twelve nodes, so that those at the last one
are refused. After the rollback everything that a session had is compared with what it had before, except its version.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
import uuid
from typing import Any

from sqlalchemy import Connection, Text, cast, insert, select, text

from botflow.storage.database import open_database
from botflow.storage.engines.dialects import is_postgres
from botflow.storage.tables import executions, sessions
from tests.servers import start_postgres
from tests.web.api.calls import call
from tests.web.api.test_publications import ask, order
from tests.web.site import Site, open_site

COUNT, NODES = 10_000, 12


def flow(nodes: int, words: str) -> dict[str, Any]:
    return order(*(ask(f"q{number}", f"{words} {number}?", f"v{number}", timeout="30d") for number in range(nodes)))


def seed(connection: Connection, count: int) -> None:
    """Copy the sessions of the twelve people who wait at one node each."""
    models = connection.execute(select(sessions).order_by(sessions.c.id)).mappings().all()
    first = models[-1]["id"] + 1
    people, begun = [], []
    for number in range(count - len(models)):
        model, execution = models[number % len(models)], uuid.uuid4()
        state = {**model["state"], "execution": str(execution)}
        people.append({**model, "id": first + number, "external_id": f"person {number}", "state": state})
        pinned = {"flow_version": model["flow_version"], "started_at": model["created_at"], "status": "waiting"}
        begun.append({**pinned, "id": execution, "session_id": first + number})
    connection.execute(insert(sessions), people)
    connection.execute(insert(executions), begun)
    if is_postgres(connection):
        connection.execute(text("SELECT setval(pg_get_serial_sequence('sessions', 'id'), max(id)) FROM sessions"))


def everything(connection: Connection) -> list[Any]:
    """Return what is stored of each session and execution, the state as text, without the session's version."""
    kept = [column for column in sessions.c if column.name not in ("version", "state")]
    of_sessions = select(*kept, cast(sessions.c.state, Text)).order_by(sessions.c.id)
    return [*connection.execute(of_sessions).all(), *connection.execute(select(executions).order_by("id")).all()]


async def reaches(site: Site, publication: int, state: str) -> dict[str, Any]:
    while True:
        read = (await call(site, "GET", f"/workflows/order/publications/{publication}")).json()
        if read["state"] == state:
            return dict(read)
        await asyncio.sleep(0.05)


async def measure(url: str, count: int) -> None:
    database = await open_database(url, migrate=True)
    await database.close()
    async with open_site(url, flows=()) as site:
        await call(site, "POST", "/workflows", flow(NODES, "Old"))
        await call(site, "POST", "/workflows/order/publish")
        for number in range(NODES):
            visit = await site.visit()
            for _ in range(number + 1):
                await visit.say("hello")
        engine = site.runtime.database.engine
        await engine.write(seed, count)
        before = await engine.read(everything)
        await call(site, "PUT", "/workflows/order/draft", flow(NODES - 1, "New"))
        began_s = time.monotonic()
        plan = (await call(site, "POST", "/workflows/order/plan", {"default": "same"})).json()
        planned_s = time.monotonic()
        published = await call(site, "POST", "/workflows/order/publish", {"token": plan["token"]})
        publication = published.json()["publication"]
        published_s = time.monotonic()
        done = await reaches(site, publication, "done")
        moved_s = time.monotonic()
        await call(site, "POST", f"/workflows/order/publications/{publication}/rollback")
        back = await reaches(site, publication, "returned")
        returned_s = time.monotonic()
        after = await engine.read(everything)
    same = sum(former == latter for former, latter in zip(before, after, strict=True))
    print(
        f"{url.partition(':')[0]}: {plan['waits']} waiting over {len(plan['nodes'])} nodes; plan"
        f" {planned_s - began_s:.1f} s (would move {plan['wouldMove']}, refused {plan['refused']}); publish"
        f" {published_s - planned_s:.2f} s; moved {done['moved']}, refused {done['refused']} in"
        f" {moved_s - published_s:.1f} s; returned {back['returned']} in {returned_s - moved_s:.1f} s;"
        f" identical {same} of {len(before)} rows"
    )


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else COUNT
    with tempfile.TemporaryDirectory() as folder, start_postgres(fsync=True) as server:
        for url in (f"sqlite:///{folder}/botflow.db", server.url):
            asyncio.run(measure(url, count))


if __name__ == "__main__":
    main()
