"""The chat while a person has the conversation: who has joined, who writes, who said what."""

from __future__ import annotations

import os
from pathlib import Path

from playwright.async_api import Browser, Route, expect

from tests.web.api.calls import answered, call
from tests.web.api.test_handoff_node import DESK, listed
from tests.web.chat.host_page import host_page
from tests.web.chat.visitor import DESKTOP, PHONE, Visitor, arrive
from tests.web.site import open_site

FOLDER = os.environ.get("BOTFLOW_TEST_PICTURES", "")  # where to keep pictures of it, to look at


async def test_the_visitor_sees_who_has_joined_who_writes_and_who_has_left(browser: Browser, sqlite_url: str) -> None:
    async with open_site(sqlite_url, flows=(DESK,), dev=True) as site, await browser.new_context(**DESKTOP) as context:
        visitor = await arrive(context, site, "desk")
        page, notes = visitor.page, visitor.page.locator(".note")
        await visitor.types("hi")
        await visitor.sees("hi", "Your name?")
        await visitor.types("Ann")
        await expect(notes).to_have_text(["Waiting for a person…"])
        await listed(site, "1.3")

        await answered(site, "POST", "/handoffs/1.3/claim", {"person": "Maria"})
        await expect(notes).to_have_text(["Waiting for a person…", "Maria has joined"])
        await visitor.types("Hello?")
        await page.wait_for_timeout(600)  # longer than the bot's dots wait
        await expect(page.locator(".typing")).to_have_count(0)
        typing = await call(site, "POST", "/sessions/1/typing")
        assert typing.status_code == 204
        await expect(page.locator(".typing")).to_contain_text("Maria writes…")
        if FOLDER:
            await page.screenshot(path=Path(FOLDER) / "typing.png")
        for text in ("Hello Ann, this is Maria.", "How may I help?"):
            await answered(site, "POST", "/sessions/1/messages", {"text": text})
        await visitor.sees("hi", "Your name?", "Ann", "Hello?", "Hello Ann, this is Maria.", "How may I help?")
        await expect(page.locator(".typing")).to_have_count(0)
        await expect(page.locator(".author")).to_have_text(["Maria", "Maria"])

        await answered(site, "POST", "/handoffs/1.3/return", {"note": "done", "values": {"refund": 12}})
        await expect(notes.last).to_have_text("Maria has left")
        await expect(page.locator(".entry.out").last).to_contain_text("Maria: done, 12 back. OK?")
        if FOLDER:
            await page.screenshot(path=Path(FOLDER) / "desktop.png")
        assert (await call(site, "POST", "/sessions/1/typing")).json()["code"] == "session.not_handed_off"
        assert visitor.complaints == []


async def test_a_reloaded_page_knows_who_has_the_conversation(browser: Browser, sqlite_url: str) -> None:
    async with open_site(sqlite_url, flows=(DESK,), dev=True) as site, await browser.new_context(**PHONE) as context:
        visitor = await arrive(context, site, "desk")
        await visitor.types("hi")
        await visitor.sees("hi", "Your name?")
        await answered(site, "POST", "/sessions/1/hand-off", {"person": "Maria"})
        await answered(site, "POST", "/sessions/1/messages", {"text": "Hello."})
        await visitor.sees("hi", "Your name?", "Hello.")
        await visitor.page.reload()
        await visitor.sees("hi", "Your name?", "Hello.")
        await expect(visitor.page.locator(".author")).to_have_text(["Maria"])
        if FOLDER:
            await visitor.page.screenshot(path=Path(FOLDER) / "phone.png")

        await answered(site, "POST", "/sessions/1/return")

        await expect(visitor.page.locator(".note")).to_have_text(["Maria has left"])
        assert visitor.complaints == []


async def test_the_page_shows_the_picture_of_who_writes_if_it_loads(browser: Browser, sqlite_url: str) -> None:
    square = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><rect width="8" height="8" fill="teal"/></svg>'
    )
    async with open_site(sqlite_url, flows=(DESK,), dev=True) as site, await browser.new_context(**PHONE) as context:

        async def show(route: Route) -> None:
            assert "referer" not in await route.request.all_headers()
            await route.fulfill(body=square, content_type="image/svg+xml")

        await context.route("https://pictures.example/maria.svg", show)
        await context.route("https://pictures.example/gone.png", lambda route: route.abort())
        visitor = await arrive(context, site, "desk")
        await visitor.types("hi")
        await visitor.sees("hi", "Your name?")
        for person, picture in (("Maria", "maria.svg"), ("Ben", "gone.png")):
            to = {"person": person, "picture": f"https://pictures.example/{picture}"}
            await answered(site, "POST", "/sessions/1/hand-off", to)
            await answered(site, "POST", "/sessions/1/messages", {"text": f"I am {person}."})
        await visitor.sees("hi", "Your name?", "I am Maria.", "I am Ben.")

        await expect(visitor.page.locator(".author")).to_have_text(["Maria", "Ben"])
        await expect(visitor.page.locator(".face img")).to_have_count(1)
        if FOLDER:
            await visitor.page.screenshot(path=Path(FOLDER) / "picture.png")


async def test_a_reloaded_page_says_that_the_visitor_waits_for_a_person(browser: Browser, sqlite_url: str) -> None:
    """And as soon as there is one, who it is: in the bar, too."""
    async with (
        open_site(sqlite_url, flows=(DESK,), botflow_allowed_origins="*") as site,
        host_page(site.url, "desk") as address,
        await browser.new_context(**DESKTOP) as context,
    ):
        visitor = Visitor(await context.new_page())
        await visitor.page.goto(address)
        await visitor.page.locator(".launcher").click()
        await visitor.types("hi")
        await visitor.sees("hi", "Your name?")
        await visitor.types("Ann")
        await expect(visitor.page.locator(".panel")).to_contain_text("Waiting for a person")
        await visitor.page.reload()
        await visitor.sees("hi", "Your name?", "Ann")
        await expect(visitor.page.locator(".note")).to_have_text(["Waiting for a person…"])
        await expect(visitor.page.locator("#connection")).to_have_text("Waiting for a person…")
        await answered(site, "POST", "/handoffs/1.3/claim", {"person": "Maria"})
        await expect(visitor.page.locator("#connection")).to_have_text("Maria")
        await visitor.page.reload()
        await expect(visitor.page.locator(".note")).to_have_text(["Maria has joined"])
        await expect(visitor.page.locator("#connection")).to_have_text("Maria")
        await expect(visitor.page.locator(".mark .face")).to_have_text("M")
