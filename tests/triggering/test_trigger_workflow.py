"""`trigger_workflow` stands in its caller's transaction, by whatever driver, and refuses what cannot be started."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, event

from botflow import RejectedInbound, UsageError, trigger_workflow
from botflow.keyring import Keyring
from botflow.runtime.vault import Vault
from botflow.storage.credentials import Credentials
from botflow.storage.database import Database
from botflow.triggering import trigger_workflow_sync
from tests.engine.conversation import node
from tests.storage.aged_rows import claimable
from tests.triggering.workflows_to_start import (
    DRIVERS,
    async_connection,
    publish,
    run_flow,
    runs,
    set_status,
    sync_connection,
    sync_engine,
)

KINDS = ("connection", "session")
STATEMENTS_A_START = 5  # the target, the time (Postgres), the session, its inbound, the execution


@pytest.mark.parametrize("kind", KINDS)
async def test_a_commit_starts_it_once_and_a_rollback_not_at_all(
    database: Database, database_kind: str, database_url: str, kind: str
) -> None:
    await publish(database, run_flow())
    for driver in DRIVERS[database_kind]:
        before = len(await runs(database))
        async with async_connection(database_url, driver, kind) as connection:
            await trigger_workflow("orders", input={"order": 1}, connection=connection)
            await connection.rollback()
        rolled_back = len(await runs(database)) - before
        async with async_connection(database_url, driver, kind) as connection:
            started = await trigger_workflow("orders", input={"order": 2}, connection=connection)
            await connection.commit()
        found = await runs(database)
        print(f"{driver} {kind}: rolled back {rolled_back} runs, committed {len(found) - before}")
        assert rolled_back == 0
        assert len(found) == before + 1
        assert (str(found[-1].id), found[-1].status) == tuple(started)
        assert found[-1].input == {"order": 2}
    assert len(await claimable(database)) == len(await runs(database))


@pytest.mark.parametrize("kind", KINDS)
async def test_synchronous_code_has_a_bridge(database: Database, database_url: str, kind: str) -> None:
    await publish(database, run_flow())
    with sync_connection(database_url, kind) as connection:
        trigger_workflow_sync("orders", input={"order": 1}, connection=connection)
        connection.rollback()
        trigger_workflow_sync("orders", input={"order": 2}, connection=connection)
        connection.commit()

    assert [run.input for run in await runs(database)] == [{"order": 2}]


async def test_without_a_connection_it_has_a_transaction_of_its_own(
    database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await publish(database, run_flow())
    monkeypatch.setenv("BOTFLOW_DATABASE_URL", database_url)

    first = await trigger_workflow("orders", input={"order": 1}, user_name="ann", priority="high")
    second = trigger_workflow_sync("orders", "", {"order": 2}, None)

    found = await runs(database)
    assert [str(run.id) for run in found] == [first.execution_id, second.execution_id]
    assert [(run.user_name, run.priority, run.trigger) for run in found] == [("ann", 10, "api"), (None, 0, "api")]


async def test_a_key_starts_once_and_refuses_another_input(database: Database, database_url: str) -> None:
    await publish(database, run_flow())
    with sync_connection(database_url, "connection") as connection:
        first = trigger_workflow_sync("orders", input={"order": 1}, key="o-1", connection=connection)
        again = trigger_workflow_sync("orders", input={"order": 1}, key="o-1", connection=connection)
        with pytest.raises(RejectedInbound) as refused:
            trigger_workflow_sync("orders", input={"order": 2}, key="o-1", connection=connection)
        connection.commit()

    assert first == again
    assert (refused.value.code, refused.value.status) == ("trigger.key_reused", 409)
    assert len(await runs(database)) == len(await claimable(database)) == 1


REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"workflow_id": "nothing"}, "workflow.unknown", "'nothing'"),
    ({"workflow_id": "paused"}, "workflow.inactive", "paused"),
    ({"version": 7}, "version.unknown", "7"),
    ({"workflow_id": "listens"}, "trigger.none", "trigger.manual"),
    ({"input": {}}, "input.invalid", "'order' is missing"),
    ({"input": {"order": "x"}}, "input.invalid", "'order' must be a whole number"),
    ({"input": {"order": 1, "n": 1}}, "input.invalid", "'n' is not known"),
    ({"input": [1]}, "input.invalid", "must be an object"),
    ({"input": object()}, "input.not_json", "object"),
    ({"input": {"note": "a\0b"}}, "input.not_json", "NUL"),
    ({"input": {"note": "x" * 1_100_000}}, "input.too_large", "1048576"),
    ({"key": "k" * 201}, "trigger.key", "200"),
    ({"user_name": {"order": 1}}, "trigger.name", "not a text"),
    ({"external_id": "ann", "channel": "chat"}, "trigger.person", "persistent"),
    ({"workflow_id": "secret", "user_name": "bob"}, "credential.foreign", "mail"),
]


async def test_what_cannot_be_started_says_why_and_leaves_nothing(
    database: Database, database_url: str, subtests: pytest.Subtests
) -> None:
    await publish_refused(database)
    for call, code, said in REFUSED:
        with subtests.test(code=code, said=said):
            await is_refused(database, database_url, call, code, said)


async def the_start_is_refused_and_leaves_nothing(
    database: Database, database_url: str, call: dict[str, Any], code: str, said: str
) -> None:
    """One of the cases, for the fence that it proves."""
    await publish_refused(database)
    await is_refused(database, database_url, call, code, said)


async def publish_refused(database: Database) -> None:
    secret = run_flow("secret", node("start", "trigger.manual"))
    secret["nodes"][1]["credential"] = "mail"
    listening = run_flow("listens", node("start", "trigger.event", event="x"))
    await publish(database, run_flow(), run_flow("paused"), listening, secret)
    await set_status(database, "paused", "paused")
    await Vault(Credentials(database.engine), Keyring("k" * 40)).add("mail", "smtp", {"a": "b"}, user_name="ann")


async def is_refused(database: Database, database_url: str, call: dict[str, Any], code: str, said: str) -> None:
    with sync_connection(database_url, "connection") as connection:
        with pytest.raises(RejectedInbound) as refused:
            trigger_workflow_sync(**{"workflow_id": "orders", "input": {"order": 1}, **call}, connection=connection)
        connection.commit()

    assert refused.value.code == code
    assert said in str(refused.value)
    assert await runs(database) == []


async def test_a_former_version_can_be_asked_for(database: Database, database_url: str) -> None:
    await publish(database, run_flow(), run_flow("orders", node("start", "trigger.manual")))
    with sync_connection(database_url, "connection") as connection:
        trigger_workflow_sync("orders", input={"order": 1}, version=1, connection=connection)
        trigger_workflow_sync("orders", input="anything", connection=connection)
        with pytest.raises(RejectedInbound) as refused:
            trigger_workflow_sync("orders", input="anything", version=1, connection=connection)
        connection.commit()

    former, active = await runs(database)
    begun = await database.leases.take("one", former.session_id)
    assert refused.value.code == "input.invalid"
    assert former.flow_version < active.flow_version
    assert begun is not None
    assert begun.queued.flow_version == former.flow_version


async def test_a_user_with_the_credential_may_start_it(database: Database, database_url: str) -> None:
    secret = run_flow("secret", node("start", "trigger.manual"))
    secret["nodes"][1]["credential"] = "mail"
    await publish(database, secret)
    vault = Vault(Credentials(database.engine), Keyring("k" * 40))
    await vault.add("mail", "smtp", {"a": "b"}, user_name="ann")
    with sync_connection(database_url, "connection") as connection:
        trigger_workflow_sync("secret", user_name="ann", connection=connection)
        connection.commit()
        await vault.set_active("mail", False, user_name="ann")
        with pytest.raises(RejectedInbound) as refused:
            trigger_workflow_sync("secret", user_name="ann", connection=connection)

    assert refused.value.code == "credential.foreign"
    assert len(await runs(database)) == 1


def test_another_database_than_botflows_says_so(tmp_path: Path, empty_postgres_url: str) -> None:
    for url in (f"sqlite:///{tmp_path / 'shop.db'}", empty_postgres_url):
        engine = sync_engine(url)
        with engine.connect() as connection, pytest.raises(UsageError) as refused:
            trigger_workflow_sync("orders", connection=connection)
        engine.dispose()
        assert refused.value.code == "trigger.other_database"
        assert "BOTFLOW_DATABASE_URL" in refused.value.hint


def test_a_connection_that_commits_by_itself_is_refused(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'x.db'}", isolation_level="AUTOCOMMIT")
    connecting = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    with connecting as connection, pytest.raises(UsageError) as refused:
        trigger_workflow_sync("orders", connection=connection)
    engine.dispose()

    assert refused.value.code == "trigger.autocommit"


async def test_what_one_start_costs(database: Database, database_url: str) -> None:
    await publish(database, run_flow())
    statements: list[str] = []
    with sync_connection(database_url, "connection") as connection:
        event.listen(connection, "before_cursor_execute", lambda *arguments: statements.append(arguments[2]))
        for order in range(100):
            trigger_workflow_sync("orders", input={"order": order}, connection=connection)
        connection.commit()

    print(f"{len(statements) / 100:g} statements a start in the caller's transaction")
    assert len(statements) <= STATEMENTS_A_START * 100
    assert len(await runs(database)) == 100


async def test_a_workflow_whose_channel_has_no_credential_of_the_organization_is_not_started(
    database: Database, database_url: str
) -> None:
    document = {**run_flow("sells", node("start", "trigger.manual")), "credentials": {"sms": "Sales"}}
    await publish(database, document)
    vault = Vault(Credentials(database.engine), Keyring("k" * 40))
    await vault.add("Sales", "sms", {"a": "b"}, user_name="ann")
    with sync_connection(database_url, "connection") as connection:
        with pytest.raises(RejectedInbound) as refused:
            trigger_workflow_sync("sells", user_name="ann", connection=connection)
        connection.rollback()
        await vault.add("Sales", "sms", {"a": "b"})
        trigger_workflow_sync("sells", user_name="ann", connection=connection)
        connection.commit()

    assert refused.value.code == "credential.foreign"
