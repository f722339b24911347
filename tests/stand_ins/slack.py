"""A local Slack: the methods of its Web API that this project calls, as published, for the official SDK.

https://docs.slack.dev/reference/methods/chat.postMessage
https://docs.slack.dev/reference/methods/files.getUploadURLExternal
https://docs.slack.dev/reference/methods/files.completeUploadExternal
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

TOKEN = "-".join(("xoxb", "0123456789", "canary"))  # in parts: scanners of repositories look for such texts


@dataclass
class SlackStandIn:
    """What a test tells it, and what it has got. `answers` are those to the next calls: the name of an error, a number
    of seconds to wait as for too many requests, "drop", "huge", "hang", "broken" or a status."""

    url: str = ""
    posted: list[dict[str, Any]] = field(default_factory=list)
    uploads: dict[str, bytes] = field(default_factory=dict)
    shown: list[dict[str, Any]] = field(default_factory=list)
    answers: list[str | int | float] = field(default_factory=list)
    upload_url: str = ""
    calls: int = 0
    on_posted: Callable[[], None] = lambda: None

    @property
    def settings(self) -> dict[str, str]:
        return {"botToken": TOKEN, "apiUrl": f"{self.url}/api"}

    async def post_message(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        if (refused := await self._refused(request)) is not None:
            return refused
        if not body.get("channel"):
            return _error("channel_not_found")
        if not (body.get("text") or body.get("blocks") or body.get("attachments")):
            return _error("no_text")
        self.posted.append(body)
        self.on_posted()
        if self.answers and self.answers[0] == "drop":
            self.answers.pop(0)
            assert request.transport is not None
            request.transport.abort()
        return web.json_response({"ok": True, "channel": "C0123456789", "ts": f"1700000000.{len(self.posted):06}"})

    async def get_upload_url(self, request: web.Request) -> web.StreamResponse:
        given = {**request.query, **await request.post()}
        if (refused := await self._refused(request)) is not None:
            return refused
        if not given.get("filename") or not str(given.get("length", "")).isdecimal():
            return _error("invalid_arguments")
        number = f"F{len(self.uploads):09}"
        self.uploads[number] = b""
        self._lengths[number] = int(str(given["length"]))
        url = self.upload_url or f"{self.url}/upload/{number}"
        return web.json_response({"ok": True, "upload_url": url, "file_id": number})

    async def upload(self, request: web.Request) -> web.StreamResponse:
        number, content = request.match_info["number"], await request.read()
        if number not in self._lengths or len(content) != self._lengths[number]:
            return web.Response(status=400, text="bad length")
        self.uploads[number] = content
        return web.Response(text=f"OK - {len(content)}")

    async def complete_upload(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        if (refused := await self._refused(request)) is not None:
            return refused
        if not all(self.uploads.get(file["id"]) for file in body["files"]):
            return _error("file_not_found")
        self.shown.append(body)
        self.on_posted()
        return web.json_response({"ok": True, "files": body["files"]})

    _lengths: dict[str, int] = field(default_factory=dict)

    async def _refused(self, request: web.Request) -> web.StreamResponse | None:
        """Return the answer that the test has told, or that to a wrong token."""
        self.calls += 1
        told = self.answers[0] if self.answers and self.answers[0] != "drop" else None
        if told is not None:
            self.answers.pop(0)
        match told:
            case float():
                return web.json_response(
                    {"ok": False, "error": "ratelimited"}, status=429, headers={"Retry-After": f"{told:g}"}
                )
            case int():
                return web.Response(
                    status=told,
                    text="{}",
                    content_type="application/json",
                    headers={"location": f"{self.url}/elsewhere"},
                )
            case "huge":
                return web.Response(body=b'{"ok": true, "x": "' + b"x" * 3_000_000, content_type="application/json")
            case "hang":
                await asyncio.sleep(60)
            case "broken":
                return web.Response(text='{"ok": tr', content_type="application/json")
            case str():
                return _error(told)
        return None if request.headers.get("authorization") == f"Bearer {TOKEN}" else _error("invalid_auth")


def _error(name: str) -> web.Response:
    return web.json_response({"ok": False, "error": name})


@asynccontextmanager
async def slack_stand_in() -> AsyncIterator[SlackStandIn]:
    """Run it on loopback in this event loop."""
    told = SlackStandIn()
    app = web.Application(client_max_size=64 * 1024 * 1024)
    app.router.add_post("/api/chat.postMessage", told.post_message)
    app.router.add_post("/api/files.getUploadURLExternal", told.get_upload_url)
    app.router.add_post("/upload/{number}", told.upload)
    app.router.add_post("/api/files.completeUploadExternal", told.complete_upload)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    told.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield told
    finally:
        await runner.cleanup()
