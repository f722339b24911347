"""`botflow erase`: a person is gone from the database when the command ends."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from botflow.storage.database import open_database
from tests.cli.conftest import Call

SECRET = "test-secret-key-0123456789-0123456789"


async def _made(url: str) -> None:
    await (await open_database(url, migrate=True)).close()


def test_a_person_is_erased_and_the_receipt_is_signed(botflow: Call, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/botflow.db"
    asyncio.run(_made(url))

    said = botflow(
        "erase", "--external-id", "maria-4711", "--json", BOTFLOW_DATABASE_URL=url, BOTFLOW_SECRET_KEY=SECRET
    )
    read = json.loads(said.out)

    assert (read["state"], read["isGenuine"], read["receipt"]["search"]["left"]) == ("done", True, {})
    assert "maria" not in said.out
    nobody = botflow("erase", BOTFLOW_DATABASE_URL=url, BOTFLOW_SECRET_KEY=SECRET)
    assert nobody.status == 2
