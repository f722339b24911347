"""GET /v1/models: the workflows that speak the OpenAI API, as far as the caller may use them, each as a model."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from starlette.types import Receive, Scope, Send

from botflow.errors import RejectedInbound
from botflow.runtime.served_flows import LiveFlow
from botflow.web.asgi import header, send_json
from botflow.web.auth.callers import Caller, Visitor
from botflow.web.context import Desk, desk_of
from botflow.web.requests.rate_limits import READS_PER_SESSION, Use

NAME = "openai"
CREATED = int(datetime.fromisoformat("2026-01-01T00:00:00+00:00").timestamp())  # a field that every model must have


class ListModels:
    """GET /v1/models."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        models = [_model(live) for live in await _usable(desk_of(scope), scope)]
        await send_json(send, 200, {"object": "list", "data": models})


class ShowModel:
    """GET /v1/models/{model}."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        named = scope["path_params"]["model"]
        live = next((live for live in await _usable(desk_of(scope), scope) if live.slug == named), None)
        if live is None:
            raise RejectedInbound(
                f"there is no model {named[:64]!r}",
                code="workflow.unknown",
                hint="list them with GET /v1/models",
                status=404,
            )
        await send_json(send, 200, _model(live))


async def require_caller(desk: Desk, scope: Scope) -> Caller:
    """Return who calls, before it is known for which workflow: bodies of strangers are not read. Refused for them."""
    given = header(scope, b"authorization") or ""
    try:
        own = desk.gate.visitor(given[7:].strip()).workflow
    except RejectedInbound:
        own = ""  # an API key, or none; `caller` tells them apart
    caller = await desk.caller(scope, own)
    if caller is None:
        raise RejectedInbound(
            "this needs an API key, or the session token of a visitor",
            code="token.missing",
            hint="send it as Authorization: Bearer <key>; botflow keys create makes one",
            status=401,
        )
    if isinstance(caller, Visitor):
        await desk.limiter.check(Use(READS_PER_SESSION, caller.external_id))
    return caller


async def _usable(desk: Desk, scope: Scope) -> list[LiveFlow]:
    """Return the workflows of the caller's organization, or that of its token, that speak this protocol."""
    caller = await require_caller(desk, scope)
    speaking = [live for live in desk.runtime.flows.all() if NAME in live.flow.chat.protocols]
    if isinstance(caller, Visitor):
        return [live for live in speaking if live.slug == caller.workflow]
    return [live for live in speaking if live.organization == caller.principal.organization]


def _model(live: LiveFlow) -> dict[str, Any]:
    return {"id": live.slug, "object": "model", "created": CREATED, "owned_by": "botflow"}
