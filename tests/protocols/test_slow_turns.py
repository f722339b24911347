"""Turns that outlast their request, servers that stop, and tokens that are revoked meanwhile."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import openai
import pytest

from botflow.records.turns import Receipt, TurnId
from botflow.web.chat import turn_stream
from tests.protocols.openai_client import FLOWS, client_of, heard, said, user
from tests.web.site import API_KEY, HeldModel, Site, Visit, open_site

ANSWER = "One moment, please.\n\nLet me think about that."
KEY = {"authorization": f"Bearer {API_KEY}", "botflow-external-id": "anna"}
RETRY = {"x-stainless-retry-count": "1"}
UI = {"id": "c", "messages": [{"id": "m1", "role": "user", "parts": [{"type": "text", "text": "hello"}]}]}
RUN = {"threadId": "t", "runId": "r", "messages": [{"id": "m1", "role": "user", "content": "hello"}]}


async def test_an_answer_that_takes_too_long_is_there_for_the_same_request_again(
    database_url: str, model: HeldModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with (
        open_site(database_url, flows=FLOWS, model=model) as site,
        client_of(site, max_retries=0) as client,
    ):
        monkeypatch.setattr(turn_stream, "FOLLOWED_S", 0.0)
        with pytest.raises(openai.InternalServerError) as late:
            await said(client, user("hello"), model="moment", user="anna")
        assert (late.value.status_code, late.value.code) == (504, "turn.running")
        stream = await client.chat.completions.create(
            model="moment",
            messages=[{"role": "user", "content": "hello"}],
            user="anna",
            stream=True,
            extra_headers=RETRY,
        )
        with pytest.raises(openai.APIError, match="takes longer"):
            _ = [chunk async for chunk in stream]

        monkeypatch.setattr(turn_stream, "FOLLOWED_S", 60.0)
        model.go_on.set()
        assert await said(client, user("hello"), model="moment", user="anna", extra_headers=RETRY) == ANSWER
        assert await heard(site, "anna", "moment") == ["hello"]
        assert model.calls == 1


async def test_a_server_that_stops_says_so_in_each_protocol(sqlite_url: str, model: HeldModel) -> None:
    async with open_site(sqlite_url, flows=FLOWS, model=model) as site:
        body: Any = {"model": "moment", "stream": True}
        asked = [
            posted(site, "/v1/chat/completions", {**body, "messages": [user("hello")]}, "a"),
            posted(site, "/v1/responses", {**body, "input": "hello"}, "b"),
            posted(site, "/chat/moment/ai-sdk", UI, "c"),
            posted(site, "/chat/moment/ag-ui", RUN, "d"),
        ]
        answers = asyncio.gather(*asked)
        while len(site.desk.streams._open) < len(asked) or model.calls < len(asked):  # noqa: ASYNC110 -- no signal
            await asyncio.sleep(0.01)
        site.app.close_streams()
        completion, response, ui, run = await answers
        model.go_on.set()

    assert last(completion)["error"]["code"] == "turn.running"
    assert last(response)["code"] == "turn.running"
    assert error(ui)["type"] == "error"
    assert (last(run)["type"], last(run)["code"]) == ("RUN_ERROR", "turn.running")


async def posted(site: Site, path: str, body: Any, person: str) -> str:
    answer = await site.client.post(path, json=body, headers={**KEY, "botflow-external-id": person})
    assert answer.status_code == 200, answer.text
    return answer.text


def error(stream: str) -> Any:
    """Return the chunk before [DONE] of a UI message stream."""
    return last(stream.replace("data: [DONE]", ""))


def last(stream: str) -> Any:
    return json.loads([line for line in stream.splitlines() if line.startswith("data: ")][-1].removeprefix("data: "))


async def test_a_token_that_was_revoked_opens_nothing_and_ends_a_stream(database_url: str, model: HeldModel) -> None:
    async with open_site(database_url, flows=FLOWS, model=model) as site:
        visit = await site.visit("moment")
        streaming = asyncio.create_task(site.client.post("/chat/moment/ai-sdk", json=UI, headers=visit.headers))
        await model.begun.wait()
        await revoke(visit)
        model.go_on.set()
        streamed = (await streaming).text
        assert error(streamed).get("errorText", "").startswith("this session token was revoked")

        for method, path, body in (
            ("POST", "/chat/moment/ai-sdk", UI),
            ("GET", "/chat/moment/ai-sdk", None),
            ("GET", "/chat/moment/ai-sdk/c/stream", None),
            ("POST", "/chat/moment/ag-ui", RUN),
            ("POST", "/chat/moment/ag-ui", {**RUN, "messages": []}),
            ("POST", "/v1/responses", {"model": "moment", "input": "hello"}),
        ):
            answer = await site.client.request(method, path, json=body, headers=visit.headers)
            assert answer.status_code == 401, (method, path, answer.text)
            assert "token.revoked" in answer.text


async def revoke(visit: Visit) -> None:
    body = {"externalId": visit.external_id}
    path = f"/api/v1/workflows/{visit.workflow}/sessions/revoke"
    answer = await visit.site.client.post(path, json=body, headers={"authorization": f"Bearer {API_KEY}"})
    assert answer.status_code < 300, answer.text


async def test_a_turn_that_another_process_runs_is_streamed_too(postgres_url: str, model: HeldModel) -> None:
    async with (
        open_site(postgres_url, flows=FLOWS, model=model, worker=None) as web,
        open_site(postgres_url, flows=FLOWS, model=model),
        client_of(web, max_retries=0) as client,
    ):
        for person in ("anna", "anna"):  # a new person, and one who is known
            model.begun.clear()
            model.go_on.clear()
            stream = await client.chat.completions.create(
                model="moment", messages=[{"role": "user", "content": "hello"}], user=person, stream=True
            )
            await model.begun.wait()
            model.go_on.set()
            assert "".join([chunk.choices[0].delta.content or "" async for chunk in stream]) == ANSWER


async def test_a_draft_that_comes_after_its_message_is_not_shown(
    database_url: str, model: HeldModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_site(database_url, flows=FLOWS, model=model) as site, client_of(site) as client:
        turns = site.runtime.database.turns
        read = turns.receipt
        slowed: list[TurnId] = []

        async def read_slowly(turn: TurnId) -> Receipt:
            """Answer the first time with what was there before the turn was done, when it is done."""
            found = await read(turn)
            if not slowed:
                slowed.append(turn)
                model.go_on.set()
                while (await read(turn)).state == "new":  # noqa: ASYNC110 -- as a slow network does
                    await asyncio.sleep(0.01)
            return found

        monkeypatch.setattr(turns, "receipt", read_slowly)
        assert await streamed(client) == ANSWER
        assert slowed


async def streamed(client: openai.AsyncOpenAI) -> str:
    stream = await client.chat.completions.create(
        model="moment", messages=[{"role": "user", "content": "hello"}], user="anna", stream=True
    )
    return "".join([chunk.choices[0].delta.content or "" async for chunk in stream])
