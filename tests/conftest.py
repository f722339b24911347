"""Fixtures that every test may use: real Postgres and Valkey, and a migrated database of its own for each test."""

from __future__ import annotations

import gc
import json
import shutil
from collections.abc import AsyncIterator, Generator, Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import structlog
from _pytest.nodeid import coerce_node_id
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from botflow.service.access import passwords
from botflow.storage.database import Database, open_database
from botflow.storage.migrations.upgrade import migrate
from tests.compiled_statements import share_compiled_statements
from tests.postgres_databases import Databases
from tests.servers import Server, start_postgres, start_valkey

DURATIONS = Path(__file__).parent / "durations.json"
SLOW_S = 2.0  # shorter tests are not worth an entry
LATE_S = 20.0  # one of this length that is not known may be the last one running

share_compiled_statements()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--record-durations", action="store_true", help=f"write {DURATIONS.name} anew")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Leave the modules and tests out of garbage collection: they stay until the end, and to look through all of them
    takes half a second each time. What the tests make is looked through less often, as most of it is soon gone."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(5_000, 20, 20)
        gc.enable()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Return the scheduler of `--dist loadgroup`."""
    from tests.scheduling import Scheduling

    return Scheduling(config, log) if config.getoption("dist") == "loadgroup" else None


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the tests that take longest: many sleep, and none of them should be the last one running.

    The tests of pages run in one process, in the event loop of the browser that they share: to start one takes seconds
    of a core.
    """
    for item in items:
        if isinstance(item, pytest.Function) and "shared_browser" in item.fixturenames:
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
            item.add_marker(pytest.mark.xdist_group("pages"))
    known = _known_durations()
    items.sort(key=lambda item: -known.get(_without_folder(item.nodeid), 0.0))
    if items and hasattr(items[0].config, "workerinput"):
        for item in items:
            if group := item.get_closest_marker("xdist_group"):  # xdist 3.8 writes it where pytest 9.2 does not look
                item._id = coerce_node_id(f"{item.nodeid}@{group.args[0]}")


def _known_durations() -> dict[str, float]:
    """Return the seconds of the longest tests by their names without the folder, as files move between folders."""
    known: dict[str, float] = json.loads(DURATIONS.read_text())
    return known


def _without_folder(nodeid: str) -> str:
    file, _, test = nodeid.partition("::")
    if test.rfind("@") > test.rfind("]"):  # the group, which only tests beside others have
        test = test.rpartition("@")[0]
    return f"{file.rpartition('/')[2]}::{test}"


@pytest.hookimpl(wrapper=True)
def pytest_report_to_serializable() -> Generator[None, Any, Any]:
    """Write half characters of a failure's report as escapes: processes cannot hand them to each other, so that the
    one whose test failed would end, and the failure with it."""
    return _without_half_characters((yield))


def _without_half_characters(value: Any) -> Any:
    match value:
        case str():
            return value.encode("utf-8", "backslashreplace").decode("utf-8")
        case dict():
            return {_without_half_characters(key): _without_half_characters(each) for key, each in value.items()}
        case list() | tuple():
            return type(value)(_without_half_characters(each) for each in value)
        case _:
            return value


@pytest.fixture(autouse=True, scope="session")
def _quick_passwords() -> Iterator[None]:
    """Hash passwords with the least that Argon2id takes: a hash of the product's takes a tenth of a second of a core.
    tests/web/auth/test_passwords.py holds what the product's costs."""
    quick = cache(lambda: PasswordHash([Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1)]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", quick)
        yield


@pytest.fixture(autouse=True)
def log_as_before() -> Iterator[None]:
    """Undo what a test has done to the log of its process, such as an application that sends it to its own."""
    configured = structlog.get_config() if structlog.is_configured() else None
    yield
    if configured is not None:
        structlog.configure(**configured)
    elif structlog.is_configured():
        structlog.reset_defaults()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    took: dict[str, float] = {}
    for reports in terminalreporter.stats.values():
        for report in reports:
            if type(report) is pytest.TestReport:  # a subtest's duration is part of its test's
                name = _without_folder(report.nodeid)
                took[name] = took.get(name, 0.0) + report.duration
    if config.getoption("--record-durations"):
        slow = {name: round(seconds, 1) for name, seconds in sorted(took.items()) if seconds >= SLOW_S}
        DURATIONS.write_text(json.dumps(slow, indent=1) + "\n")
        return
    known = _known_durations()
    for name, seconds in sorted(took.items()):
        if seconds >= LATE_S and name not in known:
            terminalreporter.write_line(
                f"{DURATIONS.name} does not know {name}, which took {seconds:.0f} s and began late"
            )


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    with start_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def redis_server() -> Iterator[Server]:
    with start_valkey() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_databases(postgres_server: Server) -> Iterator[Databases]:
    databases = Databases(server=postgres_server, migrate=migrate)
    yield databases
    databases.close()


@pytest.fixture
def empty_postgres_url(postgres_databases: Databases) -> Iterator[str]:
    """A Postgres database with nothing in it."""
    name = postgres_databases.empty()
    yield postgres_databases.url(name)
    postgres_databases.drop(name)


@pytest.fixture
def postgres_url(postgres_databases: Databases) -> Iterator[str]:
    """A migrated Postgres database of this test's own."""
    name = postgres_databases.take()
    yield postgres_databases.url(name)
    postgres_databases.give_back(name)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrate one file; every test's own is a copy of it."""
    file = tmp_path_factory.mktemp("template") / "botflow.db"
    migrate(f"sqlite:///{file}")
    return file


@pytest.fixture
def sqlite_url(tmp_path: Path, sqlite_template: Path) -> str:
    """A migrated SQLite database of this test's own."""
    return f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'botflow.db')}"


@pytest.fixture(params=["postgres", "sqlite"])
def database_kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(name="database_url")
def _database_url(database_kind: str, request: pytest.FixtureRequest) -> str:
    """The URL of a migrated database; the test runs once on Postgres and once on SQLite."""
    return str(request.getfixturevalue(f"{database_kind}_url"))


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = await open_database(database_url, migrate=False)
    yield opened
    await opened.close()


@pytest.fixture
def redis_url(redis_server: Server) -> str:
    """An empty Redis."""
    import redis

    with redis.Redis.from_url(redis_server.url) as client:
        client.flushdb()
    return redis_server.url


def database_url(server: Server, name: str) -> str:
    """Return the URL of another database on the same server."""
    return urlsplit(server.url)._replace(path=f"/{name}").geturl()
