"""Which delivery a webhook is: services send a delivery again, and the same one starts nothing again.

Three sources, the first that is there: the `key` of the trigger, the signature, and the headers in which services name
a delivery. Headers count only where the sender has sent the secret itself: it could start anything anyway. A signature
does not cover them, so a stranger with one signed request could otherwise start it again and again.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any, NamedTuple
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

import orjson

from botflow.errors import FlowError, RejectedInbound
from botflow.flow.templates.language_filters import SETTINGS, RenderSettings
from botflow.flow.templates.template import INPUT, NODES, Templates
from botflow.nodes.triggers.runs import KEY_EXPRESSION, WebhookProperties
from botflow.web.hooks.hook_senders import Headers
from botflow.web.hooks.webhook_signatures import Signed, delivery_keys, key_of
from botflow.web.provider_webhooks import MOST_FIELDS

_NAME = re.compile(r"""["']([A-Za-z0-9-]{1,64})["']""")  # a header's name, as an expression writes it
_SECRET_HEADERS = frozenset(("authorization", "proxy-authorization", "cookie", "x-webhook-secret"))


class DeliveryKey(NamedTuple):
    """`value` is "" for a delivery that cannot be told from others; `former` is a key that it may have had before.

    `is_delivery`: whatever is sent with the key a second time, it is the same delivery; else it must be the same input.
    """

    value: str
    former: str = ""
    is_delivery: bool = True


class IdHeader(NamedTuple):
    """A header that names a delivery. `beside` is another header that must be there, and `joined` one that belongs to
    the id; `with_body`: several deliveries of one event share the id, so the body belongs to it, too."""

    name: str
    beside: str = ""
    joined: str = ""
    with_body: bool = False


# Headers that stay the same when a delivery is sent again, in the order in which they count, each by its description:
# https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/ (the sender's own, read separately)
# https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md: elsewhere `webhook-id` is
# the id of a subscription, the same for all of its deliveries, so the time must be there, too
# https://docs.github.com/en/webhooks/webhook-events-and-payloads#delivery-headers
# https://shopify.dev/docs/apps/build/webhooks/ignore-duplicates: topics of one event share X-Shopify-Event-Id
# https://docs.gitlab.com/user/project/integrations/webhooks/: what a webhook causes shares its X-Gitlab-Event-UUID
# https://developer.atlassian.com/server/jira/platform/webhooks/
# https://github.com/cloudevents/spec/blob/main/cloudevents/spec.md#id
ID_HEADERS = (
    IdHeader("webhook-id", beside="webhook-timestamp"),
    IdHeader("svix-id", beside="svix-timestamp"),
    IdHeader("x-github-delivery"),
    IdHeader("x-shopify-webhook-id"),
    IdHeader("shopify-webhook-id"),
    IdHeader("x-atlassian-webhook-identifier"),
    IdHeader("x-contentful-idempotency-key"),
    IdHeader("x-pandadoc-webhook-event-id"),
    IdHeader("ce-id", beside="ce-source", joined="ce-source"),
    IdHeader("x-shopify-event-id", with_body=True),
    IdHeader("x-gitlab-event-uuid", with_body=True),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HookRequest:
    """A request whose sender is known; `input` is what its body holds."""

    headers: Headers
    query: bytes
    body: bytes
    input: Any
    received_at: datetime


class HookKeys:
    """Finds the key of a delivery; RejectedInbound `hook.key` (422) when the trigger's `key`, or a header, is none."""

    def __init__(self) -> None:
        self._templates = Templates()

    def of(self, properties: WebhookProperties, signed: Signed | None, request: HookRequest) -> DeliveryKey:
        """Return the key of this delivery."""
        if properties.key is not None:
            return DeliveryKey(self._from_request(properties.key, request))
        if properties.signature is not None and signed is not None:
            return DeliveryKey(*delivery_keys(properties.signature, signed, request.body, request.received_at))
        if own := _only(request.headers, "idempotency-key"):
            return DeliveryKey(own, is_delivery=False)
        return DeliveryKey(_from_headers(request))

    def _from_request(self, key: str, request: HookRequest) -> str:
        """Return what the trigger's `key` reads in the request; each of its expressions gives a text or a number."""
        context = {
            INPUT: request.input,
            NODES: {"request": {"headers": _shown(key, request.headers), "query": _query(request.query)}},
            SETTINGS: RenderSettings(request.received_at, lambda: ZoneInfo("UTC")),
        }
        values = []
        for expression in KEY_EXPRESSION.findall(key):
            try:
                value = self._templates.evaluate(expression, context)
            except FlowError as failure:
                raise _no_key(f"{{{{{expression[:80]}}}}} fails") from failure
            if isinstance(value, bool) or not isinstance(value, str | int | float):
                raise _no_key(f"{{{{{expression[:80]}}}}} is {_KINDS.get(type(value), 'no text')}")
            if not (text := str(value)).strip():
                raise _no_key(f"{{{{{expression[:80]}}}}} is empty")
            values.append(text)
        return key_of("key", values[0] if len(values) == 1 else orjson.dumps(values).decode())


_KINDS: Mapping[type, str] = {type(None): "not there", bool: "a truth", list: "a list", dict: "an object"}


def _from_headers(request: HookRequest) -> str:
    """Return the key by the first header that names this delivery, "" without one."""
    for header in ID_HEADERS:
        value = _only(request.headers, header.name)
        if not value or (header.beside and not any(request.headers.get(header.beside, ()))):
            continue
        parts = [value]
        if header.joined:
            parts.append(_only(request.headers, header.joined))
        if header.with_body:
            parts.append(hashlib.sha256(request.body).hexdigest())
        return key_of(header.name, value if len(parts) == 1 else orjson.dumps(parts).decode())
    return ""


def _only(headers: Headers, name: str) -> str:
    """Return the header's one value, "" without one; with two different ones it is not known which delivery it is."""
    values = [value for value in headers.get(name, ()) if value]
    if len(values) > 1:
        raise _no_key(f"the header {name} is there twice, with different values")
    return values[0] if values else ""


def _shown(key: str, headers: Headers) -> dict[str, str]:
    """Return the headers for the trigger's `key`, without secrets: in lower case, and as the key writes their names."""
    shown = {name: ", ".join(values) for name, values in headers.items() if name not in _SECRET_HEADERS}
    return {**shown, **{name: shown[name.lower()] for name in _NAME.findall(key) if name.lower() in shown}}


def _query(query: bytes) -> dict[str, str | list[str]]:
    """Return the query's values by name; those of a repeated name are a list."""
    found: dict[str, list[str]] = {}
    try:
        pairs: Sequence[tuple[str, str]] = parse_qsl(
            query.decode("latin-1"), keep_blank_values=True, max_num_fields=MOST_FIELDS
        )
    except ValueError:
        raise _no_key(f"the query has more than {MOST_FIELDS} fields") from None
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}


def _no_key(why: str) -> RejectedInbound:
    return RejectedInbound(
        f"it cannot be told which delivery this is: {why}",
        code="hook.key",
        hint="nothing was started: send the id that the delivery has each time, or correct the trigger's key",
        status=HTTPStatus.UNPROCESSABLE_ENTITY,
    )
