"""Pages of the chat alone: GET /chat/{workflow}/ where the workflow has one, and with --dev for each, from GET / on.

A page is the widget and nothing else: no inline script or style, nothing of other sites, and every address in it is
relative, so that it works below any path.
"""

from __future__ import annotations

from html import escape
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from botflow.errors import RejectedInbound
from botflow.runtime.served_flows import LiveFlow
from botflow.web.chat.origins import frame_ancestors
from botflow.web.context import Desk, desk_of
from botflow.web.requests.rate_limits import PAGES_PER_ADDRESS, Use

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' https: data: blob:; connect-src 'self';"
    " base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'; {}"
)
PAGE = """<!doctype html>
<html lang="{language}">
<head>
  <meta charset="utf-8">
  <meta name="viewport"
    content="width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content">
  <meta name="color-scheme" content="light dark">
  <title>{title}</title>
  <link rel="icon" href="{root}widget/page/icon.svg" type="image/svg+xml">
  <link rel="stylesheet" href="{root}widget/page/page.css">
  {scripts}
</head>
<body><noscript>This page needs JavaScript.</noscript></body>
</html>
"""
CHAT = '<script src="{root}widget/v1.js" data-workflow="{workflow}" data-mode="page" defer></script>'
DEV = '<script src="{root}widget/page/dev.js" defer></script>'


async def chat_page(request: Request) -> Response:
    """GET /chat/{workflow}/: the workflow's page; 404 `page.off` where it has none."""
    desk = desk_of(request.scope)
    await desk.limiter.check(Use(PAGES_PER_ADDRESS, desk.address_of(request.scope)))
    slug = request.path_params["workflow"]
    live = await desk.runtime.flows.get_for_consent(slug)  # out of service it says so, and looks again
    if not live.flow.chat.page and not desk.dev:
        raise RejectedInbound(
            f"the workflow {slug!r} has no page",
            code="page.off",
            hint="add it to the workflow's document: chat: {page: true}; with --dev every workflow has one",
            status=404,
        )
    return _page(desk, "../../", live)


async def into_page(request: Request) -> Response:
    """GET /chat/{workflow}: leads to the page, whose relative addresses need the slash."""
    query = request.url.query
    return RedirectResponse(f"{quote(request.path_params['workflow'])}/" + (f"?{query}" if query else ""), 307)


async def landing(request: Request) -> Response:
    """GET / with --dev: leads a developer to the page of the workflow that they work on."""
    return _page(desk_of(request.scope), "", None)


async def icon(request: Request) -> Response:
    return RedirectResponse("widget/page/icon.svg", 307)


async def served_workflows(request: Request) -> Response:
    """GET /dev/workflows: the workflows that have a page, first those that this process published, and the names of
    those that are out of service."""
    flows = desk_of(request.scope).runtime.flows
    named = flows.named()
    first = sorted(flows.all(), key=lambda live: named.index(live.slug) if live.slug in named else len(named))
    served = [{"id": live.slug, "name": live.flow.name or live.slug} for live in first]
    shown = {"workflows": served, "named": named, "outOfService": flows.out_of_service()}
    return JSONResponse(shown, headers={"cache-control": "no-store"})


def _page(desk: Desk, root: str, live: LiveFlow | None) -> Response:
    flow: Any = live and live.flow
    scripts = CHAT.format(root=root, workflow=escape(live.slug)) if live else ""
    text = PAGE.format(
        language=escape(flow.language.replace("_", "-") if flow else "en"),
        title=escape((flow.name or flow.id) if flow else "botflow"),
        root=root,
        scripts=scripts + (DEV.format(root=root) if desk.dev else ""),
    )
    headers = {
        "content-security-policy": POLICY.format(frame_ancestors(live) if live else "frame-ancestors 'none'"),
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cache-control": "no-cache",
    }
    return HTMLResponse(text, headers=headers)


def page_routes(*, dev: bool) -> list[BaseRoute]:
    return [
        Route("/chat/{workflow}/", chat_page, methods=["GET"]),
        Route("/chat/{workflow}", into_page, methods=["GET"]),
        *(_dev_routes() if dev else ()),
    ]


def _dev_routes() -> list[BaseRoute]:
    return [
        Route("/", landing, methods=["GET"]),
        Route("/favicon.ico", icon, methods=["GET"]),
        Route("/dev/workflows", served_workflows, methods=["GET"]),
    ]
