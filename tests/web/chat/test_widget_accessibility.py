"""axe (https://github.com/dequelabs/axe-core) finds nothing wrong in any state of the chat, in light, dark and right to
left; and what a person has asked of the browser is respected: no motion, forced colours."""

from __future__ import annotations

from typing import Any

from playwright.async_api import Browser, Page, expect

from tests.js.packages import node_packages
from tests.web.chat.host_page import host_page
from tests.web.chat.test_page_cards import FLOW as TRATTORIA
from tests.web.chat.test_page_files import PHOTO, SVG, attach
from tests.web.chat.visitor import DESKTOP, PHONE, Visitor
from tests.web.site import ORDER, TALK, HeldModel, open_site

ALL = 'chat: {page: true, feedback: true, origins: ["*"]}\n'
FLOWS = (ORDER + ALL + "language: de\n", TALK + ALL + "language: ar\n", TRATTORIA + ALL)
RUN = """async () => (await axe.run(document, { resultTypes: ["violations"] })).violations.flatMap(
    ({ id, nodes }) => nodes.map(({ target, failureSummary }) => [id, target.flat().join(" "), failureSummary]))"""


async def assert_accessible(page: Page) -> None:
    if not await page.evaluate("typeof axe === 'object'"):
        await page.evaluate((node_packages() / "axe-core" / "axe.min.js").read_text())
    assert await page.evaluate(RUN) == []


async def test_axe_finds_nothing_in_any_state(browser: Browser, sqlite_url: str, model: HeldModel) -> None:
    async with open_site(sqlite_url, model=model, flows=FLOWS, botflow_allowed_origins="*") as site:
        for device, scheme in ((DESKTOP, "light"), (PHONE, "dark")):
            seen: dict[str, Any] = {**device, "color_scheme": scheme, "reduced_motion": "reduce"}
            async with (
                host_page(site.url, "order") as address,
                await browser.new_context(**seen) as context,
            ):
                visitor = Visitor(await context.new_page())
                page = visitor.page
                await page.goto(address)
                await expect(page.locator(".launcher")).to_be_visible()
                await assert_accessible(page)
                await page.locator(".launcher").click()
                await visitor.sees("Welcome", "name?")
                await assert_accessible(page)
                await visitor.types("Ann")
                await expect(page.locator("#replies button")).to_have_count(2)
                await attach(page, PHOTO, SVG)
                await expect(page.locator(".chip.failed")).to_be_visible()
                await assert_accessible(page)
                await page.get_by_role("button", name="Anhängen").click()
                await assert_accessible(page)
                await page.keyboard.press("Escape")
                await context.set_offline(True)
                await expect(page.locator("#connection")).to_have_text("Offline")
                await assert_accessible(page)
            async with await browser.new_context(**seen) as context:
                visitor = Visitor(await context.new_page())
                page = visitor.page
                await page.goto(f"{site.url}/chat/trattoria/")
                await visitor.types("hi")
                await expect(page.locator(".tile")).to_have_count(5)
                await assert_accessible(page)
                await page.goto(f"{site.url}/chat/talk/")
                await expect(page.locator(".panel")).to_have_attribute("dir", "rtl")
                await visitor.types("hello")
                await expect(page.locator(".draft")).to_be_visible()
                await assert_accessible(page)
                model.go_on.set()
                await expect(page.locator(".thumbs")).to_have_count(1)
                await assert_accessible(page)
                model.go_on.clear()


async def test_no_motion_and_forced_colours_are_respected(browser: Browser, sqlite_url: str) -> None:
    async with (
        open_site(sqlite_url, dev=True, flows=(ORDER,)) as site,
        await browser.new_context(**DESKTOP, reduced_motion="reduce", forced_colors="active") as context,
    ):
        visitor = Visitor(await context.new_page())
        await visitor.page.goto(f"{site.url}/chat/order/")
        await visitor.types("Ann")
        await visitor.sees("Welcome", "name?", "Ann", "What would you like")
        running = "part('log').getRootNode().getAnimations().filter((one) => one.playState === 'running').length"
        assert await visitor.evaluate(running) == 0
        bubble = "getComputedStyle(part('log').querySelector('.bubble')).borderTopWidth"
        assert await visitor.evaluate(bubble) == "1px"
