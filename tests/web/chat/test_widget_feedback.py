"""The thumbs below an answer show what the server has taken, however fast they are pressed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Route, expect

from tests.web.chat.host_page import host_page
from tests.web.chat.visitor import DESKTOP, Visitor
from tests.web.site import ORDER, Site, open_site

RATED = ORDER.replace("id: order\n", "id: rated\nchat: {feedback: true}\n", 1)


@pytest_asyncio.fixture(loop_scope="session")
async def rated(sqlite_url: str) -> AsyncIterator[Site]:
    async with open_site(sqlite_url, flows=(RATED,), botflow_allowed_origins="*") as opened:
        yield opened


async def at(context: BrowserContext, address: str) -> Visitor:
    visitor = Visitor(await context.new_page())
    await visitor.page.goto(address)
    return visitor


async def test_a_thumb_that_did_not_arrive_is_not_shown_as_pressed(browser: Browser, rated: Site) -> None:
    """It is let go again."""
    async with host_page(rated.url, "rated") as address, await browser.new_context(**DESKTOP) as context:
        visitor = await at(context, address)
        page = visitor.page
        await page.locator(".launcher").click()
        await visitor.sees("Welcome", "name?")
        await page.route("**/feedback", lambda route: route.abort())
        bad = page.get_by_role("button", name="Bad answer").last
        await bad.click()
        await expect(bad).to_have_attribute("aria-pressed", "false")


async def test_thumbs_that_are_pressed_quickly_leave_the_last_one(browser: Browser, rated: Site) -> None:
    """One request after the other, and none that a newer one has made pointless."""
    async with host_page(rated.url, "rated") as address, await browser.new_context(**DESKTOP) as context:
        visitor = await at(context, address)
        page, posts, go_on = visitor.page, list[Any](), asyncio.Event()
        await page.locator(".launcher").click()
        await visitor.sees("Welcome", "name?")

        async def hold(route: Route) -> None:
            posts.append(route.request.post_data_json)
            await go_on.wait()
            await route.continue_()

        await page.route("**/feedback", hold)
        good, bad = (page.get_by_role("button", name=f"{one} answer").last for one in ("Good", "Bad"))
        async with page.expect_request("**/feedback"):
            await good.click()
        for button in (good, bad, good, bad):
            await button.click()
        async with page.expect_response(lambda response: '"down"' in (response.request.post_data or "")):
            go_on.set()
        assert [post["value"] for post in posts] == ["up", "down"]
        await expect(bad).to_have_attribute("aria-pressed", "true")
        await page.reload()
        await visitor.sees("Welcome", "name?")
        await expect(page.get_by_role("button", name="Bad answer").last).to_have_attribute("aria-pressed", "true")
