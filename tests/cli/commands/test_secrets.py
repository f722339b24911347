"""`botflow secrets rotate`: after it, the former secret is not needed any more."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from botflow.keyring import Keyring
from botflow.runtime.vault import Vault
from botflow.storage.credentials import Credentials
from botflow.storage.database import open_database
from tests.cli.conftest import Call

FORMER, NEWEST = "former-secret-0123456789-0123456789-abc", "newest-secret-0123456789-0123456789-abc"


async def _vault(url: str, *secrets: str, add: bool = False) -> str:
    database = await open_database(url, migrate=True)
    try:
        vault = Vault(Credentials(database.engine), Keyring(*secrets))
        if add:
            await vault.add("mail", "smtp", {"password": "canary-4711"})
        return (await vault.fields(await Credentials(database.engine).default_organization(), "", "mail"))["password"]
    finally:
        await database.close()


def test_credentials_are_sealed_with_the_first_secret(botflow: Call, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/botflow.db"
    asyncio.run(_vault(url, FORMER, add=True))

    first = botflow("secrets", "rotate", BOTFLOW_DATABASE_URL=url, BOTFLOW_SECRET_KEY=f"{NEWEST},{FORMER}")
    again = botflow("secrets", "rotate", "--json", BOTFLOW_DATABASE_URL=url, BOTFLOW_SECRET_KEY=f"{NEWEST}, {FORMER}")

    assert (first.status, first.out) == (0, "1 credential sealed with the newest secret.\n")
    assert json.loads(again.out) == {"resealed": 0}
    assert asyncio.run(_vault(url, NEWEST)) == "canary-4711"
    assert "canary-4711" not in first.out + first.err


def test_a_secret_that_does_not_open_them_is_said(botflow: Call, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/botflow.db"
    asyncio.run(_vault(url, FORMER, add=True))

    ended = botflow("secrets", "rotate", BOTFLOW_DATABASE_URL=url, BOTFLOW_SECRET_KEY=NEWEST)

    assert ended.status == 2
    assert "sealed with another BOTFLOW_SECRET_KEY" in ended.err
    assert asyncio.run(_vault(url, FORMER)) == "canary-4711"
