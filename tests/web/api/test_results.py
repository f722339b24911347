"""What a conversation collected is kept with its execution, listed, and exported."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.web.api.test_executions import call
from tests.web.site import API_KEY, Site, open_site

SURVEY = """
botflow: 1
id: survey
variables: {source: web}
interrupts: [{id: stop, match: [bye], target: bye}]
nodes:
  - {id: opened, type: chatbot, actionType: opened, next: name}
  - {id: start, type: chatbot, actionType: message_received, next: name}
  - {id: asked, type: trigger, actionType: manual, next: name}
  - {id: name, type: chatbot, actionType: ask, properties: {text: "Name?", variable: name}, next: stars}
  - id: stars
    type: chatbot
    actionType: ask
    properties: {text: "Stars?", variable: stars, expect: integer}
    next: odd
  - id: odd
    type: conditional
    actionType: branch
    properties: {cases: [{handle: broken, when: "stars == 13"}]}
    on: {broken: broken, else: end}
  - {id: broken, type: logic, actionType: set, properties: {variables: {x: "{{ name | abs }}"}}}
  - {id: end, type: logic, actionType: end, properties: {output: {stars: "{{ stars }}"}}}
  - {id: bye, type: logic, actionType: end}
"""
AUTH = {"authorization": f"Bearer {API_KEY}"}


@pytest.fixture
async def survey(database_url: str) -> AsyncIterator[Site]:
    async with open_site(database_url, flows=(SURVEY,)) as opened:
        yield opened


async def say(site: Site, person: str, text: str) -> None:
    answer = await site.client.post("/chat/survey/messages", json={"text": text, "externalId": person}, headers=AUTH)
    assert answer.status_code == 200, answer.text


async def start(site: Site, person: str, **more: Any) -> dict[str, Any]:
    body = {"externalId": person, "channel": "chat", **more}
    answer = await call(site, "POST", "/workflows/survey/executions", body)
    assert answer.status_code == 202, answer.text
    return dict(answer.json())


async def read(site: Site, execution: str) -> dict[str, Any]:
    answer = await call(site, "GET", f"/executions/{execution}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def reached(site: Site, execution: str, status: str) -> dict[str, Any]:
    async with asyncio.timeout(20):
        while True:
            if (found := await read(site, execution))["status"] == status:
                return found
            await asyncio.sleep(0.02)


async def listed(site: Site, query: str = "") -> list[dict[str, Any]]:
    answer = await call(site, "GET", f"/executions?workflow=survey{query}")
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def export(site: Site, query: str = "") -> str:
    answer = await call(site, "GET", f"/results?workflow=survey{query}")
    assert answer.status_code == 200, answer.text
    return answer.text


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


async def test_an_execution_that_was_requested_keeps_its_record_from_the_request_to_the_end(survey: Site) -> None:
    request = {"input": {"order": 7}, "metadata": {"ticket": [1]}, "key": "k1", "user": "ann"}
    begun = await start(survey, "p1", **request)
    first = await read(survey, begun["id"])
    assert (first["trigger"], first["input"], first["metadata"]) == ("api", {"order": 7}, {"ticket": [1]})
    await reached(survey, begun["id"], "waiting")
    assert await start(survey, "p1", **request) == {"id": begun["id"], "status": "waiting"}
    await say(survey, "p1", "Ann")
    half = await read(survey, begun["id"])
    assert (half["status"], half["variables"]["name"]) == ("waiting", "Ann")
    await say(survey, "p1", "5")
    done = await read(survey, begun["id"])
    assert (done["status"], done["trigger"], done["user"]) == ("completed", "api", "ann")
    assert (done["input"], done["metadata"], done["output"]) == ({"order": 7}, {"ticket": [1]}, {"stars": 5})
    assert {"name": "Ann", "stars": 5, "source": "web"}.items() <= done["variables"].items()
    assert await start(survey, "p1", **request) == {"id": begun["id"], "status": "completed"}


async def test_each_execution_of_one_person_keeps_its_own_results(survey: Site) -> None:
    for name, stars in (("Ann", "5"), ("Bob", "2")):
        for text in ("hello", name, stars):
            await say(survey, "p1", text)
    newest, oldest = [await read(survey, each["id"]) for each in await listed(survey)]
    assert (oldest["output"], newest["output"]) == ({"stars": 5}, {"stars": 2})
    assert (oldest["variables"]["name"], newest["variables"]["name"]) == ("Ann", "Bob")
    assert (oldest["trigger"], oldest["input"], oldest["metadata"]) == ("message", None, None)


@pytest.mark.parametrize(("texts", "status"), [(("hi", "Ann", "13"), "failed"), (("hi", "Ann", "bye"), "completed")])
async def test_what_was_answered_before_another_end_is_kept(survey: Site, texts: tuple[str, ...], status: str) -> None:
    for text in texts:
        await say(survey, "p1", text)
    [ended] = await listed(survey)
    found = await read(survey, ended["id"])
    assert (found["status"], found["variables"]["name"]) == (status, "Ann")


async def test_a_cancelled_conversation_keeps_its_answers(survey: Site) -> None:
    for text in ("hi", "Ann"):
        await say(survey, "p1", text)
    [under_way] = await listed(survey)
    assert (await call(survey, "POST", f"/executions/{under_way['id']}/cancel")).status_code == 200
    found = await read(survey, under_way["id"])
    assert (found["status"], found["variables"]["name"]) == ("cancelled", "Ann")


async def test_a_greeted_visitor_is_told_from_one_who_wrote_first(survey: Site) -> None:
    await survey.visit("survey")
    await say(survey, "p1", "hi")
    assert [each["trigger"] for each in await listed(survey)] == ["message", "opened"]


async def test_lists_are_filtered_by_status_and_time(survey: Site) -> None:
    for text in ("hi", "Ann", "5"):
        await say(survey, "p1", text)
    await say(survey, "p2", "hi")
    now = datetime.now(UTC)
    hour = timedelta(hours=1)
    past, future = ((now - hour).isoformat(), (now + hour).isoformat())
    assert len(await listed(survey, "&status=completed")) == len(await listed(survey, "&status=waiting")) == 1
    for query, count in (("after", 2), ("before", 0)):
        assert len(await listed(survey, f"&{query}={past}")) == count  # with a + that nobody encoded
    for query, count in (("after", 0), ("before", 2)):
        assert len(await listed(survey, f"&{query}={future.replace('+00:00', 'Z')}")) == count
    refused = await call(survey, "GET", "/executions?after=yesterday")
    assert (refused.status_code, refused.json()["code"]) == (400, "query.invalid")


async def test_the_export_has_a_row_per_execution_and_a_column_per_variable(survey: Site) -> None:
    for person, name in (("+15551234567", '=1+"2", ok\nline'), ("p2", "@sum"), ("p3", "-1+2"), ("p4", "Ünal")):
        for text in ("hi", name, "5"):
            await say(survey, person, text)
    await say(survey, "p5", "hi")
    text = await export(survey)
    rows = table(text)
    assert text.startswith("execution,workflow,version,who,started,ended,status,name,source,stars\r\n")
    assert [row["name"] for row in rows] == ['\'=1+"2", ok\nline', "'@sum", "'-1+2", "Ünal", ""]
    assert [row["who"] for row in rows] == ["'+15551234567", "p2", "p3", "p4", "p5"]
    assert [(row["status"], row["stars"]) for row in rows] == [("completed", "5")] * 4 + [("waiting", "")]
    assert {(row["workflow"], row["version"]) for row in rows} == {("survey", "1")}
    assert all(row["started"] <= row["ended"] for row in rows[:4])
    assert rows[4]["ended"] == ""


async def test_json_lines_keep_types_and_what_began_the_execution(survey: Site) -> None:
    begun = await start(survey, "p1", input={"order": "7"}, metadata={"a": 1})
    await reached(survey, begun["id"], "waiting")
    for text in ("=Ann", "5"):
        await say(survey, "p1", text)
    [line] = [json.loads(line) for line in (await export(survey, "&format=jsonl")).splitlines()]
    assert (line["execution"], line["who"], line["trigger"], line["channel"]) == (begun["id"], "p1", "api", "chat")
    assert (line["input"], line["metadata"], line["output"]) == ({"order": "7"}, {"a": 1}, {"stars": 5})
    assert (line["variables"]["name"], line["variables"]["stars"]) == ("=Ann", 5)


async def test_an_export_longer_than_a_page_is_complete_and_filtered(survey: Site) -> None:
    people = [f"p{number:03}" for number in range(205)]
    await asyncio.gather(*(say(survey, person, "hi") for person in people))
    assert sorted(row["who"] for row in table(await export(survey))) == people
    assert table(await export(survey, "&status=completed")) == []
    assert table(await export(survey, "&before=2020-01-01")) == []
    assert len(table(await export(survey, "&after=2020-01-01&before=2999-01-01T00:00:00Z"))) == 205


async def test_a_wrong_export_is_told_what_is_wrong(sqlite_url: str) -> None:
    async with open_site(sqlite_url, flows=(SURVEY,)) as site:
        times = ("after=x", "after=2027", "before=1", "after=20261127", "before=2026-W48-5")
        for query in ("", *(f"?workflow=survey&{bad}" for bad in ("format=xls", "limit=1", *times))):
            refused = await call(site, "GET", f"/results{query}")
            assert (refused.status_code, refused.json()["code"]) == (400, "query.invalid")
        assert (await site.client.get("/api/v1/results?workflow=survey")).status_code == 401
        for query in ("survei", "survei&format=jsonl", "%F0%9F%8D%95"):
            unknown = await call(site, "GET", f"/results?workflow={query}")
            assert (unknown.status_code, unknown.json()["code"]) == (404, "workflow.unknown")
        assert "did you mean survey?" in (await call(site, "GET", "/results?workflow=survei")).text
        empty = await call(site, "GET", "/results?workflow=survey")
        assert empty.text == "execution,workflow,version,who,started,ended,status\r\n"
