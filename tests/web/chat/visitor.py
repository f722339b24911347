"""A person in front of the chat's page, in a real Chromium."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.async_api import BrowserContext, Page, Route, expect

from tests.web.site import Site

DESKTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "has_touch": True,
    "is_mobile": True,
}


# The parts of the widget, in the functions that a test evaluates in the page: `part("scroll")`.
PART = "const part = (id) => document.querySelector('botflow-chat').shadowRoot.getElementById(id);"


SOURCE = Path(__file__).parents[3] / "integrations" / "botflow_widget" / "source" / "widget"


async def give_sources(page: Page) -> None:
    """Let the page import the widget's modules as they are written: `import("/source/markup.js")`."""

    async def give(route: Route) -> None:
        name = route.request.url.rpartition("/source/")[2]
        await route.fulfill(path=SOURCE / name, content_type="text/javascript")

    await page.route("**/source/**", give)


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

    async def evaluate(self, expression: str) -> Any:
        """Return what an expression says of the widget's parts: `part("scroll").scrollTop`."""
        return await self.page.evaluate(f"() => {{ {PART} return {expression}; }}")

    async def types(self, text: str) -> None:
        await self.page.locator("#text").fill(text)
        await self.page.locator("#text").press("Enter")


async def arrive(context: BrowserContext, site: Site, workflow: str = "order", *, online: str = "Online") -> Visitor:
    visitor = Visitor(await context.new_page())
    await visitor.page.goto(f"{site.url}/chat/{workflow}/")
    await expect(visitor.page.locator("#connection")).to_have_text(online)
    return visitor
