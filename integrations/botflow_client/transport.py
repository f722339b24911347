"""Sends calls over httpx2, waiting or in asyncio: timeouts, bounds, retries, and refusals as exceptions.

Redirects are not followed: they would carry the key to another host.
"""

from __future__ import annotations

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Iterator
from itertools import count
from types import TracebackType
from typing import Any, NoReturn, Self, TypeVar

import httpx2

from botflow_client.downloads import AsyncDownload, Download
from botflow_client.errors import NoAnswer, UnexpectedAnswer, refusal
from botflow_client.events import AsyncEventStream, EventReader, EventStream, StreamEvent
from botflow_client.pages import AsyncPages, Page, Pages
from botflow_client.reading import read_answer, read_page
from botflow_client.request import Request, authorization, header_text, make_request
from botflow_client.retries import Reply, Retries, retry_after_s

T = TypeVar("T")

LARGEST_ANSWER = 32 * 1024 * 1024  # bytes of JSON
LARGEST_REFUSAL = 64 * 1024
_LOST = (httpx2.TransportError, httpx2.DecodingError)  # an answer that cannot be unpacked is lost, too
_NOT_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)


class _Connection(ABC):
    """What both clients are made with. Its repr shows the address alone."""

    def __init__(
        self,
        url: str,
        key: str,
        *,
        organization: str | None = None,
        timeout_s: float = 30.0,
        retries: Retries = Retries(),  # noqa: B008 -- a frozen value
    ) -> None:
        address = httpx2.URL(url)
        if address.scheme not in ("http", "https") or not address.host:
            raise ValueError("the address of a botflow server begins with https:// or http://")
        if address.userinfo or address.query or address.fragment:
            raise ValueError("the address of a botflow server has no password, query or fragment")
        self._url = str(address).rstrip("/")
        self._retries = retries
        self._timeout_s = timeout_s
        self._headers = {"User-Agent": "botflow-client", **authorization(key)}
        if organization is not None:
            self._headers["Botflow-Organization"] = header_text(organization, "the organization")
        self._connect()

    @abstractmethod
    def _connect(self) -> None:
        """Make the HTTP client that sends the requests."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._url!r})"

    def _options(self, request: Request, reader: EventReader | None = None) -> dict[str, Any]:
        headers = {**self._headers, **request.headers}
        if reader is not None:
            headers["Accept"] = "text/event-stream"
            if reader.last_id:
                headers["Last-Event-ID"] = header_text(reader.last_id, "the id of the last event")
        return {
            "method": request.method,
            "url": f"{self._url}{request.target}",
            "headers": headers,
            "content": request.content,
        }

    def _lost(self, failure: httpx2.RequestError | None) -> NoAnswer:
        why = f"no answer within {self._timeout_s:g} s" if failure is None else type(failure).__name__
        return NoAnswer(f"{self._url}: {why}", not isinstance(failure, _NOT_SENT))

    def _pause_before_more_s(
        self, request: Request, outcome: Reply | NoAnswer | None, reader: EventReader, failures: int
    ) -> float:
        """Return how long to wait before a stream is taken up again; raise what is final. None: it just ended."""
        if outcome is None:
            return reader.retry_s
        pause_s = self._pause_s(request, outcome, failures)
        if pause_s is None:
            _refuse(_unlost(outcome))
        return max(pause_s, reader.retry_s)

    def _pause_s(self, request: Request, outcome: Reply | NoAnswer, attempt: int) -> float | None:
        return self._retries.pause_s(request, outcome, attempt)


class Caller(_Connection):
    """Sends calls and waits for them. Close it, or use it in a `with`."""

    def _connect(self) -> None:
        self._http = httpx2.Client(timeout=self._timeout_s)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _call(self, expected: type[T], request: Request) -> T:
        return read_answer(expected, self._send(request).content)

    def _do(self, request: Request) -> None:
        self._send(request)

    def _list(self, item: type[T], path: str, query: dict[str, Any]) -> Pages[T]:
        def fetch(cursor: str | None) -> Page[T]:
            return read_page(item, self._send(make_request("GET", path, query=query | _at(cursor))).content)

        return Pages(fetch)

    def _download(self, request: Request) -> Download:
        return Download(lambda: self._chunks(request))

    def _chunks(self, request: Request) -> Iterator[bytes]:
        try:
            with self._http.stream(**self._options(request)) as response:
                if not response.is_success:
                    _refuse(self._reply(response, LARGEST_REFUSAL))
                yield from response.iter_bytes()
        except _LOST as failure:
            raise self._lost(failure) from failure

    def _events(self, request: Request, last_event_id: str | None) -> EventStream:
        return EventStream(lambda: self._follow(request, EventReader(last_event_id or "")))

    def _follow(self, request: Request, reader: EventReader) -> Iterator[StreamEvent]:
        failures = 0
        while True:
            outcome: Reply | NoAnswer | None = None
            try:
                with self._http.stream(**self._options(request, reader)) as response:
                    if response.status_code != 200:
                        outcome = self._reply(response, LARGEST_REFUSAL)
                    else:
                        failures = 0
                        reader.begin()
                        for chunk in response.iter_bytes():
                            yield from reader.feed(chunk)
            except _LOST as failure:
                outcome = self._lost(failure)
            if isinstance(outcome, Reply) and outcome.status == 204:
                return
            failures += 1
            time.sleep(self._pause_before_more_s(request, outcome, reader, failures))

    def _send(self, request: Request) -> Reply:
        for attempt in count(1):
            outcome = self._send_once(request)
            pause_s = self._pause_s(request, outcome, attempt)
            if pause_s is None:
                return _answered(outcome)
            time.sleep(pause_s)
        raise AssertionError

    def _send_once(self, request: Request) -> Reply | NoAnswer:
        try:
            with self._http.stream(**self._options(request)) as response:
                return self._reply(response, LARGEST_ANSWER)
        except _LOST as failure:
            lost = self._lost(failure)
            lost.__cause__ = failure
            return lost
        except NoAnswer as late:
            return late

    def _reply(self, response: httpx2.Response, largest: int) -> Reply:
        content = bytearray()
        until_s = time.monotonic() + self._timeout_s
        for chunk in response.iter_bytes():
            content += chunk
            _check(len(content), largest)
            if time.monotonic() > until_s:  # httpx2 bounds the time of a chunk, not that of all of them
                raise self._lost(None)
        return _reply(response, content)


class AsyncCaller(_Connection):
    """Sends calls in asyncio. Close it, or use it in an `async with`."""

    def _connect(self) -> None:
        self._http = httpx2.AsyncClient(timeout=self._timeout_s)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def _call(self, expected: type[T], request: Request) -> T:
        return read_answer(expected, (await self._send(request)).content)

    async def _do(self, request: Request) -> None:
        await self._send(request)

    def _list(self, item: type[T], path: str, query: dict[str, Any]) -> AsyncPages[T]:
        async def fetch(cursor: str | None) -> Page[T]:
            reply = await self._send(make_request("GET", path, query=query | _at(cursor)))
            return read_page(item, reply.content)

        return AsyncPages(fetch)

    def _download(self, request: Request) -> AsyncDownload:
        return AsyncDownload(lambda: self._chunks(request))

    async def _chunks(self, request: Request) -> AsyncIterator[bytes]:
        try:
            async with self._http.stream(**self._options(request)) as response:
                if not response.is_success:
                    _refuse(await self._reply(response, LARGEST_REFUSAL))
                async for chunk in response.aiter_bytes():
                    yield chunk
        except _LOST as failure:
            raise self._lost(failure) from failure

    def _events(self, request: Request, last_event_id: str | None) -> AsyncEventStream:
        return AsyncEventStream(lambda: self._follow(request, EventReader(last_event_id or "")))

    async def _follow(self, request: Request, reader: EventReader) -> AsyncIterator[StreamEvent]:
        failures = 0
        while True:
            outcome: Reply | NoAnswer | None = None
            try:
                async with self._http.stream(**self._options(request, reader)) as response:
                    if response.status_code != 200:
                        outcome = await self._reply(response, LARGEST_REFUSAL)
                    else:
                        failures = 0
                        reader.begin()
                        async for chunk in response.aiter_bytes():
                            for event in reader.feed(chunk):
                                yield event
            except _LOST as failure:
                outcome = self._lost(failure)
            if isinstance(outcome, Reply) and outcome.status == 204:
                return
            failures += 1
            await asyncio.sleep(self._pause_before_more_s(request, outcome, reader, failures))

    async def _send(self, request: Request) -> Reply:
        for attempt in count(1):
            outcome = await self._send_once(request)
            pause_s = self._pause_s(request, outcome, attempt)
            if pause_s is None:
                return _answered(outcome)
            await asyncio.sleep(pause_s)
        raise AssertionError

    async def _send_once(self, request: Request) -> Reply | NoAnswer:
        try:
            async with self._http.stream(**self._options(request)) as response:
                return await self._reply(response, LARGEST_ANSWER)
        except _LOST as failure:
            lost = self._lost(failure)
            lost.__cause__ = failure
            return lost
        except NoAnswer as late:
            return late

    async def _reply(self, response: httpx2.Response, largest: int) -> Reply:
        content = bytearray()
        until_s = time.monotonic() + self._timeout_s
        async for chunk in response.aiter_bytes():
            content += chunk
            _check(len(content), largest)
            if time.monotonic() > until_s:  # httpx2 bounds the time of a chunk, not that of all of them
                raise self._lost(None)
        return _reply(response, content)


def _at(cursor: str | None) -> dict[str, str]:
    return {} if cursor is None else {"cursor": cursor}


def _check(size: int, largest: int) -> None:
    if size > largest:
        raise UnexpectedAnswer(f"the answer is larger than {largest} bytes")


def _reply(response: httpx2.Response, content: bytearray) -> Reply:
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Reply(status=response.status_code, headers=headers, content=bytes(content))


def _answered(outcome: Reply | NoAnswer) -> Reply:
    reply = _unlost(outcome)
    if not 200 <= reply.status < 300:
        _refuse(reply)
    return reply


def _unlost(outcome: Reply | NoAnswer) -> Reply:
    if isinstance(outcome, NoAnswer):
        raise outcome
    return outcome


def _refuse(reply: Reply) -> NoReturn:
    raise refusal(reply.status, reply.content, retry_after_s(reply.headers))
