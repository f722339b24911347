"""Slack's Web API by its official SDK: one client for each call, with bounds of time and bytes.

The SDK must never repeat a request by itself: a message may have been posted though its answer was lost. Only a request
that Slack refused because there were too many is made again, when Slack says so and there is time.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from botflow.engine.node_type import ActionContext
from botflow.outgoing_targets import TargetRefused, check_url
from botflow_slack.errors import SlackFailure, refusal

if TYPE_CHECKING:
    from slack_sdk.web.async_client import AsyncWebClient

API_URL = "https://slack.com/api/"
WITHIN_S = 30.0  # for one call, pauses for its rate limit included
UPLOAD_S = 120.0
ATTEMPTS = 3
LONGEST_PAUSE_S = 20.0
DEFAULT_PAUSE_S = 1.0


@asynccontextmanager
async def opened(context: ActionContext) -> AsyncIterator[AsyncWebClient]:
    """Yield a client with the bot's token; SlackFailure `slack.not_configured`, `credential.address`."""
    fields: Mapping[str, str] = context.credential
    token = fields.get("botToken", "")
    if not token:
        raise SlackFailure(
            "no bot token is configured",
            code="slack.not_configured",
            hint="store a credential of the module slack, or set SLACK_BOT_TOKEN",
        )
    url = fields.get("apiUrl", "")
    networks = context.account_networks if url else None
    if networks is not None:
        try:
            check_url(url, networks)
        except TargetRefused as refused:
            raise SlackFailure(f"the address of Slack's API: {refused}", code="credential.address") from None
    await asyncio.to_thread(_load_sdk)
    from slack_sdk.web.async_client import AsyncWebClient

    from botflow_slack.bounded_session import bounded_session

    async with bounded_session(urlsplit(url or API_URL).scheme, networks) as session:
        client = AsyncWebClient(
            token=token,
            base_url=f"{(url or API_URL).rstrip('/')}/",
            timeout=math.ceil(WITHIN_S),
            session=session,
            retry_handlers=[],
            logger=logging.Logger("botflow_slack.sdk", level=logging.CRITICAL + 1),  # it logs addresses and bodies
        )
        if networks is not None:
            client.proxy = None  # a proxy would resolve the name again
        yield client


async def call(request: Callable[[], Awaitable[Any]], *, is_harmless: bool = False) -> Mapping[str, Any]:
    """Make a request, and return what Slack answers. SlackFailure: `slack.rate_limited`, `.unreachable`, `.unknown`
    when Slack may have done it, and those of `refusal`. A harmless one changes nothing that people see."""
    from aiohttp import ClientConnectorError, ClientError
    from slack_sdk.errors import SlackApiError

    from botflow_slack.bounded_session import AnswerTooLarge

    try:
        async with asyncio.timeout(WITHIN_S):
            return await _patiently(request)
    except SlackApiError as error:
        raise _answered(error) from None
    except ClientConnectorError as error:
        if isinstance(error.os_error, TargetRefused):
            raise SlackFailure(f"the address of Slack's API: {error.os_error}", code="credential.address") from None
        raise SlackFailure("Slack cannot be reached", code="slack.unreachable", retryable=True) from None
    except (TimeoutError, ClientError, OSError, AnswerTooLarge, AttributeError, ValueError):
        if is_harmless:
            raise SlackFailure("Slack did not answer", code="slack.unreachable", retryable=True) from None
        raise SlackFailure("Slack did not answer, and may have done it", code="slack.unknown") from None


async def _patiently(request: Callable[[], Awaitable[Any]]) -> Mapping[str, Any]:
    from slack_sdk.errors import SlackApiError

    for attempt in range(1, ATTEMPTS + 1):
        try:
            answer = await request()
            return dict(answer.data)
        except SlackApiError as error:
            pause_s = _pause_s(error)
            if pause_s is None or pause_s > LONGEST_PAUSE_S or attempt == ATTEMPTS:
                raise
            await asyncio.sleep(pause_s)
    raise AssertionError("the last attempt returns or raises")


def _pause_s(error: Any) -> float | None:
    """Return how long Slack wants to be left alone; None when it does not refuse for that."""
    if getattr(error.response, "status_code", None) != 429:
        return None
    try:
        return max(0.0, float(error.response.headers["Retry-After"]))
    except (KeyError, TypeError, ValueError):
        return DEFAULT_PAUSE_S


def _answered(error: Any) -> SlackFailure:
    status = int(getattr(error.response, "status_code", 0) or getattr(error.response, "status", 0) or 0)
    if status == 429:
        return SlackFailure("Slack refuses: too many requests", code="slack.rate_limited", retryable=True)
    data = getattr(error.response, "data", None)
    if isinstance(data, Mapping) and data.get("error"):
        return refusal(data["error"])
    if status >= 500 or status == 200:
        return SlackFailure(f"Slack is out of order, and may have done it (status {status})", code="slack.unknown")
    return SlackFailure(f"Slack refuses the request (status {status})", code="slack.rejected")


def _load_sdk() -> None:
    """Import the SDK, which takes a while, so not on the event loop."""
    try:
        import slack_sdk.web.async_client  # noqa: F401
    except ImportError:
        raise SlackFailure(
            "Slack's SDK is not installed", code="slack.sdk_missing", hint="pip install 'botflow[slack]'"
        ) from None
