"""`botflow credentials`: stored, listed, changed and deleted without a server, and without a value in sight."""

from __future__ import annotations

import asyncio
import io
import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from botflow.storage.database import open_database
from tests.cli.conftest import Call

SECRET = "secret-of-the-deployment-0123456789-abc"
CANARY = "canary-of-the-shop-4711"


async def _migrate(url: str) -> None:
    await (await open_database(url, migrate=True)).close()


def test_a_credential_from_its_first_day_to_its_last(
    botflow: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path}/botflow.db"
    asyncio.run(_migrate(url))
    settings = {"BOTFLOW_DATABASE_URL": url, "BOTFLOW_SECRET_KEY": SECRET}
    said = []

    def call(*arguments: str, given: str = "") -> Any:
        stdin = SimpleNamespace(buffer=io.BytesIO(given.encode()), isatty=lambda: False)
        monkeypatch.setattr(sys, "stdin", stdin)
        ended = botflow("credentials", *arguments, "--json", **settings)
        said.append(ended.out + ended.err)
        return json.loads(ended.out) if ended.status == 0 else ended.err

    made = call("add", "webhook", "Shop north", given=json.dumps({"secret": CANARY}))
    assert (made["name"], made["fields"], made["isActive"]) == ("Shop north", {"secret": "••••4711"}, True)
    assert call("list")[0]["id"] == made["id"]
    assert call("update", made["id"], given=json.dumps({"secret": CANARY[::-1]}))["revision"] == 2
    assert call("deactivate", made["id"])["isActive"] is False
    assert call("activate", made["id"])["isActive"] is True
    assert "credential.fields" in call("add", "webhook", "x", given=CANARY) or "JSON object" in said[-1]
    assert "there is no credential module" in call("add", "webhok", "x", given=json.dumps({"secret": CANARY}))
    assert call("delete", made["id"]) == {"deleted": made["id"]}
    assert call("list") == []
    assert CANARY not in "".join(said)
    assert CANARY[::-1] not in "".join(said)
