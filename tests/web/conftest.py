"""A served botflow for each test, on Postgres and on SQLite."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import structlog

from tests.web.site import ORDER, RATED, HeldModel, Site, open_site


@pytest.fixture(autouse=True)
def _plain_logs() -> Iterator[None]:
    """structlog's own default draws each traceback in colours, with its variables: seconds of work in an outage."""
    renderer = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[structlog.processors.add_log_level, renderer])
    yield
    structlog.reset_defaults()


@pytest.fixture
async def site(database_url: str) -> AsyncIterator[Site]:
    async with open_site(database_url) as opened:
        yield opened


@pytest.fixture
async def sqlite_site(sqlite_url: str) -> AsyncIterator[Site]:
    """For what no database decides: routing, parsing, headers."""
    async with open_site(sqlite_url) as opened:
        yield opened


@pytest.fixture
async def rated_site(database_url: str) -> AsyncIterator[Site]:
    async with open_site(database_url, flows=(ORDER, RATED)) as opened:
        yield opened


@pytest.fixture
def model() -> HeldModel:
    return HeldModel()


@pytest.fixture
async def talking_site(database_url: str, model: HeldModel) -> AsyncIterator[Site]:
    """A site whose model says what the test's `model` does."""
    async with open_site(database_url, model=model) as opened:
        yield opened


@pytest.fixture
def flow_file(tmp_path: Path) -> str:
    file = tmp_path / "order.yaml"
    file.write_text(ORDER)
    return str(file)
