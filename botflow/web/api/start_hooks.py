"""Starting workflows over HTTP: webhooks from any service, and events from servers with the API key.

    POST /hooks/{workflow}            the workflow's trigger.webhook; /hooks/{workflow}/{node} where it has several
    POST /api/v1/events               {"name": "contact.created", "payload": {...}, "key"?: "..."}

A webhook is authenticated before its body is parsed: by the secret itself in `Authorization: Bearer` or
`X-Webhook-Secret`, where its `Idempotency-Key` makes a repeated request the same execution; or by a signature, where
the same signed request is the same execution (that header is not signed, and does not count).
"""

from __future__ import annotations

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
from botflow.web.api.hook_input import DEEPEST, hook_input
from botflow.web.api.json_response import ApiResponse
from botflow.web.api.webhook_signatures import (
    delivery_keys,
    is_fresh,
    is_signed,
    is_usable,
    read_signature,
    wanted_headers,
)
from botflow.web.asgi import header, send_json
from botflow.web.context import Desk, desk_of
from botflow.web.json_body import Body, parse_body
from botflow.web.problem import Refused
from botflow.web.request_bodies import read_body

LARGEST_BODY = 256 * 1024


class ReceiveHook:
    """POST /hooks/{workflow}/{node}: 202 with the execution that it starts."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "POST":  # the route takes all methods: others would match a provider's address
            raise HTTPException(HTTPStatus.METHOD_NOT_ALLOWED, headers={"Allow": "POST"})
        desk = desk_of(scope)
        live = desk.runtime.flows.get(scope["path_params"]["workflow"])
        node, properties = _trigger_of(live, scope["path_params"].get("node", ""))
        body = await read_body(scope, receive, LARGEST_BODY)
        key, former_key = await _check_sender(desk, live, properties, scope, body)
        started = await desk.runtime.triggers.start(
            StartRequest(
                workflow=live.slug,
                node=node,
                input=hook_input(properties, header(scope, b"content-type") or "", body),
                key=key,
                former_key=former_key,
                is_delivery=properties.signature is not None,
                trigger="webhook",
            )
        )
        await send_json(send, HTTPStatus.ACCEPTED, _shown(started))


class Told(Body):
    """The body of an event."""

    example = '{"name": "contact.created", "payload": {"id": 17}}'

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


async def _check_sender(
    desk: Desk, live: LiveFlow, properties: WebhookProperties, scope: Scope, body: bytes
) -> tuple[str, str]:
    """Return the delivery's key, and its former one, or "".

    401 `hook.unsigned` without a proof; with a wrong one, or when the secret is not set, 403 `webhook.forged`, and 401
    `hook.signature` in a named scheme; 401 `hook.stale` for a right signature that is too old.
    """
    if properties.signature is None:
        await _check_secret(desk, live, properties, scope)
        return header(scope, b"idempotency-key") or "", ""
    return await _check_signature(desk, live, properties, properties.signature, scope, body)


async def _check_secret(desk: Desk, live: LiveFlow, properties: WebhookProperties, scope: Scope) -> None:
    proofs = _proofs(scope)
    if not proofs:
        raise _unsigned("Authorization: Bearer, or X-Webhook-Secret")
    secrets = await _secrets(desk, live, properties)
    if secrets and all(_is_one_of(proof, secrets) for proof in proofs):
        return
    await desk.count_forgery(scope, workflow=live.slug)  # also without a secret: it was looked up in the database
    raise _forged()


async def _check_signature(
    desk: Desk, live: LiveFlow, properties: WebhookProperties, signature: Signature, scope: Scope, body: bytes
) -> tuple[str, str]:
    signed = read_signature(signature, {str(k, "latin-1"): str(v, "latin-1") for k, v in scope["headers"]}, body)
    if signed is None:
        raise _unsigned(wanted_headers(signature))
    secrets = _usable(desk, live, signature, await _secrets(desk, live, properties))
    if not is_signed(signature, signed, secrets):
        await desk.count_forgery(scope, workflow=live.slug)
        raise (
            _forged()
            if signature.scheme == "hmac"
            else _unauthorized(
                "none of this request's signatures is right",
                "hook.signature",
                "compare the service's signing secret with the credential that the trigger names",
            )
        )
    now = desk.runtime.clock.now()
    if not is_fresh(signature, signed, now):  # said only to who knows the secret
        desk.quiet_log.warning("webhook_stale", workflow=live.slug, path=scope["path"])
        raise _unauthorized(
            f"this request was not signed within {signature.tolerance:g} s of this server's time",
            "hook.stale",
            "sign it anew to send it again; compare the clocks of both servers",
        )
    return delivery_keys(signature, signed, body, now)


async def _secrets(desk: Desk, live: LiveFlow, properties: WebhookProperties) -> list[str]:
    """Return the secrets that are there; one that is missing is logged."""
    found = []
    for name in (properties.secret, *properties.former_secrets):
        try:
            found.append(await desk.runtime.vault.webhook_secret(name))
        except UsageError as missing:
            desk.quiet_log.warning("webhook_secret_missing", workflow=live.slug, code=missing.code, reason=str(missing))
    return found


def _usable(desk: Desk, live: LiveFlow, signature: Signature, secrets: Sequence[str]) -> list[str]:
    """Return the secrets that can be a key of the scheme; that there are others is logged."""
    usable = [secret for secret in secrets if is_usable(signature, secret)]
    if len(usable) < len(secrets):
        hint = "Svix's secret is written in base64, mostly behind whsec_: copy it as a whole"
        desk.quiet_log.warning("webhook_secret_unusable", workflow=live.slug, scheme=signature.scheme, hint=hint)
    return usable


def _unsigned(wanted: str) -> Refused:
    return _unauthorized("this webhook must prove who sends it", "hook.unsigned", f"send {wanted}")


def _unauthorized(message: str, code: str, hint: str) -> Refused:
    headers = {"www-authenticate": "Bearer"}
    return Refused(message, code=code, hint=hint, status=HTTPStatus.UNAUTHORIZED, headers=headers)


def _forged() -> RejectedInbound:
    return RejectedInbound(
        "this webhook's secret or signature is wrong",
        code="webhook.forged",
        hint="compare the sender's secret with the credential that the trigger names",
        status=HTTPStatus.FORBIDDEN,
    )


def _proofs(scope: Scope) -> Sequence[str]:
    """Return the request's secrets; an Authorization header counts only with a bearer token."""
    scheme, _, token = (header(scope, b"authorization") or "").partition(" ")
    bearer = token.strip() if scheme.lower() == "bearer" else ""
    return [proof for proof in (bearer, header(scope, b"x-webhook-secret")) if proof]


def _is_one_of(proof: str, secrets: Sequence[str]) -> bool:
    """Compare in constant time, with all of them."""
    return sum(hmac.compare_digest(proof.encode("latin-1"), secret.encode()) for secret in secrets) > 0
