"""THE CALL: one visit's request, with its credential, redirections and retries, until there is a response to keep.

Start reading at `call`. What it returns is journalled: a repeated turn does not call again.
"""

from __future__ import annotations

import asyncio
import hashlib
import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx2
import orjson

from botflow.engine.node_type import ActionContext
from botflow.outgoing_hosts import host_of, may_be_sent_to
from botflow.retry_after import retry_after_s
from botflow_http.authentication import Authentication, authentication_of
from botflow_http.content import Content, content_of
from botflow_http.exchange import Exchange, Response
from botflow_http.failure import RequestFailed
from botflow_http.properties import RequestProperties
from botflow_http.redirection import Target, redirected
from botflow_http.tokens import Tokens

LARGEST_OUTPUT = 250_000  # bytes of JSON: the journal refuses more
LARGEST_HEADERS = 8_000  # characters of the response's headers in the output
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 8.0
REFUSED = (429, 503)  # by which a service says that it did not take the request
PASSING = (*REFUSED, 502, 504)
_SECRET = frozenset(("set-cookie", "authorization", "proxy-authenticate", "www-authenticate", "authentication-info"))


async def call(properties: RequestProperties, context: ActionContext, tokens: Tokens) -> Mapping[str, Any]:
    """Return the output of the node: of a failure, too, then with `code` and `message`."""
    deadline_s = asyncio.get_running_loop().time() + properties.timeout
    exchange = Exchange(context.networks, deadline_s)
    seen = Seen()
    try:
        async with asyncio.timeout_at(deadline_s):
            authentication = authentication_of(context, tokens, exchange)
            content = await content_of(properties, exchange, context.key)
            request = Sending(properties, content, authentication, exchange, _key_of(context.key), context.credential)
            return _output(await _until_answered(request, seen, deadline_s, context))
    except TimeoutError:
        return _failure("http.timeout", f"there was no response within {properties.timeout:g} s", seen.response)
    except RequestFailed as failed:
        return _failure(failed.code, failed.message, seen.response)
    finally:
        await exchange.close()


@dataclass(slots=True)
class Seen:
    """The latest response, for the output of a failure."""

    response: Response | None = None


@dataclass(frozen=True, slots=True)
class Sending:
    """What each attempt sends."""

    properties: RequestProperties
    content: Content
    authentication: Authentication
    exchange: Exchange
    key: str
    credential: Mapping[str, str]

    def first_target(self) -> Target:
        """Return where the request goes first."""
        try:
            url = httpx2.URL(self.properties.url)
        except (httpx2.InvalidURL, UnicodeError):
            raise RequestFailed("http.url", "the address is none") from None
        if self.properties.query:
            url = url.copy_merge_params({name: _texts(value) for name, value in self.properties.query.items()})
        return Target(method=self.properties.method, url=url, origin=_origin(url))

    async def send_to(self, target: Target) -> Response:
        """Send it to this target; to another origin without credential, headers and body."""
        content = self.content if target.keeps_body else Content()
        request = httpx2.Request(target.method, target.url, content=content.body or None)
        if content.type:
            request.headers["content-type"] = content.type
        if target.is_at_home:
            self._check_host(target)
            self._add_headers(request, await self.authentication.headers())
        return await self.exchange.send(request)

    def _check_host(self, target: Target) -> None:
        """RequestFailed `credential.host` where the credential may not be sent."""
        url = str(target.url)
        if not may_be_sent_to(self.credential, url):
            message = f"the credential may not be sent to {host_of(url)[:100]}: its hosts do not name it"
            raise RequestFailed("credential.host", message)

    def _add_headers(self, request: httpx2.Request, proof: Mapping[str, str]) -> None:
        for name, value in self.properties.headers.items():
            request.headers[name] = value.encode("utf-8", "replace").decode()
        if self.properties.key_header is not None:
            request.headers[self.properties.key_header] = self.key
        request.headers.update(proof)


async def _until_answered(request: Sending, seen: Seen, deadline_s: float, context: ActionContext) -> Response:
    """Send the request until its response is one to keep; RequestFailed when it has none, and no tries left."""
    properties = request.properties
    for tries in range(properties.retries + 1):
        pause_s = random.uniform(0.5, 1.0) * min(FIRST_PAUSE_S * 2**tries, LONGEST_PAUSE_S)
        failed: RequestFailed | None = None
        seen.response = None
        try:
            response = await _followed(request, seen)
            if not _is_passing(response.status, properties):
                return response
            asked_s = retry_after_s(response.status, response.headers.get("retry-after"), datetime.now(UTC))
            pause_s = max(pause_s, asked_s)
            reason = str(response.status)
        except RequestFailed as failure:
            failed, reason = failure, failure.code
            if not failure.may_pass or (failure.is_sent and not properties.is_repeatable):
                raise
        is_over = tries == properties.retries or asyncio.get_running_loop().time() + pause_s >= deadline_s
        if not is_over:
            context.log("info", f"{reason}: it is sent again in {pause_s:.1f} s")
            await asyncio.sleep(pause_s)
        elif failed is not None:
            raise failed
        else:
            return response
    raise AssertionError("the last try returns or raises")


async def _followed(request: Sending, seen: Seen) -> Response:
    """Send the request, once more if its token was refused, and follow its redirections."""
    target = request.first_target()
    for _ in range(request.properties.redirects + 1):
        response = await request.send_to(target)
        if response.status == 401 and target.is_at_home and request.authentication.renew():
            response = await request.send_to(target)
        seen.response = response
        following = redirected(target, response) if request.properties.redirects else None
        if following is None:
            return response
        target = following
    raise RequestFailed("http.redirect", f"it was redirected more than {request.properties.redirects} times")


def _is_passing(status: int, properties: RequestProperties) -> bool:
    if properties.retry_on is not None:
        return status in properties.retry_on
    return status in (PASSING if properties.is_repeatable else REFUSED)


def _output(response: Response) -> Mapping[str, Any]:
    if response.status >= 400:
        return _failure("http.status", f"the service answered with the status {response.status}", response)
    if response.status >= 300:
        return _failure("http.redirect", f"the service answered with the redirection {response.status}", response)
    output = _written(response, response.body())
    if len(orjson.dumps(output)) > LARGEST_OUTPUT:
        raise RequestFailed("http.too_large", f"the body is JSON of more than {LARGEST_OUTPUT:,} bytes")
    return output


def _failure(code: str, message: str, response: Response | None) -> Mapping[str, Any]:
    """Return the output of a failure, with what is known of the response."""
    if response is None:
        return {"status": None, "headers": {}, "body": None, "code": code, "message": message}
    try:
        body = response.body()
    except RequestFailed:
        body = None
    output = {**_written(response, body), "code": code, "message": message}
    return output if len(orjson.dumps(output)) <= LARGEST_OUTPUT else {**output, "body": None}


def _written(response: Response, body: Any) -> dict[str, Any]:
    """Return the response as the output has it; without headers that are secrets."""
    headers: dict[str, str] = {}
    left = LARGEST_HEADERS
    for name, value in response.headers.items():
        left -= len(name) + len(value)
        if left >= 0 and name.lower() not in _SECRET:
            headers[name.lower()] = value.replace("\0", "")
    return {"status": response.status, "headers": headers, "body": body}


def _key_of(key: str) -> str:
    """Return the visit's key as services expect one: short, of letters, digits and hyphens."""
    return str(UUID(bytes=hashlib.sha256(key.encode()).digest()[:16]))


def _origin(url: httpx2.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def _texts(value: Any) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]
