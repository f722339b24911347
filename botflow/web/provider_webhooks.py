"""Providers' webhooks: a person's message, answered within the provider's time limit, and delivery callbacks.

The same for all channels of the runtime. Nothing of an unsigned request is trusted, stored or parsed further than its
signature needs; the signed address is the configured public one, never that of forwarded headers.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from urllib.parse import parse_qs, parse_qsl, urlsplit

from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

from botflow.errors import ProviderError, RejectedInbound, UsageError
from botflow.interfaces import Channel, Reports, WebhookRequest
from botflow.records.outbounds import StoredOutbound
from botflow.seeds import new_seed
from botflow.web.asgi import header, send_bytes
from botflow.web.context import Desk, desk_of
from botflow.web.embedding.mount import raw_route_path
from botflow.web.requests.json_body import without_mark
from botflow.web.requests.request_base import request_origin
from botflow.web.requests.request_bodies import read_body

LARGEST_BODY = 64 * 1024  # a message of 1,600 characters with ten media is a tenth of it
LARGEST_STATUS = 16 * 1024
MOST_FIELDS = 500
CONSENT_WORDS = ("stop", "ask_to_stop", "start")
FORM = "application/x-www-form-urlencoded"


class ReceiveMessage:
    """POST /{provider}/{workflow}: the provider's answer document with the turn's messages, or an empty one."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        desk = desk_of(scope)
        clock = desk.runtime.clock
        began_s = clock.monotonic_s()
        channel, flows, slug = provider_of(desk, scope), desk.runtime.flows, scope["path_params"]["workflow"]
        flows.check_known(slug)
        request = await signed_request(desk, channel, scope, receive, LARGEST_BODY)
        inbound = channel.parse(request, clock.now(), new_seed())
        live = await flows.get_for_consent(slug) if inbound.consent in CONSENT_WORDS else flows.get(slug)
        with desk.runtime.overload.place("opt_outs" if inbound.consent else "providers"):
            receipt = await desk.runtime.receiver.receive(
                live,
                inbound.sender,
                inbound,
                reply_within_s=max(0.0, desk.runtime.timing.webhook_reply_s - (clock.monotonic_s() - began_s)),
                is_gone=lambda: is_disconnected(receive),
            )
        answer = channel.reply(receipt.outbounds, _callback_url(desk, channel))
        await send_bytes(send, 200, answer.encode(), (b"content-type", channel.reply_type.encode()))


