"""Keys and the focus: what a visitor types in the chat is the chat's, and the page keeps what is its own."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, expect

from tests.web.chat.host_page import host_page
from tests.web.chat.visitor import DESKTOP, Visitor
from tests.web.site import ORDER, Site, open_site

ACTIVE = "document.activeElement.id || document.activeElement.localName"
SHORTCUTS = """() => { window.heard = []; for (const name of ["keydown", "keyup", "compositionend"])
    document.addEventListener(name, (event) => {
        if (/^(INPUT|TEXTAREA)$/.test(event.target.tagName)) return;
        window.heard.push(event.key);
        if (event.key === "s" || event.key === " ") event.preventDefault(); }); }"""
# Safari ends a composition first, and sends its Enter after that.
COMPOSED = """(text) => { for (const key of ["Enter", "Escape"]) text.dispatchEvent(new KeyboardEvent("keydown",
    { key, keyCode: 229, bubbles: true, composed: true, cancelable: true })); }"""


@pytest_asyncio.fixture(loop_scope="session")
async def served(sqlite_url: str) -> AsyncIterator[Site]:
    async with open_site(sqlite_url, flows=(ORDER,), botflow_allowed_origins="*") as opened:
        yield opened


async def at(context: BrowserContext, address: str) -> Visitor:
    visitor = Visitor(await context.new_page())
    await visitor.page.goto(address)
    return visitor


async def test_shortcuts_of_the_page_do_not_eat_letters_of_the_visitor(browser: Browser, served: Site) -> None:
    async with host_page(served.url, "order") as address, await browser.new_context(**DESKTOP) as context:
        visitor = await at(context, address)
        page = visitor.page
        await page.evaluate(SHORTCUTS)
        await page.locator(".launcher").click()
        await visitor.sees("Welcome", "name?")
        await page.keyboard.type("yes sir")
        await expect(page.locator("#text")).to_have_value("yes sir")
        await page.locator("#text").evaluate(COMPOSED)
        await expect(page.locator("#text")).to_have_value("yes sir")  # it is not sent
        await expect(page.locator(".panel")).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(page.locator(".panel")).to_be_hidden()
        assert await page.evaluate("window.heard") == []
        await page.locator("#other").press("x")
        assert await page.evaluate("window.heard") == ["x", "x"]
        assert visitor.complaints == []


async def test_the_focus_stays_with_the_page_if_the_visitor_did_not_ask_for_the_chat(
    browser: Browser, served: Site
) -> None:
    async with host_page(served.url, "order") as address, await browser.new_context(**DESKTOP) as context:
        visitor = await at(context, address)
        page = visitor.page
        await page.locator(".launcher").click()
        await visitor.sees("Welcome", "name?")
        await page.reload()
        await visitor.sees("Welcome", "name?")
        assert await page.evaluate(ACTIVE) == "body"
        await page.locator("#other").focus()
        await page.evaluate("botflow.close()")
        await expect(page.locator(".panel")).to_be_hidden()
        assert await page.evaluate(ACTIVE) == "other"
        opened = "window.opened = 0; botflow.on('open', () => { window.opened += 1; });"
        assert await page.evaluate(
            f"(async () => {{ {opened} return [await botflow.open(), await botflow.open()]; }})()"
        )
        assert await page.evaluate("window.opened") == 1
        await expect(page.locator("#text")).to_be_focused()
