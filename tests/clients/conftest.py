"""One served botflow for all journeys of a module, on each database."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.clients.nearby import Place
from tests.postgres_databases import Databases
from tests.web.site import ORDER, open_site

REPORT = """
botflow: 1
id: report
name: Report
executionMode: single
nodes:
  - {id: start, type: trigger, actionType: manual, next: nap}
  - {id: nap, type: logic, actionType: wait, properties: {for: 1h}, next: done}
  - {id: done, type: logic, actionType: set, properties: {variables: {sent: true}}}
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["postgres", "sqlite"])
async def place(
    request: pytest.FixtureRequest, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Place]:
    if request.param == "sqlite":
        file = shutil.copy(sqlite_template, tmp_path_factory.mktemp("clients") / "botflow.db")
        async with open_site(f"sqlite:///{file}", flows=(ORDER, REPORT)) as site:
            yield Place(site=site, name="sqlite")
        return
    databases: Databases = request.getfixturevalue("postgres_databases")
    name = databases.take()
    async with open_site(databases.url(name), flows=(ORDER, REPORT)) as site:
        yield Place(site=site, name="postgres")
    databases.give_back(name)
