"""The chat's page in a real Chromium: by mouse, by keyboard alone, on a phone, across reloads and a lost connection."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from tests.web.chat.visitor import DESKTOP, PHONE, Visitor, arrive
from tests.web.site import API_KEY, ORDER, HeldModel, Site, open_site


async def test_a_visitor_orders_with_words_and_buttons_and_a_reload_keeps_everything(
    browser: Browser, demo: Site
) -> None:
    async with await browser.new_context(**DESKTOP) as context:
        visitor = await arrive(context, demo)
        await visitor.sees("Welcome to Luigi's!", "What's your name?")
        await visitor.types("Ann")
        await visitor.page.get_by_role("button", name="Pizza").click()
        said = ("Welcome", "name?", "Ann", "What would you like, Ann?", "Pizza", "One pizza for Ann.")
        await visitor.sees(*said)

        await visitor.page.reload()

        await visitor.sees(*said)
        await visitor.types("hello again")
        await visitor.sees(*said, "hello again", "What's your name?")
        begin = visitor.page.get_by_role("button", name="New conversation")
        for key in ("Escape", "Enter"):  # the question is asked with the focus on "Keep it"
            await begin.click()
            await expect(visitor.page.get_by_role("button", name="Keep it")).to_be_focused()
            await visitor.page.keyboard.press(key)
            await expect(visitor.page.get_by_role("alertdialog")).to_be_hidden()
            await expect(begin).to_be_focused()
        await visitor.sees(*said, "hello again", "What's your name?")
        await begin.click()
        await visitor.page.get_by_role("button", name="Begin again").click()
        await visitor.sees("Welcome", "name?")
        await begin.click()  # nothing was said that could be lost
        await visitor.sees("Welcome", "name?")
        assert visitor.complaints == []


KEY = {"authorization": f"Bearer {API_KEY}"}


@pytest.mark.parametrize(
    ("locale", "closed", "again"),
    [
        ("en-GB", "The bot is out of service at the moment.", "looks again"),
        ("de-DE", "Der Bot ist zurzeit außer Betrieb.", "sieht von selbst wieder nach"),
        ("es-ES", "El bot está fuera de servicio por el momento.", "vuelve a comprobarlo"),
        ("fr-FR", "Le bot est hors service pour le moment.", "vérifie de nouveau"),
    ],
)
async def test_a_page_without_a_workflow_in_service_says_so_and_comes_back_by_itself(
    browser: Browser, sqlite_url: str, locale: str, closed: str, again: str
) -> None:
    async with (
        open_site(sqlite_url, dev=True, flows=(ORDER,)) as site,
        await browser.new_context(**DESKTOP, locale=locale) as context,
    ):
        await site.client.post("/api/v1/workflows/order/deactivate", headers=KEY)
        visitor = Visitor(await context.new_page())
        await visitor.page.goto(site.url)
        await expect(visitor.page.locator("#welcome-title")).to_have_text(closed)
        await expect(visitor.page.locator("#welcome p")).to_contain_text(again)
        await expect(visitor.page.locator("body")).not_to_contain_text("botflow serve")

        await site.client.post("/api/v1/workflows/order/activate", headers=KEY)

        await visitor.sees("Welcome to Luigi's!", "What's your name?")
        assert visitor.complaints == []


async def test_an_open_page_says_that_the_workflow_went_out_of_service_and_sends_when_it_is_back(
    browser: Browser, demo: Site
) -> None:
    async with await browser.new_context(**DESKTOP) as context:
        visitor = await arrive(context, demo)
        await demo.client.post("/api/v1/workflows/order/deactivate", headers=KEY)
        await visitor.types("Ann")
        await expect(visitor.page.locator(".meta.wrong")).to_contain_text("The bot is out of service at the moment.")
        await expect(visitor.page.locator("#connection")).to_have_text("Out of service")

        await demo.client.post("/api/v1/workflows/order/activate", headers=KEY)
        await expect(visitor.page.locator("#connection")).to_have_text("Online", timeout=15_000)
        await visitor.page.get_by_role("button", name="Try again").click()

        await visitor.sees("Welcome", "name?", "Ann", "What would you like, Ann?")


async def test_a_refusal_without_words_of_the_page_shows_the_servers_reason(browser: Browser, demo: Site) -> None:
    async with await browser.new_context(**DESKTOP) as context:
        visitor = await arrive(context, demo)
        body = json.dumps({"code": "text.odd", "detail": "the text is odd"})
        problem = {"status": 422, "content_type": "application/problem+json", "body": body}
        await visitor.page.route("**/messages", lambda route: route.fulfill(**problem))
        await visitor.types("Ann")
        await expect(visitor.page.locator(".meta.wrong")).to_contain_text("(the text is odd)")


async def test_a_reply_is_typed_before_ones_eyes_and_then_stands_once(
    browser: Browser, demo: Site, model: HeldModel
) -> None:
    async with await browser.new_context(**DESKTOP) as context:
        visitor = await arrive(context, demo, "talk")
        await expect(visitor.page.locator("#welcome")).to_be_visible()
        await visitor.types("hello")
        draft = visitor.page.locator(".draft .bubble")
        await expect(draft).to_have_text("Let me think ")
        await expect(visitor.page.locator(".draft")).to_have_attribute("aria-hidden", "true")

        model.go_on.set()

        await visitor.sees("hello", "Let me think about that.")
        await expect(draft).to_have_count(0)
        await expect(visitor.page.locator(".typing")).to_have_count(0)
        assert visitor.complaints == []


async def test_a_reload_in_the_middle_of_a_turn_loses_nothing(browser: Browser, demo: Site, model: HeldModel) -> None:
    async with await browser.new_context(**DESKTOP) as context:
        visitor = await arrive(context, demo, "talk")
        await visitor.types("hello")
        await expect(visitor.page.locator(".draft")).to_be_visible()

        await visitor.page.reload()
        await visitor.sees("hello")
        await expect(visitor.page.locator(".typing")).to_be_visible()
        model.go_on.set()

        await visitor.sees("hello", "Let me think about that.")
        assert model.calls == 1


async def test_a_message_written_without_a_connection_is_sent_once_when_it_is_back(
    browser: Browser, demo: Site
) -> None:
    async with await browser.new_context(**DESKTOP) as context:
        visitor = await arrive(context, demo)
        await visitor.sees("Welcome", "name?")
        await context.set_offline(True)
        await visitor.types("Ann")
        await expect(visitor.page.locator(".meta.waits")).to_contain_text("trying again")
        await expect(visitor.page.locator("#connection")).to_have_text("Offline")

        await visitor.page.wait_for_timeout(300)
        await context.set_offline(False)

        await visitor.sees("Welcome", "name?", "Ann", "What would you like, Ann?")
        await expect(visitor.page.locator("#connection")).to_have_text("Online")
        await expect(visitor.page.locator(".meta.waits")).to_have_count(0)


async def test_an_answer_that_was_lost_on_the_way_is_fetched_with_the_same_id(browser: Browser, demo: Site) -> None:
    async with await browser.new_context(**DESKTOP) as context:
        visitor = await arrive(context, demo)
        lost: list[int] = []

        async def lose_the_first(route: Any) -> None:
            if route.request.method == "POST" and not lost:
                lost.append((await route.fetch()).status)  # the server takes it, the answer never arrives
                await route.abort()
            else:
                await route.continue_()

        await visitor.page.route("**/messages", lose_the_first)
        await visitor.types("Ann")

        await visitor.sees("Welcome", "name?", "Ann", "What would you like, Ann?")
        assert lost == [200]
        history = [row for row in await _transcript(demo) if row[0] == "in"]
        assert history == [("in", "Ann")]


async def test_everything_works_by_keyboard_alone(browser: Browser, demo: Site) -> None:
    async with await browser.new_context(**DESKTOP) as context:
        visitor = await arrive(context, demo)
        await visitor.sees("Welcome", "name?")
        keyboard = visitor.page.keyboard
        await keyboard.type("Ann")  # the box has the focus
        await keyboard.press("Shift+Enter")
        await keyboard.type("Smith")
        await keyboard.press("Enter")
        await visitor.sees("Welcome", "name?", "Ann\nSmith", "What would you like")

        await keyboard.press("Shift+Tab")  # back over the attach button to the last quick reply
        assert await _focused(visitor) == "Attach"
        await keyboard.press("Shift+Tab")
        assert await _focused(visitor) == "Salad"
        await keyboard.press("Shift+Tab")
        assert await _focused(visitor) == "Pizza"
        await keyboard.press("Enter")
        await visitor.sees("Welcome", "name?", "Ann\nSmith", "What would you like", "Pizza", "One pizza")

        async with asyncio.timeout(10):
            while await _focused(visitor) != "New conversation":
                await keyboard.press("Tab")
        await keyboard.press("Space")
        assert await _focused(visitor) == "Keep it"
        await keyboard.press("Shift+Tab")
        await keyboard.press("Enter")
        await visitor.sees("Welcome", "name?")


async def test_a_screen_reader_finds_names_roles_and_one_live_log(browser: Browser, demo: Site) -> None:
    async with await browser.new_context(**DESKTOP) as context:
        visitor = await arrive(context, demo)
        await visitor.sees("Welcome", "name?")
        page = visitor.page
        await expect(page.get_by_role("log", name="Messages")).to_contain_text("What's your name?")
        await expect(page.get_by_role("textbox", name="Message")).to_be_focused()
        await expect(page.get_by_role("button", name="Send")).to_be_disabled()
        await expect(page.get_by_role("combobox", name="Workflow")).to_have_value("order")
        await expect(page.get_by_role("status")).to_have_text("Online")
        assert await page.evaluate("document.documentElement.lang") == "en"
        unnamed = await page.evaluate(
            "[...document.querySelectorAll('button, select, textarea')]"
            ".filter((one) => !(one.labels?.length || one.ariaLabel || one.textContent.trim())).length"
        )
        assert unnamed == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_it_fits_a_phone(browser: Browser, demo: Site, scheme: Any) -> None:
    async with await browser.new_context(**PHONE, color_scheme=scheme) as context:
        visitor = await arrive(context, demo)
        await visitor.sees("Welcome", "name?")
        await visitor.types("W" * 300)
        await visitor.sees("Welcome", "name?", "WWW", "What would you like")
        page = visitor.page
        assert await page.evaluate("document.documentElement.scrollWidth") == 390
        assert await visitor.evaluate("part('scroll').scrollWidth <= 390")
        for control in ("#restart", "#send", ".replies button"):
            box = await page.locator(control).first.bounding_box()
            assert box is not None
            assert min(box["width"], box["height"]) >= 44, control
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= 390
        await page.locator(".replies button").first.tap()
        await visitor.sees("Welcome", "name?", "WWW", "What would you like", "Pizza", "One pizza")
        last = await page.locator(".entry[data-id]").last.bounding_box()
        dock = await page.locator(".dock").bounding_box()
        assert last is not None
        assert dock is not None
        assert last["y"] + last["height"] <= dock["y"] + 1
        assert dock["y"] + dock["height"] <= 844
        assert visitor.complaints == []


async def test_reading_earlier_messages_is_not_disturbed_by_new_ones(browser: Browser, demo: Site) -> None:
    async with await browser.new_context(**DESKTOP) as context:
        visitor = await arrive(context, demo)
        for number in range(30):
            await visitor.types(f"message {number}")
        page = visitor.page
        await expect(page.locator(".entry.in[data-id]")).to_have_count(30)
        await expect(page.locator(".entry.out[data-id]")).to_have_count(32)
        await page.reload()
        await expect(page.get_by_role("button", name="Show earlier messages")).to_be_visible()
        shown = await page.locator(".entry[data-id]").count()
        await visitor.evaluate("part('scroll').scrollTop = 0")
        await page.get_by_role("button", name="Show earlier messages").click()
        await expect(page.locator(".entry[data-id]")).to_have_count(62)
        assert shown < 62
        assert await visitor.evaluate("part('scroll').scrollTop") > 100

        other = await arrive(context, demo)  # the same visitor in a second tab
        await other.types("one more")

        await expect(page.get_by_role("button", name="New messages")).to_be_visible()
        await page.get_by_role("button", name="New messages").click()
        await expect(page.locator("#latest")).to_be_hidden()


async def test_what_people_write_is_never_markup(browser: Browser, demo: Site) -> None:
    async with await browser.new_context(**DESKTOP) as context:
        visitor = await arrive(context, demo)
        await visitor.types("<img src=x onerror=alert(1)> https://example.com/a?b=c.")
        await visitor.sees("Welcome", "name?", "<img src=x onerror=alert(1)>", "What would you like, <img")
        assert await visitor.page.locator("#log img").count() == 0
        link = visitor.page.locator("#log a").first
        await expect(link).to_have_attribute("href", "https://example.com/a?b=c")
        await expect(link).to_have_attribute("rel", "noopener noreferrer")
        assert visitor.complaints == []


async def test_a_token_that_is_no_longer_good_begins_a_new_conversation(browser: Browser, demo: Site) -> None:
    async with await browser.new_context(**DESKTOP) as context:
        visitor = await arrive(context, demo)
        await visitor.types("Ann")
        await visitor.sees("Welcome", "name?", "Ann", "What would you like")
        await visitor.page.evaluate(
            """() => { for (const key of Object.keys(localStorage)) if (localStorage[key].startsWith('{"token"'))
                localStorage[key] = JSON.stringify({ token: "stale", subject: "" }); }"""
        )

        await visitor.page.reload()

        await visitor.sees("Welcome", "name?")
        await expect(visitor.page.locator("#connection")).to_have_text("Online")


async def _focused(visitor: Visitor) -> str:
    name = await visitor.page.evaluate(
        """() => {
            let one = document.activeElement;
            while (one.shadowRoot?.activeElement) one = one.shadowRoot.activeElement;
            return one.ariaLabel || one.innerText || "";
        }"""
    )
    return str(name).strip()


async def _transcript(site: Site) -> list[tuple[str, str]]:
    async with asyncio.timeout(5):
        entries = await site.runtime.database.transcripts.transcript(1, 100)
    return [(entry.direction, entry.text) for entry in entries]
