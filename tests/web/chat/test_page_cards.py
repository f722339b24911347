"""Cards, links and pauses on the demo page, in a real Chromium."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, Route, expect

from tests.web.chat.visitor import DESKTOP, PHONE, Visitor, arrive
from tests.web.site import Site, open_site

FLOW = """
botflow: 1
id: trattoria
name: Trattoria Luigi
variables:
  dishes:
    - {id: margherita, name: Margherita, says: "Tomato, mozzarella, basil. **8 €**", picture: p1}
    - {id: funghi, name: Funghi e prosciutto cotto, says: "Mushrooms, ham, oregano. **10 €**", picture: p2}
    - {id: diavola, name: Diavola, says: "Hot salami and peppers. **11 €**", picture: p3}
    - {id: marinara, name: Marinara, says: "Tomato and garlic. **7 €**", picture: broken}
    - {id: bufala, name: Bufala, says: "With buffalo mozzarella. **12 €**", picture: p1}
nodes:
  - {id: start, type: chatbot, actionType: message_received, next: hello}
  - id: hello
    type: chatbot
    actionType: say
    properties:
      text: Welcome to Luigi's!
      quickReplies:
        - {title: Our website, url: "https://example.com/"}
        - {title: Call us, url: "tel:+15551234567"}
    next: dish
  - id: dish
    type: chatbot
    actionType: cards
    properties:
      text: Which pizza would you like?
      variable: dish
      cardsFrom:
        list: "{{ dishes }}"
        id: "{{ item.id }}"
        title: "{{ item.name }}"
        text: "{{ item.says }}"
        picture: "https://pictures.example/{{ item.picture }}.png"
        buttons: [{id: order, label: Order}, {label: Recipe, url: "https://example.com/{{ item.id }}"}]
    on: {order: ordered, other: lost}
  - {id: lost, type: chatbot, actionType: say, properties: {text: "We do not have that."}}
  - {id: ordered, type: chatbot, actionType: say, properties: {text: "One {{ dish }}, coming."}}
"""
SLOW = """
botflow: 1
id: slow
name: Slow
pace: human
nodes:
  - {id: start, type: chatbot, actionType: message_received, next: one}
  - {id: one, type: chatbot, actionType: say, properties: {text: First., pace: instant}, next: two}
  - id: two
    type: chatbot
    actionType: say
    properties: {text: "Second, which is quite a long sentence to type."}
    next: three
  - id: three
    type: chatbot
    actionType: menu
    properties: {text: Third?, options: [{id: a, label: Alpha}]}
    on: {a: four}
  - {id: four, type: chatbot, actionType: say, properties: {text: Fourth.}}
"""
COLORS = {"p1": "#b5482f", "p2": "#7a6a4f", "p3": "#94301c"}
PICTURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="600" height="400"><rect width="600" height="400" fill="{0}"/>'
    '<circle cx="300" cy="200" r="140" fill="#f0d9a8"/><circle cx="300" cy="200" r="115" fill="{0}"/></svg>'
)


@pytest_asyncio.fixture(loop_scope="session")
async def trattoria(sqlite_url: str) -> AsyncIterator[Site]:
    async with open_site(sqlite_url, dev=True, flows=(FLOW, SLOW)) as site:
        yield site


async def give_pictures(page: Page) -> None:
    async def give(route: Route) -> None:
        name = route.request.url.rpartition("/")[2].removesuffix(".png")
        if name in COLORS:
            await route.fulfill(status=200, content_type="image/svg+xml", body=PICTURE.format(COLORS[name]))
        else:
            await route.abort()

    await page.route("https://pictures.example/**", give)


async def at_the_table(context: BrowserContext, site: Site) -> Visitor:
    visitor = await arrive(context, site, "trattoria")
    await give_pictures(visitor.page)
    await visitor.types("hi")
    await expect(visitor.page.locator(".tile")).to_have_count(5)
    return visitor


@pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=["desktop", "phone"])
async def test_a_visitor_chooses_a_card(browser: Browser, trattoria: Site, device: dict[str, Any]) -> None:
    async with await browser.new_context(**device) as context:
        visitor = await at_the_table(context, trattoria)
        page = visitor.page
        links = [await link.get_attribute("href") for link in await page.locator(".links a").all()]
        assert links == ["https://example.com/", "tel:+15551234567"]
        assert await page.locator(".replies > *").count() == 0
        await page.get_by_role("button", name="Order: Marinara").scroll_into_view_if_needed()
        await expect(page.locator(".tile-picture")).to_have_count(4)  # the broken one is gone
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        recipe = page.get_by_role("link", name="Recipe").nth(1)
        assert (await recipe.get_attribute("href"), await recipe.get_attribute("rel")) == (
            "https://example.com/funghi",
            "noopener noreferrer",
        )
        last = page.get_by_role("button", name="Order: Diavola")
        await last.scroll_into_view_if_needed()
        await last.click()

        await expect(page.locator(".entry.in .bubble").last).to_contain_text("Diavola: Order")
        await expect(page.locator(".entry.out .bubble").last).to_contain_text("One diavola, coming.")
        await expect(page.locator(".deck .choose").first).to_be_disabled()
        await expect(page.get_by_role("link", name="Recipe").first).to_be_visible()

        await page.reload()

        await expect(page.locator(".tile")).to_have_count(5)
        await expect(page.locator(".deck .choose").first).to_be_disabled()


async def test_cards_are_reached_by_keyboard_alone(browser: Browser, trattoria: Site) -> None:
    async with await browser.new_context(**DESKTOP) as context:
        visitor = await at_the_table(context, trattoria)
        await visitor.page.locator(".deck-row").focus()
        for _ in range(3):  # Order, Recipe, Order
            await visitor.page.keyboard.press("Tab")
        await visitor.page.keyboard.press("Enter")
        await expect(visitor.page.locator(".entry.out .bubble").last).to_contain_text("One funghi, coming.")


async def test_messages_come_at_a_human_pace_in_order_and_nothing_holds_up_an_answer(
    browser: Browser, trattoria: Site
) -> None:
    async with await browser.new_context(**DESKTOP) as context:
        visitor = await arrive(context, trattoria, "slow")
        await visitor.page.evaluate(
            """() => { const log = document.querySelector("botflow-chat").shadowRoot.getElementById("log");
                window.seen = []; new MutationObserver(() => window.seen.push(
                [...log.querySelectorAll(":scope > li")].map((one) => one.classList.contains("typing") ? "..." :
                    one.querySelector(".bubble")?.textContent ?? "").join("|"),
            )).observe(log, { childList: true }); }"""
        )
        await visitor.types("hi")
        await visitor.sees("hi", "First.", "Second", "Third?")
        await expect(visitor.page.locator(".replies button")).to_have_text("Alpha")
        seen = await visitor.page.evaluate("window.seen")
        assert any("First." in one and one.endswith("...") and "Second" not in one for one in map(last_words, seen)), (
            seen
        )
        await visitor.page.reload()
        await visitor.sees("hi", "First.", "Second", "Third?")
        assert visitor.complaints == []


def last_words(shown: str) -> str:
    return shown.replace("Writing…", "...")
