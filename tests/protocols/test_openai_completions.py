"""Chat completions, as the official Python client asks for them."""

from __future__ import annotations

import asyncio
from base64 import b64decode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
import openai
import pytest

from tests.protocols.openai_client import FLOWS, bot, client_of, heard, said, user
from tests.web.site import HeldModel, open_site


async def test_a_conversation_by_the_official_client_is_the_one_of_the_chat(database_url: str) -> None:
    async with open_site(database_url, flows=FLOWS) as site, client_of(site) as client:
        assert [model.id async for model in client.models.list()] == ["moment", "order"]
        first = await said(client, user("hi"), user="anna")
        second = await said(client, user("hi"), bot(first), user("Anna"), user="anna")
        third = await said(client, user("hi"), bot(first), user("Anna"), bot(second), user("salad"), user="anna")

        assert first == "What's your name?"
        assert second == "What would you like, Anna?\n\n- Pizza\n- Salad"
        assert third == "One salad for Anna."
        assert await heard(site, "anna") == ["hi", "Anna", "salad"]


async def test_a_stream_brings_previews_at_once_and_then_the_models_words(database_url: str, model: HeldModel) -> None:
    async with open_site(database_url, flows=FLOWS, model=model) as site, client_of(site) as client:
        for person in ("anna", "anna", "ben"):  # a new person, one known, and another
            model.begun.clear()
            model.go_on.clear()
            stream = await client.chat.completions.create(
                model="moment", messages=[{"role": "user", "content": "hello"}], stream=True, user=person
            )
            text = ""
            async for chunk in stream:
                text += chunk.choices[0].delta.content or ""
                if text.endswith("think "):
                    assert text == "One moment, please.\n\nLet me think "
                    model.go_on.set()

            assert text == "One moment, please.\n\nLet me think about that."
            assert chunk.choices[0].finish_reason == "stop"


async def test_a_repeat_is_the_same_turn_and_yes_twice_are_two(sqlite_url: str) -> None:
    async with open_site(sqlite_url, flows=FLOWS) as site, client_of(site) as client:
        retried = {"x-stainless-retry-count": "1"}
        first = await said(client, user("hi"), user="anna")
        assert await said(client, user("hi"), user="anna", extra_headers=retried) == first

        history = (user("hi"), bot(first), user("Anna"))
        second = await said(client, *history, user="anna")
        assert await said(client, *history, user="anna") == second, "regenerated"
        assert await heard(site, "anna") == ["hi", "Anna"]

        assert await said(client, user("yes"), user="ben") == "What's your name?"
        assert await said(client, user("yes"), user="ben") == "What would you like, yes?\n\n- Pizza\n- Salad"
        assert await heard(site, "ben") == ["yes", "yes"]

        for unfilled in ("", "{{USER_MESSAGE_ID}}"):
            await said(client, user("so"), user="dora", extra_headers={"x-openwebui-user-message-id": unfilled})
        assert await heard(site, "dora") == ["so", "so"]

        key = {"idempotency-key": "order-1"}
        assert await said(client, user("hi"), user="carl", extra_headers=key) == first
        assert await said(client, user("hi"), user="carl", extra_headers=key) == first
        assert await heard(site, "carl") == ["hi"]


async def test_the_clients_own_retry_after_a_lost_answer_says_nothing_twice(sqlite_url: str) -> None:
    class LosesTheFirst(httpx2.AsyncHTTPTransport):
        lost = 0

        async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
            response = await super().handle_async_request(request)
            if self.lost:
                return response
            self.lost += 1
            await response.aread()
            await response.aclose()
            raise httpx2.ReadTimeout("lost", request=request)

    transport = LosesTheFirst()
    async with open_site(sqlite_url, flows=FLOWS) as site, httpx2.AsyncClient(transport=transport) as http:
        client = client_of(site, http_client=http)
        assert await said(client, user("hi"), user="anna") == "What's your name?"
        assert transport.lost == 1
        assert await heard(site, "anna") == ["hi"]


async def test_whom_a_request_is_about(sqlite_url: str) -> None:
    async with open_site(sqlite_url, flows=FLOWS) as site, client_of(site, max_retries=0) as client:
        with pytest.raises(openai.UnprocessableEntityError, match="must name the person") as refused:
            await said(client, user("hi"), prompt_cache_key="shared by all")
        assert refused.value.code == "external_id.missing"

        await said(client, user("a"), user="by-user", safety_identifier="by-identifier")
        await said(client, user("b"), user="by-user", extra_headers={"x-openwebui-chat-id": "by-chat"})
        await said(client, user("c"), user="by-user", extra_headers={"botflow-external-id": "by-header"})
        assert await heard(site, "by-identifier") == ["a"]
        assert await heard(site, "by-chat") == ["b"]
        assert await heard(site, "by-header") == ["c"]
        assert await heard(site, "by-user") == []

        for unfilled in ("", "{{CHAT_ID}}"):
            await said(client, user(f"d{unfilled}"), user="filled", extra_headers={"x-openwebui-chat-id": unfilled})
            with pytest.raises(openai.UnprocessableEntityError, match="a placeholder"):
                await said(client, user("e"), user="filled", extra_headers={"botflow-external-id": unfilled})
        assert await heard(site, "filled") == ["d", "d{{CHAT_ID}}"]

        visitor = await site.visit()
        async with client_of(site, visitor.opened["token"], max_retries=0) as own:
            assert [model.id async for model in own.models.list()] == ["order"]
            assert await said(own, user("Vera"), user="somebody") == "What would you like, Vera?\n\n- Pizza\n- Salad"
            with pytest.raises(openai.PermissionDeniedError, match="belongs to another workflow"):
                await said(own, user("hi"), model="moment")
            with pytest.raises(openai.PermissionDeniedError, match="only a server with the API key"):
                await said(own, user("hi"), extra_headers={"botflow-external-id": "anna"})


