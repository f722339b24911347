"""The local OpenAI itself: the official SDK understands it, its answers are as published, it finds mistakes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx2
import openai
import pytest

from tests.stand_ins import openai_bodies as bodies
from tests.stand_ins.openai import OpenAIStandIn
from tests.stand_ins.openai_spec import problems_of_answer, problems_of_request

ASKED: dict[str, Any] = {
    "model": "gpt-5-mini",
    "messages": [{"role": "user", "content": "hello there"}],
    "input": [{"role": "user", "content": "hello there"}],
    "stream_options": {"include_usage": True},
}


@pytest.mark.parametrize("finish", ["stop", "length"])
@pytest.mark.parametrize("refusal", [None, "no"])
def test_every_answer_is_of_the_published_form(finish: str, refusal: str | None) -> None:
    found = problems_of_answer("CreateChatCompletionResponse", bodies.chat(ASKED, "one two", finish, refusal))
    found += problems_of_answer("Response", bodies.response(ASKED, "one two", finish, refusal))
    for event in bodies.chat_events(ASKED, "one two", finish, refusal):
        found += problems_of_answer("CreateChatCompletionStreamResponse", event)
    for event in bodies.response_events(ASKED, "one two", finish, refusal):
        found += problems_of_answer("ResponseStreamEvent", event)
    assert found == []


async def test_the_official_sdk_talks_to_it() -> None:
    with OpenAIStandIn() as stand_in:
        async with openai.AsyncOpenAI(api_key=stand_in.api_key, base_url=stand_in.url, max_retries=0) as client:
            whole = await client.chat.completions.create(
                model="gpt-5-mini", messages=[{"role": "user", "content": "hello"}]
            )
            response = await client.responses.create(model="gpt-5-mini", input=[{"role": "user", "content": "hello"}])
            stream = await client.chat.completions.create(
                model="gpt-5-mini", messages=[{"role": "user", "content": "hello"}], stream=True
            )
            pieces = [chunk.choices[0].delta.content or "" async for chunk in stream]
    assert whole.choices[0].message.content == response.output_text == "".join(pieces) == "You said: hello"
    assert (stand_in.calls, stand_in.violations) == (3, [])


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"messages": []}, "should be non-empty"),
        ({"messages": [{"role": "robot", "content": "x"}]}, "is not valid under any"),
        ({"temperature": 9}, "$.temperature: 9 is not valid"),
        ({"tempreature": 1}, "unknown parameter 'tempreature'"),
        ({"response_format": {"type": "json_schema", "json_schema": {"name": "a b", "schema": {}}}}, "is not strict"),
    ],
)
def test_a_request_that_breaks_the_description_is_found_out(change: dict[str, Any], problem: str) -> None:
    body = {"model": "gpt-5-mini", "messages": ASKED["messages"]}
    assert problems_of_request("/chat/completions", body) == []
    assert problem in " ".join(problems_of_request("/chat/completions", {**body, **change}))


def test_it_runs_as_a_process_of_its_own() -> None:
    command = [sys.executable, "-m", "tests.stand_ins.openai"]
    with subprocess.Popen(command, cwd=Path(__file__).parents[2], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            refused = httpx2.post(f"{url}/chat/completions", json={}, headers={"Authorization": "Bearer wrong"})
        finally:
            process.terminate()
    assert refused.status_code == 401
