"""Every statement costs what it has to do, not what was ever done: on Postgres all go by index, whenever planned."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import Any, LiteralString

import psycopg
import pytest
from psycopg import sql
from psycopg.rows import TupleRow

from botflow.engine.effects import EmitEvent
from botflow.records.leases import LeaseId, Share
from botflow.records.sessions import StoredSession
from botflow.records.turns import JournalledAnswer
from botflow.storage.database import Database, open_database
from botflow.storage.engines.postgres import PostgresEngine
from botflow.storage.engines.postgres_prepared import POINT_LOOKUPS
from botflow.storage.turns import postgres_leases, postgres_statements
from botflow.storage.turns.postgres import PostgresTurns
from botflow.storage.turns.postgres_leases import PostgresLeases
from tests.storage.grown_tables import BACKLOG, PEOPLE, TURNS_EACH, analyze, grow, grow_backlog
from tests.storage.leased_turns import DEAD_AFTER_S, arrival, finishing
from tests.storage.sample_turns import key, message, waiting
from tests.storage.statements import statements_in

ANSWER = JournalledAnswer(index=0, fingerprint="f", value={}, ask={})
ME = "me"
CLAIMED = 16  # inbounds at once
# Pages that a statement may read, about twice what it does. Each of the large tables has five hundred and more, and a
# look-up for every session of the backlog reads thousands.
FEW_PAGES = 250
PAGES = {"CLAIM": 100 * CLAIMED, "RELEASE": 50 * CLAIMED}
FEW_ROWS = 50  # that a step of a plan may look at
READ_WHAT_IS_NEW = {"BEAT", "LOOK", "CLAIM_SUSPECTS", "RECOVER", "RELEASE"}  # once a second at most, all inbounds of it
# Tables that stay small, or of which a statement wants every row.
SMALL = {"workflows", "processes", "schedules", "campaigns", "organizations", "senders", "botflow_version"}


class ExplainingEngine(PostgresEngine):
    """Executes every hot statement twice: first explained and taken back, on a connection with the same settings."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.plans: dict[str, Any] = {}
        self._side: psycopg.AsyncConnection[TupleRow] | None = None

    async def open(self) -> None:
        await super().open()
        self._side = await psycopg.AsyncConnection.connect(self._url, options=POINT_LOOKUPS)

    async def close(self) -> None:
        assert self._side is not None
        await self._side.close()
        await super().close()

    async def hot(self, statement: LiteralString, values: Sequence[Any] | Mapping[str, Any]) -> list[TupleRow]:
        name = _name_of(statement)
        assert self._side is not None
        async with self._side.transaction(force_rollback=True):
            if name not in self.plans:
                await self._side.execute(f"PREPARE {name.lower()} AS {_numbered(statement)}".encode())
            literals = sql.SQL(", ").join(sql.Literal(value) for value in _in_order(statement, values))
            call = sql.SQL("({})").format(literals) if values else sql.SQL("")
            explain = sql.SQL("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE {}").format(sql.Identifier(name.lower()))
            [[[plan]]] = await (await self._side.execute(explain + call)).fetchall()
        self.plans[name] = plan["Plan"]
        return await super().hot(statement, values)


@pytest.fixture
async def engine(postgres_url: str) -> AsyncIterator[ExplainingEngine]:
    opened = ExplainingEngine(postgres_url)
    await opened.open()
    yield opened
    await opened.close()


@pytest.mark.parametrize("planned", ["for what is there", "for new tables", "before the backlog"])
async def test_every_hot_statement_goes_by_index_on_grown_tables(engine: ExplainingEngine, planned: str) -> None:
    """A connection keeps the plans that it once made, until the statistics change."""
    url = engine._url
    if planned == "for what is there":
        await grow(url)
        await analyze(url)
    elif planned == "before the backlog":
        await grow(url, backlog=False)
        await analyze(url)
        await _call_everything(engine, person=f"p{PEOPLE - 1}")
        await grow_backlog(url)
    else:
        await _call_everything(engine, person="p1")
        await grow(url)
    await _call_everything(engine, person=f"p{3 * BACKLOG + 1}")

    assert set(engine.plans) == {*statements_in(postgres_statements), *statements_in(postgres_leases)}
    for name, plan in engine.plans.items():
        scanned = {node["Relation Name"] for node in _nodes(plan) if node["Node Type"] == "Seq Scan"}
        assert scanned <= SMALL, f"{name} scans {scanned}"
        pages = _pages(plan)
        rows = max(map(_rows, _nodes(plan)))
        print(f"{name}: {pages} pages, {rows} rows")
        assert rows <= FEW_ROWS or name in READ_WHAT_IS_NEW, f"{name} looks at {rows} rows"
        assert pages <= PAGES.get(name, FEW_PAGES), f"{name} reads {pages} pages"


