"""Pages of allowed sites may chat; requests of others are refused before they do anything, and tell them nothing."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from botflow.web.chat.origins import frame_ancestors
from botflow.web.middleware.cors import ChatOrigins
from tests.web.site import ORDER, PUBLIC_URL, Site, open_site

SHOP, BLOG, EVIL = "https://shop.example", "https://blog.example", "https://evil.example"
PREFLIGHT = {"access-control-request-method": "POST", "access-control-request-headers": "authorization,content-type"}
BLOGS = ORDER.replace("id: order", f"id: blogs\nchat: {{origins: ['{BLOG}'], frames: ['{BLOG}', '{SHOP}']}}")
OPEN = ORDER.replace("id: order", "id: open\nchat: {origins: ['*'], frames: ['*']}")
# Who sends, for which workflow, and the Access-Control-Allow-Origin of the answer; "" where the request is refused.
CALLS = [
    (SHOP, "order", SHOP),
    (EVIL, "order", ""),
    ("null", "order", ""),
    ("https://[", "order", ""),
    ("https://", "order", ""),
    (f"{SHOP}:8443", "order", ""),
    ("http://shop.example", "order", ""),
    (f"{SHOP}.evil.example", "order", ""),
    (BLOG, "blogs", BLOG),
    (SHOP, "blogs", ""),  # the workflow's own list is the only one
    (EVIL, "open", "*"),
    ("null", "open", "*"),
    (BLOG, "order", ""),
]


async def test_origins_of_a_workflow_decide_who_may_call_it(sqlite_url: str, subtests: pytest.Subtests) -> None:
    async with open_site(sqlite_url, flows=(ORDER, BLOGS, OPEN), botflow_allowed_origins=(SHOP,)) as site:
        for origin, workflow, allowed in CALLS:
            with subtests.test(msg=f"{origin} calls {workflow}"):
                await the_call_is_answered(site, origin, workflow, allowed)
        with subtests.test(msg="a page that the server sent"):
            await own_pages_are_allowed(site)
        with subtests.test(msg="names of workflows"):
            await names_cannot_be_found_out(site)
        with subtests.test(msg="what is public"):
            await any_page_may_read_what_is_public(site)
        with subtests.test(msg="a WebSocket"):
            await a_handshake_is_refused(site)
        with subtests.test(msg="frames"):
            framed = {slug: frame_ancestors(site.runtime.flows.get(slug)) for slug in ("order", "blogs", "open")}
            assert framed == {
                "order": "frame-ancestors 'none'",
                "blogs": f"frame-ancestors {BLOG} {SHOP}",
                "open": "frame-ancestors *",
            }


async def test_a_refused_page_does_nothing(sqlite_url: str) -> None:
    async with open_site(sqlite_url) as site:
        await the_call_is_answered(site, EVIL, "order", "")


async def the_call_is_answered(site: Site, origin: str, workflow: str, allowed: str) -> None:
    path = f"/chat/{workflow}/sessions"
    before = await site.state_hash()
    asked = await site.client.options(path, headers={"origin": origin, **PREFLIGHT})
    opened = await site.client.post(path, headers={"origin": origin})

    assert asked.headers.get("access-control-allow-origin", "") == allowed
    assert opened.headers.get("access-control-allow-origin", "") == allowed
    assert "Origin" in opened.headers["vary"]
    if allowed:
        assert (asked.status_code, opened.status_code) == (200, 201)
        return
    assert (asked.status_code, asked.json().get("code")) == (400, "cors.refused")
    assert (opened.status_code, opened.json().get("code")) == (403, "origin.refused")
    assert workflow not in opened.text
    assert await site.state_hash() == before


async def own_pages_are_allowed(site: Site) -> None:
    host = site.url.removeprefix("http://")
    for headers in (
        {"origin": site.url},
        {"origin": f"https://{host}"},  # a proxy before us may end TLS
        {"origin": PUBLIC_URL},
        {"origin": "https://behind.example", "sec-fetch-site": "same-origin"},  # a proxy may hide the host
    ):
        opened = await site.client.post("/chat/blogs/sessions", headers=headers)
        assert opened.status_code == 201, headers
    crossed = {"origin": EVIL, "sec-fetch-site": "cross-site"}
    assert (await site.client.post("/chat/blogs/sessions", headers=crossed)).status_code == 403


async def names_cannot_be_found_out(site: Site) -> None:
    """A page that is refused reads the same of a workflow and of a name that none has; only its own list differs."""
    for method in ("POST", "OPTIONS", "GET"):
        answers = [
            await site.client.request(method, f"/chat/{slug}/sessions", headers={"origin": EVIL, **PREFLIGHT})
            for slug in ("order", "blogs", "nowhere")
        ]
        seen = [(each.status_code, each.text, each.headers.get("access-control-allow-origin")) for each in answers]
        assert seen[0] == seen[1] == seen[2]
    unknown = await site.client.post("/chat/nowhere/sessions", headers={"origin": SHOP})
    assert (unknown.status_code, unknown.json().get("code")) == (404, "workflow.unknown")


async def any_page_may_read_what_is_public(site: Site) -> None:
    for path in ("/chat/blogs/look", "/widget/v1.js"):
        answer = await site.client.get(path, headers={"origin": EVIL})
        assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-origin" not in (await site.client.get("/readyz", headers={"origin": EVIL})).headers


async def a_handshake_is_refused(site: Site) -> None:
    answers: list[tuple[dict[str, Any], str]] = [
        ({}, "websocket.close"),
        ({"websocket.http.response": {}}, "websocket.http.response"),
    ]
    for extensions, first in answers:
        assert (await handshake(site, "blogs", EVIL, extensions))[0].startswith(first)
        assert await handshake(site, "blogs", BLOG, extensions) == ["reached"]
        assert await handshake(site, "blogs", "", extensions) == ["reached"]


async def handshake(site: Site, workflow: str, origin: str, extensions: dict[str, Any]) -> list[str]:
    """Return the types of what is sent in answer, `reached` from a route behind the check."""
    sent: list[str] = []

    async def route(scope: Scope, receive: Receive, send: Send) -> None:
        sent.append("reached")

    async def send(message: Message) -> None:
        sent.append(message["type"])

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    scope: Scope = {
        "type": "websocket",
        "path": f"/chat/{workflow}/ws",
        "headers": [(b"origin", origin.encode())] if origin else [],
        "extensions": extensions,
        "state": {"desk": site.desk},
    }
    await ChatOrigins(route)(scope, receive, send)
    return sent
