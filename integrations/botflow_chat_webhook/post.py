"""The one request of a webhook: with a bound of time and bytes, only to where it may lead, never repeated unless the
service has refused it because there were too many.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, urlsplit

import orjson

from botflow.outgoing_targets import Network, TargetRefused, UnknownHost, check_url, checked_addresses, port_of
from botflow_chat_webhook.errors import ChatFailure

if TYPE_CHECKING:
    import httpx2

WITHIN_S = 30.0  # pauses included
ATTEMPTS = 3
LONGEST_PAUSE_S = 20.0
DEFAULT_PAUSE_S = 1.0
LARGEST = 64 * 1024  # bytes of an answer that are read
_HEADERS = {"content-type": "application/json", "accept-encoding": "identity", "user-agent": "botflow"}


async def post(url: str, query: str, payload: Mapping[str, Any], networks: Sequence[Network] | None) -> bytes:
    """Send the payload, and return the beginning of the answer; with `networks`, to no other private ones.

    ChatFailure: `chat.rate_limited`, `.unreachable`, `.rejected`, `.gone`, `.unknown`, `credential.address`.
    """
    try:
        async with asyncio.timeout(WITHIN_S):
            return await _patiently(url, query, orjson.dumps(payload), networks)
    except UnknownHost:
        raise ChatFailure("the host of the webhook is not known", code="chat.unreachable", retryable=True) from None
    except TargetRefused as refused:
        raise ChatFailure(f"the address of the webhook: {refused}", code="credential.address") from None
    except TimeoutError:
        raise ChatFailure("the service did not answer, and may have posted it", code="chat.unknown") from None


async def _patiently(url: str, query: str, body: bytes, networks: Sequence[Network] | None) -> bytes:
    for attempt in range(1, ATTEMPTS + 1):
        status, headers, answer = await _once(url, query, body, networks)
        if status != HTTPStatus.TOO_MANY_REQUESTS:
            return _checked(status, answer)
        pause_s = _pause_s(headers)
        if pause_s > LONGEST_PAUSE_S or attempt == ATTEMPTS:
            break
        await asyncio.sleep(pause_s)
    raise ChatFailure("the service refuses: too many messages", code="chat.rate_limited", retryable=True)


async def _once(
    url: str, query: str, body: bytes, networks: Sequence[Network] | None
) -> tuple[int, Mapping[str, str], bytes]:
    try:
        import httpx2
    except ImportError:
        raise ChatFailure(
            "a package that sends is missing", code="chat.not_installed", hint="pip install 'botflow[service]'"
        ) from None
    if networks is None:
        parts = urlsplit(url)
        hosts = [parts.hostname or ""]
    else:
        parts = check_url(url, networks)
        hosts = await checked_addresses(parts, networks)
    is_believed = networks is None  # a proxy would resolve the name again
    async with httpx2.AsyncClient(trust_env=is_believed, follow_redirects=False, timeout=WITHIN_S) as client:
        for host in hosts:
            request = client.build_request(
                "POST",
                _target(parts, host, query),
                headers={**_HEADERS, "host": parts.netloc.rpartition("@")[2]},
                content=body,
                extensions={"sni_hostname": parts.hostname},  # the certificate must be that of the name
            )
            try:
                answer = await client.send(request, stream=True)
                return answer.status_code, answer.headers, await _beginning(answer)
            except (httpx2.ConnectError, httpx2.ConnectTimeout):
                continue  # nothing has been sent
            except httpx2.HTTPError:
                raise ChatFailure("the connection broke, and it may be posted", code="chat.unknown") from None
    raise ChatFailure("the service cannot be reached", code="chat.unreachable", retryable=True)


def _target(parts: SplitResult, host: str, query: str) -> str:
    written = f"[{host}]" if ":" in host else host
    asked = "&".join(each for each in (parts.query, query) if each)
    return f"{parts.scheme}://{written}:{port_of(parts)}{parts.path or '/'}{f'?{asked}' if asked else ''}"


async def _beginning(answer: httpx2.Response) -> bytes:
    pieces: list[bytes] = []
    try:
        async for piece in answer.aiter_raw():
            pieces.append(piece)
            if sum(map(len, pieces)) >= LARGEST:
                break
    finally:
        await answer.aclose()
    return b"".join(pieces)[:LARGEST]


def _checked(status: int, answer: bytes) -> bytes:
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return answer
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
        raise ChatFailure(f"the webhook is not there or not allowed any more (status {status})", code="chat.gone")
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise ChatFailure(f"the service is out of order, and may have posted it ({status})", code="chat.unknown")
    raise ChatFailure(f"the service refuses the message (status {status})", code="chat.rejected")


def _pause_s(headers: Mapping[str, str]) -> float:
    try:
        return max(0.0, float(headers.get("retry-after", DEFAULT_PAUSE_S)))
    except ValueError:  # a date
        return DEFAULT_PAUSE_S
