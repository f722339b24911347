"""The REST API by Twilio's own SDK: send a message, find a message with an unknown result.

One client for the channel's life, opened by the first call: only then the SDK is imported and an event loop runs.
The SDK must never repeat a request: Twilio has no idempotency key, so a repeated POST is a second message.
"""

from __future__ import annotations

import asyncio
import logging
from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import orjson

from botflow.errors import ProviderError
from botflow.interfaces import Sent
from botflow.outgoing_targets import Network, TargetRefused
from botflow.records.outbounds import Retry, StoredOutbound
from botflow_twilio.address import write_address
from botflow_twilio.delivery_status import has_left, state_of
from botflow_twilio.error_codes import failed_on_its_way, refused
from botflow_twilio.rendering.contents import Contents
from botflow_twilio.rendering.interactive import TEXT_VARIABLE
from botflow_twilio.rendering.render import numbered

if TYPE_CHECKING:
    from twilio.rest import Client

TIMEOUT_S = 10.0
PAGE = 200
MOST_MEDIA = 10  # of one message: https://www.twilio.com/docs/messaging/api/media-resource
PASSING_CODES = (20003, 20009, 20429)  # a wrong token, a message on its way, too many requests
MOST_MESSAGES = 1000  # how many between one pair of numbers are searched for a lost one
LONGEST_VALIDITY_S = 36_000  # https://www.twilio.com/docs/messaging/api/message-resource
CLOCK_SLACK = timedelta(hours=2)  # our database's clock and Twilio's may differ
CONTENT_CODES = (20404, 21655, 21656)  # a content that is not known, or not valid, or whose variables are not
TRIAL_PREFIX = "Sent from your Twilio trial account - "  # Twilio writes it before every text of a trial account


