"""A value that no database can keep is its sender's trouble; it is not an outage that everybody should wait out."""

from __future__ import annotations

import random
import string

import pytest

from botflow.errors import ProviderError
from botflow.records.sessions import StoredSession
from botflow.storage.database import open_database
from tests.storage.leased_turns import accept
from tests.storage.sample_turns import key, message, waiting


async def test_a_key_too_long_for_an_index_is_refused_and_not_an_outage(postgres_url: str) -> None:
    noise = "".join(random.Random(1).choices(string.printable, k=20_000))  # what no compression makes short
    database = await open_database(postgres_url, migrate=False)
    with pytest.raises(ProviderError) as committed:
        await database.turns.commit(waiting(StoredSession(key=key()), message(noise)))
    with pytest.raises(ProviderError) as queued:
        await accept(database, noise)
    await database.close()

    assert (committed.value.code, committed.value.retryable) == ("database.refused", False)
    assert (queued.value.code, queued.value.retryable) == ("database.refused", False)
