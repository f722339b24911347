"""Events reach webhooks, streams and observers: signed, in order, at least once, and none of another organization."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
import pytest
import uvicorn
from standardwebhooks.webhooks import Webhook, WebhookVerificationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router

from botflow.records.events import LifecycleEvent
from tests.runtime.until import until
from tests.web.api.calls import answered
from tests.web.site import ORDER, open_site

LOOPBACK = {"botflow_webhook_networks": ("127.0.0.0/8",)}


@dataclass(slots=True)
class Receiver:
    """A web server that keeps what it gets, and answers as a test says."""

    url: str = ""
    status: int = 200
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    async def take(self, request: Request) -> Response:
        self.got.append((dict(request.headers), await request.body()))
        return Response(status_code=self.status, headers={"location": "/elsewhere"})

    def types(self) -> list[str]:
        return [orjson.loads(body)["type"] for _, body in self.got]

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


@dataclass(slots=True)
class Noting:
    """An observer that fails at its first event."""

    name: str = "noting"
    noted: list[LifecycleEvent] = field(default_factory=list)

    async def notice(self, organization: int, event: LifecycleEvent) -> None:
        self.noted.append(event)


STEPS = [
    "workflow.started",
    "step.started",
    "step.ended",
    "step.started",
]


async def test_a_webhook_gets_signed_events_in_order(database_url: str) -> None:
    async with receiving() as receiver, open_site(database_url, flows=(ORDER,), **LOOPBACK) as site:
        made = await answered(site, "POST", "/webhooks", {"url": receiver.url})
        visit = await site.visit()
        await visit.say("Ann")
        await visit.say("pizza")
        await until(lambda: "workflow.completed" in receiver.types())
        got = receiver.verified(made["secret"])
        assert got[0]["type"] == "workflow.started"
        assert set(got[0]["data"]) == {"workflow", "session", "channel", "version", "execution", "node"}
        assert [each["type"] for each in got][-2:] == ["step.ended", "workflow.completed"]
        assert len({each["data"]["execution"] for each in got}) == 1
        started = [each["data"]["node"] for each in got if each["type"] == "step.started"]
        assert started == [each["data"]["node"] for each in got if each["type"] == "step.ended"]
        assert b"Ann" not in b"".join(body for _, body in receiver.got)
        page = await answered(site, "GET", "/events")
        assert [each["id"] for each in page["items"]] == [headers["webhook-id"] for headers, _ in receiver.got]
        with pytest.raises(WebhookVerificationError):
            receiver.verified("whsec_" + "A" * 43 + "=")
