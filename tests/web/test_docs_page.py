"""The page that shows the API, in a real browser: it works without the internet, and tells nobody of its reader."""

from __future__ import annotations

from playwright.async_api import Browser, expect

from tests.web.chat.conftest import browser, shared_browser  # noqa: F401 -- fixtures
from tests.web.site import open_site


async def test_the_page_shows_the_operations_and_speaks_with_this_server_alone(
    sqlite_url: str,
    browser: Browser,  # noqa: F811 -- the fixture
) -> None:
    async with open_site(sqlite_url) as site:
        page = await browser.new_page()
        await page.goto(f"{site.url}/docs")
        await expect(page.get_by_text("/api/v1/workflows/{workflow}/activate").first).to_be_visible(timeout=60_000)
        elsewhere = site.url.replace("127.0.0.1", "localhost")  # another origin, which would answer
        for url, said in ((site.url, "answered"), (elsewhere, "refused")):
            asked = f"fetch('{url}/healthz', {{mode: 'no-cors'}}).then(() => 'answered', () => 'refused')"
            assert await page.evaluate(asked) == said, url
        await page.close()
