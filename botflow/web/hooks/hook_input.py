"""The input that a webhook's body holds: JSON, or a form's fields and files. The sender has been proven before.

A form's fields are texts, so the trigger's schema says what a field is. GitHub and Slack may put JSON into the one
field `payload` of a form.
"""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from botflow.errors import RejectedInbound
from botflow.nodes.triggers.input_schema import from_form
from botflow.nodes.triggers.runs import WebhookProperties
from botflow.web.hooks.multipart_form import MULTIPART, parse_multipart
from botflow.web.provider_webhooks import FORM, parse_form
from botflow.web.requests.json_body import parse_json, without_mark

DEEPEST = 64
EXAMPLE = '{"order": 17}, or a form with its own Content-Type'
_PAYLOAD = "payload"
_IN_PAYLOAD = ("github", "slack")


def hook_input(properties: WebhookProperties, content_type: str, body: bytes) -> Any:
    """Return the body's content; repeated fields of a form become lists. RejectedInbound for any other type."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind == MULTIPART:  # without a body, even an empty form is not complete
        return _from_pairs(properties, parse_multipart(content_type, body, DEEPEST, EXAMPLE))
    if not without_mark(body):
        return {}
    if kind == "application/json" or kind.endswith("+json"):
        return parse_json(body, DEEPEST, EXAMPLE)
    if kind != FORM:
        raise RejectedInbound(
            f"a webhook's body is JSON or a form, not {kind[:80] or 'of an unknown type'}",
            code="hook.content_type",
            hint="set its Content-Type to application/json",
            status=HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        )
    return _from_pairs(properties, parse_form(body))


def _from_pairs(properties: WebhookProperties, pairs: Iterable[tuple[str, Any]]) -> Any:
    repeated: dict[str, list[Any]] = {}
    for name, value in pairs:
        repeated.setdefault(name, []).append(value)
    fields = {name: values[0] if len(values) == 1 else values for name, values in repeated.items()}
    if (payload := _payload(properties, fields)) is not None:
        return parse_json(payload.encode(), DEEPEST, EXAMPLE)
    return from_form(properties.input_schema, fields)


def _payload(properties: WebhookProperties, fields: dict[str, Any]) -> str | None:
    """Return the JSON that a service has put into a form, None where it has not."""
    is_of_service = properties.signature is not None and properties.signature.scheme in _IN_PAYLOAD
    payload = fields.get(_PAYLOAD)
    return payload if is_of_service and len(fields) == 1 and isinstance(payload, str) else None
