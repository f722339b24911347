"""Whether this process lives (/healthz), and whether it can serve (/readyz): for load balancers and operators."""

from __future__ import annotations

from starlette.types import Receive, Scope, Send

from botflow.web.desk import desk_of
from botflow.web.wire import send_json


class Alive:
    """GET /healthz: 200 while the process answers at all."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send_json(send, 200, {"status": "ok"})


class Ready:
    """GET /readyz: 200 when every component says "ok", else 503; each component says what is wrong with it."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        components = await desk_of(scope).runtime.ready()
        is_ready = all(state == "ok" for state in components.values())
        shown = {"status": "ready" if is_ready else "unready", "components": components}
        await send_json(send, 200 if is_ready else 503, shown)
