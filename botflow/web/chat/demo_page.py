"""The demo chat page, in --dev only: a few own files, no inline script, nothing from other sites."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from botflow.runtime.served_flows import LiveFlow
from botflow.web.context import desk_of
from botflow.web.whole_file import WholeFile

FOLDER = Path(__file__).parent.parent / "static" / "demo"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' https: data: blob:; connect-src 'self';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",  # a page for developers, who must see their latest changes
}


class DemoFiles(StaticFiles):
    """The page's scripts and styles, with the headers of the page."""

    def file_response(self, *arguments: object, **named: object) -> Response:
        response = super().file_response(*arguments, **named)  # type: ignore[arg-type]
        response.headers.update(HEADERS)
        return response


async def page(request: Request) -> Response:
    return WholeFile(FOLDER / "index.html", headers=HEADERS)


async def icon(request: Request) -> Response:
    return WholeFile(FOLDER / "icon.svg", headers=HEADERS)


async def served_workflows(request: Request) -> Response:
    """GET /demo/workflows: the workflows that the page can talk to, first those that this process published, and the
    names of those that are out of service."""
    flows = desk_of(request.scope).runtime.flows
    named = flows.named()
    first = sorted(flows.all(), key=lambda live: named.index(live.slug) if live.slug in named else len(named))
    silent = {live.slug: silence for live in first if (silence := flows.silence(live.flow))}
    served = [_shown(live) for live in first]
    shown = {"workflows": served, "named": named, "silent": silent, "outOfService": flows.out_of_service()}
    return JSONResponse(shown, headers={"cache-control": "no-store"})


def _shown(live: LiveFlow) -> dict[str, Any]:
    """Return what the page needs of a workflow: its name, and how it looks and speaks."""
    flow = live.flow
    theme = flow.theme.model_dump(exclude_none=True) if flow.theme else {}
    return {"id": live.slug, "name": flow.name or live.slug, "language": flow.language, "theme": theme}


def page_routes() -> list[BaseRoute]:
    return [
        Route("/", page, methods=["GET"]),
        Route("/favicon.ico", icon, methods=["GET"]),
        Route("/demo/workflows", served_workflows, methods=["GET"]),
        Mount("/demo", DemoFiles(directory=FOLDER)),
    ]
