"""The widget on a page of another site, under a strict policy: by mouse, by keyboard, in two tabs, by JavaScript."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Route, expect

from tests.web.chat.host_page import host_page
from tests.web.chat.visitor import DESKTOP, PHONE, Visitor
from tests.web.site import ORDER, TALK, HeldModel, Site, open_site

# A phone whose owner wants no motion: what moves in would be measured on its way.
STILL: dict[str, Any] = {**PHONE, "reduced_motion": "reduce"}
ARABIC = """
botflow: 1
id: arabic
name: مطعم
language: ar
theme: {color: "#ffe600", position: left, launcher: اسألنا, radius: 4}
nodes:
  - {id: start, type: chatbot, actionType: message_received, next: hello}
  - {id: hello, type: chatbot, actionType: say, properties: {text: مرحبا}}
"""


@pytest_asyncio.fixture(loop_scope="session")
async def served(sqlite_url: str, model: HeldModel) -> AsyncIterator[Site]:
    flows = (ORDER, TALK + 'chat: {feedback: true, brand: false, origins: ["*"]}\n', ARABIC)
    async with open_site(sqlite_url, model=model, flows=flows, botflow_allowed_origins="*") as opened:
        yield opened


async def at(context: BrowserContext, address: str) -> Visitor:
    visitor = Visitor(await context.new_page())
    await visitor.page.goto(address)
    return visitor


async def test_a_stranger_opens_the_chat_writes_and_finds_it_again(browser: Browser, served: Site) -> None:
    async with host_page(served.url, "order") as address, await browser.new_context(**DESKTOP) as context:
        visitor = await at(context, address)
        page, requests = visitor.page, list[str]()
        page.on("request", lambda request: requests.append(request.url))
        opener = page.get_by_role("button", name="Chat", exact=True)
        await expect(opener).to_have_attribute("aria-expanded", "false")
        assert await page.locator(".panel").count() == 0
        loaded = await page.evaluate(
            "performance.getEntriesByType('resource').map((one) => new URL(one.name).pathname)"
        )
        assert sorted(loaded) == ["/chat/order/look", "/widget/v1.js"]

        await opener.click()
        await visitor.sees("Welcome to Luigi's!", "What's your name?")
        await expect(page.get_by_role("textbox", name="Message")).to_be_focused()
        await expect(page.get_by_role("dialog", name="Pizza order")).to_be_visible()
        await visitor.types("Ann")
        said = ("Welcome", "name?", "Ann", "What would you like, Ann?")
        await visitor.sees(*said)

        await page.reload()  # it was open
        await visitor.sees(*said)
        await expect(page.locator(".badge")).to_be_hidden()
        await expect(page.locator("[aria-live=polite] p")).to_have_count(0)  # what was said is not said again
        other = await at(context, address)
        await other.page.locator(".launcher").click()
        await other.sees(*said)
        await other.page.get_by_role("button", name="Pizza").click()
        await visitor.sees(*said, "Pizza", "One pizza for Ann.")
        hosts = {one.split("/")[2] for one in requests if one.startswith("http")}
        assert hosts <= {served.url.removeprefix("http://"), address.split("/")[2]}
        assert await context.cookies() == []
        assert visitor.complaints == other.complaints == []


async def test_the_keyboard_opens_closes_and_comes_back_to_the_button(browser: Browser, served: Site) -> None:
    async with host_page(served.url, "order") as address, await browser.new_context(**DESKTOP) as context:
        visitor = await at(context, address)
        page = visitor.page
        await page.locator(".launcher").focus()
        await page.keyboard.press("Enter")
        await visitor.sees("Welcome", "name?")
        await page.keyboard.type("Ann")
        await page.keyboard.press("Enter")
        await visitor.sees("Welcome", "name?", "Ann", "What would you like")
        await page.get_by_role("button", name="Attach").focus()
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("menuitem", name="Photo or file")).to_be_focused()
        await page.keyboard.press("Escape")  # the menu first
        await expect(page.get_by_role("dialog")).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("dialog")).to_be_hidden()
        await expect(page.locator(".launcher")).to_be_focused()
        await expect(page.locator(".launcher")).to_have_attribute("aria-expanded", "false")
        assert visitor.complaints == []


async def test_what_comes_while_it_is_closed_is_counted_and_a_screen_reader_hears_it_once(
    browser: Browser, served: Site, model: HeldModel
) -> None:
    async with host_page(served.url, "talk") as address, await browser.new_context(**DESKTOP) as context:
        visitor = await at(context, address)
        page = visitor.page
        await page.route("**/chat/talk/feedback", lambda route: route.fulfill(json={}))
        await page.locator(".launcher").click()
        await visitor.types("hello")
        await expect(page.locator(".draft")).to_have_attribute("aria-hidden", "true")
        await expect(page.get_by_role("log", name="Messages")).to_have_attribute("aria-live", "off")
        spoken = page.locator("[aria-live=polite]")
        await expect(spoken).to_have_text("")
        await page.keyboard.press("Escape")
        await page.evaluate(
            """() => { window.said = []; new MutationObserver((changes) => window.said.push(
                ...changes.flatMap(({ addedNodes }) => [...addedNodes].map((one) => one.textContent))))
                .observe(document.querySelector("botflow-chat").shadowRoot.querySelector("[aria-live=polite]"),
                    { childList: true }); }"""
        )
        model.go_on.set()
        await expect(page.locator(".badge")).to_have_text("1")
        assert await page.evaluate("window.said") == ["Reply: Let me think about that."]
        await page.locator(".launcher").click()
        await expect(page.locator(".badge")).to_be_hidden()
        await visitor.sees("hello", "Let me think about that.")
        await expect(page.locator(".brand")).to_have_count(0)
        good = page.get_by_role("button", name="Good answer")
        await expect(good).to_have_attribute("aria-pressed", "false")
        async with page.expect_request("**/chat/talk/feedback") as sent:
            await good.click()
        told = (await sent.value).post_data_json
        assert told is not None
        assert told["value"] == "up"
        await expect(good).to_have_attribute("aria-pressed", "true")
        assert visitor.complaints == []


async def test_a_theme_is_worn_and_arabic_is_on_the_other_side(browser: Browser, served: Site) -> None:
    async with host_page(served.url, "arabic") as address, await browser.new_context(**STILL) as context:
        visitor = await at(context, address)
        page = visitor.page
        opener = page.get_by_role("button", name="اسألنا")
        box = await opener.bounding_box()
        assert box is not None
        assert box["x"] < 40
        await opener.tap()
        await expect(page.locator(".panel")).to_have_attribute("dir", "rtl")
        await expect(page.locator(".launcher")).to_be_hidden()  # on a phone the chat fills the screen
        panel = await page.locator(".panel").bounding_box()
        assert panel is not None
        assert [round(panel[name]) for name in ("x", "y", "width", "height")] == [0, 0, 390, 844]
        await page.get_by_role("button", name="إغلاق المحادثة").tap()
        await expect(opener).to_be_visible()
        assert visitor.complaints == []


async def test_the_box_stays_above_a_phones_keyboard(browser: Browser, served: Site) -> None:
    async with host_page(served.url, "order") as address, await browser.new_context(**STILL) as context:
        visitor = await at(context, address)
        await visitor.page.locator(".launcher").tap()
        await visitor.sees("Welcome", "name?")
        await visitor.page.evaluate(
            """() => {
                Object.defineProperty(visualViewport, "height", { get: () => 480 });
                Object.defineProperty(visualViewport, "offsetTop", { get: () => 60 });
                visualViewport.dispatchEvent(new Event("resize"));
            }"""
        )
        panel = await visitor.page.locator(".panel").bounding_box()
        assert panel is not None
        assert [round(panel[name]) for name in ("x", "y", "width", "height")] == [0, 60, 390, 480]
        last = await visitor.page.locator(".entry").last.bounding_box()
        dock = await visitor.page.locator(".dock").bounding_box()
        assert last is not None
        assert dock is not None
        assert last["y"] + last["height"] <= dock["y"] + 1


async def test_a_page_speaks_with_the_widget(browser: Browser, served: Site) -> None:
    async with (
        host_page(served.url, "order", 'data-mode="inline" data-target="#help" data-language="de"') as address,
        await browser.new_context(**DESKTOP) as context,
    ):
        await context.add_init_script("window.botflow = { texts: { write: 'Frag uns' } }")
        visitor = await at(context, address)
        page = visitor.page
        await expect(page.locator("#help .panel")).to_be_visible()
        await expect(page.locator("#text")).to_have_attribute("placeholder", "Frag uns")
        await expect(page.get_by_role("button", name="Senden")).to_be_visible()
        await page.evaluate(
            """() => { window.heard = []; window.off = botflow.on("message", ({ text }) => window.heard.push(text));
                botflow.send("Ann"); }"""
        )
        await visitor.sees("Welcome", "name?", "Ann", "What would you like")
        assert "What would you like, Ann?" in await page.evaluate("window.heard")
        assert await page.evaluate("Object.keys(window).filter((name) => /botflow/i.test(name))") == ["botflow"]
        await page.evaluate("botflow.destroy()")
        await expect(page.locator("botflow-chat")).to_have_count(0)
        assert visitor.complaints == []


async def test_a_page_whose_site_may_not_chat_shows_no_chat_that_fails(browser: Browser, sqlite_url: str) -> None:
    async with (
        open_site(sqlite_url, flows=(ORDER,)) as site,
        host_page(site.url, "nowhere") as address,
        await browser.new_context(**DESKTOP) as context,
    ):
        visitor = Visitor(await context.new_page())
        warnings: list[str] = []
        visitor.page.on("console", lambda line: warnings.append(line.text) if line.type == "warning" else None)
        async with visitor.page.expect_console_message(lambda line: "botflow:" in line.text):
            await visitor.page.goto(address)
        await expect(visitor.page.locator(".launcher")).to_be_hidden()
        assert "'nowhere'" in warnings[0]


async def test_a_script_of_an_older_release_still_opens_the_chat(browser: Browser, served: Site) -> None:
    async with host_page(served.url, "order") as address, await browser.new_context(**DESKTOP) as context:
        visitor = Visitor(await context.new_page())

        async def give_older(route: Route) -> None:
            newest = await route.fetch()
            older = re.sub(r"chunks/chat-\w+", "chunks/chat-OLDER", await newest.text())
            await route.fulfill(response=newest, body=older)

        await visitor.page.route("**/widget/v1.js", give_older)
        await visitor.page.goto(address)
        await visitor.page.locator(".launcher").click()
        await visitor.sees("Welcome to Luigi's!", "What's your name?")
