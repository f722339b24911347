"""When a request is sent again, when it is not, and what stays the same in every attempt."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from botflow_http import call

from tests.http.calls import ask
from tests.http.service import Heard, Service, answer, open_service
from tests.ports import free_port

OK = answer({"ok": 1})


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(call, "FIRST_PAUSE_S", 0.01)


async def tried(service: Service, first: list[Any], **properties: Any) -> tuple[int, str]:
    """Return how often a service was asked that answers `first` before it is well, and the code of the output."""
    service.heard.clear()
    service.answers["/"] = [*first, OK]
    output = await ask(f"{service.url}/", timeout="60s", **properties)
    return len(service.heard), output.get("code", "")


async def test_a_request_is_sent_again_after_the_statuses_that_pass() -> None:
    async with open_service() as service:
        for status in (429, 502, 503, 504):
            down = answer(status=status)
            assert await tried(service, [down, down]) == (3, "")
            assert await tried(service, [down, down, down]) == (3, "http.status")
            assert await tried(service, [down], retries=0) == (1, "http.status")
            assert await tried(service, [down], method="POST", idempotencyKey=True) == (2, "")
            was_taken = status in (502, 504)  # perhaps: a gateway does not know
            expected = (1, "http.status") if was_taken else (2, "")
            assert await tried(service, [down], method="POST") == expected, status
        for status in (400, 401, 404, 409, 500, 501):
            assert await tried(service, [answer(status=status)]) == (1, "http.status")
        assert await tried(service, [answer(status=500)], method="POST", retryOn=[500]) == (2, "")
        assert await tried(service, [answer(status=503)], retryOn=[500]) == (1, "http.status")


async def test_a_connection_that_breaks_is_tried_again_where_that_is_safe() -> None:
    async def breaks(heard: Heard, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf")
        if len(service.heard) > 1:
            del service.raw["/"]

    async with open_service() as service:
        for properties, tries, code in (
            ({}, 3, ""),
            ({"method": "POST", "idempotencyKey": True}, 3, ""),
            ({"method": "POST"}, 1, "http.no_answer"),
            ({"method": "PUT"}, 1, "http.no_answer"),
            ({"method": "DELETE"}, 1, "http.no_answer"),
        ):
            service.raw["/"] = breaks
            assert await tried(service, [], **properties) == (tries, code), properties
    refused = await ask(f"http://127.0.0.1:{free_port()}/", method="POST", timeout="60s")
    assert (refused["code"], refused["status"]) == ("http.unreachable", None)


async def test_a_connection_that_is_refused_is_tried_again_whatever_the_method() -> None:
    """Nothing was sent."""
    port = free_port()
    asked = asyncio.create_task(ask(f"http://127.0.0.1:{port}/", method="POST", retries=5, timeout="60s"))
    async with open_service(port=port) as service:
        service.answers["/"] = OK
        assert (await asked)["status"] == 200


async def test_retry_after_is_heeded_within_the_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    sleep = asyncio.sleep

    async def note(seconds: float, *more: Any) -> None:
        slept.append(seconds)
        await sleep(0)

    monkeypatch.setattr("botflow_http.call.asyncio.sleep", note)
    async with open_service() as service:
        wait = answer(status=429, headers={"Retry-After": "30"})
        assert await tried(service, [wait]) == (2, "")
        assert [seconds for seconds in slept if seconds >= 30] == [30.0]
        late = answer(status=429, headers={"Retry-After": "61"})
        assert await tried(service, [late]) == (1, "http.status")
        slept.clear()
        senseless = answer(status=503, headers={"Retry-After": "soon"})
        assert await tried(service, [senseless]) == (2, "")
        assert max(slept) < 1


async def test_the_idempotency_key_is_the_same_in_every_attempt_and_another_for_another_visit() -> None:
    async with open_service() as service:
        service.answers["/"] = [answer(status=503), answer(status=503), OK]
        await ask(f"{service.url}/", method="POST", idempotencyKey=True, timeout="60s")
        await ask(f"{service.url}/", method="POST", idempotencyKey="X-Request-Id", timeout="60s")
        await ask(f"{service.url}/", method="POST", idempotencyKey=True, key="1.1.2", timeout="60s")
        await ask(f"{service.url}/", method="POST", timeout="60s")
        keys = [heard.headers.get("idempotency-key") for heard in service.heard]
        assert len(set(keys[:3])) == 1
        assert keys[3] is None
        assert service.heard[3].headers["x-request-id"] == keys[0]
        assert keys[4] not in (None, keys[0])
        assert keys[5] is None


async def test_the_timeout_is_for_all_of_it() -> None:
    async def silent(heard: Heard, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(30)

    async with open_service() as service:
        service.raw["/"] = silent
        output = await ask(f"{service.url}/", timeout="0.2s", retries=5)
        assert (output["code"], output["status"], len(service.heard)) == ("http.timeout", None, 1)
