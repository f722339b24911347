"""`botflow feedback`, without a server."""

from __future__ import annotations

import asyncio
import json

import pytest

from tests.cli.conftest import Call
from tests.web.chat.test_feedback import give
from tests.web.site import RATED, open_site


@pytest.fixture
def url(sqlite_url: str) -> str:
    async def converse() -> None:
        async with open_site(sqlite_url, flows=(RATED,)) as site:
            for value, comment in (("up", None), ("down", "Too\nlong \x1b[31m")):
                visit = await site.visit("rated")
                given = await give(visit, visit.opened["messages"][0]["id"], value, comment=comment)
                assert given.status_code == 200

    asyncio.run(converse())
    return sqlite_url


def test_what_people_think_is_listed_and_counted(url: str, botflow: Call) -> None:
    def call(*arguments: str) -> list[str]:
        ended = botflow("feedback", *arguments, BOTFLOW_DATABASE_URL=url)
        assert ended.status == 0, ended.err
        return ended.out.splitlines()

    header, newest, oldest = call()
    assert header.split() == ["GIVEN", "(UTC)", "VALUE", "WORKFLOW", "VERSION", "NODE", "SESSION", "MESSAGE", "COMMENT"]
    assert newest.split()[2:6] == ["down", "rated", "1", "hello"]
    assert "Welcome to Luigi's!" in newest
    assert "Too long" in newest
    assert "\x1b" not in newest
    assert oldest.split()[2] == "up"
    assert oldest.endswith("-")
    assert call("--limit", "1")[1:] == [newest, "There are more: --limit, at most 100, shows more than 1."]
    assert [line.split() for line in call("summary")] == [
        ["WORKFLOW", "NODE", "VERSION", "UP", "DOWN"],
        ["rated", "hello", "1", "1", "1"],
    ]
    [shown] = json.loads("\n".join(call("--value", "down", "--workflow", "rated", "--json")))
    assert (shown["value"], shown["node"]) == ("down", "hello")
    assert json.loads("\n".join(call("summary", "--json"))) == [
        {"workflow": "rated", "node": "hello", "version": 1, "up": 1, "down": 1}
    ]
    assert call("--node", "none") == call("summary", "--before", "2020-01-01") == ["There is no feedback."]


def test_a_call_that_is_wrong_is_refused(url: str, botflow: Call) -> None:
    for arguments, said in (
        (("--value", "good"), "--value is up or down, not 'good'"),
        (("--workflow", "none"), "there is no workflow 'none'"),
        (("summary", "--workflow", "none"), "there is no workflow 'none'"),
        (("--after", "soon"), "after"),
    ):
        ended = botflow("feedback", *arguments, BOTFLOW_DATABASE_URL=url)
        assert ended.status == 2
        assert said in ended.err
