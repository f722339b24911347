"""A receiver of webhooks: a real server on loopback, which verifies with a library that is not ours."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
import uvicorn
from standardwebhooks.webhooks import Webhook
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router

from tests.runtime.until import until


@dataclass(slots=True)
class Receiver:
    """A web server that keeps what it gets, and answers as a test says."""

    url: str = ""
    status: int = 200
    retry_after: str = ""
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    async def take(self, request: Request) -> Response:
        self.got.append((dict(request.headers), await request.body()))
        asked = {"retry-after": self.retry_after} if self.retry_after else {}
        return Response(status_code=self.status, headers={"location": "/elsewhere", **asked})

    def types(self) -> list[str]:
        return [orjson.loads(body)["type"] for _, body in self.got]

    def ids(self) -> list[str]:
        return [headers["webhook-id"] for headers, _ in self.got]

    def types_once(self) -> list[str]:
        """Return the types of what it got, repetitions left out."""
        return [orjson.loads(body)["type"] for body in dict.fromkeys(body for _, body in self.got)]

    def verified(self, secret: str) -> list[Any]:
        """Return what it got, verified by a library that is not ours."""
        return [Webhook(secret).verify(body, headers) for headers, body in self.got]


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    app = Router([Route("/{path:path}", receiver.take, methods=["POST"])])
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", lifespan="off"))
    running = asyncio.create_task(server.serve())
    await until(lambda: server.started)
    receiver.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/events"
    try:
        yield receiver
    finally:
        server.should_exit = True
        await running