class Rest:
    """Twilio's messages. `api_url` replaces https://api.twilio.com; with `networks` it may lead to no other private
    ones."""

    def __init__(
        self, account_sid: str, auth_token: str, api_url: str | None, networks: Sequence[Network] | None = None
    ) -> None:
        self._account_sid = account_sid
        self._auth_token = auth_token
        self._api_url = api_url
        self._networks = networks
        self._client: Client | None = None
        self._opening = asyncio.Lock()
        self._contents = Contents()

    async def send(self, outbound: StoredOutbound, status_url: str | None) -> Sent:
        """Send one part. If Twilio may have accepted it without our knowing, the state is `unknown`, never `failed`."""
        if not outbound.message.sender:
            return Sent(state="failed", error_code="no_sender")
        if not (self._account_sid and self._auth_token):
            return Sent(state="held", error_code="twilio.not_configured")
        try:
            client = await self._open()
        except ProviderError as missing:
            return Sent(state="held", error_code=missing.code)
        from aiohttp import ClientConnectorError
        from twilio.base.exceptions import TwilioRestException, TwilioServiceException

        asked = outbound.message
        sid = await self._contents.sid_of(client, asked) if asked.quick_replies else None
        arguments = _arguments(outbound, sid)
        if status_url:
            arguments["status_callback"] = status_url
        try:
            async with asyncio.timeout(TIMEOUT_S):  # the SDK does not apply its own timeout to its requests
                created = await self._create(client, outbound, arguments, sid)
        except (TwilioRestException, TwilioServiceException) as refusal:
            return refused(refusal.status, str(refusal.code or ""), str(getattr(refusal, "msg", "")))
        except ClientConnectorError as failure:
            if isinstance(failure.os_error, TargetRefused):
                return Sent(state="held", error_code="credential.address")
            return Sent(state="failed", error_code="twilio.unreachable", retry=Retry(after_s=0.0))
        except Exception as failure:  # noqa: BLE001 -- after connecting, Twilio may have it despite any error
            return Sent(state="unknown", error_code=f"twilio.{type(failure).__name__}")
        if not created.sid:
            return Sent(state="unknown", error_code="twilio.no_sid")
        return Sent(state="sent", provider_id=created.sid)

    async def _create(
        self, client: Client, outbound: StoredOutbound, arguments: dict[str, Any], sid: str | None
    ) -> Any:
        """Create a message; as numbered text, if Twilio refuses its options."""
        from twilio.base.exceptions import TwilioRestException

        try:
            return await client.messages.create_async(**arguments)
        except TwilioRestException as refusal:
            if sid is None or refusal.code not in CONTENT_CODES:
                raise
            self._contents.forget(sid)
        without = {name: value for name, value in arguments.items() if not name.startswith("content_")}
        return await client.messages.create_async(**without, body=numbered(outbound.message))

    async def find(self, outbound: StoredOutbound) -> list[Sent]:
        """Return the messages that may be this part, the oldest first."""
        if not (self._account_sid and self._auth_token and outbound.message.sender):
            raise ProviderError(
                "Twilio cannot be asked without an account", code="twilio.not_configured", hint="set TWILIO_ACCOUNT_SID"
            )
        if outbound.message.content_sid or outbound.message.quick_replies:
            raise ProviderError(
                "only Twilio knows the text of a template, so a message cannot be found by it", code="twilio.template"
            )
        try:
            async with asyncio.timeout(TIMEOUT_S):
                candidates = await self._candidates(outbound)
        except ProviderError:
            raise
        except Exception as failure:
            raise ProviderError(
                f"Twilio did not say which messages it has: {type(failure).__name__}",
                code="twilio.list_failed",
                retryable=True,
            ) from failure
        # Twilio lists the newest first, and its times are whole seconds: sorting keeps the order within one.
        candidates.reverse()
        return [_as_sent(found) for found in sorted(candidates, key=lambda found: found.date_created)]

    async def delete(self, sid: str) -> bool:
        """Delete a message and its media; False when Twilio does not know the message in this account.

        ProviderError `twilio.redaction_failed`, retryable unless Twilio refuses it for good. A message on its way is
        refused for as long as that lasts (error 20009).
        """
        if not (self._account_sid and self._auth_token):
            raise ProviderError("Twilio has no account here", code="twilio.not_configured", retryable=True)
        client = await self._open()
        from twilio.base.exceptions import TwilioRestException

        is_deleted: bool = False
        try:
            async with asyncio.timeout(TIMEOUT_S):
                message = client.messages(sid)
                with _is_gone():
                    for media in await message.media.list_async(limit=MOST_MEDIA):
                        with _is_gone():  # Twilio may list it for a while after an attempt that deleted it
                            await media.delete_async()
                with _is_gone():
                    is_deleted = await message.delete_async()
        except TwilioRestException as refusal:
            is_for_good = refusal.status < HTTPStatus.INTERNAL_SERVER_ERROR and refusal.code not in PASSING_CODES
            raise _not_deleted(f"{refusal.status} {refusal.code or ''}".strip(), retryable=not is_for_good) from refusal
        except Exception as failure:
            raise _not_deleted(type(failure).__name__, retryable=True) from failure
        return is_deleted

    async def _candidates(self, outbound: StoredOutbound) -> list[Any]:
        """Return the messages between the two numbers since the part was created, with its text, newest first.

        ProviderError when there are too many to search: then a message that was not found may still exist.
        """
        client, arguments = await self._open(), _arguments(outbound)
        listed = await client.messages.stream_async(
            to=arguments["to"], from_=arguments["from_"], limit=MOST_MESSAGES, page_size=PAGE
        )
        candidates: list[Any] = []
        seen = 0
        async for message in listed:
            if isinstance(message.date_created, datetime) and message.date_created < _earliest(outbound):
                return candidates
            seen += 1
            if _is_same(outbound, message):
                candidates.append(message)
        if seen >= MOST_MESSAGES:
            raise ProviderError(
                f"there are more than {MOST_MESSAGES} messages between the two numbers", code="twilio.list_too_long"
            )
        return candidates

    async def close(self) -> None:
        if self._client is not None:
            client, self._client = self._client, None
            await client.http_client.close()

    async def _open(self) -> Client:
        async with self._opening:
            if self._client is None:
                try:
                    await asyncio.to_thread(load_sdk)
                except ImportError as missing:
                    raise ProviderError(
                        "Twilio's SDK is not installed", code="twilio.sdk_missing", hint="pip install 'botflow[twilio]'"
                    ) from missing
                self._client = new_client(self._account_sid, self._auth_token, self._api_url, self._networks)
            return self._client


