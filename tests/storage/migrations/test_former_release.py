"""An upgrade from the release whose turns were jobs: its tables go, and what waited is claimed and run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, text

from botflow.storage.database import Database, open_database
from botflow.storage.engines.postgres_connect import driver_url
from botflow.storage.migrations.upgrade import SCRIPTS, is_postgres, migrate
from botflow.storage.runs.changes import lifecycle
from tests.storage.leased_turns import DEAD_AFTER_S, ONE, finish, leased
from tests.storage.sample_turns import key

HERE = Path(__file__).parent
FORMER = "0002"
ASKS = {"token": "1"}
WAITS_FOR_RUNS = {"token": "1", "accepts": ["child_done"]}
GOES_ON = {"token": "1", "accepts": ["resume"]}
EXECUTION = "0195e5a0-0000-7000-8000-00000000000"
# external id, channel, wait, paused, and its inbounds: kind, key, owner, attempt
SESSIONS: tuple[tuple[str, str, dict[str, Any], bool, list[tuple[str, str, str | None, int]]], ...] = (
    ("queued", "chat", ASKS, False, [("message", "m2", None, 0), ("message", "m3", None, 0)]),
    ("running", "chat", ASKS, False, [("message", "m2", "dead", 1), ("message", "m3", None, 0)]),
    ("suspect", "chat", ASKS, False, [("message", "m2", "dead", 2)]),
    ("late", "chat", ASKS, False, [("timeout", "timeout:1", None, 0)]),
    ("busy", "chat", WAITS_FOR_RUNS, False, [("message", "m2", None, 0)]),
    ("paused", "chat", ASKS, True, [("message", "m2", None, 0), ("pause", "pause:2", None, 0)]),
    ("run", "run", GOES_ON, False, [("resume", "resume:1", "dead", 1)]),
    ("idle", "chat", ASKS, False, []),
)


@pytest.fixture
def former_url(database_kind: str, empty_postgres_url: str, tmp_path: Path) -> str:
    """A database as the former release leaves it when it is stopped in the middle of its work."""
    url = empty_postgres_url if database_kind == "postgres" else f"sqlite:///{tmp_path / 'former.db'}"
    with _connected(url) as connection:
        command.upgrade(_config(connection), FORMER)
        if is_postgres(url):
            _run(connection, "procrastinate.sql")
        _run(connection, f"former_jobs_{database_kind}.sql")
        _fill(connection)
    return url


async def test_what_waited_can_be_claimed_and_run(former_url: str) -> None:
    database = await open_database(former_url, migrate=True)
    await database.leases.recover(ONE, DEAD_AFTER_S)
    claimed = await _run_everything(database, suspects=False)
    assert claimed == {
        ("queued", "m2", 1),
        ("queued", "m3", 1),
        ("running", "m2", 2),
        ("running", "m3", 1),
        ("late", "timeout:1", 1),
        ("run", "resume:1", 2),
    }
    assert await _run_everything(database, suspects=True) == {("suspect", "m2", 3)}
    await database.close()


async def test_the_run_keeps_its_priority(former_url: str) -> None:
    database = await open_database(former_url, migrate=True)
    [first] = await database.leases.claim(ONE, 1, ["turns", "executions"])
    assert first.session.key.external_id == "run"
    await database.close()


async def test_what_cannot_go_on_yet_keeps_nobody_busy(former_url: str) -> None:
    """What its session does not take, and what is paused, is nothing that a look finds."""
    database = await open_database(former_url, migrate=True)
    await _run_everything(database, suspects=False)
    await _run_everything(database, suspects=True)
    seen = await database.leases.look(ONE, DEAD_AFTER_S)
    assert (seen.claimable, seen.suspects, seen.orphans) == (False, False, False)
    assert await database.engine.write(lifecycle.resume, f"{EXECUTION}6", None) == "changed"
    assert await _run_everything(database, suspects=False) == {("paused", "m2", 1)}
    await database.close()


async def test_an_idle_session_goes_on_as_before(former_url: str) -> None:
    database = await open_database(former_url, migrate=True)
    lease = await leased(database, "m2", who=key("idle"))
    await finish(database, lease)
    await database.close()


def test_nothing_of_the_job_engine_is_left(former_url: str) -> None:
    with _connected(former_url) as connection:
        assert {"procrastinate_jobs", "finished_jobs"} <= _names(connection)
    migrate(former_url)
    with _connected(former_url) as connection:
        assert [name for name in _names(connection) if "procrastinate" in name or "finished_jobs" in name] == []
        command.check(_config(connection))


def test_an_applications_own_procrastinate_is_left_alone(empty_postgres_url: str) -> None:
    """Botflow may be installed into a database whose owner uses procrastinate for other work."""
    with _connected(empty_postgres_url) as connection:
        _run(connection, "procrastinate.sql")
        connection.execute(text("CREATE TABLE finished_jobs (id bigint)"))
        before = _names(connection)
    migrate(empty_postgres_url)
    with _connected(empty_postgres_url) as connection:
        assert before <= _names(connection)
        assert connection.execute(text("SELECT count(*) FROM procrastinate_jobs")).scalar() == 2


async def _run_everything(database: Database, *, suspects: bool) -> set[tuple[str, str, int]]:
    """Claim and finish until nothing is left; return whose inbounds those were, their keys and attempts."""
    ran = set()
    while leases := await database.leases.claim(ONE, 1 if suspects else 10, ["turns", "executions"], suspects=suspects):
        for lease in leases:
            following = lease
            while following is not None:
                queued = following.queued
                ran.add((following.session.key.external_id, queued.inbound.key, queued.attempt))
                following = (await finish(database, following)).next  # type: ignore[assignment]
    return ran


def _fill(connection: Connection) -> None:
    """Write the rows of people and a run, each after one finished turn."""
    is_sqlite = connection.dialect.name == "sqlite"
    now = "'2026-03-01 12:00:00.000000'" if is_sqlite else "now()"
    for number, (person, channel, wait, paused, inbounds) in enumerate(SESSIONS, 1):
        _execute(
            connection,
            "INSERT INTO sessions (workflow_id, version, last_seq, done_seq, flow_version, created_at, updated_at,"
            f" parked, paused, channel, external_id, state) VALUES (1, 1, :last, 1, 7, {now}, {now}, false, :paused,"
            " :channel, :person, :state)",
            last=1 + len(inbounds),
            paused=paused,
            channel=channel,
            person=person,
            state=json.dumps({"frames": [{"node": "ask"}], "wait": wait, "execution": f"{EXECUTION}{number}"}),
        )
        for seq, (kind, name, owner, attempt) in enumerate([("message", "m1", None, 0), *inbounds], 1):
            _execute(
                connection,
                "INSERT INTO inbounds (session_id, received_at, seed, seq, flow_version, attempt, state, kind, key,"
                f" content, owner, renewed_at) VALUES (:session, {now}, 1, :seq, 7, :attempt, :state, :kind, :key,"
                f" :content, :owner, CASE WHEN :owner = 'dead' THEN {now} END)",
                session=number,
                seq=seq,
                attempt=attempt,
                state="done" if seq == 1 else "new",
                kind=kind,
                key=name,
                content='{"token": "1", "due": "2026-03-01T12:00:00+00:00"}' if kind == "timeout" else None,
                owner=owner,
            )
        _execute(
            connection,
            "INSERT INTO executions (id, session_id, started_at, flow_version, status, trigger, priority)"
            f" VALUES (:id, :session, {now}, 7, :status, :trigger, :priority)",
            id=f"{EXECUTION}{number}".replace("-", "" if is_sqlite else "-"),
            session=number,
            status="paused" if paused else "waiting",
            trigger="api" if channel == "run" else None,
            priority=20 if channel == "run" else None,
        )


def _execute(connection: Connection, statement: str, **values: Any) -> None:
    """Execute a statement; on Postgres texts become what their columns hold."""
    if connection.dialect.name != "sqlite":
        for name, kind in ((":state)", "jsonb"), (":content", "jsonb"), (":id,", "uuid"), (":owner", "text")):
            statement = statement.replace(name, f"CAST({name.rstrip(',)')} AS {kind}){name[len(name.rstrip(',)')) :]}")
    connection.execute(text(statement), values)


def _names(connection: Connection) -> set[str]:
    """Return the names of all tables, indexes, sequences, functions and types in the database's own schema."""
    if connection.dialect.name == "sqlite":
        return set(connection.execute(text("SELECT name FROM sqlite_master")).scalars())
    own = "= 'public'::regnamespace"
    return set(
        connection.execute(
            text(
                f"SELECT relname FROM pg_class WHERE relnamespace {own}"
                f" UNION ALL SELECT proname FROM pg_proc WHERE pronamespace {own}"
                f" UNION ALL SELECT typname FROM pg_type WHERE typnamespace {own}"
            )
        ).scalars()
    )


def _run(connection: Connection, file: str) -> None:
    """Run a script of SQL."""
    script = (HERE / file).read_text()
    raw: Any = connection.connection.driver_connection
    if connection.dialect.name == "sqlite":
        for statement in script.split(";\n"):
            raw.execute(statement)
    else:
        raw.execute(script)


@contextmanager
def _connected(url: str) -> Iterator[Connection]:
    engine = create_engine(driver_url(url).replace("postgresql://", "postgresql+psycopg://", 1))
    with engine.connect() as connection:
        yield connection
        connection.commit()
    engine.dispose()


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", SCRIPTS)
    config.attributes["connection"] = connection
    return config
