"""A workflow is taken out of service and put back, while it is served and people are in conversations."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.cli.conftest import Call, botflow  # noqa: F401 -- a fixture
from tests.web.api.test_executions import call
from tests.web.site import ORDER, TALK, Site, open_site

REMINDS = """
botflow: 1
id: reminds
nodes:
  - {id: start, type: chatbot, actionType: message_received, next: ask}
  - {id: by_hand, type: trigger, actionType: manual, next: ask}
  - id: ask
    type: chatbot
    actionType: ask
    properties: {text: "Name?", timeout: 1s}
    on: {answered: late, timeout: late}
  - {id: late, type: chatbot, actionType: say, properties: {text: "Over."}}
"""


async def change(site: Site, change: str, workflow: str = "order") -> dict[str, Any]:
    answer = await call(site, "POST", f"/workflows/{workflow}/{change}")
    assert answer.status_code == 200, answer.text
    answered = dict(answer.json())
    return {name: answered[name] for name in ("id", "status")}


async def offered(site: Site) -> list[str]:
    return [each["id"] for each in (await site.client.get("/dev/workflows")).json()["workflows"]]


async def test_a_workflow_out_of_service_takes_nothing_until_it_is_back(database_url: str) -> None:
    async with open_site(database_url, flows=(ORDER, TALK, REMINDS), dev=True) as site:
        visit = await site.visit()
        assert await change(site, "deactivate") == {"id": "order", "status": "inactive"}
        for refused in (await visit.post(text="hi"), await site.client.post("/chat/order/sessions")):
            assert (refused.status_code, refused.json()["code"]) == (404, "workflow.inactive")
        await change(site, "deactivate", "reminds")
        started = await call(site, "POST", "/workflows/reminds/executions", {"externalId": "p", "channel": "chat"})
        assert (started.status_code, started.json()["code"]) == (409, "workflow.inactive")
        listed = (await call(site, "GET", "/workflows")).json()["items"]
        assert [(each["id"], each["status"], each["underWay"]) for each in listed] == [
            ("order", "inactive", 1),
            ("reminds", "inactive", 0),
            ("talk", "active", 0),
        ]
        assert await offered(site) == ["talk"]
        await change(site, "activate")
        assert await visit.say("Ann") == ["What would you like, Ann?"]  # where it was
        assert await offered(site) == ["order", "talk"]


async def test_timers_wait_until_the_workflow_is_back(database_url: str) -> None:
    async with open_site(database_url, flows=(REMINDS,)) as site:
        visit = await site.visit("reminds")
        assert await visit.say("hi") == ["Name?"]
        await change(site, "deactivate", "reminds")
        await asyncio.sleep(2.5)  # the timeout is long over
        [execution] = (await call(site, "GET", "/executions")).json()["items"]
        assert execution["status"] == "waiting"
        await change(site, "activate", "reminds")
        async with asyncio.timeout(20):
            while True:
                if [line["text"] for line in (await visit.history())["messages"]][-1] == "Over.":
                    break
                await asyncio.sleep(0.05)


async def test_a_workflow_out_of_service_stays_so_when_its_file_is_served_again(database_url: str) -> None:
    async with open_site(database_url, flows=(ORDER, TALK)) as site:
        await change(site, "deactivate")
    async with open_site(database_url, flows=(ORDER,), dev=True) as site:
        assert (await site.client.post("/chat/order/sessions")).json()["code"] == "workflow.inactive"
        assert await offered(site) == ["talk"]


async def test_the_page_is_offered_first_what_the_server_was_started_with(sqlite_url: str) -> None:
    async with open_site(sqlite_url, flows=(ORDER,)):
        pass
    async with open_site(sqlite_url, flows=(TALK,), dev=True) as site:
        assert await offered(site) == ["talk", "order"]


@pytest.mark.parametrize("name", ["nobody", "%00", "x" * 300])
async def test_an_unknown_workflow_is_named(sqlite_url: str, name: str) -> None:
    async with open_site(sqlite_url, flows=(ORDER,)) as site:
        refused = await call(site, "POST", f"/workflows/{name}/deactivate")
        assert (refused.status_code, refused.json()["code"]) == (404, "workflow.unknown")
        assert (await site.client.post("/api/v1/workflows/order/deactivate")).status_code == 401


async def test_servers_follow_the_command_line(database_url: str, botflow: Call) -> None:  # noqa: F811
    async with open_site(database_url, flows=(ORDER,)) as site:
        for command, word, status in (
            ("pause", "paused", 404),
            ("archive", "archived", 404),
            ("deactivate", "inactive", 404),
            ("activate", "active", 201),
        ):
            ended = await asyncio.to_thread(botflow, "workflows", command, "order", BOTFLOW_DATABASE_URL=database_url)
            assert (ended.status, ended.out) == (0, f"order is {word}.\n"), ended.err
            async with asyncio.timeout(10):
                while True:
                    if (await site.client.post("/chat/order/sessions")).status_code == status:
                        break
                    await asyncio.sleep(0.05)
        assert (await asyncio.to_thread(botflow, "workflows", "deactivate", "none")).status == 2
        changes = (await call(site, "GET", "/audit-log?subject=workflow:order")).json()["items"]
        told = [(each["actor"], each["before"]["status"], each["after"]["status"]) for each in reversed(changes)]
        assert told == [
            ("command line", "active", "paused"),
            ("command line", "paused", "archived"),
            ("command line", "archived", "inactive"),
            ("command line", "inactive", "active"),
        ]
        assert "order  active" in (await asyncio.to_thread(botflow, "workflows")).out


async def test_a_program_goes_back_to_an_older_version_and_forth(database_url: str) -> None:
    newer = ORDER.replace("What's your name?", "Who are you?")
    async with open_site(database_url, flows=(ORDER,)):
        pass
    async with open_site(database_url, flows=(newer,)) as site:
        under_way = await site.visit()
        for version, question in ((1, "What's your name?"), (2, "Who are you?")):
            answer = await call(site, "POST", "/workflows/order/activate", {"version": version})
            assert (answer.status_code, answer.json()["version"]) == (200, version)
            visit = await site.visit()
            assert [line["text"] for line in visit.opened["messages"]][-1] == question
        assert await under_way.say("Ann") == ["What would you like, Ann?"]
        unknown = await call(site, "POST", "/workflows/order/activate", {"version": 3})
        assert (unknown.status_code, unknown.json()["code"]) == (404, "version.unknown")
        for field, value in (("version", 0), ("version", "1"), ("version", 2**40), ("versoin", 1)):
            refused = await call(site, "POST", "/workflows/order/activate", {field: value})
            assert 400 <= refused.status_code < 500, refused.text
        assert (await call(site, "GET", "/workflows")).json()["items"][0]["version"] == 2


async def test_servers_with_old_and_new_files_may_start_again_in_any_order(database_url: str) -> None:
    newer = ORDER.replace("What's your name?", "Who are you?")

    async def asks(flow: str) -> str:
        async with open_site(database_url, flows=(flow,)) as site:
            return str((await site.visit()).opened["messages"][-1]["text"])

    assert await asks(ORDER) == "What's your name?"
    assert [await asks(flow) for flow in (newer, ORDER, newer, ORDER)] == ["Who are you?"] * 4