def new_client(
    account_sid: str, auth_token: str, api_url: str | None, networks: Sequence[Network] | None = None
) -> Client:
    """Return the SDK's client for an account; an event loop must run, and `load_sdk` must have imported the SDK."""
    from twilio.rest import Client

    from botflow_twilio.bounded_answers import bounded_client

    # The SDK logs every address it asks for; a separate silent logger keeps them out of our logs.
    quiet = logging.Logger("botflow_twilio.sdk", level=logging.CRITICAL + 1)
    client = Client(
        account_sid,
        auth_token,
        http_client=bounded_client(quiet, urlsplit(api_url or "https:").scheme, networks if api_url else None),
        environment={"TWILIO_ACCOUNT_SID": account_sid},  # otherwise it reads the process's
        credential_provider=_BasicAuthentication(account_sid, auth_token),
    )
    if api_url:
        client.api.base_url = client.content.base_url = api_url.rstrip("/")
    return client


@contextmanager
def _is_gone() -> Iterator[None]:
    """Pass over Twilio's answer that it does not know what is to be deleted."""
    from twilio.base.exceptions import TwilioRestException

    try:
        yield
    except TwilioRestException as refusal:
        if refusal.status != HTTPStatus.NOT_FOUND:
            raise


def _not_deleted(why: str, *, retryable: bool) -> ProviderError:
    return ProviderError(f"Twilio did not delete a message: {why}", code="twilio.redaction_failed", retryable=retryable)


def load_sdk() -> None:
    """Import the SDK; half a second, so never on the event loop."""
    import twilio.http.async_http_client
    import twilio.rest.api
    import twilio.rest.content  # noqa: F401 -- Client would import it at its first use


class _BasicAuthentication:
    """A credential provider of the SDK, which by itself uses a part of aiohttp that is being removed."""

    def __init__(self, account_sid: str, auth_token: str) -> None:
        self._header = "Basic " + b64encode(f"{account_sid}:{auth_token}".encode()).decode()

    def to_auth_strategy(self) -> _BasicAuthentication:
        return self

    def get_auth_string(self) -> str:
        return self._header


def _arguments(outbound: StoredOutbound, content_sid: str | None = None) -> dict[str, Any]:
    """Return the arguments of a send; `content_sid` is the content of a question's options."""
    message = outbound.message
    channel = message.channel or outbound.key.channel
    arguments: dict[str, Any] = {
        "to": write_address(channel, message.to or outbound.key.external_id),
        "from_": write_address(channel, message.sender),
    }
    if message.content_sid:  # a template has its own text and media: Twilio refuses others beside it
        arguments["content_sid"] = message.content_sid
        if message.content_variables:
            arguments["content_variables"] = orjson.dumps(dict(message.content_variables)).decode()
    elif content_sid is not None:
        arguments["content_sid"] = content_sid
        arguments["content_variables"] = orjson.dumps({TEXT_VARIABLE: message.text}).decode()
    else:
        if message.text:
            arguments["body"] = numbered(message)
        if message.media:
            arguments["media_url"] = [medium.url for medium in message.media]
    if message.validity_s is not None:
        left_s = int(message.validity_s - outbound.age_s)
        arguments["validity_period"] = max(1, min(left_s, LONGEST_VALIDITY_S))
    return arguments


def _earliest(outbound: StoredOutbound) -> datetime:
    return outbound.created_at - CLOCK_SLACK


def _is_same(outbound: StoredOutbound, found: Any) -> bool:
    """Say whether `found` (the SDK's message) may be this part: outgoing, not older, the same text and media."""
    return (
        str(found.direction).startswith("outbound")
        and isinstance(found.date_created, datetime)
        and found.date_created >= _earliest(outbound)
        and (found.body or "").removeprefix(TRIAL_PREFIX).strip() == outbound.message.text.strip()
        and int(found.num_media or 0) == len(outbound.message.media)
    )


def _as_sent(found: Any) -> Sent:
    code = str(found.error_code or "")
    state = state_of(found.status, code)
    reason, retry = failed_on_its_way(code) if state == "failed" else ("", None)
    return Sent(
        state=state,
        provider_id=found.sid,
        error_code=code,
        reason=reason,
        retry=retry,
        has_left=has_left(found.status),
    )
