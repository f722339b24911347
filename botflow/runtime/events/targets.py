"""The request that brings an event to a webhook, to an address that botflow/outgoing_targets.py allows. Redirects are
answers like others, and not followed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from urllib.parse import SplitResult

from botflow.errors import UsageError
from botflow.outgoing_targets import Network, TargetRefused, check_url, checked_addresses, port_of
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
        async with asyncio.timeout(WITHIN_S):
            parts = check_url(url, networks)
            return await _post_to(parts, await checked_addresses(parts, networks), headers, body, now)
    except TargetRefused as refused:
        return Sent(error=refused.code)
    except TimeoutError:
        return Sent(error="webhook.timeout")


async def _post_to(
    parts: SplitResult, addresses: Sequence[str], headers: Mapping[str, str], body: bytes, now: datetime
) -> Sent:
    try:
        import httpx2
    except ImportError:
        raise UsageError(
            "webhooks cannot be sent from here: a package is missing",
            code="webhook.not_installed",
            hint="pip install 'botflow[service]'",
        ) from None
    sent = {"host": parts.netloc, "content-type": "application/json", "user-agent": "botflow-webhooks", **headers}
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    async with httpx2.AsyncClient(trust_env=False, follow_redirects=False, timeout=WITHIN_S) as client:
        for address in addresses:
            host = f"[{address}]" if ":" in address else address
            request = client.build_request(
                "POST",
                f"{parts.scheme}://{host}:{port_of(parts)}{path}",
                headers=sent,
                content=body,
                extensions={"sni_hostname": parts.hostname},  # the certificate must be that of the name
            )
            try:
                answer = await client.send(request, stream=True)
            except (httpx2.ConnectError, httpx2.ConnectTimeout):
                continue  # nothing has been sent: the next address may be reachable
            except httpx2.HTTPError:
                return Sent(error="webhook.no_answer")
            await answer.aclose()
            is_received = HTTPStatus.OK <= answer.status_code < HTTPStatus.MULTIPLE_CHOICES
            wait_s = retry_after_s(answer.status_code, answer.headers.get("retry-after"), now)
            error = None if is_received else "webhook.refused"
            return Sent(status=answer.status_code, error=error, retry_after_s=wait_s)
    return Sent(error="webhook.unreachable")
