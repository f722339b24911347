"""Fixtures of the runtime's tests."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from botflow.storage.database import Database
from tests.runtime.job_places import JobPlace, open_place


@pytest.fixture
async def place(database: Database) -> AsyncIterator[JobPlace]:
    """The job tables of a migrated database; the test runs once on Postgres and once on SQLite."""
    async with open_place(database.jobs_connector()) as opened:
        yield opened
