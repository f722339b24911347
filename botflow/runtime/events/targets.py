"""The request that brings an event to a webhook, to an address that botflow/outgoing_targets.py allows. Redirects are
answers like others, and not followed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from botflow.errors import UsageError
from botflow.outgoing_targets import Network, TargetRefused, check_url
from botflow.retry_after import retry_after_s

WITHIN_S = 15.0  # for name, connection and answer together
# Why an event was not received, as deliveries say it.
ERRORS = {
    "webhook.refused": "the receiver answered with another status than 2xx; redirects are not followed",
    "webhook.timeout": "no answer came within 15 seconds",
    "webhook.no_answer": "the connection broke before the answer",
    "webhook.unreachable": "no connection could be made to any address of the host",
    "observer.failed": "an observer of a plugin raised; the log has the exception",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What came of a request: the status of the answer, or a stable code of why there is none; and for how long the
    receiver wants to get nothing more."""

    status: int | None = None
    error: str | None = None
    retry_after_s: float = 0.0

    @property
    def is_received(self) -> bool:
        return self.error is None


async def post(url: str, headers: Mapping[str, str], body: bytes, networks: Sequence[Network], now: datetime) -> Sent:
    """Send `body` once, and return what came of it. The answer's body is not read."""
    try:
        check_url(url, networks)
        async with asyncio.timeout(WITHIN_S):
            return await _post(url, headers, body, networks, now)
    except TargetRefused as refused:
        return Sent(error=refused.code)
    except TimeoutError:
        return Sent(error="webhook.timeout")


async def _post(url: str, headers: Mapping[str, str], body: bytes, networks: Sequence[Network], now: datetime) -> Sent:
    try:
        import httpx2

        from botflow.outgoing_transport import CheckedTransport
    except ImportError:
        raise UsageError(
            "webhooks cannot be sent from here: a package is missing",
            code="webhook.not_installed",
            hint="pip install 'botflow[service]'",
        ) from None
    sent = {"content-type": "application/json", "user-agent": "botflow-webhooks", **headers}
    timeout = httpx2.Timeout(WITHIN_S)
    async with httpx2.AsyncClient(transport=CheckedTransport(networks), trust_env=False, timeout=timeout) as client:
        try:
            answer = await client.send(client.build_request("POST", url, headers=sent, content=body), stream=True)
        except (httpx2.ConnectError, httpx2.ConnectTimeout):
            return Sent(error="webhook.unreachable")
        except httpx2.HTTPError:
            return Sent(error="webhook.no_answer")
        await answer.aclose()
        is_received = HTTPStatus.OK <= answer.status_code < HTTPStatus.MULTIPLE_CHOICES
        wait_s = retry_after_s(answer.status_code, answer.headers.get("retry-after"), now)
        return Sent(status=answer.status_code, error=None if is_received else "webhook.refused", retry_after_s=wait_s)
