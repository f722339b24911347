"""The demo chat page, in --dev only: three files of ours, no inline script, nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from botflow.web.asgi import NO_STORE, send_bytes, send_json
from botflow.web.context import desk_of

FOLDER = Path(__file__).parent.parent / "static" / "demo"
FILES: Mapping[str, tuple[str, bytes]] = {
    "/": ("index.html", b"text/html; charset=utf-8"),
    "/demo/chat.js": ("chat.js", b"text/javascript; charset=utf-8"),
    "/demo/view.js": ("view.js", b"text/javascript; charset=utf-8"),
    "/demo/client.js": ("client.js", b"text/javascript; charset=utf-8"),
    "/demo/chat.css": ("chat.css", b"text/css; charset=utf-8"),
    "/favicon.ico": ("icon.svg", b"image/svg+xml"),
}
POLICY = (
    b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' https: data:; connect-src 'self';"
    b" base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = (
    (b"content-security-policy", POLICY),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    NO_STORE,
)


class PageFile:
    """One file of the page, read anew each time: it is a page for developers."""

    def __init__(self, file: str, content_type: bytes) -> None:
        self._file = FOLDER / file
        self._content_type = content_type

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = b"" if scope["method"] == "HEAD" else self._file.read_bytes()
        await send_bytes(send, 200, body, (b"content-type", self._content_type), *HEADERS)


class ServedWorkflows:
    """GET /demo/workflows: what the page can talk to."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        served = [{"id": live.slug, "name": live.flow.name or live.slug} for live in desk_of(scope).runtime.flows.all()]
        await send_json(send, 200, {"workflows": served})


def page_routes() -> list[Route]:
    return [
        *(Route(path, PageFile(file, kind), methods=["GET"]) for path, (file, kind) in FILES.items()),
        Route("/demo/workflows", ServedWorkflows(), methods=["GET"]),
    ]
