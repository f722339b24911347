"""Reads a file of the web for an action, from an address that botflow/outgoing_targets.py allows, at each redirect too.

The file is held as a whole, so it has a bound; a compressed answer, which could grow beyond it, is refused.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, unquote, urljoin

from botflow.errors import ProviderError
from botflow.outgoing_targets import Network, TargetRefused, check_url, checked_addresses, port_of

if TYPE_CHECKING:
    import httpx2

WITHIN_S = 20.0  # for all hops together
MOST_HOPS = 4  # providers of messages answer a request for media with a redirect or two
LONGEST_NAME = 120
UNKNOWN_TYPE = "application/octet-stream"
_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]{1,60}/[A-Za-z0-9!#$&^_.+-]{1,60}")
_HEADERS = {"accept-encoding": "identity", "user-agent": "botflow"}


@dataclass(frozen=True, slots=True)
class WebFile:
    """A file that was read. `name` is the end of its address, "" where that has none."""

    name: str
    content_type: str
    content: bytes


async def read_web_file(url: str, networks: Sequence[Network], largest: int) -> WebFile:
    """Return the file; ProviderError `file.address`, `.unreachable`, `.timeout`, `.refused` or `.too_large`."""
    try:
        async with asyncio.timeout(WITHIN_S):
            for _ in range(MOST_HOPS):
                async with _answer(url, networks) as answer:
                    if not answer.is_redirect:
                        return await _read(answer, url, largest)
                    url = urljoin(url, answer.headers.get("location", ""))
    except TimeoutError:
        raise ProviderError(
            f"the file was not there within {WITHIN_S:g} s", code="file.timeout", retryable=True
        ) from None
    except TargetRefused as refused:
        raise ProviderError(f"the address of the file: {refused}", code="file.address") from None
    raise ProviderError(f"the address of the file leads on more than {MOST_HOPS} times", code="file.refused")


@asynccontextmanager
async def _answer(url: str, networks: Sequence[Network]) -> AsyncIterator[httpx2.Response]:
    """Yield the answer of the first address of the host that can be reached, with its body unread."""
    try:
        import httpx2
    except ImportError:
        raise ProviderError(
            "files cannot be read from here: a package is missing",
            code="file.not_installed",
            hint="pip install 'botflow[service]'",
        ) from None
    parts = check_url(url, networks)
    async with httpx2.AsyncClient(trust_env=False, follow_redirects=False, timeout=WITHIN_S) as client:
        for address in await checked_addresses(parts, networks):
            request = client.build_request(
                "GET",
                _bound(parts, address),
                headers={**_HEADERS, "host": parts.netloc},
                extensions={"sni_hostname": parts.hostname},  # the certificate must be that of the name
            )
            try:
                answer = await client.send(request, stream=True)
            except (httpx2.ConnectError, httpx2.ConnectTimeout):
                continue
            except httpx2.HTTPError:
                break
            try:
                yield answer
            except httpx2.HTTPError:
                break
            finally:
                await answer.aclose()
            return
    raise ProviderError("the file cannot be read from its address", code="file.unreachable", retryable=True)


def _bound(parts: SplitResult, address: str) -> str:
    host = f"[{address}]" if ":" in address else address
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return f"{parts.scheme}://{host}:{port_of(parts)}{path}"


async def _read(answer: httpx2.Response, url: str, largest: int) -> WebFile:
    if answer.status_code != HTTPStatus.OK:
        raise ProviderError(f"its server answers a request for the file by {answer.status_code}", code="file.refused")
    if answer.headers.get("content-encoding", "identity") != "identity":
        raise ProviderError("the file is sent compressed, which was not asked for", code="file.refused")
    pieces: list[bytes] = []
    size = 0
    async for piece in answer.aiter_raw():
        size += len(piece)
        if size > largest:
            raise ProviderError(f"the file has more than {largest} bytes", code="file.too_large")
        pieces.append(piece)
    content_type = answer.headers.get("content-type", "").partition(";")[0].strip()
    name = unquote(url.partition("?")[0].rpartition("/")[2])[:LONGEST_NAME]
    return WebFile(
        name if name.isprintable() else "",
        content_type.lower() if _TYPE.fullmatch(content_type) else UNKNOWN_TYPE,
        b"".join(pieces),
    )
