"""A real Chromium, and a site that serves a page of the chat."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from tests.web.chat.chromium import ARGUMENTS, find_chromium
from tests.web.site import HeldModel, Site, open_site


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shared_browser() -> AsyncIterator[Browser]:
    """One Chromium for all tests of a process: to start one costs a second of CPU."""
    chromium = find_chromium()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium.program, args=list(ARGUMENTS), env={**os.environ, **chromium.environment}
        )
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def browser(shared_browser: Browser) -> AsyncIterator[Browser]:
    """A browser that has not been anywhere yet: cookies and storage belong to its contexts, which end with the test.

    It lives in the session's event loop, so `tests/conftest.py` lets tests that use it run there.
    """
    yield shared_browser
    for context in shared_browser.contexts:
        await context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def demo(sqlite_url: str, model: HeldModel) -> AsyncIterator[Site]:
    async with open_site(sqlite_url, dev=True, model=model) as site:
        yield site
