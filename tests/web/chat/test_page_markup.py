"""Markdown in the chat: drawn without ever becoming markup, in linear time, also while it is still written."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.web.chat.visitor import DESKTOP, Visitor, arrive, give_sources
from tests.web.site import HeldModel, Site, open_site

DRAWN = """async ([text, isOpen]) => {
    const { markup } = await import("/source/markup.js");
    const holder = document.createElement("div");
    holder.append(...markup(text, { isOpen }));
    return holder.innerHTML;
}"""
SCHEMES = """async (text) => {
    const { markup } = await import("/source/markup.js");
    const holder = document.createElement("div");
    holder.append(...markup(text));
    return [...holder.querySelectorAll("a")].map((link) => link.protocol);
}"""
TIMED = """async ([piece, count]) => {
    const { markup } = await import("/source/markup.js");
    const took = (times) => {
        const text = piece.repeat(times);
        const began = performance.now();
        markup(text);
        return performance.now() - began;
    };
    took(count);
    return [took(count), took(count * 8)];
}"""
ATTEMPTS = 10
ATTRIBUTES = 'target="_blank" rel="noopener noreferrer"'


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser, demo: Site) -> AsyncIterator[Page]:
    async with await browser.new_context(**DESKTOP) as context:
        visitor = await arrive(context, demo)
        await give_sources(visitor.page)
        yield visitor.page


async def drawn(page: Page, text: str, *, is_open: bool = False) -> str:
    return str(await page.evaluate(DRAWN, [text, is_open]))


def link(address: str, text: str) -> str:
    return f'<a href="{address}" {ATTRIBUTES}>{text}</a>'


DRAWN_AS = (
    ("plain words", "<p>plain words</p>"),
    ("**bold** and __bold__", "<p><strong>bold</strong> and <strong>bold</strong></p>"),
    ("*leaning* and _leaning_", "<p><em>leaning</em> and <em>leaning</em></p>"),
    ("**bold and *both* and bold**", "<p><strong>bold and <em>both</em> and bold</strong></p>"),
    ("`code **as it is**`", "<p><code>code **as it is**</code></p>"),
    ("2 * 3 * 4, a*b*c, snake_case_name", "<p>2 * 3 * 4, a*b*c, snake_case_name</p>"),
    ("** not bold **", "<p>** not bold **</p>"),
    ("never **closed", "<p>never **closed</p>"),
    ("*crossed **over* here**", "<p><em>crossed **over</em> here**</p>"),
    (r"\*as written\*", "<p>*as written*</p>"),
    ("one\ntwo\n\nthree", "<p>one\ntwo</p><p>three</p>"),
    ("# Title\nwords", "<p><strong>Title</strong></p><p>words</p>"),
    ("#1 of all", "<p>#1 of all</p>"),
    ("- one\n- **two**", "<ul><li>one</li><li><strong>two</strong></li></ul>"),
    ("* one\n  * below", '<ul><li>one</li><li class="deeper">below</li></ul>'),
    ("3. three\n4. four", '<ol start="3"><li value="3">three</li><li value="4">four</li></ol>'),
    ("Choose:\n1. a\nthen go", '<p>Choose:</p><ol start="1"><li value="1">a</li></ol><p>then go</p>'),
    ("```py\na < b\n**x**\n```\nend", "<pre><code>a &lt; b\n**x**</code></pre><p>end</p>"),
    ("```\nnever closed", "<pre><code>never closed</code></pre>"),
    ("", ""),
    ("\n\n", ""),
)


async def test_markdown_is_drawn(page: Page) -> None:
    for text, html in DRAWN_AS:
        assert await drawn(page, text) == html


LINKS: list[tuple[str, str | None]] = [
    ("see https://example.com/a_b?c=d.", f"<p>see {link('https://example.com/a_b?c=d', 'https://example.com/a_b?c=d')}.</p>"),
    ("[our **page**](https://example.com/)", f"<p>{link('https://example.com/', 'our **page**')}</p>"),
    ("[write](mailto:a@example.com) [call](tel:+4312345)", None),
    ("**[bold](https://example.com/)**", f"<p><strong>{link('https://example.com/', 'bold')}</strong></p>"),
    ("[a] [b](https://example.com/)", f"<p>[a] {link('https://example.com/', 'b')}</p>"),
    ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>"),
    ("[x](data:text/html,hi)", "<p>[x](data:text/html,hi)</p>"),
    ("[x](JaVaScRiPt:alert`1`)", None),
    ("[x](vbscript:x) [x](file:///etc) [x](/relative) [x](//host)", None),
    ("<img src=x onerror=alert(1)>", "<p>&lt;img src=x onerror=alert(1)&gt;</p>"),
    ("[<b>](https://example.com/)", f"<p>{link('https://example.com/', '&lt;b&gt;')}</p>"),
    ('[x](https://example.com/"onclick="alert)', None),
]  # fmt: skip


async def test_a_link_has_one_of_four_schemes_and_nothing_is_markup(page: Page, subtests: pytest.Subtests) -> None:
    for text, html in LINKS:
        with subtests.test(text=text):
            shown = await drawn(page, text)
            if html is not None:
                assert shown == html
            schemes = await page.evaluate(SCHEMES, text)
            assert set(schemes) <= {"http:", "https:", "mailto:", "tel:"}
            assert " onclick" not in shown.replace("%22onclick", "")
            assert "<img" not in shown


HALVES = (
    ("This is **bo", "<p>This is <strong>bo</strong></p>"),
    ("This is **bold*", "<p>This is <strong>bold</strong></p>"),
    ("This is **", "<p>This is </p>"),
    ("*lea", "<p><em>lea</em></p>"),
    ("run `ma", "<p>run <code>ma</code></p>"),
    ("see [our page](https://exam", "<p>see our page</p>"),
    ("- one\n- **tw", "<ul><li>one</li><li><strong>tw</strong></li></ul>"),
    ("**a\n\nb", "<p>**a</p><p>b</p>"),
)


async def test_a_half_received_mark_looks_as_it_will(page: Page) -> None:
    for half, html in HALVES:
        assert await drawn(page, half, is_open=True) == html


PIECES = (
    "[",
    "[a](",
    "](",
    "**",
    "*a ",
    "_",
    "`",
    "``` ",
    "**a *b `c [d](",
    "\\",
    "h",
    "https://a",
    "- ",
    "\n",
    "- a\n",
)


async def test_the_time_grows_with_the_text(page: Page) -> None:
    """Eight times the text takes about eight times as long; a quadratic parser takes 64 times, whenever it is asked.

    A machine that pauses in the middle makes one comparison wrong, not ten.
    """
    for piece in PIECES:
        for _ in range(ATTEMPTS):
            short, long = await page.evaluate(TIMED, [piece, 20_000 // len(piece)])
            if long <= max(short, 4) * 30:
                break
        else:
            pytest.fail(f"{piece!r}: {short} ms, and {long} ms for eight times the text")


async def test_a_person_writes_words_not_markdown(browser: Browser, demo: Site) -> None:
    async with await browser.new_context(**DESKTOP) as context:
        visitor = await arrive(context, demo)
        await visitor.types("**Ann** https://example.com/")
        bubble = visitor.page.locator(".entry.in .bubble")
        await expect(bubble).to_contain_text("**Ann**")
        assert await bubble.locator("a").count() == 1


BOLD = HeldModel(pieces=("Our **best", " pizza** is\n- hot\n- ro", "und"))


async def test_a_streamed_reply_is_drawn_as_it_comes(browser: Browser, sqlite_url: str) -> None:
    model: Any = HeldModel(pieces=BOLD.pieces)
    async with (
        open_site(sqlite_url, dev=True, model=model) as site,
        await browser.new_context(**DESKTOP) as context,
    ):
        visitor: Visitor = await arrive(context, site, "talk")
        await visitor.types("hello")
        draft = visitor.page.locator(".draft .bubble")
        await expect(draft.locator("strong")).to_have_text("best pizza")
        await expect(draft.locator("li")).to_have_text(["hot", "ro"])
        model.go_on.set()
        await visitor.sees("hello", "Our best pizza is")
        await expect(visitor.page.locator(".entry.out li")).to_have_text(["hot", "round"])
        assert visitor.complaints == []
