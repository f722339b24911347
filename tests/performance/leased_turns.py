"""What a leased turn costs its database: `python -m tests.performance.leased_turns`, a minute, on Postgres and SQLite.

A turn that asks the world once is accepted, keeps an answer and is finished: three statements. Or it is accepted for
others, and claimed together with fifteen more. The second round has ten thousand timers waiting behind it, which
must not be felt. People take their turns at the same moment, so the figures stand by how many there are.
"""

from __future__ import annotations

import asyncio
import resource
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import psutil
import psycopg
from sqlalchemy import Connection, insert, select

from botflow.records.leases import Accepted, Lease
from botflow.records.queues import TIMER_PRIORITY
from botflow.records.sessions import SessionKey, StoredSession
from botflow.records.turns import JournalledAnswer, StoredInbound
from botflow.storage.database import Database, open_database
from botflow.storage.tables import inbounds, sessions
from tests.servers import Server, start_postgres
from tests.storage.leased_turns import accept, arrival, finish
from tests.storage.sample_turns import RECEIVED, message, said, waiting

PEOPLE = (1, 16, 64)
TURNS = 640
BACKLOG = 10_000
ANSWER = JournalledAnswer(index=0, fingerprint="f" * 32, value={"value": "pizza"}, ask={"ask": "model", "text": "hi"})
ME = "me"


class Costs:
    """CPU seconds of this process and of Postgres, and bytes of its log, since it was made."""

    def __init__(self, server: Server | None) -> None:
        self._server = server
        self._start = self._now()

    def line(self, turns: int) -> str:
        own_s, server_s, log = (now - then for now, then in zip(self._now(), self._start, strict=True))
        here = f"{own_s / turns * 1000:.2f} ms CPU here"
        there = f", {server_s / turns * 1000:.2f} in Postgres, log {log / turns:.0f} bytes"
        return here + (there if self._server else "")

    def _now(self) -> tuple[float, float, int]:
        used = resource.getrusage(resource.RUSAGE_SELF)
        own_s = used.ru_utime + used.ru_stime
        if self._server is None:
            return own_s, 0.0, 0
        root = psutil.Process(self._server.pid)
        times = [process.cpu_times() for process in (root, *root.children())]
        with psycopg.connect(self._server.url) as connection:
            [[log]] = connection.execute("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn").fetchall()
        return own_s, sum(each.user + each.system for each in times), int(log)


async def end(database: Database, lease: Lease) -> StoredSession:
    """Keep an answer and finish the turn; return the session after it."""
    turn = waiting(lease.session, lease.queued.inbound, said("You said pizza. How many?"))
    assert await database.turns.keep(lease.queued.id, lease.queued.attempt, [ANSWER])
    await finish(database, lease, turn, owner=ME)
    return replace(lease.session, session=turn.turn.session)


async def own_turns(database: Database, people: int, name: str) -> list[float]:
    """Let `people` take TURNS turns as their receiver does; return how long each took, in milliseconds."""
    took_ms: list[float] = []

    async def talk(person: int) -> None:
        stored = StoredSession(key=SessionKey(1, "chat", f"{name} {person}"))
        for number in range(TURNS // people):
            began_s = time.perf_counter()
            inbound = message(f"m{number}", "pizza please", person=stored.key.external_id)
            accepted = await database.turns.accept(arrival(inbound, who=stored.key, owner=ME))
            assert isinstance(accepted, Accepted)
            assert accepted.is_ours
            stored = replace(stored, id=accepted.turn.session)
            queued = StoredInbound(id=accepted.turn, state="new", attempt=1, inbound=inbound, flow_version=7)
            stored = await end(database, Lease(stored, queued))
            took_ms.append((time.perf_counter() - began_s) * 1000)

    await asyncio.gather(*map(talk, range(people)))
    return sorted(took_ms)


async def claimed_turns(database: Database, name: str) -> list[float]:
    """Claim what TURNS people wrote to a process that takes no turns; return how long claims took, in milliseconds."""
    people = [SessionKey(1, "chat", f"{name} {number}") for number in range(TURNS)]
    await asyncio.gather(*(accept(database, message("m1", received_at=RECEIVED), who=who) for who in people))
    took_ms = []
    for _ in range(TURNS // 16):
        began_s = time.perf_counter()
        leases = await database.leases.claim(ME, 16, ["turns", "executions"])
        took_ms.append((time.perf_counter() - began_s) * 1000)
        assert len(leases) == 16
        await asyncio.gather(*(end(database, lease) for lease in leases))
    return sorted(took_ms)


def fill(connection: Connection) -> None:
    """Let so many timers wait to be claimed."""
    row = {"workflow_id": 1, "channel": "chat", "version": 1, "last_seq": 2, "done_seq": 1, "parked": False}
    times = {"created_at": RECEIVED, "updated_at": RECEIVED}
    people = [{**row, **times, "external_id": f"timer {number}", "state": {}} for number in range(BACKLOG)]
    connection.execute(insert(sessions), people)
    ids = connection.execute(select(sessions.c.id).where(sessions.c.external_id.like("timer %"))).scalars()
    waits = {
        "seq": 2,
        "seed": 1,
        "flow_version": 7,
        "attempt": 0,
        "state": "new",
        "kind": "timeout",
        "key": "timeout:1",
    }
    timers = {**waits, "received_at": RECEIVED, "priority": TIMER_PRIORITY, "content": {"token": "1"}}
    connection.execute(insert(inbounds), [{**timers, "session_id": session} for session in ids])


async def measure(database: Database, kind: str, server: Server | None) -> None:
    for beside in ("nothing", f"{BACKLOG} timers"):
        for people in PEOPLE:
            costs, began_s = Costs(server), time.perf_counter()
            took_ms = await own_turns(database, people, f"{beside} {people}")
            rate = TURNS / (time.perf_counter() - began_s)
            felt = f"p50 {took_ms[TURNS // 2]:.1f}, p99 {took_ms[TURNS * 99 // 100]:.1f} ms"
            print(f"{kind}, beside {beside}, {people:>2} at once: {rate:5.0f} turns/s, {felt};")
            print(f"    a turn: {costs.line(TURNS)}")
        costs = Costs(server)
        took_ms = await claimed_turns(database, f"{beside} claimed")
        middle, late = took_ms[len(took_ms) // 2], took_ms[-1]
        print(f"{kind}, beside {beside}, claimed: a claim of 16 p50 {middle:.1f}, slowest {late:.1f} ms;")
        print(f"    a turn: {costs.line(TURNS)}")
        if beside == "nothing":
            await database.engine.write(fill)


async def main() -> None:
    with start_postgres(fsync=True) as server:
        database = await open_database(server.url, migrate=True)
        await measure(database, "Postgres", server)
        await database.close()
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        database = await open_database(f"sqlite:///{folder}/botflow.db", migrate=True)
        await measure(database, "SQLite", None)
        await database.close()


if __name__ == "__main__":
    asyncio.run(main())
