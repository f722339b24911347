"""The model: one request per Ask, retried only if that is safe and there is time, streamed on request."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Any, Protocol

import httpx2
import openai
import orjson

from botflow.engine.asks import Answer, AskFailure, AskModel
from botflow.errors import ProviderError
from botflow.interfaces import OnDelta, Quote
from botflow.outgoing_targets import Network
from botflow_openai import bounded_answers
from botflow_openai.chat_completions import ChatCompletions
from botflow_openai.checked_addresses import to_checked_addresses
from botflow_openai.completion import Completion, answer_of
from botflow_openai.errors import ATTEMPTS, failure_of, pause_s
from botflow_openai.prices import Prices
from botflow_openai.reasoning import SpokenPieces
from botflow_openai.responses import LEAST_TOKENS, Responses

DEFAULT_MODEL = "gpt-4.1-mini"
RESPONSES_PREFIX = "responses:"
CONNECT_S = 5.0
MOST_CALLS = 256  # concurrent; further calls wait for a connection, within their timeout


class Stream(Protocol):
    """Gathers one streamed answer."""

    def take(self, event: dict[str, Any]) -> str: ...

    def completion(self) -> Completion | None: ...


class Api(Protocol):
    """One of OpenAI's two ways to ask a model."""

    @property
    def path(self) -> str: ...

    def body(self, ask: AskModel, model: str, *, stream: bool) -> dict[str, Any]: ...

    def read(self, document: dict[str, Any]) -> Completion: ...

    def stream(self) -> Stream: ...


class OpenAIModel:
    """OpenAI, or a server that speaks its API. Its connections are kept and serve all Asks."""

    name = "openai"

    def __init__(
        self,
        *,
        api_key: str,
        base_url: str | None,
        default_model: str | None,
        networks: Sequence[Network] | None = None,
    ) -> None:
        """With `networks`, the base address may lead to no other private ones."""
        self._default_model = default_model or DEFAULT_MODEL
        # Over aiohttp: the SDK's other transport checks every idle connection on every request.
        checks = [to_checked_addresses(networks)] if networks is not None and base_url is not None else []
        limits = httpx2.Limits(max_connections=MOST_CALLS, max_keepalive_connections=MOST_CALLS)
        self._client = openai.AsyncOpenAI(
            api_key=api_key,
            base_url=base_url,
            max_retries=0,
            default_headers=bounded_answers.HEADERS,
            http_client=openai.DefaultAioHttpClient(
                limits=limits,
                event_hooks={
                    "request": checks,
                    "response": [bounded_answers.bound],
                },
                trust_env=not checks,  # a proxy would resolve the name again
                follow_redirects=not checks,
            ),
        )
        self._prices = Prices.published()

    @property
    def description(self) -> str:
        return f"OpenAI {self._default_model}"

    async def answer(self, ask: AskModel, on_delta: OnDelta | None = None) -> Answer:
        """Answer `ask` within `ask.timeout_s`; a failure is an Answer too, so that its cost is journalled."""
        api, model = self._way(ask)
        call = _Call(api, ask, model, on_delta)
        started = time.monotonic()
        try:
            async with asyncio.timeout(ask.timeout_s):
                completion = await call.perform(self._client)
        except TimeoutError:
            failure = AskFailure(code="model.timeout", message=f"no answer within {ask.timeout_s:g} s")
        except ProviderError as error:
            failure = AskFailure(code=error.code, message=str(error))
        else:
            return answer_of(ask, completion, self._usage(call, started, completion))
        return Answer(failure=failure, usage=self._usage(call, started, None))

    def quote(self, ask: AskModel) -> Quote:
        """Return the most that a call can use. A token has at least one byte: the request's bytes bound the prompt."""
        api, model = self._way(ask)
        return Quote(
            model=model,
            prompt_tokens=len(orjson.dumps(api.body(ask, model, stream=False))),
            completion_tokens=max(ask.max_tokens or 0, LEAST_TOKENS),
            price=self._prices.price(model),
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    def _way(self, ask: AskModel) -> tuple[Api, str]:
        """Return the API for a model's name, and the name without its prefix."""
        chosen = ask.model or self._default_model
        api: Api = Responses() if chosen.startswith(RESPONSES_PREFIX) else ChatCompletions()
        return api, chosen.removeprefix(RESPONSES_PREFIX)

    def _usage(self, call: _Call, started: float, completion: Completion | None) -> dict[str, Any]:
        spent = completion or Completion()
        return {
            "model": call.model,
            "promptTokens": spent.prompt_tokens,
            "completionTokens": spent.completion_tokens,
            "costUsd": self._prices.cost_usd(call.model, spent.prompt_tokens, spent.completion_tokens)
            if completion
            else None,
            "ms": round((time.monotonic() - started) * 1000),
            "requestId": call.request_id,
            "attempts": call.attempts,
        }


class _Call:
    """One Ask on its way: counts its attempts, and is not repeated once a piece of the answer has been passed on."""

    def __init__(self, api: Api, ask: AskModel, model: str, on_delta: OnDelta | None) -> None:
        self.model = model
        self.attempts = 0
        self.request_id: str | None = None
        self._api = api
        self._on_delta = on_delta if ask.stream else None
        self._body = api.body(ask, model, stream=self._on_delta is not None)
        self._deadline = time.monotonic() + ask.timeout_s
        self._has_spoken = False

    async def perform(self, client: openai.AsyncOpenAI) -> Completion:
        """Ask until there is an answer; ProviderError when a retry is useless or too late."""
        while True:
            self.attempts += 1
            try:
                if self._on_delta is None:
                    return await self._whole(client)
                return await self._streamed(client, self._on_delta)
            except openai.OpenAIError as error:
                failure = failure_of(error)
                pause = pause_s(error, self.attempts)
                is_late = time.monotonic() + pause >= self._deadline
                if not failure.retryable or self._has_spoken or is_late or self.attempts >= ATTEMPTS:
                    raise failure from error
            except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
                raise ProviderError(
                    f"OpenAI's answer is not of the published form ({type(error).__name__})", code="model.garbled"
                ) from error
            await asyncio.sleep(pause)

    async def _whole(self, client: openai.AsyncOpenAI) -> Completion:
        # The SDK's untyped request. The typed one validates request and answer with pydantic models: nearly twice the
        # CPU time of a call, for checks that our own tests make once.
        response = await client.post(
            self._api.path, cast_to=httpx2.Response, body=self._body, options={"timeout": self._timeout()}
        )
        self.request_id = response.headers.get("x-request-id")
        return self._api.read(orjson.loads(response.content))

    async def _streamed(self, client: openai.AsyncOpenAI, on_delta: OnDelta) -> Completion:
        stream = await client.post(
            self._api.path,
            cast_to=object,
            body=self._body,
            options={"timeout": self._timeout()},
            stream=True,
            stream_cls=openai.AsyncStream[dict[str, Any]],
        )
        self.request_id = stream.response.headers.get("x-request-id")
        gathered, spoken = self._api.stream(), SpokenPieces()
        async with stream:
            async for event in stream:
                if text := spoken.take(gathered.take(event)):
                    self._has_spoken = True
                    await on_delta(text)
        if text := spoken.rest():
            await on_delta(text)
        completion = gathered.completion()
        if completion is None:
            raise ProviderError("OpenAI's answer broke off", code="model.interrupted")
        return completion

    def _timeout(self) -> httpx2.Timeout:
        return httpx2.Timeout(max(0.1, self._deadline - time.monotonic()), connect=CONNECT_S)
