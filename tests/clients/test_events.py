"""Streams of events, in both clients: read by the standard's rules, taken up where they broke off, and generated."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from copy import deepcopy
from itertools import chain

import pytest
from botflow_client import ApiError, AsyncBotflow, Botflow, BotflowClientError, UnexpectedAnswer
from botflow_client.events import EventReader

from botflow.web.app import OPERATIONS
from botflow.web.rest.openapi import document_of
from docs.generate.clients.description import read_document
from docs.generate.clients.javascript import javascript_files
from docs.generate.clients.python import python_files
from tests.clients.nearby import Answer, Script, listening
from tests.clients.test_javascript import run
from tests.clients.test_python_transport import BUSY, KEY

STREAM = {"content-type": "text/event-stream"}
FIRST: Answer = (200, STREAM, b'retry: 1\n\nid: 4\nevent: started\ndata: {"a": 1}\n\nid: 5\ndata: lost')
SECOND: Answer = (200, STREAM, b": ping\n\nid: 5\r\ndata: one\r\ndata: two\r\n\r\n")
REST = ["4", "started", '{"a": 1}'], ["5", "message", "one\ntwo"]


def read(url: str) -> list[object]:
    with Botflow(url, KEY) as client:
        found: list[object] = []
        try:
            for event in client.stream_events(last_event_id="3"):
                found.append([event.id, event.name, event.data])
        except BotflowClientError as error:
            found.append(error.code if isinstance(error, ApiError) else type(error).__name__)
        return found


async def read_async(url: str) -> list[object]:
    async with AsyncBotflow(url, KEY) as client:
        found: list[object] = []
        try:
            async for event in client.stream_events(last_event_id="3"):
                found.append([event.id, event.name, event.data])
        except BotflowClientError as error:
            found.append(error.code if isinstance(error, ApiError) else type(error).__name__)
        return found


@pytest.mark.parametrize(
    ("answers", "expected", "after"),
    [
        ([FIRST, None, BUSY, SECOND, (204, {}, b"")], [*REST], ["3", "4", "4", "4", "5"]),
        ([FIRST, (403, {}, b'{"code": "scope.missing"}')], [REST[0], "scope.missing"], ["3", "4"]),
        ([FIRST, None, None, None], [REST[0], "NoAnswer"], ["3", "4", "4", "4"]),
    ],
)
async def test_a_stream_is_taken_up_after_the_last_event(
    answers: Sequence[Answer | None], expected: list[object], after: list[str]
) -> None:
    for reader in (lambda url: asyncio.to_thread(read, url), read_async, lambda url: run(url, "events", key=KEY)):
        script = Script([*answers])
        async with listening(script) as url:
            assert await reader(url) == expected
        assert [told.headers["last-event-id"] for told in script.told] == after


def test_a_stream_that_breaks_off_within_an_event_is_taken_up_before_it() -> None:
    reader = EventReader("3")

    found = list(reader.feed(b"id: 4\ndata: whole\n\nid: 5\ndata: half"))

    assert ([each.id for each in found], reader.last_id) == (["4"], "4")


def test_an_event_may_come_in_any_pieces_and_has_a_bound() -> None:
    text = "id: ö\r\nevent: größe\r\ndata: a\r\n\r\ndata\n\n".encode()
    for size in range(1, len(text) + 1):
        reader = EventReader("")
        pieces = (text[at : at + size] for at in range(0, len(text), size))
        found = list(chain.from_iterable(map(reader.feed, pieces)))
        assert [(each.id, each.name, each.data) for each in found] == [("ö", "größe", "a"), ("ö", "message", "")]
    with pytest.raises(UnexpectedAnswer, match="no JSON"):
        found[0].json()
    with pytest.raises(UnexpectedAnswer, match="larger than"):
        list(EventReader("").feed(b"data: " + b"x" * (1024 * 1024 + 1)))


def test_a_stream_of_the_api_becomes_a_method_of_both_clients() -> None:
    document = deepcopy(document_of(OPERATIONS))
    stream = deepcopy(document["paths"]["/api/v1/events"]["get"])
    path = document["paths"]["/api/v1/executions/{execution}"]["get"]["parameters"][:1]
    stream |= {"operationId": "getProgress", "tags": ["Executions"], "parameters": path}
    document["paths"]["/api/v1/executions/{execution}/progress"] = {"get": stream}
    api = read_document(document)

    python, javascript = dict(python_files(api)), dict(javascript_files(api))

    calls = python["calls/executions.py"]
    assert (
        "def stream_progress(self, execution: str | int, *, last_event_id: str | None = None) -> EventStream:" in calls
    )
    assert "-> AsyncEventStream:" in calls
    assert "this._events({" in javascript["calls.js"]
    assert "{ lastEventId?: string } & CallOptions): AsyncIterable<StreamEvent>;" in javascript["calls.d.ts"]