async def test_what_is_refused_and_in_which_form(sqlite_url: str) -> None:
    async with open_site(sqlite_url, flows=FLOWS) as site, client_of(site, max_retries=0) as client:
        for model, code in (("silent", "protocol.off"), ("pasta", "workflow.unknown")):
            with pytest.raises(openai.NotFoundError) as unknown:
                await said(client, user("hi"), model=model, user="anna")
            assert unknown.value.code == code
            assert unknown.value.type == "invalid_request_error"
        async with client_of(site, "wrong", max_retries=0) as stranger:
            with pytest.raises(openai.AuthenticationError, match="neither a session token nor the API key"):
                await said(stranger, user("hi"))
        with pytest.raises(openai.NotFoundError, match="there is nothing at /v1/embeddings"):
            await client.embeddings.create(model="order", input="hi")
        assert (await site.client.post("/v1/models")).json()["error"]["code"] == "http.not_found"
        assert (await site.client.get("/v1/models")).json()["error"]["code"] == "token.missing"
        with pytest.raises(openai.BadRequestError, match="the last message is not the user's"):
            await said(client, user("hi"), bot("Hello"), user="anna")
        title = "### Task:\nGenerate a concise title"
        with pytest.raises(openai.BadRequestError, match="writes no titles") as task:
            await said(client, user(title), extra_headers={"x-openwebui-chat-id": "c1"})
        assert task.value.code == "task.refused"
        with pytest.raises(openai.BadRequestError, match="writes no titles"):
            await said(client, user("a title?"), user="c1", extra_headers={"x-openwebui-task": "title_generation"})
        assert await said(client, user("hi"), user="c2", extra_headers={"x-openwebui-task": ""}) == "What's your name?"
        assert await heard(site, "c1") == []


PICTURE = (
    "data:image/png;base64,"
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


async def test_a_picture_in_a_message_is_kept_as_a_file_of_the_conversation(sqlite_url: str) -> None:
    flow = """
id: photo
name: Photo
chat: {protocols: [openai]}
nodes:
  - {id: start, type: chatbot, actionType: message_received, next: ask}
  - id: ask
    type: chatbot
    actionType: ask
    properties: {text: "A photo?", variable: photo, expect: media}
    next: thanks
  - {id: thanks, type: chatbot, actionType: say, properties: {text: "Thank you."}}
"""
    async with (
        picture_server() as address,
        open_site(sqlite_url, flows=(flow,), botflow_flow_networks="127.0.0.1") as site,
        client_of(site, max_retries=0) as client,
    ):
        for person, url in (("anna", PICTURE), ("ben", address)):
            asked = await said(client, user("hi"), model="photo", user=person)
            parts = [{"type": "text", "text": "here"}, {"type": "image_url", "image_url": {"url": url}}]
            history = (user("hi"), bot(asked), {"role": "user", "content": parts})
            assert await said(client, *history, model="photo", user=person) == "Thank you."
            assert await said(client, *history, model="photo", user=person) == "Thank you."
            assert await heard(site, person, "photo") == ["hi", "here"]
        for wrong in ("http://127.0.0.2/cat.png", "file:///etc/passwd", "data:image/png;base64", "data:;base64,A"):
            parts[1] = {"type": "image_url", "image_url": {"url": wrong}}
            with pytest.raises(openai.UnprocessableEntityError) as refused:
                await said(client, {"role": "user", "content": parts}, model="photo", user="anna")
            assert refused.value.code == "media.url"

        visitor = await site.visit("photo")
        async with client_of(site, visitor.opened["token"], max_retries=0) as own:
            parts[1] = {"type": "image_url", "image_url": {"url": address}}
            with pytest.raises(openai.UnprocessableEntityError, match="it is not a data URL"):
                await said(own, {"role": "user", "content": parts}, model="photo")


@asynccontextmanager
async def picture_server() -> AsyncIterator[str]:
    """Serve a picture on loopback, and yield its address."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        picture = b64decode(PICTURE.partition(",")[2])
        writer.write(
            b"HTTP/1.1 200 OK\r\ncontent-type: image/png\r\ncontent-length: %d\r\n\r\n" % len(picture) + picture
        )
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/cat.png"


async def test_a_client_that_goes_away_loses_nothing(database_url: str, model: HeldModel) -> None:
    async with open_site(database_url, flows=FLOWS, model=model) as site, client_of(site) as client:
        stream = await client.chat.completions.create(
            model="moment", messages=[{"role": "user", "content": "hello"}], stream=True, user="anna"
        )
        await model.begun.wait()
        await stream.close()
        again = asyncio.create_task(
            said(client, user("hello"), model="moment", user="anna", extra_headers={"x-stainless-retry-count": "1"})
        )
        model.go_on.set()

        assert await again == "One moment, please.\n\nLet me think about that."
        assert await heard(site, "anna", "moment") == ["hello"]
        assert model.calls == 1
