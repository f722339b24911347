"""How a workflow looks to strangers, and which workflows have a page of their own."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.web.site import ORDER, Site, open_site

SHOP = """
botflow: 1
id: shop
name: "A <b> & \\"C\\""
language: de_AT
theme: {color: "#c8102e", radius: 12, position: left, launcher: Fragen}
chat: {page: true, frames: ["https://www.example.com"], feedback: true, brand: false}
nodes:
  - {id: start, type: chatbot, actionType: message_received, next: hello}
  - {id: hello, type: chatbot, actionType: say, properties: {text: Hello.}}
"""


@pytest_asyncio.fixture
async def shop(sqlite_url: str) -> AsyncIterator[Site]:
    async with open_site(sqlite_url, flows=(SHOP, ORDER)) as site:
        yield site


async def test_a_look_is_public_and_can_be_kept(shop: Site) -> None:
    look = await shop.client.get("/chat/shop/look", headers={"origin": "https://anywhere.example"})
    again = await shop.client.get("/chat/shop/look", headers={"if-none-match": look.headers["etag"]})

    assert look.json() == {
        "name": 'A <b> & "C"',
        "language": "de_AT",
        "theme": {"color": "#c8102e", "radius": 12, "position": "left", "launcher": "Fragen"},
        "feedback": True,
        "brand": False,
        "identity": None,
    }
    assert look.headers["cache-control"] == "public, max-age=60"
    assert look.headers["access-control-allow-origin"] == "*"
    assert again.status_code == 304


async def test_a_look_says_that_a_workflow_is_out_of_service_or_unknown(shop: Site) -> None:
    await shop.set_status("shop", "inactive")
    closed = await shop.client.get("/chat/shop/look")
    unknown = await shop.client.get("/chat/nowhere/look")

    assert (closed.status_code, closed.json()) == (200, {"outOfService": True})
    assert closed.headers["cache-control"] == "no-cache"
    assert (unknown.status_code, unknown.json()["code"]) == (404, "workflow.unknown")


async def test_a_workflow_has_a_page_where_its_document_says_so(shop: Site) -> None:
    page = await shop.client.get("/chat/shop/")
    off = await shop.client.get("/chat/order/")
    bare = await shop.client.get("/chat/shop?a=b")

    assert page.status_code == 200
    assert page.headers["content-security-policy"].endswith("; frame-ancestors https://www.example.com")
    assert "require-trusted-types-for 'script'; trusted-types 'none'" in page.headers["content-security-policy"]
    assert "<title>A &lt;b&gt; &amp; &quot;C&quot;</title>" in page.text
    assert '<html lang="de-AT">' in page.text
    assert "dev.js" not in page.text
    assert (off.status_code, off.json()["code"]) == (404, "page.off")
    assert (bare.status_code, bare.headers["location"]) == (307, "shop/?a=b")


async def test_the_page_of_a_workflow_that_is_out_of_service_is_there_to_say_so(shop: Site) -> None:
    await shop.set_status("shop", "inactive")
    await shop.set_status("order", "inactive")

    assert (await shop.client.get("/chat/shop/")).status_code == 200
    assert (await shop.client.get("/chat/order/")).json()["code"] == "page.off"
    assert (await shop.client.get("/chat/nowhere/")).json()["code"] == "workflow.unknown"


async def test_pages_and_files_are_counted_per_address(shop: Site) -> None:
    shop.hold_the_minute()
    limit = shop.desk.limiter
    from botflow.web.requests.rate_limits import PAGES_PER_ADDRESS, Use

    await limit.check(Use(PAGES_PER_ADDRESS, "127.0.0.1", PAGES_PER_ADDRESS.times))
    for path in ("/chat/shop/", "/chat/shop/look", "/widget/v1.js"):
        refused = await shop.client.get(path)
        assert (refused.status_code, refused.json()["code"]) == (429, "rate.limited")
