"""Local incoming webhooks of Teams, Discord, Mattermost and Slack, as each publishes its payload and its answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

KEY = "T0canary/B0canary/secretsecretsecret"  # the end of an address, by which everybody may write there


@dataclass
class ChatWebhooks:
    """What a test tells it, and what it has got, by service. `answers` are those to the next requests: a status, a
    number of seconds to wait as for too many, "drop", "hang" or "endless"."""

    url: str = ""
    got: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    answers: list[int | float | str] = field(default_factory=list)
    calls: int = 0
    on_posted: Callable[[], None] = lambda: None

    def settings(self, service: str) -> dict[str, str]:
        return {"url": f"{self.url}/{service}/{KEY}", "service": service}

    async def take(self, request: web.Request) -> web.StreamResponse:
        self.calls += 1
        told = self.answers.pop(0) if self.answers else None
        match told:
            case float():
                return web.Response(status=429, headers={"Retry-After": f"{told:g}"})
            case int():
                return web.Response(status=told, headers={"location": f"{self.url}/elsewhere"})
            case "hang":
                await asyncio.sleep(60)
        body: dict[str, Any] = await request.json()
        service = request.match_info["service"]
        answer = getattr(self, f"_{service}")(request, body)
        if isinstance(answer, web.Response) and answer.status < 300:
            self.got.append((service, body))
            self.on_posted()
        if told == "drop":
            assert request.transport is not None
            request.transport.abort()
        if told == "endless":
            endless = web.StreamResponse()
            await endless.prepare(request)
            while True:
                await endless.write(b"x" * 65_536)
        return answer  # type: ignore[no-any-return]

    def _slack(self, request: web.Request, body: dict[str, Any]) -> web.Response:
        return web.Response(text="ok") if body.get("text") else web.Response(status=400, text="no_text")

    def _mattermost(self, request: web.Request, body: dict[str, Any]) -> web.Response:
        is_right = body.keys() == {"text"} and 0 < len(body["text"]) <= 16_383
        return web.Response(text="ok") if is_right else web.Response(status=400)

    def _discord(self, request: web.Request, body: dict[str, Any]) -> web.Response:
        embeds = body.get("embeds", [])
        is_right = len(body.get("content", "")) <= 2_000 and bool(body.get("content") or embeds)
        for embed in embeds:
            is_right &= len(embed.get("title", "")) <= 256 and len(embed.get("description", "")) <= 4_096
        if not is_right:
            return web.json_response({"code": 50035, "message": "Invalid Form Body"}, status=400)
        if request.query.get("wait") == "true":
            return web.json_response({"id": "1234567890", "type": 0})
        return web.Response(status=204)

    def _teams(self, request: web.Request, body: dict[str, Any]) -> web.Response:
        [attachment] = body["attachments"]
        card = attachment["content"]
        is_right = (
            body["type"] == "message"
            and attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
            and card["type"] == "AdaptiveCard"
            and all(block["type"] == "RichTextBlock" and block["inlines"] for block in card["body"])
            and (request.content_length or 0) <= 28 * 1024
        )
        return web.Response(status=202 if is_right else 400)


@asynccontextmanager
async def chat_webhooks() -> AsyncIterator[ChatWebhooks]:
    """Run them on loopback in this event loop."""
    told = ChatWebhooks()
    app = web.Application(client_max_size=1024 * 1024)
    app.router.add_post("/{service}/{key:.*}", told.take)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    told.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield told
    finally:
        await runner.cleanup()
