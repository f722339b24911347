"""`botflow keys`: a key that the command line makes opens the API, until it is revoked."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from botflow.storage.database import open_database
from tests.cli.conftest import Call


async def _made(url: str) -> None:
    await (await open_database(url, migrate=True)).close()


def test_keys_are_made_listed_and_revoked(botflow: Call, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/botflow.db"
    asyncio.run(_made(url))

    assert botflow("keys", BOTFLOW_DATABASE_URL=url).out == "No API keys yet.\n"
    made = json.loads(
        botflow("keys", "create", "CRM", "--scope", "executions:read", "--json", BOTFLOW_DATABASE_URL=url).out
    )
    said = botflow("keys", "create", "Desk", BOTFLOW_DATABASE_URL=url)
    assert said.out.startswith("bf_")
    assert "workflows:write" not in said.out
    listed = botflow("keys", BOTFLOW_DATABASE_URL=url)
    assert made["id"] in listed.out
    assert made["key"] not in listed.out
    revoked = botflow("keys", "revoke", made["id"], BOTFLOW_DATABASE_URL=url)
    assert revoked.out == f"CRM ({made['id']}) is revoked.\n"
    states = {
        each["name"]: each["revokedAt"] for each in json.loads(botflow("keys", "--json", BOTFLOW_DATABASE_URL=url).out)
    }
    assert (states["CRM"] is not None, states["Desk"]) == (True, None)


def test_what_is_wrong_with_a_call_is_said(botflow: Call, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/botflow.db"
    asyncio.run(_made(url))
    for call, said in (
        (("create", " "), "name"),
        (("create", "x", "--role", "emperor"), "emperor"),
        (("create", "x", "--scope", "all"), "all"),
        (("create", "x", "--role", "owner", "--scope", "keys:read"), "either a role or scopes"),
        (("revoke", "0000"), "there is no API key"),
        (("create", "x", "--organization", "nobody"), "there is no organization"),
    ):
        ended = botflow("keys", *call, BOTFLOW_DATABASE_URL=url)
        assert (ended.status, said in ended.err) == (2, True), ended.err
