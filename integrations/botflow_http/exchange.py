"""One request and its response, within bounds: where it may lead, how much comes back, and how long it takes."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httpx2

from botflow.outgoing_targets import Network, TargetRefused, UnknownHost
from botflow.outgoing_transport import CheckedTransport
from botflow_http.body import BodyReader, read_body
from botflow_http.failure import RequestFailed

LARGEST = 200_000  # bytes of a response's body, decompressed; the journal takes little more
REFUSED = {
    "http.url": "the address is none that a request may have",
    "http.not_https": "requests go by https; by http only into networks that BOTFLOW_FLOW_NETWORKS allows",
    "http.private_address": "requests go to the public internet, and to networks that BOTFLOW_FLOW_NETWORKS allows",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What a service answered. `fault` says why its content is not complete; `headers` have lower-case names."""

    status: int
    headers: httpx2.Headers
    content: bytes
    fault: RequestFailed | None = None

    def body(self) -> Any:
        """Return the body as plain JSON, a text, or None; RequestFailed if it cannot be read."""
        if self.fault is not None:
            raise self.fault
        return read_body(self.content, self.headers.get("content-type", ""))


class Exchange:
    """Sends requests over connections of their own: nothing of one call, such as a cookie, is part of the next."""

    def __init__(self, networks: Sequence[Network], deadline_s: float) -> None:
        """`deadline_s` is the event loop's time at which the caller gives up."""
        self._transport = CheckedTransport(networks)
        self._deadline_s = deadline_s

    async def send(self, request: httpx2.Request, *, largest: int = LARGEST) -> Response:
        """Return the response, whatever its status; RequestFailed if there is none."""
        request.headers.setdefault("accept-encoding", "gzip")
        request.headers.setdefault("user-agent", "botflow")
        left_s = max(0.0, self._deadline_s - asyncio.get_running_loop().time())
        # A connection must have failed before the caller cancels: httpx2 does not close one in the middle of TLS's
        # beginning then. The other phases end by being cancelled.
        request.extensions = {**request.extensions, "timeout": {"connect": left_s * 0.9}}
        try:
            response = await self._transport.handle_async_request(request)
            try:
                return await _received(response, largest)
            finally:
                await response.aclose()
        except UnknownHost as unknown:
            raise RequestFailed("http.unknown_host", f"there is no such host: {unknown}", may_pass=True) from None
        except TargetRefused as refused:
            code = f"http.{refused.code.rpartition('.')[2]}"
            raise RequestFailed(code, f"{REFUSED[code]}: {refused}") from None
        except (httpx2.ConnectError, httpx2.ConnectTimeout) as failure:
            if _is_of_certificate(failure):
                raise RequestFailed("http.certificate", "the host's certificate is not valid for its name") from None
            raise RequestFailed("http.unreachable", "no connection could be made", may_pass=True) from None
        except httpx2.HTTPError:
            raise RequestFailed(
                "http.no_answer", "the connection broke before the whole answer was there", is_sent=True, may_pass=True
            ) from None

    async def close(self) -> None:
        await self._transport.aclose()


def _is_of_certificate(failure: BaseException | None) -> bool:
    while failure is not None and not isinstance(failure, ssl.SSLCertVerificationError):
        failure = failure.__cause__ or failure.__context__
    return failure is not None


async def _received(response: httpx2.Response, largest: int) -> Response:
    try:
        content, fault = await BodyReader(largest).read(response), None
    except RequestFailed as failed:
        content, fault = b"", failed
    return Response(status=response.status_code, headers=response.headers, content=content, fault=fault)
