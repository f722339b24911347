"""A real Chromium, and a site that serves the demo page."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, async_playwright

from tests.web.chat.chromium import ARGUMENTS, find_chromium
from tests.web.site import HeldModel, Site, open_site


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    chromium = find_chromium()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium.program, args=list(ARGUMENTS), env={**os.environ, **chromium.environment}
        )
        yield browser
        await browser.close()


@pytest.fixture
async def demo(sqlite_url: str, model: HeldModel) -> AsyncIterator[Site]:
    async with open_site(sqlite_url, dev=True, model=model) as site:
        yield site
