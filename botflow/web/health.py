"""Whether this process lives (/healthz), whether it can serve (/readyz), and how much work there is (/metrics).

For load balancers, operators and Prometheus. `serving_health` does the same for a worker, which has no other web
server.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from botflow.records.access import Scope as Access
from botflow.runtime.app import Runtime
from botflow.runtime.process.metrics import CONTENT_TYPE
from botflow.web.asgi import NO_STORE, send_bytes, send_json
from botflow.web.context import desk_of
from botflow.web.serving.server import server_config

METRICS_TYPE = (b"content-type", CONTENT_TYPE.encode())
STOP_WITHIN_S = 2


class Alive:
    """GET /healthz: 200 while the process answers at all."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send_json(send, 200, {"status": "ok"})


class Ready:
    """GET /readyz: 200 when this process can do its work, else 503; each component says what is wrong with it.
    `warnings` are for operators."""

    def __init__(self, runtime: Runtime | None = None) -> None:
        self._runtime = runtime  # a worker's

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = await (self._runtime or desk_of(scope).runtime).readiness.look()
        shown = {
            "status": "ready" if found.is_ready else "unready",
            "components": found.components,
            "warnings": found.warnings,
        }
        await send_json(send, 200 if found.is_ready else 503, shown)


class ShowMetrics:
    """GET /metrics: Prometheus' text format. On a public address it needs the API key, except with --dev."""

    def __init__(self, runtime: Runtime | None = None) -> None:
        self._runtime = runtime  # a worker's: every client that reaches its health address may read

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        runtime = self._runtime
        if runtime is None:
            desk = desk_of(scope)
            runtime = desk.runtime
            if not desk.dev:
                await desk.principal(scope, Access.METRICS_READ)
        await send_bytes(send, 200, await runtime.metrics.render(), METRICS_TYPE, NO_STORE)


@asynccontextmanager
async def serving_health(runtime: Runtime, listening: socket.socket) -> AsyncIterator[None]:
    """Serve on `listening` during the block."""
    app = Starlette(
        routes=[
            Route("/healthz", Alive(), methods=["GET"]),
            Route("/readyz", Ready(runtime), methods=["GET"]),
            Route("/metrics", ShowMetrics(runtime), methods=["GET"]),
        ]
    )
    server = _Server(
        server_config(
            app, refused=runtime.measurements.refused, lifespan="off", timeout_graceful_shutdown=STOP_WITHIN_S
        )
    )
    serving = asyncio.create_task(server.serve([listening]), name="health")
    try:
        yield
    finally:
        server.should_exit = True
        await serving


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers: the command handles signals."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
