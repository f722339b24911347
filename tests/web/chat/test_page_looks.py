"""The chat's own words and colours, and what it says while the server is away."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from botflow.web.widget.files import OWN
from botflow.web.widget.pages import CHAT, DEV, PAGE
from tests.web.chat.visitor import DESKTOP, SOURCE, Visitor, arrive, give_sources
from tests.web.site import Site, open_site

FLOW = """
botflow: 1
id: {id}
name: {id}
language: {language}
nodes:
  - {{id: start, type: chatbot, actionType: message_received, next: hello}}
  - {{id: hello, type: chatbot, actionType: say, properties: {{text: Hello.}}}}
"""
THEMED = FLOW.format(id="themed", language="en") + 'theme: {color: "#ffe600", logo: "https://pictures.example/l.png"}\n'
WORDS_OF = """async (language) => {
    const { texts } = await import(`/source/words/${language}.js`);
    return [Object.keys(texts), Object.values(texts).filter((text) => !text).length];
}"""
CONTRASTS = """async (colors) => {
    const { SCHEMES, accents, contrast } = await import("/source/colours.js");
    return colors.flatMap((color) => Object.values(SCHEMES).map((place) => {
        const { accent, on, soft, strong } = accents(color, place);
        const words = [[on, accent], [strong, place.surface], [strong, place.page], [strong, soft]];
        const graphics = [[accent, place.page], [accent, place.surface]];
        const least = (pairs) => Math.min(...pairs.map(([one, other]) => contrast(one, other)));
        return [color, least(words), least(graphics)];
    }));
}"""


async def test_while_the_server_is_away_the_page_tries_again_quietly_and_nobody_writes(
    browser: Browser, demo: Site
) -> None:
    async with await browser.new_context(**DESKTOP) as context:
        visitor = await arrive(context, demo)
        page = visitor.page
        await visitor.sees("Welcome", "name?")
        await page.route("**/chat/**", lambda route: route.abort())
        demo.app.close_streams()
        await expect(page.locator("#connection")).to_have_text("Trying again…")
        await visitor.types("Ann")
        await expect(page.locator(".meta.waits")).to_have_text("Still sending, trying again…")
        await page.wait_for_timeout(600)  # longer than the dots wait
        await expect(page.locator(".typing")).to_have_count(0)


@pytest.mark.parametrize(
    ("language", "browsers", "shown"),
    [
        ("de", "en-US", "Nachricht schreiben"),
        ("es-MX", "en-US", "Escriba un mensaje"),
        ("fr", "en-US", "Écrire un message"),
        ("en", "de-DE", "Write a message"),
        ("ja", "de-DE", "Nachricht schreiben"),
        ("ja", "ko-KR", "Write a message"),
        ("de_AT", "en-US", "Nachricht schreiben"),
        ("de-", "en-US", "Nachricht schreiben"),
    ],
)
async def test_the_page_speaks_the_flows_language_else_the_browsers(
    browser: Browser, sqlite_url: str, language: str, browsers: str, shown: str
) -> None:
    async with (
        open_site(sqlite_url, dev=True, flows=(FLOW.format(id="x", language=language),)) as site,
        await browser.new_context(**DESKTOP, locale=browsers) as context,
    ):
        page = await context.new_page()
        await page.goto(site.url)
        await expect(page.locator("#text")).to_have_attribute("placeholder", shown)
        await page.locator("#text").fill("Hello")
        await page.keyboard.press("Enter")
        await expect(page.locator(".entry.in .bubble")).to_contain_text("Hello")  # with its time, in that language


LANGUAGES = ("ar", "de", "en", "es", "fr", "it", "nl", "pl", "pt", "tr")


async def test_each_language_has_every_word(browser: Browser, demo: Site) -> None:
    async with await browser.new_context(**DESKTOP) as context:
        page = (await arrive(context, demo)).page
        await give_sources(page)
        english = await page.evaluate(WORDS_OF, "en")
        for language in LANGUAGES:
            assert await page.evaluate(WORDS_OF, language) == [english[0], 0]
    assert {path.stem for path in (SOURCE / "words").iterdir()} == set(LANGUAGES)
    used = {name for path in SOURCE.glob("*.js") for name in re.findall(r"\bwords\.(?!js\b)(\w+)", path.read_text())}
    assert used <= set(english[0])


async def test_a_language_from_right_to_left_turns_the_window_round(browser: Browser, sqlite_url: str) -> None:
    async with (
        open_site(sqlite_url, dev=True, flows=(FLOW.format(id="x", language="ar"),)) as site,
        await browser.new_context(**DESKTOP) as context,
    ):
        visitor = await arrive(context, site, "x", online="متصل")
        panel = visitor.page.locator(".panel")
        await expect(panel).to_have_attribute("dir", "rtl")
        await expect(panel).to_have_attribute("lang", "ar")
        await visitor.types("مرحبا")
        await visitor.sees("مرحبا", "Hello.")
        own, answer = [await visitor.page.locator(f".entry.{side} .bubble").bounding_box() for side in ("in", "out")]
        assert own is not None
        assert answer is not None
        assert own["x"] < answer["x"]
        assert visitor.complaints == []


def test_no_page_names_an_address_from_the_root_so_that_it_works_below_any_path() -> None:
    pages = [file for folder in (OWN, SOURCE) for file in folder.rglob("*") if file.suffix in (".js", ".css")]
    from_the_root = re.compile(r"""["'`(]/(?:widget|dev|chat|favicon)\b""")
    texts = {file.name: file.read_text() for file in pages} | {"PAGE": PAGE, "CHAT": CHAT, "DEV": DEV}
    rooted = [(name, found) for name, text in texts.items() for found in from_the_root.findall(text)]
    assert len(pages) > 20
    assert rooted == []


async def test_words_stay_readable_in_any_colour(browser: Browser, demo: Site) -> None:
    steps = ("00", "33", "66", "99", "cc", "ff")
    colors = [f"#{red}{green}{blue}" for red in steps for green in steps for blue in steps]
    assert len(colors) > 200
    async with await browser.new_context(**DESKTOP) as context:
        page = (await arrive(context, demo)).page
        await give_sources(page)
        found = await page.evaluate(CONTRASTS, [*colors, "#fff", "#abc"])
    assert [row for row in found if row[1] < 4.5 or row[2] < 3] == []


async def test_a_flows_colour_and_logo_are_used_and_a_missing_logo_is_not(browser: Browser, sqlite_url: str) -> None:
    async with (
        open_site(sqlite_url, dev=True, flows=(THEMED, FLOW.format(id="plain", language="en"))) as site,
        await browser.new_context(**DESKTOP, color_scheme="dark") as context,
    ):
        logo: Any = lambda route: route.abort()  # noqa: E731 -- the picture is not there
        await context.route("https://pictures.example/**", logo)
        visitor = Visitor(await context.new_page())
        page = visitor.page
        await page.goto(f"{site.url}/chat/themed/")
        await expect(page.locator("#send")).to_be_visible()
        accent = "getComputedStyle(part('scroll')).getPropertyValue('--dark-accent')"
        assert await visitor.evaluate(accent) == "#ffe600"
        assert await visitor.evaluate("getComputedStyle(part('scroll')).getPropertyValue('--accent')") == "#ffe600"
        await expect(page.locator("#mark")).to_be_visible()
        await expect(page.locator("#logo")).to_be_hidden()
        await expect(page).to_have_title("themed")

        await page.locator("#workflow").select_option("plain")
        await expect(page).to_have_title("plain")
        await expect(page.locator("#send")).to_be_visible()
        assert await visitor.evaluate(accent) != "#ffe600"
