"""Files and places in the chat: chosen, pasted, dropped, cancelled, refused, sent once and shown again."""

from __future__ import annotations

import asyncio
import struct
import zlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, FilePayload, Geolocation, Page, expect

from tests.web.chat.visitor import DESKTOP, PHONE, Visitor
from tests.web.site import Site, open_site

CLAIM = """
botflow: 1
id: claim
name: Schaden melden
language: de
nodes:
  - {id: opened, type: chatbot, actionType: opened, next: photo}
  - {id: start, type: chatbot, actionType: message_received, next: photo}
  - {id: photo, type: chatbot, actionType: ask, properties: {text: Ein Foto?, expect: media, variable: photo}, next: at}
  - {id: at, type: chatbot, actionType: ask, properties: {text: Wo?, expect: location, variable: place}, next: thanks}
  - id: thanks
    type: chatbot
    actionType: say
    properties: {text: "Danke: {{ place.latitude }}", media: ["{{ photo.url }}", "https://pictures.example/plan.pdf"]}
"""


def png(width: int = 320, height: int = 200) -> bytes:
    """Return a picture: a gradient, so that it can be seen."""
    rows = b"".join(
        b"\0" + b"".join(bytes((x * 255 // width, y * 255 // height, 140)) for x in range(width)) for y in range(height)
    )
    parts = ((b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)), (b"IDAT", zlib.compress(rows)))
    chunks = b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in (*parts, (b"IEND", b""))
    )
    return b"\x89PNG\r\n\x1a\n" + chunks


PHOTO = FilePayload(name="Küche.png", mimeType="image/png", buffer=png())
PLAN = FilePayload(name="Plan.pdf", mimeType="application/pdf", buffer=b"%PDF-1.7\n" + bytes(40_000))
SVG = FilePayload(name="x.svg", mimeType="image/svg+xml", buffer=b"<svg xmlns='http://www.w3.org/2000/svg'/>")
DROP = """([name, type, size]) => {
    const data = new DataTransfer();
    const bytes = new Uint8Array(size);
    bytes.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
    data.items.add(new File([bytes], name, { type }));
    return data;
}"""

PASTE = """(clipboardData) => document.querySelector("botflow-chat").shadowRoot.getElementById("text").dispatchEvent(
    new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }))"""


@pytest_asyncio.fixture(loop_scope="session")
async def site(sqlite_url: str) -> AsyncIterator[Site]:
    async with open_site(sqlite_url, dev=True, flows=(CLAIM,)) as opened:
        yield opened


async def arrive(context: BrowserContext, site: Site) -> Visitor:
    visitor = Visitor(await context.new_page())
    await visitor.page.goto(site.url)
    await expect(visitor.page.locator("#connection")).to_have_text("Online")
    await visitor.sees("Ein Foto?")
    return visitor


async def attach(page: Page, *files: FilePayload) -> None:
    async with page.expect_file_chooser() as chooser:
        await page.get_by_role("button", name="Anhängen").click()
        await page.get_by_role("menuitem", name="Foto oder Datei").click()
    await (await chooser.value).set_files(list(files))


async def send(page: Page) -> None:
    await page.get_by_role("button", name="Senden").click()


def chips(page: Page) -> Any:
    return page.locator("#tray .chip")


async def test_a_visitor_sends_a_photo_and_a_place_and_sees_them_after_a_reload(browser: Browser, site: Site) -> None:
    place = Geolocation(latitude=48.2082, longitude=16.3738)
    async with await browser.new_context(**DESKTOP, geolocation=place, permissions=["geolocation"]) as context:
        visitor = await arrive(context, site)
        page = visitor.page
        await attach(page, PHOTO)
        await expect(chips(page)).to_contain_text("Küche.png")
        await send(page)
        await visitor.sees("Ein Foto?", "", "Wo?")
        await expect(chips(page)).to_have_count(0)
        await page.get_by_role("button", name="Anhängen").click()
        await page.get_by_role("menuitem", name="Mein Standort").click()
        await expect(chips(page)).to_contain_text("48,2082 · 16,3738")
        await send(page)
        said = ("Ein Foto?", "", "Wo?", "48,2082 · 16,3738", "Danke: 48.2082")
        await visitor.sees(*said)

        for _ in range(2):
            pictures = page.locator(".bubble img")
            await expect(pictures).to_have_count(2)  # the person's own, and the flow's
            for picture in await pictures.all():
                await expect(picture).to_have_attribute("alt", "Küche.png")
                await picture.scroll_into_view_if_needed()
                await expect(picture).to_have_js_property("naturalWidth", 320)
            await expect(page.locator(".card", has_text="plan.pdf")).to_have_attribute(
                "href", "https://pictures.example/plan.pdf"
            )
            href = await page.locator(".card", has_text="öffnet eine Karte").get_attribute("href")
            assert href == "https://www.openstreetmap.org/?mlat=48.2082&mlon=16.3738#map=16/48.2082/16.3738"
            await page.reload()
            await visitor.sees(*said)
        assert visitor.complaints == []


async def test_a_file_that_is_no_picture_is_a_link_with_its_name_and_size(browser: Browser, site: Site) -> None:
    async with await browser.new_context(**DESKTOP) as context:
        visitor = await arrive(context, site)
        page = visitor.page
        await attach(page, PLAN)
        await page.locator("#text").fill("der Plan")
        await page.locator("#text").press("Enter")
        await visitor.sees("Ein Foto?", "der Plan", "Wo?")
        card = page.locator(".entry.in .card")
        await expect(card).to_contain_text("Plan.pdf")
        await expect(card).to_contain_text("40 kB")
        async with page.expect_download() as download:
            await card.click()
        assert (await download.value).suggested_filename == "Plan.pdf"
        assert visitor.complaints == []


async def test_pictures_are_pasted_and_dropped(browser: Browser, site: Site) -> None:
    async with await browser.new_context(**DESKTOP) as context:
        visitor = await arrive(context, site)
        page = visitor.page
        data = await page.evaluate_handle(DROP, ["dropped.png", "image/png", 900])
        await page.dispatch_event(".panel", "dragover", {"dataTransfer": data})
        await expect(page.locator("#drop")).to_be_visible()
        await page.dispatch_event(".panel", "drop", {"dataTransfer": data})
        await expect(page.locator("#drop")).to_be_hidden()
        await page.evaluate(PASTE, data)
        await expect(chips(page)).to_have_count(2)
        await expect(page.locator("#send")).to_be_enabled()
        await send(page)
        await expect(page.locator(".entry.in .picture, .entry.in .card")).to_have_count(2)


async def test_what_is_refused_says_why_in_the_flows_language_and_can_be_removed(browser: Browser, site: Site) -> None:
    async with await browser.new_context(**DESKTOP) as context:
        visitor = await arrive(context, site)
        page = visitor.page
        await attach(page, SVG)
        await expect(chips(page)).to_contain_text("Dateien dieser Art werden nicht angenommen.")
        await expect(page.get_by_role("alert")).to_contain_text("x.svg")
        await expect(page.locator("#send")).to_be_disabled()
        await page.get_by_role("button", name="Entfernen: x.svg").click()
        await expect(chips(page)).to_have_count(0)

        data = await page.evaluate_handle(DROP, ["film.png", "image/png", 10_000_001])
        await page.dispatch_event(".panel", "drop", {"dataTransfer": data})
        await expect(page.get_by_role("alert")).to_have_text("film.png: Zu groß: höchstens 10 MB.")
        await expect(chips(page)).to_have_count(0)


async def test_an_upload_can_be_cancelled_and_tried_again(browser: Browser, site: Site) -> None:
    async with await browser.new_context(**DESKTOP) as context:
        visitor = await arrive(context, site)
        page = visitor.page
        held = asyncio.Event()

        async def hold(route: Any) -> None:
            await held.wait()
            await route.abort()

        await page.route("**/files?*", hold)
        await attach(page, PHOTO)
        await expect(chips(page).locator("progress")).to_be_visible()
        await page.get_by_role("button", name="Entfernen: Küche.png").click()
        await expect(chips(page)).to_have_count(0)
        await attach(page, PHOTO)
        held.set()
        await expect(chips(page)).to_contain_text("Keine Verbindung.")
        await expect(page.locator("#send")).to_be_disabled()
        await page.unroute("**/files?*")
        await page.get_by_role("button", name="Noch einmal").click()
        await send(page)
        await visitor.sees("Ein Foto?", "", "Wo?")


async def test_a_message_sent_while_its_file_is_on_its_way_waits_for_it(browser: Browser, site: Site) -> None:
    async with await browser.new_context(**DESKTOP) as context:
        visitor = await arrive(context, site)
        page = visitor.page
        held = asyncio.Event()

        async def hold(route: Any) -> None:
            await held.wait()
            await route.continue_()

        await page.route("**/files?*", hold)
        await attach(page, PHOTO)
        await visitor.types("the kitchen")
        await expect(page.locator("#send")).to_have_attribute("aria-busy", "true")
        await visitor.sees("Ein Foto?")
        held.set()
        await visitor.sees("Ein Foto?", "the kitchen", "Wo?")
        await expect(page.locator(".entry.in .picture")).to_have_count(1)
        assert visitor.complaints == []


async def test_a_photo_written_into_a_lost_answer_is_one_message(browser: Browser, site: Site) -> None:
    async with await browser.new_context(**DESKTOP) as context:
        visitor = await arrive(context, site)
        page = visitor.page
        lost: list[int] = []

        async def lose_the_first(route: Any) -> None:
            if route.request.method == "POST" and not lost:
                lost.append((await route.fetch()).status)
                await route.abort()
            else:
                await route.continue_()

        await page.route("**/messages", lose_the_first)
        await attach(page, PHOTO)
        await send(page)
        await visitor.sees("Ein Foto?", "", "Wo?")
        assert lost == [200]


async def test_a_place_that_may_not_be_known_says_so(browser: Browser, site: Site) -> None:
    async with await browser.new_context(**DESKTOP) as context:
        visitor = await arrive(context, site)
        await visitor.page.get_by_role("button", name="Anhängen").click()
        await visitor.page.get_by_role("menuitem", name="Mein Standort").click()
        await expect(visitor.page.get_by_role("alert")).to_have_text("Diese Seite darf Ihren Standort nicht kennen.")
        await expect(chips(visitor.page)).to_have_count(0)


async def test_the_menu_works_by_keyboard_and_closes_by_escape(browser: Browser, site: Site) -> None:
    async with await browser.new_context(**DESKTOP) as context:
        page = (await arrive(context, site)).page
        opener = page.get_by_role("button", name="Anhängen")
        await opener.focus()
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("menuitem", name="Foto oder Datei")).to_be_focused()
        await page.keyboard.press("ArrowDown")
        await expect(page.get_by_role("menuitem", name="Mein Standort")).to_be_focused()
        await page.keyboard.press("ArrowDown")
        await expect(page.get_by_role("menuitem", name="Foto oder Datei")).to_be_focused()
        await page.keyboard.press("Escape")
        await expect(opener).to_be_focused()
        await expect(opener).to_have_attribute("aria-expanded", "false")
        await expect(page.locator("#attach-menu")).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_files_fit_a_small_phone(browser: Browser, site: Site, scheme: Any) -> None:
    small = {**PHONE, "viewport": {"width": 360, "height": 740}}
    async with await browser.new_context(**small, color_scheme=scheme) as context:
        visitor = await arrive(context, site)
        page = visitor.page
        await page.get_by_role("button", name="Anhängen").tap()
        await expect(page.get_by_role("menuitem", name="Foto aufnehmen")).to_be_visible()
        await expect(page.locator("#photo")).to_have_attribute("capture", "environment")
        await page.keyboard.press("Escape")
        await attach(page, PHOTO, PLAN, FilePayload(name="W" * 90 + ".pdf", mimeType="", buffer=PLAN["buffer"]))
        await expect(page.locator("#send")).to_be_enabled()
        for control in ("#attach", "#send", ".chip-remove"):
            box = await page.locator(control).first.bounding_box()
            assert box is not None
            assert min(box["width"], box["height"]) >= 44, control
        assert await page.evaluate("document.documentElement.scrollWidth") == 360
        await send(page)
        await visitor.sees("Ein Foto?", "", "Wo?")
        assert await visitor.evaluate("part('scroll').scrollWidth <= 360")
        assert visitor.complaints == []
