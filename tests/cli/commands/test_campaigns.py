"""`botflow campaigns`: what an operator sees beside the servers."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest

from botflow.storage.database import open_database
from tests.cli.conftest import Call
from tests.triggering.campaigning import Campaigning, greeting


@pytest.fixture
def url(sqlite_url: str) -> str:
    async def fill() -> None:
        database = await open_database(sqlite_url, migrate=False)
        place = Campaigning(database, now=datetime.now(UTC))
        await place.publish(greeting(field="visit", at=None, before="1h"))
        await place.person("ann", visit=(place.now + timedelta(minutes=50)).isoformat())
        await place.person("bea", visit=(place.now + timedelta(hours=30)).isoformat())
        await place.look()
        await database.close()

    asyncio.run(fill())
    return sqlite_url


def test_campaigns_their_people_and_their_starts_are_printed(botflow: Call, url: str) -> None:
    def said(*arguments: str) -> str:
        ended = botflow("campaigns", *arguments, BOTFLOW_DATABASE_URL=url)
        assert ended.status == 0, ended.err
        return ended.out

    assert said().splitlines()[1].split() == [*["greet", "born", "1h", "before", "visit", "-", "active", "1", "0", "0"]]
    [shown] = json.loads(said("--workflow", "greet", "--json"))
    assert (shown["campaign"], shown["counts"]["started"]) == ("born", 1)
    assert said("next", "greet", "born").splitlines()[1].split()[1] == "2"
    assert " started " in said("starts", "greet", "born")
    assert said("starts", "greet", "born", "--outcome", "missed") == "No date of a contact is missed.\n"
    unknown = botflow("campaigns", "next", "greet", "other", BOTFLOW_DATABASE_URL=url)
    assert (unknown.status, "has no campaign 'other'" in unknown.err) == (2, True), unknown.err
