"""A person in front of the demo page, in a real Chromium."""

from __future__ import annotations

from typing import Any

from playwright.async_api import BrowserContext, Page, expect

from tests.web.site import Site

DESKTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "has_touch": True,
    "is_mobile": True,
}


class Visitor:
    """A person in front of the page. Anything that the browser complains about fails the test."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda line: self.complaints.append(line.text) if line.type == "error" else None)

    async def sees(self, *texts: str) -> None:
        """Wait until the conversation is exactly these bubbles."""
        bubbles = self.page.locator(".entry[data-id] .bubble")
        await expect(bubbles).to_have_count(len(texts), timeout=10_000)
        for position, text in enumerate(texts):
            await expect(bubbles.nth(position)).to_contain_text(text)

    async def types(self, text: str) -> None:
        await self.page.locator("#text").fill(text)
        await self.page.locator("#text").press("Enter")


async def arrive(context: BrowserContext, site: Site, workflow: str = "order") -> Visitor:
    visitor = Visitor(await context.new_page())
    await visitor.page.goto(f"{site.url}/?workflow={workflow}")
    await expect(visitor.page.locator("#connection")).to_have_text("Online")
    return visitor
