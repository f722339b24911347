"""Starting workflows over HTTP: webhooks from any service, and events from servers with the API key.

    POST /hooks/{workflow}            the workflow's trigger.webhook; /hooks/{workflow}/{node} where it has several
    POST /api/v1/events               {"name": "contact.created", "payload": {...}, "key"?: "..."}

A webhook is authenticated before its body is parsed: by the secret itself in `Authorization: Bearer` or
`X-Webhook-Secret`, or by a signature of the body. Its `Idempotency-Key` makes a repeated request the same execution.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from botflow.errors import RejectedInbound, UsageError
from botflow.nodes.triggers.runs import Signature, WebhookProperties
from botflow.runtime.runs.emit import Event
from botflow.runtime.runs.start import StartRequest, TriggeredExecution
from botflow.runtime.served_flows import LiveFlow
from botflow.web.api.json_response import ApiResponse
from botflow.web.asgi import header, send_json
from botflow.web.context import Desk, desk_of
from botflow.web.json_body import Body, parse_body, parse_json
from botflow.web.problem import Refused
from botflow.web.provider_webhooks import FORM, parse_form
from botflow.web.request_bodies import read_body

LARGEST_BODY = 256 * 1024
DEEPEST = 64


class ReceiveHook:
    """POST /hooks/{workflow}/{node}: 202 with the execution that it starts."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "POST":  # the route takes all methods: others would match a provider's address
            raise HTTPException(HTTPStatus.METHOD_NOT_ALLOWED, headers={"Allow": "POST"})
        desk = desk_of(scope)
        live = desk.runtime.flows.get(scope["path_params"]["workflow"])
        node, properties = _trigger_of(live, scope["path_params"].get("node", ""))
        body = await read_body(scope, receive, LARGEST_BODY)
        await _check_sender(desk, live, properties, scope, body)
        started = await desk.runtime.triggers.start(
            StartRequest(
                workflow=live.slug,
                node=node,
                input=_input(scope, body),
                key=header(scope, b"idempotency-key") or "",
                trigger="webhook",
            )
        )
        await send_json(send, HTTPStatus.ACCEPTED, _shown(started))


class Told(Body):
    """The body of an event."""

    name: str = ""
    payload: Any = None
    key: str = ""


async def tell_event(request: Request) -> ApiResponse:
    """POST /api/v1/events: 202 with the executions that the event starts."""
    told = parse_body(await read_body(request.scope, request.receive, LARGEST_BODY), Told, DEEPEST)
    triggers = desk_of(request.scope).runtime.triggers
    started = await triggers.emit(Event(name=told.name, payload=told.payload, key=told.key))
    return ApiResponse({"executions": [_shown(each) for each in started]}, HTTPStatus.ACCEPTED)


def _shown(started: TriggeredExecution) -> dict[str, str]:
    return {"executionId": started.execution_id, "status": started.status}


def _trigger_of(live: LiveFlow, named: str) -> tuple[str, WebhookProperties]:
    """Return the requested webhook trigger; 404 `hook.unknown` when there is none, or several and none is named."""
    hooks = {node.id: node.properties for node in live.flow.triggers if isinstance(node.properties, WebhookProperties)}
    if named in hooks:
        return named, hooks[named]
    if len(hooks) == 1 and not named:
        return next(iter(hooks.items()))
    raise RejectedInbound(
        f"the workflow {live.slug!r} has no such webhook",
        code="hook.unknown",
        hint=f"POST /hooks/{live.slug}/{{node}}, with one of: {', '.join(hooks)}" if hooks else "",
        status=HTTPStatus.NOT_FOUND,
    )


async def _check_sender(desk: Desk, live: LiveFlow, properties: WebhookProperties, scope: Scope, body: bytes) -> None:
    """401 `hook.unsigned` without a proof, 403 `webhook.forged` with a wrong one, or when the secret is not set."""
    proofs = _proofs(scope, properties.signature)
    if not proofs:
        wanted = properties.signature.header if properties.signature else "Authorization: Bearer, or X-Webhook-Secret"
        raise Refused(
            "this webhook must prove who sends it",
            code="hook.unsigned",
            hint=f"send {wanted}",
            status=HTTPStatus.UNAUTHORIZED,
            headers={"www-authenticate": "Bearer"},
        )
    try:
        secret = await desk.runtime.vault.webhook_secret(properties.secret)
    except UsageError as missing:
        desk.quiet_log.warning("webhook_secret_missing", workflow=live.slug, code=missing.code, reason=str(missing))
    else:
        if all(_is_proof(proof, secret, properties.signature, body) for proof in proofs):
            return
        await desk.count_forgery(scope, workflow=live.slug)
    raise RejectedInbound(
        "this webhook's secret or signature is wrong",
        code="webhook.forged",
        hint="compare the sender's secret with the credential that the trigger names",
        status=HTTPStatus.FORBIDDEN,
    )


def _proofs(scope: Scope, signature: Signature | None) -> Sequence[str]:
    """Return the request's proofs; an Authorization header counts only with a bearer token."""
    if signature is not None:
        given = header(scope, signature.header.lower().encode())
        return [given] if given else []
    scheme, _, token = (header(scope, b"authorization") or "").partition(" ")
    bearer = token.strip() if scheme.lower() == "bearer" else ""
    return [proof for proof in (bearer, header(scope, b"x-webhook-secret")) if proof]


def _is_proof(proof: str, secret: str, signature: Signature | None, body: bytes) -> bool:
    """Compare in constant time."""
    if signature is None:
        return hmac.compare_digest(proof.encode("latin-1"), secret.encode())
    if not proof.startswith(signature.prefix):
        return False
    return hmac.compare_digest(
        _decoded(proof.removeprefix(signature.prefix), signature.encoding),
        hmac.digest(secret.encode(), body, signature.algorithm),
    )


def _decoded(written: str, encoding: str) -> bytes:
    """Return the signature's bytes, b"" when it is malformed."""
    try:
        return bytes.fromhex(written) if encoding == "hex" else base64.b64decode(written, validate=True)
    except (ValueError, binascii.Error):
        return b""


def _input(scope: Scope, body: bytes) -> Any:
    """Return the body's content: JSON, or a form's fields; repeated fields become lists."""
    if not body:
        return {}
    content_type = (header(scope, b"content-type") or "").partition(";")[0].strip().lower()
    if content_type == "application/json" or content_type.endswith("+json"):
        return parse_json(body, DEEPEST)
    if content_type != FORM:
        raise RejectedInbound(
            f"a webhook's body is JSON or a form, not {content_type[:80] or 'of an unknown type'}",
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
    return fields
