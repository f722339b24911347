"""The demo page's own words and colours, and what it says while the server is away."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from botflow.web.chat.demo_page import FOLDER
from tests.web.chat.visitor import DESKTOP, Visitor, arrive
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
    const { speak, words } = await import("/demo/words.js");
    speak(language);
    return [Object.keys(words), Object.values(words).filter((word) => !word).length, document.documentElement.lang];
}"""
CONTRASTS = """async (colors) => {
    const { accents, contrast } = await import("/demo/theme.js");
    const places = [
        { page: "#f4f2ee", surface: "#ffffff", toward: "#000000", soft: 0.88 },
        { page: "#0f1211", surface: "#1d2120", toward: "#ffffff", soft: 0.82 },
    ];
    return colors.flatMap((color) => places.map((place) => {
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


async def test_each_language_has_every_word(browser: Browser, demo: Site) -> None:
    async with await browser.new_context(**DESKTOP) as context:
        page = (await arrive(context, demo)).page
        english = await page.evaluate(WORDS_OF, "en")
        for language in ("de", "es", "fr"):
            assert await page.evaluate(WORDS_OF, language) == [english[0], 0, language]
        missing = await page.evaluate(
            """async () => {
                const { words } = await import("/demo/words.js");
                return [...document.querySelectorAll("[data-text], [data-label], [data-hint], [data-tip]")].flatMap(
                    ({ dataset }) => [dataset.text, dataset.label, dataset.hint, dataset.tip]
                ).filter((name) => name && !words[name]);
            }"""
        )
        assert missing == []


def test_the_page_names_no_address_from_the_root_so_that_it_works_below_any_path() -> None:
    pages = [file for file in FOLDER.iterdir() if file.suffix in (".html", ".js", ".css")]
    from_the_root = re.compile(r"""["'`(]/(?:demo|chat|favicon)\b""")
    rooted = [(file.name, found) for file in pages for found in from_the_root.findall(file.read_text())]
    assert len(pages) > 8
    assert rooted == []


async def test_words_stay_readable_in_any_colour(browser: Browser, demo: Site) -> None:
    steps = ("00", "33", "80", "cc", "ff")
    colors = [f"#{red}{green}{blue}" for red in steps for green in steps for blue in steps]
    async with await browser.new_context(**DESKTOP) as context:
        page = (await arrive(context, demo)).page
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
        await page.goto(f"{site.url}/?workflow=themed")
        await expect(page.locator("#send")).to_be_visible()
        accent = "getComputedStyle(document.documentElement).getPropertyValue('--dark-accent')"
        await page.wait_for_function(f"{accent} === '#ffe600'")
        await expect(page.locator("#mark")).to_be_visible()
        await expect(page).to_have_title("themed")

        await page.locator("#workflow").select_option("plain")
        await expect(page).to_have_title("plain")
        await page.wait_for_function(f"{accent} === ''")
