"""The widget on pages that name it twice or wrongly, and on pages that exchange what is in them."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, expect

from tests.web.chat.host_page import host_page
from tests.web.chat.visitor import DESKTOP, Visitor
from tests.web.site import ORDER, Site, open_site

OTHER = ORDER.replace("id: order\n", "id: other\n", 1)
# As Turbo and htmx do, and as a framework that draws the body again.
EXCHANGES = ("document.body.replaceWith(document.createElement('body'))", "document.body.replaceChildren()")

COLOURS = {
    "rgb(200, 0, 0)": "rgb(200, 0, 0)",
    "hsl(0 100% 30%)": "rgb(153, 0, 0)",
    "DarkRed": "rgb(139, 0, 0)",
    "oklch(0.4 0.1 250)": "rgb(18, 74, 123)",
    "#900": "rgb(153, 0, 0)",
}


@pytest_asyncio.fixture(loop_scope="session")
async def served(sqlite_url: str) -> AsyncIterator[Site]:
    async with open_site(sqlite_url, flows=(ORDER, OTHER), botflow_allowed_origins="*") as opened:
        yield opened


async def at(context: BrowserContext, address: str) -> Visitor:
    visitor = Visitor(await context.new_page())
    await visitor.page.goto(address)
    return visitor


async def test_the_script_twice_on_a_page_is_one_chat_and_two_workflows_are_two(browser: Browser, served: Site) -> None:
    twice = 'defer></script><script src="{}/widget/v1.js" data-workflow="{}"'
    async with await browser.new_context(**DESKTOP) as context:
        async with host_page(served.url, "order", twice.format(served.url, "order")) as address:
            visitor = await at(context, address)
            await expect(visitor.page.locator(".launcher")).to_be_visible()
            await expect(visitor.page.locator("botflow-chat")).to_have_count(1)
        async with host_page(served.url, "order", twice.format(served.url, "other")) as address:
            visitor = Visitor(await context.new_page())
            async with visitor.page.expect_console_message(lambda line: "botflow:" in line.text) as told:
                await visitor.page.goto(address)
            assert "window.botflow is of the chat with order" in (await told.value).text
            await expect(visitor.page.locator("botflow-chat")).to_have_count(2)
            async with visitor.page.expect_request("**/chat/order/sessions"):
                await visitor.page.evaluate("void botflow.open()")
            await visitor.page.evaluate("botflow.destroy()")
            await expect(visitor.page.locator("botflow-chat")).to_have_count(1)
        assert visitor.complaints == []


async def test_a_page_that_exchanges_its_body_keeps_the_chat(browser: Browser, served: Site) -> None:
    async with host_page(served.url, "order") as address, await browser.new_context(**DESKTOP) as context:
        visitor = await at(context, address)
        page = visitor.page
        await page.locator(".launcher").click()
        await visitor.sees("Welcome", "name?")
        for exchange in EXCHANGES:
            await page.evaluate(exchange)
            await expect(page.locator(".panel")).to_be_visible()
        await visitor.types("Ann")
        await visitor.sees("Welcome", "name?", "Ann", "What would you like, Ann?")
        await page.evaluate("botflow.destroy()")
        for exchange in EXCHANGES:
            await page.evaluate(exchange)
        await expect(page.locator("botflow-chat")).to_have_count(0)
        assert await page.evaluate("botflow.open()") is False
        assert visitor.complaints == []


@pytest.mark.parametrize(
    ("workflow", "attributes", "line", "remains"),
    [
        ("order", 'type="module"', "no module", 1),
        ("order", 'data-mode="inline" data-target="##"', "no element ##", 0),
        ("", "", "no workflow", 0),
        ("nothing", "", "nothing", 1),
    ],
)
async def test_a_page_that_was_written_wrongly_says_so_in_the_console(
    browser: Browser, served: Site, workflow: str, attributes: str, line: str, remains: int
) -> None:
    async with host_page(served.url, workflow, attributes) as address, await browser.new_context(**DESKTOP) as context:
        visitor = Visitor(await context.new_page())
        async with visitor.page.expect_console_message(lambda one: "botflow:" in one.text) as told:
            await visitor.page.goto(address)
        assert line in (await told.value).text
        await expect(visitor.page.locator("botflow-chat")).to_have_count(remains)
        if workflow == "nothing":
            await visitor.page.evaluate("void botflow.open()")
            await expect(visitor.page.locator(".welcome")).to_contain_text("out of service at the moment")
            visitor.complaints = [one for one in visitor.complaints if "404" not in one]
        assert visitor.complaints == []


async def test_any_colour_of_css_is_worn_and_anything_else_is_told(browser: Browser, served: Site) -> None:
    async with (
        host_page(served.url, "order", 'data-color="red; } * {"') as address,
        await browser.new_context(**DESKTOP) as context,
    ):
        visitor = Visitor(await context.new_page())
        async with visitor.page.expect_console_message(lambda one: "is no colour of CSS" in one.text):
            await visitor.page.goto(address)
        await expect(visitor.page.locator(".launcher")).to_have_css("background-color", "rgb(11, 107, 93)")
        for color, worn in COLOURS.items():
            async with host_page(served.url, "order", f'data-color="{color}"') as other:
                await visitor.page.goto(other)
                await expect(visitor.page.locator(".launcher")).to_have_css("background-color", worn)
        assert visitor.complaints == []


async def test_a_page_whose_site_is_not_allowed_is_told_why_and_the_visitor_calmly(
    browser: Browser, sqlite_url: str
) -> None:
    async with (
        open_site(sqlite_url, flows=(ORDER,), botflow_allowed_origins="https://example.com") as site,
        host_page(site.url, "order") as address,
        await browser.new_context(**DESKTOP) as context,
    ):
        visitor = await at(context, address)
        async with visitor.page.expect_console_message(lambda one: "botflow:" in one.text) as told:
            await visitor.page.locator(".launcher").click()
        assert "BOTFLOW_ALLOWED_ORIGINS" in (await told.value).text
        await expect(visitor.page.locator("#connection")).to_have_text("Connecting…")
