"""Users of a site in the widget: who must sign in, who signs in later, and who signs out again."""

from __future__ import annotations

from playwright.async_api import Browser, expect

from tests.web.chat.host_page import host_page
from tests.web.chat.site_users import CLOSED, SHOP, signed, token, trust
from tests.web.chat.visitor import DESKTOP, Visitor
from tests.web.site import open_site


async def test_who_must_sign_in_is_told_so_and_writes_once_they_have(browser: Browser, sqlite_url: str) -> None:
    async with (
        open_site(sqlite_url, flows=(CLOSED,), botflow_allowed_origins="*") as site,
        host_page(site.url, "closed") as address,
        await browser.new_context(**DESKTOP) as context,
    ):
        await trust(site)
        visitor = Visitor(await context.new_page())
        page = visitor.page
        await page.goto(address)
        await page.locator(".launcher").click()
        await expect(page.locator("#welcome-title")).to_have_text("Please sign in first.")
        await expect(page.locator("#composer")).to_have_js_property("inert", True)

        await page.evaluate("(jwt) => botflow.identify(jwt)", token())

        await visitor.sees("Welcome to Luigi's!", "What's your name?")
        await visitor.types("Ann")
        await visitor.sees("Welcome", "name?", "Ann", "What would you like, Ann?")
        laptop = await signed(site, workflow="closed")
        assert [one["text"] for one in (await laptop.history())["messages"]][2] == "Ann"
        assert visitor.complaints == []


async def test_a_visitor_takes_the_conversation_along_and_leaves_it_behind(browser: Browser, sqlite_url: str) -> None:
    async with (
        open_site(sqlite_url, flows=(SHOP,), botflow_allowed_origins="*") as site,
        host_page(site.url, "shop") as address,
        await browser.new_context(**DESKTOP) as context,
    ):
        await trust(site)
        visitor = Visitor(await context.new_page())
        page = visitor.page
        await page.goto(address)
        await page.locator(".launcher").click()
        await visitor.sees("Welcome", "name?")
        await visitor.types("Ann")
        said = ("Welcome", "name?", "Ann", "What would you like, Ann?")
        await visitor.sees(*said)

        await page.evaluate("(jwt) => botflow.identify(jwt)", token())
        await visitor.sees(*said)
        await page.get_by_role("button", name="Pizza").click()
        await visitor.sees(*said, "Pizza", "One pizza for Ann.")
        ann = await signed(site)
        assert [one["text"] for one in (await ann.history())["messages"]][-1] == "One pizza for Ann."

        await page.evaluate("botflow.identify(null)")
        await visitor.sees("Welcome to Luigi's!", "What's your name?")
        assert visitor.complaints == []
