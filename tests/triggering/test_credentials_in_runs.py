"""An action gets the fields of its node's credential, its user's own; they stand nowhere afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import select
from structlog.testing import capture_logs

from botflow import Plugin, Properties, action
from botflow.engine.node_type import ActionContext
from botflow.flow.compile import compile_flow
from botflow.keyring import Keyring
from botflow.runtime.app import Runtime, node_types, open_runtime
from botflow.runtime.options import RuntimeOptions
from botflow.runtime.runs.start import StartRequest
from botflow.settings import Settings
from botflow.storage.tables import metadata
from tests.engine.conversation import node
from tests.triggering.workflows_to_start import runs

CANARY = "sk-canary-ann-4711"


class Nothing(Properties):
    """No properties."""


async def test_a_run_uses_its_users_credential_and_leaves_no_trace_of_it(database_url: str, tmp_path: Path) -> None:
    seen: list[str] = []

    @action("shop.mail")
    async def mail(properties: Nothing, variables: Mapping[str, Any], context: ActionContext) -> dict[str, Any]:
        seen.append(context.credential["password"])
        context.log("info", f"calling with {seen[-1]}")
        raise ValueError(f"refused: {context.credential} {seen[-1]}")

    plugin = Plugin(name="shop", node_types=(mail,))
    options = RuntimeOptions(
        settings=Settings(botflow_database_url=database_url),
        keyring=Keyring("s" * 40),
        migrate=False,
        plugins=(plugin,),
        flows=[_flow(plugin)],
    )
    with capture_logs() as logs:
        async with open_runtime(options) as runtime:
            await runtime.vault.add("mail", "smtp", {"password": "everybody's"})
            await runtime.vault.add("mail", "smtp", {"password": CANARY}, user_name="ann")
            await runtime.triggers.start(StartRequest(workflow="letters", user_name="ann"))
            async with asyncio.timeout(20):
                while {run.status for run in await runs(runtime.database)} != {"failed"}:  # noqa: ASYNC110 -- rows
                    await asyncio.sleep(0.05)
            stored = await _everything(runtime)

    assert seen == [CANARY]
    assert "refused: SecretFields(password) ***" in stored
    assert "calling with ***" in stored
    assert CANARY not in stored + repr(logs)
    assert any("***" in line.get("exception", "") and "in mail" in line["exception"] for line in logs)


def _flow(plugin: Plugin) -> tuple[Any, dict[str, Any]]:
    sending = {**node("send", "shop.mail"), "credential": "mail"}
    nodes = [node("start", "trigger.manual", next="send"), sending]
    documents: dict[str, Any] = {"letters": {"id": "letters", "executionMode": "single", "nodes": nodes}}
    return compile_flow(documents, "letters", node_types((plugin,))), documents


async def _everything(runtime: Runtime) -> str:
    """Return every row of the database, as text."""
    rows = await runtime.database.engine.read(
        lambda connection: [connection.execute(select(table)).all() for table in metadata.sorted_tables]
    )
    return repr(rows)
