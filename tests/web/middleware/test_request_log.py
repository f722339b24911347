"""The line of a request in the log, and the one key by which a request or a conversation can be followed."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import sys
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from botflow.cli.output.logging import configure_logs
from botflow.redaction.known_secrets import KnownSecrets
from tests.web.site import API_KEY, HeldModel, open_site

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = {"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}


class Log:
    """The lines written so far."""

    def __init__(self, written: io.StringIO) -> None:
        self._written = written

    @property
    def text(self) -> str:
        return self._written.getvalue()

    def lines(self, event: str) -> list[dict[str, Any]]:
        found: Sequence[dict[str, Any]] = [json.loads(line) for line in self.text.splitlines()]
        return [line for line in found if line["event"] == event]


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[Log]:
    """The log at its most talkative, as a process writes it."""
    written = io.StringIO()
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    monkeypatch.setattr(sys, "stderr", written)
    configure_logs(KnownSecrets(), level="debug", written_as="json")
    yield Log(written)
    root.handlers = handlers
    root.setLevel(level)
    logging.getLogger("botflow").setLevel(logging.NOTSET)


async def test_a_request_is_one_line(sqlite_url: str, log: Log) -> None:
    async with open_site(sqlite_url) as site:
        visit = await site.visit()
        answer = await visit.post(text="hello there")
        await asyncio.sleep(0)
    line = log.lines("request")[-1]
    session = log.lines("turn")[-1]["session"]
    assert (line["method"], line["route"], line["status"]) == ("POST", "/chat/{workflow}/messages", 200)
    assert line["bytes"] == len(answer.content)
    assert line["ms"] >= 0
    assert line["session"] == session
    assert line["request"]
    assert line["level"] == "debug"


async def test_a_request_and_its_turn_have_the_same_ids(sqlite_url: str, log: Log) -> None:
    async with open_site(sqlite_url) as site:
        visit = await site.visit()
        await site.client.post("/chat/order/messages", json={"text": "hello"}, headers={**visit.headers, **PARENT})
        await visit.say("Ann")
    first, second = log.lines("request")[-2:]
    turns = {line["request"]: line for line in log.lines("turn")}
    assert first["trace_id"] == turns[first["request"]]["trace_id"] == TRACE
    assert "trace_id" not in second
    assert second["request"] in turns
    assert first["session"] == second["session"] == turns[first["request"]]["session"]
    assert first["request"] != second["request"]


async def test_a_turn_that_another_persons_request_takes_along_is_not_of_that_request(
    sqlite_url: str, log: Log, model: HeldModel
) -> None:
    """The task of a session runs the next inbound, too: its line must not carry the first one's request."""
    async with open_site(sqlite_url, model=model) as site:
        visit = await site.visit("talk")
        first = asyncio.create_task(visit.post(text="one", messageId="m1"))
        await model.begun.wait()
        second = asyncio.create_task(visit.post(text="two", messageId="m2"))
        while True:
            stored = await site.runtime.database.turns.load_by_id(await visit.number())
            if stored is not None and stored.last_seq == 3:  # the first inbound has opened the chat
                break
            await asyncio.sleep(0.02)
        model.go_on.set()
        await asyncio.gather(first, second)
    one, two = log.lines("turn")[-2:]
    assert "request" in one
    assert "request" not in two
    assert one["session"] == two["session"]


async def test_no_line_holds_what_a_person_or_a_stranger_has_written(sqlite_url: str, log: Log) -> None:
    number, words = "+15557654321", "my card number is 4111"
    strange = {
        "x-request-id": number,
        "traceparent": f"00-{'0' * 32}-00f067aa0ba902b7-01",
        "user-agent": words,
        "referer": f"https://example.com/?{number}",
    }
    async with open_site(sqlite_url) as site:
        visit = await site.visit()
        await site.client.post(
            f"/chat/order/messages?token=secret-in-query&to={number}",
            json={"text": words, "externalId": number},
            headers={"authorization": f"Bearer {API_KEY}", **strange},
        )
        await site.client.put(
            f"/api/v1/contacts/sms/{number}", json={}, headers={"authorization": f"Bearer {API_KEY}", **strange}
        )
        await site.client.get(f"/{number}/{words}", headers=strange)
        await site.client.request("PURGE", "/healthz")
        await visit.say(words)
    assert len(log.lines("request")) >= 6
    for secret in (number, number[1:], words, "secret-in-query", API_KEY, visit.headers["authorization"][7:]):
        assert secret not in log.text
    assert "trace_id" not in log.lines("request")[1]


@pytest.mark.parametrize("is_trusted", [False, True])
async def test_only_a_trusted_proxy_names_requests(sqlite_url: str, log: Log, is_trusted: bool) -> None:
    async with open_site(sqlite_url, botflow_trusted_proxies="127.0.0.1" if is_trusted else "") as site:
        await site.client.get("/healthz", headers={"x-request-id": "edge-7f3a"})
        await site.client.get("/healthz", headers={"x-request-id": "no good id"})
    first, second = log.lines("request")[-2:]
    assert (first["request"] == "edge-7f3a") is is_trusted
    assert second["request"] != "no good id"


async def test_a_failure_of_the_server_has_the_id_of_its_request(
    sqlite_url: str, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_site(sqlite_url) as site:
        visit = await site.visit()

        async def broken(*arguments: object, **named: object) -> None:
            raise ValueError("broken")

        monkeypatch.setattr(type(site.runtime.receiver), "receive", broken)
        answer = await visit.post(text="hello")
    line = log.lines("request")[-1]
    assert (answer.status_code, line["status"], line["code"]) == (500, 500, "server.error")
    assert answer.json()["id"] == line["request"] == log.lines("request_failed")[-1]["request"]


def test_objects_of_libraries_are_named_without_their_address(log: Log) -> None:
    logging.getLogger("psycopg.pool").warning("discarding closed connection: %s", object())
    logging.getLogger("botflow").warning("left %r alone at 0x12", object())
    assert "<object object>" in log.text
    assert "object at 0x" not in log.text
