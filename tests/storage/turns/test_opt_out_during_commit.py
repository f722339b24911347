"""An opt-out that meets a turn's commit: what the turn said is not sent, however close they come."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from sqlalchemy import insert, select, update

from botflow.records.sessions import StoredSession
from botflow.storage.database import Database
from botflow.storage.tables import outbounds, sessions
from tests.storage.aged_rows import opt_out
from tests.storage.open_transaction import open_transaction
from tests.storage.sample_turns import key, message, waiting


async def test_a_part_that_is_committed_while_its_person_stops_is_suppressed(database: Database) -> None:
    turn = await database.turns.commit(waiting(StoredSession(key=key()), message("m1")))
    assert turn is not None
    ready = {"session_id": turn.session, "version": 2, "index": 0, "attempts": 0, "seq": 2, "state": "ready"}
    with open_transaction(database.url) as connection:  # a turn's commit, up to its last moment
        connection.execute(update(sessions).where(sessions.c.id == turn.session).values(version=2))
        stopping = asyncio.create_task(opt_out(database, key()))
        await asyncio.sleep(0.3)  # it waits for the row
        assert not stopping.done()
        written = {**ready, "created_at": datetime.now(UTC), "body": {"text": "Buy!"}}
        connection.execute(insert(outbounds).values(written))

    await stopping

    states = select(outbounds.c.state)
    assert await database.engine.read(lambda connection: connection.execute(states).scalars().all()) == ["suppressed"]
    stored = await database.turns.load(key())
    assert (stored.parked, stored.session.version) == (True, 3)
