"""Responses, as the official Python client asks for them; and all answers, as OpenAI's own description has them."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import openai
import pytest

from tests.protocols.node_client import run
from tests.protocols.openai_client import FLOWS, client_of, heard
from tests.stand_ins.openai_spec import problems_of_answer
from tests.web.site import API_KEY, HeldModel, open_site

KEY = {"authorization": f"Bearer {API_KEY}"}


async def test_a_conversation_by_previous_responses(database_url: str) -> None:
    async with open_site(database_url, flows=FLOWS) as site, client_of(site, max_retries=0) as client:
        first = await client.responses.create(model="order", input="hi", user="anna")
        name: Any = {"model": "order", "input": "Anna", "previous_response_id": first.id}
        second = await client.responses.create(**name)
        repeated = await client.responses.create(**name)
        third = await client.responses.create(
            model="order", input=[{"role": "user", "content": "salad"}], previous_response_id=second.id
        )

        assert [first.output_text, second.output_text, third.output_text] == [
            "What's your name?",
            "What would you like, Anna?\n\n- Pizza\n- Salad",
            "One salad for Anna.",
        ]
        assert repeated.id == second.id
        assert await heard(site, "anna") == ["hi", "Anna", "salad"]
        assert (await client.responses.retrieve(second.id)).output_text == second.output_text

        named = await client.responses.create(model="order", input="hi", conversation="ben")
        assert named.output_text == "What's your name?"
        assert await heard(site, "ben") == ["hi"]

        for wrong in ("resp_x", "resp_" + "A" * 3000, first.id[:-4]):
            with pytest.raises(openai.NotFoundError) as unknown:
                await client.responses.create(model="order", input="hi", previous_response_id=wrong)
            assert unknown.value.code == "response.unknown"
        visitor = await site.visit()
        async with client_of(site, visitor.opened["token"], max_retries=0) as own:
            said = await own.responses.create(model="order", input="Vera")
            assert said.output_text.startswith("What would you like, Vera?")
            for stolen in (first.id, second.id):
                with pytest.raises(openai.NotFoundError):
                    await own.responses.retrieve(stolen)
                with pytest.raises(openai.NotFoundError):
                    await own.responses.create(model="order", input="hi", previous_response_id=stolen)


async def test_a_streamed_response(sqlite_url: str, model: HeldModel) -> None:
    async with open_site(sqlite_url, flows=FLOWS, model=model) as site, client_of(site, max_retries=0) as client:
        text = ""
        events = await client.responses.create(model="moment", input="hello", user="anna", stream=True)
        async for event in events:
            if event.type == "response.output_text.delta":
                text += event.delta
                if text.endswith("think "):
                    assert text == "One moment, please.\n\nLet me think "
                    model.go_on.set()
            if event.type == "response.completed":
                assert event.response.output_text == text
        assert text == "One moment, please.\n\nLet me think about that."


async def test_a_lost_response_is_read_by_its_id(sqlite_url: str, model: HeldModel) -> None:
    async with open_site(sqlite_url, flows=FLOWS, model=model) as site, client_of(site, max_retries=0) as client:
        events = await client.responses.create(model="moment", input="hello", user="anna", stream=True)
        created = await anext(aiter(events))
        assert created.type == "response.created"
        await events.close()
        assert (await client.responses.retrieve(created.response.id)).status == "in_progress"
        model.go_on.set()
        async with asyncio.timeout(20):
            lost = await client.responses.retrieve(created.response.id)
            while lost.status == "in_progress":
                await asyncio.sleep(0.05)
                lost = await client.responses.retrieve(created.response.id)
        assert lost.output_text == "One moment, please.\n\nLet me think about that."


async def test_every_answer_is_one_of_openais_own_description(sqlite_url: str) -> None:
    async with open_site(sqlite_url, flows=FLOWS) as site:

        async def asked(path: str, **more: Any) -> Any:
            body = {"model": "order", "user": "anna", **more}
            return await site.client.post(path, json=body, headers=KEY)

        messages = [{"role": "user", "content": "hi"}]
        found = problems_of_answer("ListModelsResponse", (await site.client.get("/v1/models", headers=KEY)).json())
        found += problems_of_answer("Model", (await site.client.get("/v1/models/order", headers=KEY)).json())
        answers = (
            ("CreateChatCompletionResponse", await asked("/v1/chat/completions", messages=messages)),
            ("Response", await asked("/v1/responses", input="Anna")),
            ("ErrorResponse", await asked("/v1/responses", input="Anna", model="pasta")),
            ("ErrorResponse", await asked("/v1/chat/completions", messages=messages, model="pasta")),
            ("ErrorResponse", await site.client.get("/v1/models/pasta", headers=KEY)),
        )
        for schema, answer in answers:
            found += problems_of_answer(schema, answer.json())
        chunks = (await asked("/v1/chat/completions", messages=messages, stream=True)).text
        for line in data_of(chunks, "[DONE]"):
            found += problems_of_answer("CreateChatCompletionStreamResponse", line)
        for line in data_of((await asked("/v1/responses", input="more", stream=True)).text):
            found += problems_of_answer("ResponseStreamEvent", line)

        assert found == []


def data_of(stream: str, but: str = "") -> list[Any]:
    lines = [line.removeprefix("data: ") for line in stream.splitlines() if line.startswith("data: ")]
    assert len(lines) > 2
    return [json.loads(line) for line in lines if line != but]


async def test_the_official_javascript_client(sqlite_url: str) -> None:
    async with open_site(sqlite_url, flows=FLOWS) as site:
        shown = await run("openai.mjs", {"url": f"{site.url}/v1", "key": API_KEY, "person": "anna"})

        assert shown == {
            "models": ["moment", "order"],
            "chat": "What's your name?",
            "streamed": "What would you like, Anna?\n\n- Pizza\n- Salad",
            "response": "One salad for Anna.",
            "error": {"status": 404, "code": "workflow.unknown", "type": "invalid_request_error"},
        }
        assert await heard(site, "anna") == ["hi", "Anna", "salad"]
