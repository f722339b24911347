"""The widget on small, low and zoomed screens, with large letters, without motion, and on paper."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, expect

from tests.web.chat.host_page import host_page
from tests.web.chat.visitor import DESKTOP, PHONE, Visitor
from tests.web.site import ORDER, TALK, HeldModel, Site, open_site

STILL: dict[str, Any] = {**PHONE, "reduced_motion": "reduce"}
WIDE = "document.querySelector('#help').style.cssText = 'width: 700px; height: 9px'"
RECTANGLE = """(name) => { const part = document.querySelector("botflow-chat").shadowRoot.querySelector(name);
    const { left, top, right, bottom } = part.getBoundingClientRect(); return [left, top, right, bottom]; }"""


@pytest_asyncio.fixture(loop_scope="session")
async def served(sqlite_url: str, model: HeldModel) -> AsyncIterator[Site]:
    async with open_site(sqlite_url, model=model, flows=(ORDER, TALK), botflow_allowed_origins="*") as opened:
        yield opened


async def at(context: BrowserContext, address: str) -> Visitor:
    visitor = Visitor(await context.new_page())
    await visitor.page.goto(address)
    await expect(visitor.page.locator(".launcher")).to_be_visible()
    return visitor


async def rectangle(visitor: Visitor, name: str) -> list[float]:
    """Return left, top, right and bottom of a part."""
    found: list[float] = await visitor.page.evaluate(RECTANGLE, name)
    return found


async def test_a_low_screen_shows_the_box_and_gives_the_rest_to_the_messages(browser: Browser, served: Site) -> None:
    size = {"viewport": {"width": 844, "height": 390}}
    async with host_page(served.url, "order") as address, await browser.new_context(**{**STILL, **size}) as context:
        visitor = await at(context, address)
        await visitor.page.locator(".launcher").tap()
        await visitor.sees("Welcome", "name?")
        for width, height in ((844, 390), (844, 200), (700, 300), (320, 256)):
            await visitor.page.set_viewport_size({"width": width, "height": height})
            await expect(visitor.page.locator(".panel")).to_have_css("height", f"{height}px")
            assert await rectangle(visitor, ".panel") == [0, 0, width, height]
            assert (await rectangle(visitor, "#composer"))[3] <= height
            assert (await rectangle(visitor, "#close"))[1] >= 0
            _, top, _, bottom = await rectangle(visitor, "#scroll")
            assert bottom - top >= height * 0.35, (width, height)


async def test_a_page_that_is_wider_than_the_phone_leaves_the_chat_on_the_screen(
    browser: Browser, served: Site
) -> None:
    async with host_page(served.url, "order") as address, await browser.new_context(**STILL) as context:
        visitor = await at(context, address)
        await visitor.page.evaluate(WIDE)
        await expect(visitor.page.locator(".frame")).to_have_attribute("style", re.compile("--beside: 3"))
        left, _, right, bottom = await rectangle(visitor, ".launcher")
        assert left >= 0
        assert right <= 390
        assert bottom <= 844
        await visitor.page.evaluate("void botflow.open()")
        await visitor.sees("Welcome", "name?")
        assert await rectangle(visitor, ".panel") == [0, 0, 390, 844]


async def test_a_long_text_of_the_button_and_a_large_radius_are_bounded(browser: Browser, served: Site) -> None:
    words = "Ask us anything about everything " * 8
    more = f'data-launcher="{words}" data-radius="900"'
    async with host_page(served.url, "order", more) as address, await browser.new_context(**STILL) as context:
        visitor = await at(context, address)
        for width in (390, 320, 1280):
            await visitor.page.set_viewport_size({"width": width, "height": 800})
            await expect(visitor.page.locator(".frame")).to_have_attribute(
                "style", re.compile(f"--seen-width: {width}px")
            )
            button, label = await rectangle(visitor, ".launcher"), await rectangle(visitor, ".label")
            assert button[0] >= 20
            assert button[3] - button[1] < 64
            assert label[0] >= button[0]
            assert label[2] <= button[2]
        await visitor.page.locator(".launcher").click()
        await expect(visitor.page.locator(".panel")).to_have_css("border-radius", "40px")
        await visitor.page.emulate_media(media="print")
        await expect(visitor.page.locator(".launcher")).to_be_hidden()
        await expect(visitor.page.locator(".panel")).to_be_hidden()


async def test_the_text_has_the_size_that_the_visitor_chose_and_not_that_of_the_page(
    browser: Browser, served: Site
) -> None:
    async with host_page(served.url, "order") as address, await browser.new_context(**DESKTOP) as context:
        visitor = await at(context, address)
        page = visitor.page
        session = await context.new_cdp_session(page)
        await session.send("Page.enable")
        await session.send("Page.setFontSizes", {"fontSizes": {"standard": 32, "fixed": 26}})
        await page.locator(".launcher").click()
        await visitor.sees("Welcome", "name?")
        await page.evaluate("document.documentElement.style.fontSize = '10px'")
        await expect(page.locator(".bubble").first).to_have_css("font-size", "32px")
        await expect(page.locator("#connection")).to_have_css("font-size", "26px")
        assert (await rectangle(visitor, ".panel"))[0] > 0  # it does not fill a large screen


async def test_nothing_moves_while_an_answer_is_written_if_the_visitor_wants_no_motion(
    browser: Browser, served: Site, model: HeldModel
) -> None:
    async with (
        host_page(served.url, "talk") as address,
        await browser.new_context(**DESKTOP, reduced_motion="reduce") as context,
    ):
        visitor = await at(context, address)
        await visitor.page.locator(".launcher").click()
        await visitor.types("hello")
        await expect(visitor.page.locator(".draft")).to_be_visible()
        running = "part('log').getRootNode().getAnimations().filter((one) => one.playState === 'running').length"
        assert await visitor.evaluate(running) == 0
        model.go_on.set()


async def test_the_page_behind_a_full_screen_neither_scrolls_nor_takes_the_focus(
    browser: Browser, served: Site
) -> None:
    async with host_page(served.url, "order") as address, await browser.new_context(**STILL) as context:
        visitor = await at(context, address)
        page = visitor.page
        await page.evaluate(
            """() => { for (let at = 0; at < 200; at += 1) document.querySelector("main").append(
                Object.assign(document.createElement("p"), { textContent: "Words" })); }"""
        )
        before = await page.evaluate("document.documentElement.outerHTML")
        await page.locator(".launcher").tap()
        await visitor.sees("Welcome", "name?")
        await expect(page.locator(".panel")).to_have_attribute("aria-modal", "true")
        await page.evaluate("document.body.append(Object.assign(document.createElement('button'), { id: 'late' }))")
        for key in ("Tab", "Shift+Tab"):
            for _ in range(14):
                await page.keyboard.press(key)
                assert await page.evaluate("document.activeElement.localName") == "botflow-chat"
        await page.evaluate("document.querySelector('#late').remove()")
        await page.mouse.move(200, 30)
        await page.mouse.wheel(0, 600)
        await page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        assert await page.evaluate("scrollY") == 0

        await page.set_viewport_size({"width": 1000, "height": 844})  # a tablet that was turned
        await expect(page.locator(".panel")).not_to_have_attribute("aria-modal", "true")
        assert await page.evaluate("document.documentElement.outerHTML") == before
        await page.set_viewport_size({"width": 390, "height": 844})
        await expect(page.locator(".panel")).to_have_attribute("aria-modal", "true")
        await page.evaluate("botflow.close()")
        assert await page.evaluate("document.documentElement.outerHTML") == before
        await page.evaluate("botflow.open()")
        await page.evaluate("botflow.destroy()")
        assert await page.evaluate("document.querySelectorAll('[inert]').length") == 0
        assert visitor.complaints == []