async def test_what_is_looked_for_in_the_background_never_scans_a_grown_table(postgres_url: str) -> None:
    await grow(postgres_url)
    await analyze(postgres_url)
    before = await _scans(postgres_url)
    database = await open_database(postgres_url, migrate=False)
    await _look_everywhere(database)
    await database.close()
    after = await _scans(postgres_url)
    assert {table for table in after if after[table] != before[table]} <= SMALL


async def _call_everything(engine: ExplainingEngine, *, person: str) -> None:
    """Call every method of both stores, in the middle of a conversation."""
    turns, leases = PostgresTurns(engine), PostgresLeases(engine)
    who = key(person)
    stored = await turns.load(who)
    await turns.commit(waiting(stored, message("c1")))
    await turns.commit(waiting(StoredSession(key=key(f"{person}0000")), message("c1")))
    first = await turns.accept(arrival(message("a1"), who=who, owner=ME, reply_within_s=5.0))
    await turns.accept(arrival(message("a2"), who=who, owner=ME))
    await turns.accept(arrival(message("a1"), who=who, owner=ME, reply_within_s=5.0))
    session = first.turn.session  # type: ignore[union-attr]  # it is a new one
    lease = await leases.take(ME, session)
    assert lease is not None
    assert await turns.keep(lease.queued.id, lease.queued.attempt, [ANSWER])
    await turns.answers(lease.queued.id)
    await turns.receipt(lease.queued.id)
    refused = finishing(lease, owner=ME)
    assert await turns.load_by_id(session) is not None
    await turns.finish(finishing(lease, waiting(lease.session, lease.queued.inbound), owner=ME, answers=[ANSWER]))
    assert await turns.finish(refused) is None  # which asks twice, the second time alone
    again = await leases.take(ME, session)
    assert again is not None
    effects = (EmitEvent(name="paid"),)
    assert await turns.finish(finishing(again, waiting(again.session, again.queued.inbound, effects=effects), owner=ME))
    await leases.beat(ME, ["turns"], [LeaseId(lease.queued.id, 1)], DEAD_AFTER_S)
    await leases.has_suspects(session)
    await leases.look(ME, DEAD_AFTER_S)
    await leases.due_waits(32, Share())
    claimed = await leases.claim(ME, CLAIMED, ["turns", "executions"])
    await leases.claim(ME, 1, ["turns", "executions"], suspects=True)
    await leases.let_go(ME, [each.queued.id for each in claimed[:4]])
    await leases.give_back(ME, LeaseId([lease, *claimed][-1].queued.id, 1))
    await leases.recover(ME, DEAD_AFTER_S)
    await leases.release(ME)


async def _look_everywhere(database: Database) -> None:
    await database.timers.queue_timeouts([2 * BACKLOG + 1, 2 * BACKLOG + 2])
    await database.outbox.claim_sends(10, lambda channel, sender: 1.0)
    await database.outbox.unresolved(10, 10)
    await database.effects.claim(10)
    await database.census.take()
    await database.census.depths()
    await database.transcripts.messages_after(5, (0, 0), 10)
    await database.transcripts.transcript(5, TURNS_EACH)


async def _scans(url: str) -> dict[str, int]:
    """Return how often each table was read from its beginning to its end."""
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        rows = await (await connection.execute("SELECT relname, seq_scan FROM pg_stat_user_tables")).fetchall()
    return dict(rows)


def _name_of(statement: str) -> str:
    both = {**statements_in(postgres_statements), **statements_in(postgres_leases)}
    return next(name for name, value in both.items() if value == statement)


PLACE = re.compile(r"%\((\w+)\)s|%s|%%")


def _numbered(statement: str) -> str:
    """Write the driver's places as Postgres's: a name has one number, wherever it stands."""
    numbers: dict[str, int] = {}

    def number(match: re.Match[str]) -> str:
        if match[0] == "%%":
            return "%"
        name = match[1] or f"place {len(numbers)}"
        return f"${numbers.setdefault(name, len(numbers) + 1)}"

    return PLACE.sub(number, statement)


def _in_order(statement: str, values: Sequence[Any] | Mapping[str, Any]) -> list[Any]:
    if not isinstance(values, Mapping):
        return list(values)
    return [values[name] for name in dict.fromkeys(match[1] for match in PLACE.finditer(statement) if match[1])]


def _pages(plan: Mapping[str, Any]) -> int:
    """Return how many pages a statement read. What a WITH changes, and nobody asks for, is not in the whole's count."""
    parts = [plan, *plan.get("Plans", ())]
    counts = [int(part["Shared Hit Blocks"]) + int(part["Shared Read Blocks"]) for part in parts]
    return max(counts[0], sum(counts[1:]))


def _rows(node: Mapping[str, Any]) -> int:
    """Return how many rows a step of a plan looked at, whether they were wanted or not."""
    removed: float = sum(value for label, value in node.items() if label.startswith("Rows Removed"))
    return int((node["Actual Rows"] + removed) * node["Actual Loops"])


def _nodes(plan: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from _nodes(below)
