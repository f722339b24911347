"""`botflow executions`: runs, without or with those that other executions started."""

from __future__ import annotations

import asyncio
import json

import pytest

from tests.cli.conftest import Call
from tests.web.api.test_children import FAN
from tests.web.api.test_executions import call, until
from tests.web.site import open_site


@pytest.fixture
def url(sqlite_url: str, capfd: pytest.CaptureFixture[str]) -> str:
    async def run() -> None:
        async with open_site(sqlite_url, flows=(FAN,)) as site:
            body = {"input": {"items": ["a", "b", "c"]}, "key": "first"}
            made = (await call(site, "POST", "/workflows/job/executions", body)).json()["id"]
            await until(site, made, "completed")

    asyncio.run(run())
    capfd.readouterr()  # the server's log
    return sqlite_url


def test_the_top_level_is_listed_and_what_it_started(botflow: Call, url: str) -> None:
    [top] = json.loads(botflow("executions", "--top-level", "--json", BOTFLOW_DATABASE_URL=url).out)
    children = json.loads(botflow("executions", "--of", top["id"], "--json").out)
    older = json.loads(botflow("executions", "--of", top["id"], "--before", children[0]["id"], "--json").out)
    every = botflow("executions", "--workflow", "job", "--status", "completed").out

    assert (top["trigger"], top["status"], top["workflow"]) == ("api", "completed", "job")
    assert [child["trigger"] for child in children] == ["child"] * 3
    assert older == children[1:]
    assert every.splitlines()[0].split() == ["ID", "WORKFLOW", "TRIGGER", "KEY", "STATUS", "NODE", "STARTED", "(UTC)"]
    assert len(every.splitlines()) == 5


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--status", "over"), "status is one of"),
        (("--of", "seven"), "of is an execution's id"),
        (("--before", "7"), "before is an execution's id"),
        (("--of", "00000000-0000-7000-8000-000000000000"), "there is no execution"),
    ],
)
def test_a_wrong_call_is_told_what_is_wrong(botflow: Call, url: str, arguments: tuple[str, ...], said: str) -> None:
    ended = botflow("executions", *arguments, BOTFLOW_DATABASE_URL=url)

    assert (ended.status, said in " ".join(ended.err.replace("│", " ").split())) == (2, True), ended.err


def test_an_execution_is_retried_and_cancelled_from_the_command_line(botflow: Call, url: str) -> None:
    [top] = json.loads(botflow("executions", "--top-level", "--json", BOTFLOW_DATABASE_URL=url).out)
    refused = botflow("executions", "retry", top["id"])
    again = botflow("executions", "retry", top["id"], "--from-start")
    paused = botflow("executions", "pause", top["id"])
    resumed = botflow("executions", "resume", top["id"])
    cancelled = botflow("executions", "cancel", top["id"])
    unknown = botflow("executions", "cancel", "00000000-0000-7000-8000-000000000000")

    assert (refused.status, "this execution has completed" in refused.err) == (2, True), refused.err
    assert again.out == f"{top['id']} is running.\n"
    assert paused.out == f"{top['id']} is paused.\n"
    assert "is " in resumed.out
    assert cancelled.out == f"{top['id']} is cancelled.\n"
    assert (unknown.status, "there is no such execution" in unknown.err) == (2, True), unknown.err


def test_an_operator_shows_completes_and_fails_an_execution(botflow: Call, url: str) -> None:
    [top] = json.loads(botflow("executions", "--top-level", "--json", BOTFLOW_DATABASE_URL=url).out)
    id = top["id"]

    def called(name: str, *more: str) -> tuple[int, str]:
        ended = botflow("executions", name, id, *more)
        return ended.status, ended.out or ended.err

    assert called("complete", "--output", "7")[1].startswith("error: this execution is over.")
    assert called("retry", "--from-start")[0] == 0
    assert called("start") == (0, f"{id} is running.\n")
    assert called("complete", "--output", "seven")[0] == 2
    assert called("complete", "--output", '{"by": "hand"}') == (0, f"{id} is completed.\n")
    assert called("retry", "--from-start", "--json") == (
        0,
        json.dumps({"id": id, "status": "running"}, indent=2) + "\n",
    )
    assert called("pause")[0] == called("resume")[0] == 0
    assert called("fail", "no stock", "--data", '{"order": 17}') == (0, f"{id} is failed.\n")

    shown = json.loads(called("show", "--json")[1])
    assert (shown["error"]["message"], shown["error"]["data"]) == ("no stock", {"order": 17})
    assert shown["failedAt"] == shown["endedAt"]
    assert shown["retriedAt"] <= shown["pausedAt"] <= shown["resumedAt"] <= shown["failedAt"]
    assert (shown["retries"], shown["cancelledAt"], shown["completedAt"]) == (2, None, None)
    assert {"started", "paused", "resumed", "failed"} <= {each["event"] for each in shown["logs"]}
    text = called("show")[1]
    assert text.startswith(f"{id} is failed.\n")
    assert "no stock" in text
    assert called("show", "--level", "loud")[0] == 2
