"""`botflow inbounds`, `outbounds` and `schedules`: what an operator sees and does beside the servers."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime
from typing import Any

import pytest

from tests.cli.conftest import Call
from tests.engine.conversation import node
from tests.triggering.workflows_to_start import publish, run_flow
from tests.web.api.test_outbounds import ANN, hold
from tests.web.site import ORDER, open_site


@pytest.fixture
def url(sqlite_url: str, capfd: pytest.CaptureFixture[str]) -> str:
    async def fill() -> None:
        async with open_site(sqlite_url, flows=(ORDER,), worker=None) as site:
            await hold(site)
            visit = await site.visit()
            await visit.say("Ann")
            daily = node("daily", "trigger.schedule", cron="30 2 * * *", timeZone="Europe/Berlin")
            await publish(site.runtime.database, run_flow("report", daily))

    asyncio.run(fill())
    capfd.readouterr()  # the server's log
    return sqlite_url


def test_messages_are_found_and_a_held_one_is_released_once(botflow: Call, url: str) -> None:
    def found(*arguments: str) -> list[dict[str, Any]]:
        shown: list[dict[str, Any]] = json.loads(botflow(*arguments, "--json", BOTFLOW_DATABASE_URL=url).out)
        return shown

    [held] = found("outbounds", "--status", "held")
    [came] = found("inbounds", "--person", "+1 212 555 0111")
    assert (held["to"], held["errorCode"], came["externalId"]) == (ANN, "twilio.not_configured", ANN)
    assert found("outbounds", "--workflow", "order", "--status", "held") == [held]
    assert found("outbounds", "--workflow", "order", "--status", "held", "--before", "2020-01-01") == []
    texts = [each["text"] for each in found("inbounds", "--workflow", "order", "--channel", "chat")]
    assert texts[0] == "Ann"
    assert len(found("outbounds", "--workflow", "order", "--limit", "2")) == 2

    released = botflow("outbounds", "release", held["id"], BOTFLOW_DATABASE_URL=url)
    again = botflow("outbounds", "drop", held["id"], BOTFLOW_DATABASE_URL=url)
    assert released.out == f"{held['id']} is ready.\n"
    assert (again.status, again.err.splitlines()[0][:30]) == (2, "error: this message is not hel")
    assert "Your pizza" in botflow("outbounds", "--status", "ready", BOTFLOW_DATABASE_URL=url).out


def test_a_wrong_call_is_told_what_is_wrong(botflow: Call, url: str, subtests: pytest.Subtests) -> None:
    for arguments, said in (
        (("outbounds",), "Name a --workflow, a --session or a --person"),
        (("inbounds", "--status", "dead"), "Name a --workflow"),
        (("inbounds", "--status", "gone"), "There are new, done, stale, dead"),
        (("inbounds", "--workflow", "order", "--after", "yesterday"), "after is a date or a time, such as"),
        (("outbounds", "release", "7"), "there is no outbound '7'"),
        (("schedules", "pause", "report", "weekly"), "has no schedule 'weekly'"),
        (("schedules", "--organization", "nobody"), "there is no organization"),
    ):
        with subtests.test(" ".join(arguments)):
            ended = botflow(*arguments, BOTFLOW_DATABASE_URL=url)
            assert (ended.status, said in ended.err) == (2, True), ended.err


def test_a_schedule_is_paused_resumed_run_and_previewed(botflow: Call, url: str) -> None:
    def said(*arguments: str) -> str:
        ended = botflow("schedules", *arguments, BOTFLOW_DATABASE_URL=url)
        assert ended.status == 0, ended.err
        return ended.out

    assert said("pause", "report", "daily") == "daily of report is paused.\n"
    [shown] = json.loads(said("--json"))
    assert (shown["status"], shown["nextAt"], shown["lastRun"]) == ("paused", None, None)
    resumed = said("resume", "report", "daily")
    assert resumed.startswith("daily of report is active, next ")
    assert resumed.endswith((" 01:30 UTC.\n", " 00:30 UTC.\n"))  # of 2:30 in Berlin
    started = said("run", "report", "daily").split()[1].rstrip(".")
    [shown] = json.loads(said("--workflow", "report", "--json"))
    assert (shown["lastRun"]["executionId"], shown["lastRun"]["status"]) == (started, "pending")
    assert "pending" in said()
    times = said("next", "report", "daily", "--count", "3").splitlines()
    assert [datetime.fromisoformat(each.split()[0]).strftime("%H:%M") for each in times] == ["02:30"] * 3
