"""What the visitor is told was not sent is not sent, until they say so: by no reload and by no other tab."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, expect
from sqlalchemy import select

from botflow.storage.tables import sessions
from tests.web.api.calls import answered
from tests.web.chat.host_page import host_page
from tests.web.chat.visitor import DESKTOP, Visitor
from tests.web.site import ORDER, Site, open_site

ECHO = """
botflow: 1
id: echo
name: Echo
nodes:
  - {id: start, type: chatbot, actionType: message_received, next: echo}
  - {id: echo, type: chatbot, actionType: say, properties: {text: "{{ $input.text }}"}}
"""


@pytest_asyncio.fixture(loop_scope="session")
async def served(sqlite_url: str) -> AsyncIterator[Site]:
    async with open_site(sqlite_url, flows=(ORDER, ECHO), botflow_allowed_origins="*") as opened:
        yield opened


async def at(context: BrowserContext, address: str) -> Visitor:
    visitor = Visitor(await context.new_page())
    await visitor.page.goto(address)
    return visitor


async def test_what_was_not_sent_is_sent_only_when_the_visitor_says_so_in_whichever_tab(
    browser: Browser, served: Site
) -> None:
    """A refused message is shown as refused in each tab; once it is sent again in one, it is in none."""
    async with host_page(served.url, "order") as address, await browser.new_context(**DESKTOP) as context:
        visitor = await at(context, address)
        page = visitor.page
        await page.locator(".launcher").click()
        await visitor.sees("Welcome", "name?")
        gone = {"type": "about:blank", "status": 404, "code": "workflow.inactive", "detail": "out of service"}
        await page.route(
            "**/messages", lambda route: route.fulfill(status=404, content_type="application/problem+json", json=gone)
        )
        await visitor.types("Ann")
        await expect(page.locator(".meta.wrong")).to_contain_text("Not sent")
        await page.unroute("**/messages")
        other = await at(context, address)  # it finds the message in the storage
        await other.page.evaluate("void botflow.open()")
        await other.sees("Welcome", "name?", "Ann")
        await other.page.get_by_role("button", name="Try again").click()
        await visitor.sees("Welcome", "name?", "Ann", "What would you like, Ann?")
        await expect(page.locator(".meta.wrong")).to_have_count(0)


async def test_what_was_not_sent_is_not_sent_by_a_reload(browser: Browser, served: Site) -> None:
    """A message that was refused is still there after a reload, and still not sent."""
    async with host_page(served.url, "order") as address, await browser.new_context(**DESKTOP) as context:
        visitor = await at(context, address)
        page, posts = visitor.page, list[str]()
        await page.locator(".launcher").click()
        await visitor.sees("Welcome", "name?")
        gone = {"type": "about:blank", "status": 404, "code": "workflow.inactive", "detail": "out of service"}
        await page.route(
            "**/messages", lambda route: route.fulfill(status=404, content_type="application/problem+json", json=gone)
        )
        await visitor.types("Ann")
        await expect(page.locator(".meta.wrong")).to_contain_text("Not sent")
        await page.unroute("**/messages")
        page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
        await page.reload()
        await expect(page.locator(".meta.wrong")).to_contain_text("Not sent")
        assert posts == []


async def test_a_text_that_is_too_long_is_never_cut_without_a_word(browser: Browser, served: Site) -> None:
    """It stays whole in the box, which says how long it may be, and is not sent."""
    async with host_page(served.url, "echo") as address, await browser.new_context(**DESKTOP) as context:
        visitor = await at(context, address)
        page = visitor.page
        await page.locator(".launcher").click()
        await page.locator("#text").focus()
        await page.evaluate("document.execCommand('insertText', false, 'word '.repeat(20_000))")
        assert len(await page.locator("#text").input_value()) == 100_000
        await expect(page.locator("#alarm")).to_have_text("Too long: at most 8,000 letters.")
        await expect(page.locator("#send")).to_be_disabled()
        await page.locator("#text").fill("word")
        await expect(page.locator("#alarm")).to_be_empty()
        await expect(page.locator("#send")).to_be_enabled()


async def test_a_text_that_the_server_finds_too_long_is_not_called_a_file(browser: Browser, served: Site) -> None:
    """The reason speaks of letters."""
    async with host_page(served.url, "echo") as address, await browser.new_context(**DESKTOP) as context:
        visitor = await at(context, address)
        await visitor.page.locator(".launcher").click()
        await visitor.page.evaluate("botflow.send('x'.repeat(100_000))")
        refused = visitor.page.locator(".meta.wrong")
        await expect(refused).to_contain_text("Not sent")
        await expect(refused).to_contain_text("at most 8,000 letters")


async def test_nothing_that_can_be_seen_is_not_sent(browser: Browser, served: Site) -> None:
    """Letters that nobody sees are no message."""
    async with host_page(served.url, "echo") as address, await browser.new_context(**DESKTOP) as context:
        visitor = await at(context, address)
        await visitor.page.locator(".launcher").click()
        await visitor.page.locator("#text").fill("\u200b\u200d\u2060")
        await expect(visitor.page.locator("#send")).to_be_disabled()


async def test_a_conversation_that_is_over_is_replaced_with_a_word(browser: Browser, served: Site) -> None:
    """The word is still there when the new conversation is."""
    async with host_page(served.url, "order") as address, await browser.new_context(**DESKTOP) as context:
        visitor = await at(context, address)
        await visitor.page.locator(".launcher").click()
        await visitor.sees("Welcome", "name?")
        await visitor.types("Ann")
        await visitor.sees("Welcome", "name?", "Ann", "What would you like, Ann?")
        engine = served.runtime.database.engine
        who = await engine.read(lambda connection: connection.execute(select(sessions.c.external_id)).scalar_one())
        await answered(served, "POST", "/workflows/order/sessions/revoke", {"externalId": who})
        await visitor.sees("Welcome", "name?")
        await expect(visitor.page.locator(".note")).to_have_text(["That conversation is over; this is a new one"])


async def test_each_file_that_is_not_taken_is_named(browser: Browser, served: Site) -> None:
    """The first ones, too, not only the last."""
    async with host_page(served.url, "echo") as address, await browser.new_context(**DESKTOP) as context:
        visitor = await at(context, address)
        page = visitor.page
        await page.locator(".launcher").click()
        await page.get_by_role("button", name="Attach").click()
        async with page.expect_file_chooser() as chooser:
            await page.get_by_role("menuitem", name="Photo or file").click()
        empty: list[Any] = [{"name": name, "mimeType": "image/png", "buffer": b""} for name in ("a.png", "b.png")]
        await (await chooser.value).set_files(empty)
        await expect(page.locator("#alarm")).to_have_text("a.png: The file is empty. b.png: The file is empty.")
