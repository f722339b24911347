"""The page of docs/chat-client.md is a chat, as it stands there."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Browser

from tests.docs.pages import README, ROOT
from tests.web.chat.conftest import browser, shared_browser  # noqa: F401 -- fixtures
from tests.web.site import open_site

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("pages")]
GUIDE = (ROOT / "docs" / "chat-client.md").read_text()
LINES = "[...document.querySelectorAll('#log li')].map((line) => line.textContent)"


def own_page() -> str:
    """Return the page in the guide: its lines are indented by four spaces, from the doctype on."""
    [page] = re.findall(r"^    <!doctype html>\n(?:    .*\n|\n)+", GUIDE, re.MULTILINE)
    return re.sub(r"^    ", "", page, flags=re.MULTILINE)


async def test_the_page_of_the_guide_is_a_chat(
    sqlite_url: str,
    browser: Browser,  # noqa: F811 -- the fixture
) -> None:
    page_text = own_page()
    pizza = next(block.text for block in README.blocks if block.file_name == "pizza.yaml")
    async with open_site(sqlite_url, flows=[pizza]) as site:
        page = await browser.new_page()
        await page.route("**/own", lambda route: route.fulfill(body=page_text, content_type="text/html"))
        await page.goto(f"{site.url}/own")
        await page.fill("input", "hello")
        await page.keyboard.press("Enter")
        await page.click("#replies button")
        await page.wait_for_function(f"{LINES}.length === 4")
        said = ["You: hello", "Luigi: Hi! What would you like?", "You: Pizza", "Luigi: How many?"]
        assert await page.evaluate(LINES) == said
        await page.reload()
        await page.wait_for_function(f"{LINES}.length === 4")
        assert await page.evaluate(LINES) == said
        await page.close()

    script = page_text.partition('<script type="module">')[2].partition("</script>")[0]
    assert len([line for line in script.splitlines() if line.strip()]) <= 31
