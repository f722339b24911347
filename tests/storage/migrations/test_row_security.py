"""Row-level security where the user of the database may not do all: it is on, or botflow says that it is off."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Connection, select
from structlog.testing import capture_logs

from botflow.storage.database import open_database
from botflow.storage.engines.row_security import LONGEST_NAME, SUFFIX, role_of
from botflow.storage.migrations.upgrade import migrate
from botflow.storage.tables import organizations
from tests.cli.processes import run
from tests.organizations import HOME
from tests.postgres_databases import Databases
from tests.web.api.calls import call
from tests.web.site import ORDER, open_site

USER = f"tenant_{os.getpid()}"
ROLE = role_of(USER)


@pytest.fixture
def administrator(postgres_databases: Databases) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """A superuser's connection to a database that belongs to USER, who has no rights on the server."""
    name = postgres_databases.empty()
    with psycopg.connect(postgres_databases.url(name), autocommit=True) as connection:
        connection.execute(f'CREATE ROLE {USER} LOGIN; ALTER DATABASE "{name}" OWNER TO {USER}'.encode())
        yield connection
    postgres_databases.drop(name)
    with psycopg.connect(postgres_databases.server.url, autocommit=True) as connection:
        connection.execute(f"DROP ROLE IF EXISTS {ROLE}, {USER}".encode())


@pytest.fixture
def url(administrator: psycopg.Connection[tuple[object, ...]], postgres_databases: Databases) -> str:
    return postgres_databases.url(administrator.info.dbname).replace("postgres@", f"{USER}@", 1)


def shown(connection: Connection) -> int:
    return len(connection.execute(select(organizations)).all())


async def test_a_user_who_may_make_no_roles_is_told_and_served(
    administrator: psycopg.Connection[tuple[object, ...]], url: str, tmp_path: Path
) -> None:
    """Until an administrator makes the role: then the next upgrade lets it use the tables."""
    off = migrate(url)
    assert off is not None
    assert (off.is_on, off.lacks) == (False, f'there is no role "{ROLE}"')
    said = await asyncio.to_thread(run, tmp_path, "db", "upgrade", environment={"BOTFLOW_DATABASE_URL": url})
    assert (said.status, said.errors.strip()) == (0, f"Row-level security is off: {off.lacks}. Do this: {off.hint}")
    with capture_logs() as logs:
        async with open_site(url, flows=(ORDER,)) as site:
            assert (await call(site, "GET", "/workflows")).status_code == 200
            ready = (await site.client.get("/readyz")).json()
    [warned] = [line for line in logs if line["event"] == "row_level_security_is_off"]
    assert warned["log_level"] == "warning"
    assert ready["status"] == "ready"
    assert [off.lacks in warning and off.hint in warning for warning in ready["warnings"]] == [True]

    for statement in off.hint.removeprefix("as an administrator: ").split("; ")[:2]:
        administrator.execute(statement.encode())
    on = migrate(url)
    assert on is not None
    assert on.is_on, on.lacks
    database = await open_database(url, migrate=False)
    assert await database.within(HOME).read(shown) == 1
    assert await database.within(HOME + 1).read(shown) == 0
    assert await database.engine.read(shown) == 1
    await database.close()


def test_a_user_who_may_make_roles_needs_no_help(
    administrator: psycopg.Connection[tuple[object, ...]], url: str, subtests: pytest.Subtests
) -> None:
    """And what is undone later is noticed at the next start, with what to do about it."""
    administrator.execute(f"ALTER ROLE {USER} CREATEROLE".encode())
    state = migrate(url)
    assert state is not None
    assert state.is_on, state.lacks
    administrator.execute(f"ALTER ROLE {USER} NOCREATEROLE".encode())
    for undone, mended, lacks in (
        (f"ALTER ROLE {ROLE} BYPASSRLS", f"ALTER ROLE {ROLE} NOBYPASSRLS", "passes the policies"),
        (f"GRANT {USER} TO {ROLE}", f"REVOKE {USER} FROM {ROLE}", "passes the policies"),
        ("ALTER TABLE turns DISABLE ROW LEVEL SECURITY", "ALTER TABLE turns ENABLE ROW LEVEL SECURITY", "turns"),
        (f"GRANT SELECT ON spending TO {ROLE}", f"REVOKE ALL ON spending FROM {ROLE}", "spending"),
        (f"REVOKE {ROLE} FROM {USER} CASCADE", f"GRANT {ROLE} TO {USER}", "may not take on"),
    ):
        with subtests.test(undone=undone):
            if undone == f"GRANT {USER} TO {ROLE}":  # a circle, which the server refuses
                administrator.execute(f"REVOKE {ROLE} FROM {USER} CASCADE".encode())
            administrator.execute(undone.encode())
            off = migrate(url)
            assert off is not None
            assert lacks in off.lacks
            assert off.hint
            administrator.execute(mended.encode())
            if undone == f"GRANT {USER} TO {ROLE}":
                administrator.execute(f"GRANT {ROLE} TO {USER} WITH INHERIT FALSE".encode())
            on = migrate(url)
            assert on is not None
            assert on.is_on, on.lacks
    administrator.execute(f"REVOKE ALL ON users FROM {ROLE}".encode())
    repaired = migrate(url)  # by the owner of the tables
    assert repaired is not None
    assert repaired.is_on, repaired.lacks


async def test_databases_of_one_owner_share_a_role_also_when_it_is_made_at_once(
    administrator: psycopg.Connection[tuple[object, ...]], url: str, postgres_databases: Databases
) -> None:
    others = [postgres_databases.empty() for _ in range(3)]
    for other in others:
        administrator.execute(f'ALTER DATABASE "{other}" OWNER TO {USER}'.encode())
    urls = [url, *(url.replace(administrator.info.dbname, other) for other in others)]
    for each in urls:
        migrate(each)
    administrator.execute(f"ALTER ROLE {USER} CREATEROLE".encode())
    states = await asyncio.gather(*(asyncio.to_thread(migrate, each) for each in urls))
    assert [state is not None and (state.is_on, state.role) for state in states] == [(True, ROLE)] * len(urls)
    for other in others:
        postgres_databases.drop(other)


async def test_another_user_than_the_owner_sees_all_rows_as_before(
    administrator: psycopg.Connection[tuple[object, ...]], url: str
) -> None:
    """One for reports, or a process that may not migrate."""
    migrate(url)
    administrator.execute("SET ROLE pg_read_all_data")
    assert administrator.execute("SELECT count(*) FROM organizations").fetchone() == (1,)
    administrator.execute("RESET ROLE")


def test_the_names_of_roles_fit_the_server_and_differ_by_owner() -> None:
    for owner in ("botflow", "ü" * 31, "x" * LONGEST_NAME, "x" * 62 + "y"):
        assert role_of(owner).endswith(SUFFIX)
        assert len(role_of(owner).encode()) <= LONGEST_NAME
    assert role_of("x" * LONGEST_NAME) != role_of("x" * 62 + "y")
