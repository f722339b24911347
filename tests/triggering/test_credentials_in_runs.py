"""An action gets the fields of its node's credential, its user's own; they stand nowhere afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from botflow import Plugin, Properties, action
from botflow.engine.asks import Invoke
from botflow.engine.node_type import ActionContext
from botflow.errors import ProviderError
from botflow.flow.compile import compile_flow
from botflow.keyring import Keyring
from botflow.nodes.custom.action import ActionNode
from botflow.runtime.app import Runtime, node_types, open_runtime
from botflow.runtime.options import RuntimeOptions
from botflow.runtime.runs.starts.start import StartRequest
from botflow.settings import Settings
from botflow.storage.tables import metadata
from tests.engine.conversation import node
from tests.redaction.written_secrets import clear, notations
from tests.triggering.workflows_to_start import runs

CANARY = "sk-canary-ann-4711"


class Nothing(Properties):
    """No properties."""


async def test_a_run_uses_its_users_credential_and_leaves_no_trace_of_it(database_url: str, tmp_path: Path) -> None:
    seen: list[str] = []

    @action("shop.mail")
    async def mail(properties: Nothing, variables: Mapping[str, Any], context: ActionContext) -> dict[str, Any]:
        seen.append(context.credential["password"])
        assert await context.is_home()
        assert context.networks == (ip_network("10.2.0.0/16"),)
        context.log("info", f"calling with {seen[-1]}")
        raise ValueError(f"refused: {context.credential} {seen[-1]}")

    plugin = Plugin(name="shop", node_types=(mail,))
    options = RuntimeOptions(
        settings=Settings(botflow_database_url=database_url, botflow_flow_networks=(ip_network("10.2.0.0/16"),)),
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


ODD = 'p@ss/w+rd "é=&<'  # every notation writes it differently
PIN = "12345678"


@action("shop.echo")
async def echo(properties: Nothing, variables: Mapping[str, Any], context: ActionContext) -> dict[str, Any]:
    """Hand over every field of the credential, in every notation, in every way that there is."""
    for secret in context.credential.values():
        for name, text in notations(secret):
            context.log("info", text)
            await context.save(f"{name} {secret}", text.encode())
            assert await context.load(f"{name} {secret}") is not None
            await context.save(f"{name} in binary content", b"\xff\x00" + text.encode() + b"\xff")
        await context.save("wide", b"\xff" + secret.encode("utf-16-le"))
        await context.progress(1, f"at https://{quote(secret)}@x.test")
        context.log("info", "x" * 1_993 + secret)  # which is shortened in the middle of it
    return {"said": [dict(notations(secret)) for secret in context.credential.values()], "pin": int(PIN)}


@action("shop.large")
async def large(properties: Nothing, variables: Mapping[str, Any], context: ActionContext) -> Any:
    small = await echo.invoke(Invoke(type="shop.echo", properties={}, variables={}), context)
    return [small] * 50


@action("shop.crash")
async def crash(properties: Nothing, variables: Mapping[str, Any], context: ActionContext) -> Any:
    raise ValueError("x" * (193 - len("ValueError: ")) + context.credential["password"])


@action("shop.refuse")
async def refuse(properties: Nothing, variables: Mapping[str, Any], context: ActionContext) -> Any:
    secret = context.credential["password"]
    raise ProviderError(f"refused {secret}", code=f"refused.{secret}")


@action("shop.half")
async def half(properties: Nothing, variables: Mapping[str, Any], context: ActionContext) -> Any:
    """Write the secret with characters in it that are dropped before the text is stored."""
    written = context.credential["password"][:5] + "\0\ud800" + context.credential["password"][5:]
    context.log("info", written)
    await context.progress(1, written)
    return {"said": written}


@pytest.mark.parametrize("how", [echo, large, crash, refuse, half], ids=lambda how: how.name)
async def test_nothing_that_an_action_hands_over_shows_its_credential(
    how: ActionNode[Nothing], database_url: str
) -> None:
    plugin = Plugin(name="shop", node_types=(how,))
    options = RuntimeOptions(
        settings=Settings(botflow_database_url=database_url),
        keyring=Keyring("s" * 40),
        migrate=False,
        plugins=(plugin,),
        flows=[_flow(plugin, how.name)],
    )
    with capture_logs() as logs:
        async with open_runtime(options) as runtime:
            await runtime.vault.add("mail", "smtp", {"password": CANARY, "odd": ODD, "pin": PIN})
            await runtime.triggers.start(StartRequest(workflow="letters"))
            async with asyncio.timeout(30):
                while {run.status for run in await runs(runtime.database)} & {"pending", "running"}:  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
            stored = await _everything(runtime)

    assert "***" in stored
    assert ("result:send" in stored) == (how is large)
    shown = stored + repr(logs)
    assert {secret: clear(secret, shown) for secret in (CANARY, ODD, PIN) if clear(secret, shown)} == {}
    assert CANARY[:7] not in shown  # nor the half of it


def _flow(plugin: Plugin, type_name: str = "shop.mail") -> tuple[Any, dict[str, Any]]:
    sending = {**node("send", type_name), "credential": "mail"}
    nodes = [node("start", "trigger.manual", next="send"), sending]
    documents: dict[str, Any] = {"letters": {"id": "letters", "executionMode": "single", "nodes": nodes}}
    return compile_flow(documents, "letters", node_types((plugin,))), documents


async def _everything(runtime: Runtime) -> str:
    """Return every row of the database, as text."""
    rows = await runtime.database.engine.read(
        lambda connection: [connection.execute(select(table)).all() for table in metadata.sorted_tables]
    )
    return repr(rows)
