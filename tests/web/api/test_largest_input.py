"""What is accepted at a door can be run; what is too large is refused there, by one limit."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx2
import pytest

from botflow.engine.limits import LARGEST_INPUT, LARGEST_INPUT_OF_PERSON
from tests.web.api.test_executions import HEADERS
from tests.web.site import Site, open_site

SECRET = "whsec-canary-1234567890"
BEARER = {"authorization": f"Bearer {SECRET}"}
RUN = """
botflow: 1
id: run
executionMode: single
nodes:
  - {id: start, type: trigger, actionType: manual, next: copy}
  - {id: hook, type: trigger, actionType: webhook, properties: {secret: shop}, next: copy}
  - {id: told, type: trigger, actionType: event, properties: {event: told}, next: copy}
  - {id: copy, type: logic, actionType: set, properties: {variables: {copy: "{{ $input.items }}"}}, next: wait}
  - {id: wait, type: logic, actionType: wait, properties: {for: 0.05s}, next: end}
  - {id: end, type: logic, actionType: end, properties: {output: "{{ copy | length }} {{ $input.items | length }}"}}
"""
TALK = """
botflow: 1
id: talk
nodes:
  - {id: start, type: trigger, actionType: manual, next: set}
  - {id: hear, type: chatbot, actionType: message_received, next: set}
  - {id: set, type: logic, actionType: set, properties: {variables: {input: 1}}, next: ask}
  - {id: ask, type: chatbot, actionType: ask, properties: {text: "Name?", variable: name}, next: say}
  - id: say
    type: chatbot
    actionType: say
    properties: {text: "{{ $input.items | length }} {{ $start.items | length }}"}
"""


def input_of(size: int, item: str) -> dict[str, Any]:
    """Return an input of at most `size` bytes of JSON, as near to it as items of 100 characters let it be."""
    each = len(json.dumps(item * 100, ensure_ascii=False).encode()) + 1
    return {"items": [item * 100] * ((size - len('{"items":[]}')) // each)}


def dumped(value: Any, **more: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, **more).encode()


async def start(site: Site, door: str, given: Any) -> httpx2.Response:
    match door:
        case "api":
            return await site.client.post(
                "/api/v1/workflows/run/executions", content=dumped({"input": given}), headers=HEADERS
            )
        case "events":
            return await site.client.post(
                "/api/v1/events", content=dumped({"name": "told", "payload": given}), headers=HEADERS
            )
        case _:
            headers = {**BEARER, "content-type": "application/json"}
            return await site.client.post("/hooks/run", content=dumped(given), headers=headers)


async def ended(site: Site, execution: str) -> dict[str, Any]:
    async with asyncio.timeout(30):
        while True:
            answer = await site.client.get(f"/api/v1/executions/{execution}", headers=HEADERS)
            if answer.json()["endedAt"]:
                return dict(answer.json())
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("door", ["api", "events", "hooks"])
async def test_the_largest_input_of_every_door_is_run_and_a_larger_one_refused(database_url: str, door: str) -> None:
    async with open_site(database_url, flows=(RUN,)) as site:
        await site.runtime.vault.add("shop", "webhook", {"secret": SECRET})
        for size, item in ((70_000, "x"), (LARGEST_INPUT, "x"), (LARGEST_INPUT, "é"), (LARGEST_INPUT, '"')):
            given = input_of(size, item)
            begun = await start(site, door, given)
            assert begun.status_code == 202, begun.text
            told = begun.json()
            execution = told.get("id") or told.get("executionId") or told["executions"][0]["executionId"]
            done = await ended(site, execution)
            count = len(given["items"])
            assert (done["status"], done["output"], done["error"]) == ("completed", f"{count} {count}", None)
        refused = await start(site, door, input_of(LARGEST_INPUT + 10_000, "x"))
        assert (refused.status_code, refused.json()["code"]) == (422, "input.too_large")
        assert str(LARGEST_INPUT) in refused.json()["detail"]
        much = await start(site, door, input_of(2 * LARGEST_INPUT, "x"))
        assert (much.status_code, much.json()["code"]) == (413, "body.too_large")


async def test_the_largest_input_of_a_conversation_is_carried_and_a_larger_one_refused(database_url: str) -> None:
    async with open_site(database_url, flows=(TALK,)) as site:

        async def begin(size: int, person: str) -> httpx2.Response:
            body = {"input": input_of(size, "x"), "channel": "chat", "externalId": person}
            return await site.client.post("/api/v1/workflows/talk/executions", content=dumped(body), headers=HEADERS)

        assert (await begin(LARGEST_INPUT_OF_PERSON, "ann")).status_code == 202
        refused = await begin(LARGEST_INPUT_OF_PERSON + 1_000, "ben")
        assert (refused.status_code, refused.json()["code"]) == (422, "input.too_large")
        count = len(input_of(LARGEST_INPUT_OF_PERSON, "x")["items"])
        said = await site.client.post(
            "/chat/talk/messages", json={"text": "Ann", "externalId": "ann", "messageId": "m1"}, headers=HEADERS
        )
        assert [message["text"] for message in said.json()["messages"]] == [f"{count} {count}"], said.text
