"""Starting workflows over HTTP by webhooks from any service.

    POST /hooks/{workflow}            the workflow's trigger.webhook; /hooks/{workflow}/{node} where it has several

A webhook is authenticated before its body is parsed (`hook_senders`). The same delivery, known by the trigger's `key`,
its signature or a header of its service (`hook_keys`), is the same execution.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Any

from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

from botflow.engine.limits import LARGEST_INPUT
from botflow.errors import RejectedInbound
from botflow.nodes.triggers.runs import WebhookProperties
from botflow.runtime.runs.starts.start import StartRequest, TriggeredExecution
from botflow.runtime.served_flows import LiveFlow
from botflow.web.asgi import NO_STORE, header, send_bytes, send_json
from botflow.web.context import desk_of
from botflow.web.hooks.hook_input import hook_input
from botflow.web.hooks.hook_keys import HookKeys, HookRequest
from botflow.web.hooks.hook_senders import UnprovenRequest, check_sender, headers_of
from botflow.web.requests.request_bodies import read_body

LARGEST_BODY = LARGEST_INPUT + 64 * 1024
LARGEST_AT_ONCE = 64 * 1024
LONGEST_CHALLENGE = 500  # characters
TEXT_TYPE = (b"content-type", b"text/plain; charset=utf-8")
NO_SNIFF = (b"x-content-type-options", b"nosniff")


class ReceiveHook:
    """POST /hooks/{workflow}/{node}: 202 with the execution that it starts."""

    def __init__(self) -> None:
        self._keys = HookKeys()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "POST":  # the route takes all methods: others would match a provider's address
            raise HTTPException(HTTPStatus.METHOD_NOT_ALLOWED, headers={"Allow": "POST"})
        desk = desk_of(scope)
        live = desk.runtime.flows.get(scope["path_params"]["workflow"])
        node, properties = _trigger_of(live, scope["path_params"].get("node", ""))
        body = await read_body(scope, receive, LARGEST_BODY)
        headers = headers_of(scope)
        signed = await check_sender(
            UnprovenRequest(desk=desk, live=live, properties=properties, scope=scope, headers=headers, body=body)
        )
        given = await _input(properties, header(scope, b"content-type") or "", body)
        if (challenge := _challenge(properties, given)) is not None:
            await send_bytes(send, HTTPStatus.OK, challenge.encode(), TEXT_TYPE, NO_STORE, NO_SNIFF)
            return
        request = HookRequest(
            headers=headers,
            query=scope["query_string"],
            body=body,
            input=given,
            received_at=desk.runtime.clock.now(),
        )
        try:
            key = self._keys.of(properties, signed, request)
        except RejectedInbound as refusal:  # the service reads it, but the flow's author may have to act
            desk.quiet_log.warning("webhook_without_key", workflow=live.slug, node=node, reason=refusal.message)
            raise
        started = await desk.runtime.triggers.start(
            StartRequest(
                workflow=live.slug,
                node=node,
                input=given,
                key=key.value,
                former_key=key.former,
                is_delivery=key.is_delivery,
                trigger="webhook",
            )
        )
        await send_json(send, HTTPStatus.ACCEPTED, _shown(started))


async def _input(properties: WebhookProperties, content_type: str, body: bytes) -> Any:
    """Return what the body holds. A large one is read beside the event loop: 1 MB of a form whose parts are written so
    that they take long, takes a second."""
    if len(body) <= LARGEST_AT_ONCE:
        return hook_input(properties, content_type, body)
    return await asyncio.to_thread(hook_input, properties, content_type, body)


def _challenge(properties: WebhookProperties, given: Any) -> str | None:
    """Return what Slack wants to read back when the address is entered there, None for everything else.

    https://docs.slack.dev/reference/events/url_verification: it is signed like an event, and starts nothing.
    """
    if properties.signature is None or properties.signature.scheme != "slack":
        return None
    match given:
        case {"type": "url_verification", "challenge": str(challenge)} if 0 < len(challenge) <= LONGEST_CHALLENGE:
            return challenge
    return None


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
