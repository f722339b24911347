"""The input that a webhook's body holds: JSON, or a form's fields. The sender has been proven before.

A form knows texts only, so the trigger's schema says what a field is. GitHub and Slack may put JSON into the one field
`payload` of a form.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from botflow.errors import RejectedInbound
from botflow.nodes.triggers.input_schema import from_form
from botflow.nodes.triggers.runs import WebhookProperties
from botflow.web.json_body import parse_json
from botflow.web.provider_webhooks import FORM, parse_form

DEEPEST = 64
EXAMPLE = '{"order": 17}, or a form with its own Content-Type'
_PAYLOAD = "payload"
_IN_PAYLOAD = ("github", "slack")


def hook_input(properties: WebhookProperties, content_type: str, body: bytes) -> Any:
    """Return the body's content; repeated fields of a form become lists. RejectedInbound for any other type."""
    if not body:
        return {}
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "application/json" or kind.endswith("+json"):
        return parse_json(body, DEEPEST, EXAMPLE)
    if kind != FORM:
        raise RejectedInbound(
            f"a webhook's body is JSON or a form, not {kind[:80] or 'of an unknown type'}",
            code="hook.content_type",
            hint="set its Content-Type to application/json",
            status=HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        )
    fields: dict[str, Any] = {}
    for name, value in parse_form(body):
        if name in fields:
            earlier = fields[name]
            fields[name] = [*earlier, value] if isinstance(earlier, list) else [earlier, value]
        else:
            fields[name] = value
    if _holds_json(properties, fields):
        return parse_json(fields[_PAYLOAD].encode(), DEEPEST, EXAMPLE)
    return from_form(properties.input_schema, fields)


def _holds_json(properties: WebhookProperties, fields: dict[str, Any]) -> bool:
    is_of_service = properties.signature is not None and properties.signature.scheme in _IN_PAYLOAD
    return is_of_service and fields.keys() == {_PAYLOAD} and isinstance(fields[_PAYLOAD], str)
