"""The widget on pages whose authors never thought of it: styles for everything, pages that move or take it away."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, expect

from tests.web.chat.host_page import host_page
from tests.web.chat.visitor import DESKTOP, Visitor
from tests.web.site import ORDER, Site, open_site

# Each of these breaks a widget that lives among the page's own elements.
STYLES = (
    "* { all: unset !important; }",
    "button, textarea, section, main, div { display: none !important; }",
    """* { margin: 13px !important; padding: 11px !important; font: 9px fantasy !important; color: lime !important;
        text-transform: uppercase !important; letter-spacing: .3em !important; float: left !important; }
        html { font-size: 8px !important; }""",
    "body > * { pointer-events: none; opacity: .5; max-height: 40px !important; overflow: hidden !important; }",
)
WEAR = """(text) => { const sheet = new CSSStyleSheet(); sheet.replaceSync(text);
    document.adoptedStyleSheets = text ? [sheet] : []; }"""
SEEN = """() => [".panel", ".bubble", "#text", "#send", ".launcher"].map((one) => {
    const part = document.querySelector("botflow-chat").shadowRoot.querySelector(one);
    const { x, y, width, height } = part.getBoundingClientRect();
    const { color, backgroundColor, fontSize, fontFamily, letterSpacing, textTransform } = getComputedStyle(part);
    return [one, x, y, width, height, color, backgroundColor, fontSize, fontFamily, letterSpacing, textTransform,
        part.checkVisibility({ opacityProperty: true })]; })"""


@pytest_asyncio.fixture(loop_scope="session")
async def served(sqlite_url: str) -> AsyncIterator[Site]:
    async with open_site(sqlite_url, flows=(ORDER,), botflow_allowed_origins="*") as opened:
        yield opened


async def at(context: BrowserContext, address: str) -> Visitor:
    visitor = Visitor(await context.new_page())
    await visitor.page.goto(address)
    return visitor


async def test_no_style_of_a_page_reaches_the_chat(browser: Browser, served: Site) -> None:
    async with (
        host_page(served.url, "order") as address,
        await browser.new_context(**DESKTOP, reduced_motion="reduce") as context,
    ):
        visitor = await at(context, address)
        page = visitor.page
        await page.locator(".launcher").click()
        await visitor.sees("Welcome", "name?")
        await page.mouse.move(5, 5)  # nothing of it is hovered
        plain = await page.evaluate(SEEN)
        for style in STYLES:
            await page.evaluate(WEAR, style)
            assert await page.evaluate(SEEN) == plain, style
        assert visitor.complaints == []


async def test_a_page_that_fails_moves_the_chat_or_takes_it_away_does_not_break_it(
    browser: Browser, served: Site
) -> None:
    async with host_page(served.url, "order") as address, await browser.new_context(**DESKTOP) as context:
        visitor = await at(context, address)
        page, requests = visitor.page, list[str]()
        await page.evaluate("void botflow.on('message', () => { throw new Error('of the page'); })")
        await page.locator(".launcher").click()
        await visitor.sees("Welcome", "name?")
        await page.evaluate("document.querySelector('main').append(document.querySelector('botflow-chat'))")
        await visitor.types("Ann")
        await visitor.sees("Welcome", "name?", "Ann", "What would you like, Ann?")
        await page.evaluate("botflow.destroy()")
        await expect(page.locator("botflow-chat")).to_have_count(0)
        page.on("request", lambda request: requests.append(request.url))
        await page.evaluate("Promise.all([botflow.open(), botflow.close(), botflow.destroy()])")
        await page.evaluate("botflow.send('to nobody')")
        await expect(page.locator("botflow-chat")).to_have_count(0)
        assert requests == []
        assert visitor.complaints == ["of the page"]


async def test_two_tabs_that_open_it_first_at_the_same_moment_have_one_conversation(
    browser: Browser, served: Site
) -> None:
    async with host_page(served.url, "order") as address, await browser.new_context(**DESKTOP) as context:
        one, other = await at(context, address), await at(context, address)
        for visitor in (one, other):
            await visitor.page.evaluate("void botflow.open()")
        for visitor in (one, other):
            await visitor.sees("Welcome", "name?")
        await one.types("Ann")
        for visitor in (one, other):
            await visitor.sees("Welcome", "name?", "Ann", "What would you like, Ann?")
        assert one.complaints == other.complaints == []
