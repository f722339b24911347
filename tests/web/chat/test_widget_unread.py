"""How many messages the button says are unread."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, expect

from tests.web.chat.host_page import host_page
from tests.web.chat.visitor import DESKTOP, Visitor
from tests.web.site import TALK, HeldModel, Site, open_site


@pytest_asyncio.fixture(loop_scope="session")
async def served(sqlite_url: str, model: HeldModel) -> AsyncIterator[Site]:
    async with open_site(sqlite_url, model=model, flows=(TALK,), botflow_allowed_origins="*") as opened:
        yield opened


async def at(context: BrowserContext, address: str) -> Visitor:
    visitor = Visitor(await context.new_page())
    await visitor.page.goto(address)
    return visitor


async def test_unread_messages_are_in_the_buttons_name_and_outlive_a_reload(
    browser: Browser, served: Site, model: HeldModel
) -> None:
    """They are unread until the chat is opened."""
    async with host_page(served.url, "talk") as address, await browser.new_context(**DESKTOP) as context:
        visitor = await at(context, address)
        page = visitor.page
        await page.locator(".launcher").click()
        await visitor.types("hello")
        await expect(page.locator(".draft")).to_be_visible()
        await page.keyboard.press("Escape")
        model.go_on.set()
        await expect(page.locator(".badge")).to_have_text("1")
        await expect(page.locator(".launcher")).to_have_accessible_name("Chat (1)")
        await page.reload()
        await expect(page.locator(".badge")).to_have_text("1")
        other = await at(context, address)
        await expect(other.page.locator(".badge")).to_have_text("1")
        await other.page.locator(".launcher").click()
        await expect(page.locator(".badge")).to_be_hidden()
        await page.reload()
        await visitor.page.locator(".entry.out[data-id]").wait_for(state="attached")
        await expect(page.locator(".badge")).to_be_hidden()


async def test_what_was_read_in_one_tab_is_not_unread_in_another(
    browser: Browser, served: Site, model: HeldModel
) -> None:
    """All tabs are read by the same person."""
    async with host_page(served.url, "talk") as address, await browser.new_context(**DESKTOP) as context:
        visitor = await at(context, address)
        await visitor.page.locator(".launcher").click()
        await visitor.types("hello")
        await expect(visitor.page.locator(".draft")).to_be_visible()
        other = await at(context, address)
        await expect(other.page.locator(".panel")).to_be_attached()  # a conversation is there
        await visitor.page.bring_to_front()
        model.go_on.set()
        await visitor.sees("hello", "Let me think about that.")
        await expect(other.page.locator(".entry.out[data-id]")).to_have_count(1)
        await expect(other.page.locator(".badge")).to_be_hidden()