class ReceiveStatus:
    """POST /{provider}/{workflow}/status: the delivery status of one of our messages; 204."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        desk = desk_of(scope)
        channel = provider_of(desk, scope)
        request = await signed_request(desk, channel, scope, receive, LARGEST_STATUS)
        if not isinstance(channel, Reports):
            raise unknown_provider(channel.name)
        query = parse_qs(urlsplit(request.url).query)
        desk.runtime.callbacks.check(_only(query, "o"), _only(query, "s"))
        news = channel.parse_status(request)
        with desk.runtime.overload.place("providers"):
            await in_time(desk.runtime.database.outbox.report(news), desk.runtime.timing.webhook_reply_s)
        await send_bytes(send, HTTPStatus.NO_CONTENT, b"")


async def in_time(work: Awaitable[object], within_s: float) -> None:
    """Await `work`; a retryable ProviderError (503) when it takes longer than `within_s` seconds."""
    try:
        async with asyncio.timeout(within_s):
            await work
    except TimeoutError:
        raise ProviderError("the database does not answer", code="database.unavailable", retryable=True) from None


def _only(query: Mapping[str, list[str]], name: str) -> str:
    """Return a parameter that occurs once, else "": of a repeated one, another parser might read another value."""
    values = query.get(name, [])
    return values[0] if len(values) == 1 else ""


async def is_disconnected(receive: Receive) -> bool:
    """Say whether the client is gone, without waiting; only once its body has been read."""
    try:
        async with asyncio.timeout(0):
            message = await receive()
    except TimeoutError:
        return False
    return bool(message["type"] == "http.disconnect")


def parse_form(body: bytes) -> tuple[tuple[str, str], ...]:
    """Return the form's fields in order; RejectedInbound when it is malformed, or holds a forbidden character."""
    written = without_mark(body)
    try:
        fields = parse_qsl(written.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except UnicodeDecodeError:
        raise RejectedInbound("the form is not UTF-8", code="form.not_utf8", hint="encode it as UTF-8") from None
    except ValueError:
        raise RejectedInbound(f"the form has more than {MOST_FIELDS} fields", code="form.too_many_fields") from None
    if any("\x00" in name or "\x00" in value for name, value in fields):
        raise RejectedInbound("the form contains the character NUL", code="form.nul", hint="leave it out")
    return tuple(fields)


async def signed_request(desk: Desk, channel: Channel, scope: Scope, receive: Receive, largest: int) -> WebhookRequest:
    """Read the request; RejectedInbound `webhook.forged` (403) unless the provider signed it."""
    body = await read_body(scope, receive, largest)
    content_type = (header(scope, b"content-type") or "").partition(";")[0].strip().lower()
    if body and content_type != FORM:
        raise RejectedInbound(
            f"a webhook is a form ({FORM})",
            code="form.content_type",
            hint="set the number's webhook to HTTP POST",
            status=HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        )
    request = WebhookRequest(
        url=_public_url(desk, scope),
        form=parse_form(body),
        headers={str(name, "latin-1"): str(value, "latin-1") for name, value in scope["headers"]},
    )
    if await _is_signed(desk, channel, scope, request):
        return request
    await desk.count_forgery(scope, provider=channel.name)
    raise RejectedInbound(
        f"this request does not carry a signature of {channel.name}",
        code="webhook.forged",
        hint="BOTFLOW_PUBLIC_URL must be the address that stands in the provider's console,"
        " and the auth token of the provider's account must be configured",
        status=HTTPStatus.FORBIDDEN,
    )


async def _is_signed(desk: Desk, channel: Channel, scope: Scope, request: WebhookRequest) -> bool:
    """Say whether the provider signed for the workflow's account; nothing is, while its credential cannot be used."""
    slug = scope["path_params"]["workflow"]
    try:
        async with desk.runtime.accounts.channel(slug, channel) as account:
            return account.of.verify(request) or _lets_unsigned_in(desk, account.of, scope)
    except UsageError as unusable:
        desk.quiet_log.warning("credential_unusable", workflow=slug, code=unusable.code, reason=unusable.message)
        return False


def _lets_unsigned_in(desk: Desk, channel: Channel, scope: Scope) -> bool:
    """Only --dev accepts unsigned requests, only without a secret to verify with, and none that a web page sends: any
    page that the developer visits could write to the server on this machine. Browsers name the page's origin."""
    is_from_page = header(scope, b"origin") is not None or header(scope, b"sec-fetch-site") is not None
    return desk.dev and not channel.can_verify and not is_from_page


def _public_url(desk: Desk, scope: Scope) -> str:
    """Return the address as the provider knows it: below the public URL. Only --dev guesses it from the request."""
    query = str(scope["query_string"], "latin-1")
    base, path = desk.runtime.callbacks.base(), raw_route_path(scope)
    if base is None and desk.dev:
        base, path = request_origin(scope), str(scope["raw_path"], "latin-1")
    return (base or "") + path + (f"?{query}" if query else "")


def _callback_url(desk: Desk, channel: Channel) -> Callable[[StoredOutbound], str] | None:
    if desk.settings.botflow_public_url is None:
        return None
    return lambda outbound: desk.runtime.callbacks.of(outbound, channel.name) or ""


def provider_of(desk: Desk, scope: Scope) -> Channel:
    """Return the provider's channel. Other methods get 404 or 405: any two words match this path."""
    provider = scope["path_params"]["provider"]
    channel = desk.providers.get(provider)
    if scope["method"] != "POST":
        raise HTTPException(405, headers={"Allow": "POST"}) if channel else HTTPException(404)
    if channel is None:
        raise unknown_provider(provider)
    return channel


def unknown_provider(name: str) -> RejectedInbound:
    return RejectedInbound(
        f"there is no provider {name!r} here",
        code="provider.unknown",
        hint="install the integration that brings this provider",
        status=HTTPStatus.NOT_FOUND,
    )
