"""GET /chat/{workflow}/look: what a widget shows before it is opened. Public, and the same for everyone."""

from __future__ import annotations

import hashlib
from typing import Any

import orjson
from starlette.types import Receive, Scope, Send

from botflow.runtime.served_flows import LiveFlow
from botflow.web.asgi import JSON_TYPE, header, send_bytes
from botflow.web.context import Desk, desk_of
from botflow.web.requests.rate_limits import PAGES_PER_ADDRESS, Use

FRESH = b"public, max-age=60"
OUT_OF_SERVICE = {"outOfService": True}  # no refusal: a browser would report an error for a page that just waits
AT_ONCE = b"no-cache"  # for developers, who must see their latest changes


class ShowLook:
    """Answers how a workflow looks, or that it is out of service; 404 for one that is unknown."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        desk = desk_of(scope)
        await desk.limiter.check(Use(PAGES_PER_ADDRESS, desk.address_of(scope)))
        slug = scope["path_params"]["workflow"]
        desk.runtime.flows.check_known(slug)
        is_served = slug not in desk.runtime.flows.out_of_service()
        body = orjson.dumps(look_of(desk, desk.runtime.flows.get(slug)) if is_served else OUT_OF_SERVICE)
        tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'.encode()
        headers = ((b"etag", tag), (b"cache-control", FRESH if is_served and not desk.dev else AT_ONCE))
        if tag.decode() in (header(scope, b"if-none-match") or ""):
            await send_bytes(send, 304, b"", *headers)
        else:
            await send_bytes(send, 200, body, JSON_TYPE, *headers)


def look_of(desk: Desk, live: LiveFlow) -> dict[str, Any]:
    """Return the look of a workflow; with --dev also a `note` that says why it would not answer."""
    flow = live.flow
    shown: dict[str, Any] = {
        "name": flow.name or live.slug,
        "language": flow.language,
        "theme": flow.theme.model_dump(exclude_none=True, by_alias=True) if flow.theme else {},
        "feedback": flow.chat.feedback,
        "brand": flow.chat.brand,
        "identity": None if flow.chat.identity is None else {"required": flow.chat.identity.required},
    }
    note = desk.runtime.flows.silence(flow) if desk.dev else ""
    return {**shown, "note": note} if note else shown
