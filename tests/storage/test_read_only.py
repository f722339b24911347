"""An archive: a database that is read beside the process that serves it."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from botflow.errors import ProviderError
from botflow.storage.database import Database
from botflow.storage.read_only import open_archive

COUNT = text("SELECT count(*) FROM organizations")
RENAME = text("UPDATE organizations SET name = 'changed'")


async def test_it_reads_beside_the_process_that_has_the_database_and_refuses_to_write(database: Database) -> None:
    async with open_archive(database.url) as archive:
        assert await archive.reader.read(lambda connection: connection.execute(COUNT).scalar_one()) == 1
        with pytest.raises(ProviderError):
            await archive.reader.write(lambda connection: connection.execute(RENAME))
        assert await archive.reader.read(lambda connection: connection.execute(COUNT).scalar_one()) == 1
        assert await archive.session(1) is None
