"""What a cancellation leaves behind, on both databases."""

from __future__ import annotations

from botflow.records.sessions import StoredSession
from botflow.storage.database import Database
from botflow.storage.runs.changes import lifecycle
from tests.storage.sample_turns import key, message, waiting


async def test_a_conversations_cancellation_is_the_last_entry_of_its_execution(database: Database) -> None:
    """A conversation's turns are those between its execution's start and end: the cancellation is one of them."""
    published = (await database.flows.publish("bot", "Bot", "d1", {"bot": {}})).flow
    who = key(workflow=published.workflow)
    commit = waiting(StoredSession(key=who), message("m1"), flow_version=published.version)
    await database.turns.commit(commit)

    assert await database.engine.write(lifecycle.cancel, commit.turn.execution, None, skip_finally=False) == "changed"

    execution = await database.executions.read(commit.turn.execution)
    assert execution is not None
    assert [turn.status for turn in await database.executions.turns(execution, 10)] == ["waiting", "cancelled"]
