"""`botflow executions fork`: also while a server has the database open."""

from __future__ import annotations

import asyncio
import json

import pytest

from tests.cli.conftest import Call
from tests.web.api.test_executions import call, until
from tests.web.api.test_forks import PRICE
from tests.web.site import ORDER, open_site


@pytest.fixture
def run(sqlite_url: str, capfd: pytest.CaptureFixture[str]) -> str:
    async def finished() -> str:
        async with open_site(sqlite_url, flows=(PRICE,)) as site:
            made = str((await call(site, "POST", "/workflows/price/executions", {"input": {}})).json()["id"])
            await until(site, made, "completed")
            return made

    made = asyncio.run(finished())
    capfd.readouterr()  # the server's log
    return made


def test_a_run_is_forked_and_the_fork_runs_with_the_next_server(
    botflow: Call, run: str, sqlite_url: str, capfd: pytest.CaptureFixture[str]
) -> None:
    arguments = ("executions", "fork", run, "--step", "2", "--set", "size=large", "--key", "k", "--json")
    made = json.loads(botflow(*arguments, BOTFLOW_DATABASE_URL=sqlite_url).out)
    again = json.loads(botflow(*arguments).out)
    refused = botflow("executions", "fork", run, "--step", "7")
    unknown = botflow("executions", "fork", "00000000-0000-7000-8000-000000000000", "--step", "1")
    wrong = botflow("executions", "fork", run, "--step", "1", "--set", "size")

    assert again["id"] == made["id"]
    assert (refused.status, "the execution has no step 7" in refused.err) == (2, True), refused.err
    assert (unknown.status, "there is no such execution" in unknown.err) == (2, True), unknown.err
    assert (wrong.status, "is not NAME=VALUE" in wrong.err) == (2, True), wrong.err

    async def ended() -> object:
        async with open_site(sqlite_url, flows=(PRICE,)) as site:
            return (await until(site, made["id"], "completed"))["output"]

    assert asyncio.run(ended()) == "large costs 9"


def test_a_conversation_is_forked_with_other_words(
    botflow: Call, sqlite_url: str, capfd: pytest.CaptureFixture[str]
) -> None:
    async def talked() -> str:
        async with open_site(sqlite_url, flows=(ORDER,)) as site:
            visit = await site.visit()
            await visit.say("Ann")
            [talk] = (await call(site, "GET", "/workflows/order/executions")).json()["items"]
            return str(talk["id"])

    original = asyncio.run(talked())
    capfd.readouterr()  # the server's log
    arguments = ("executions", "fork", original, "--step", "3", "--say", "Bob", "--say", "salad", "--json")
    made = json.loads(botflow(*arguments, BOTFLOW_DATABASE_URL=sqlite_url).out)

    async def said() -> list[str]:
        async with open_site(sqlite_url, flows=(ORDER,)) as site:
            await until(site, made["id"], "completed")
            messages = (await call(site, "GET", f"/executions/{made['id']}/messages")).json()["items"]
            return [each["text"] for each in messages[::-1]]

    assert asyncio.run(said())[-4:] == ["Bob", "What would you like, Bob?", "salad", "One salad for Bob."]
