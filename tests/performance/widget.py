"""What the widget costs a page: `python -m tests.performance.widget [sizes|all]`.

`sizes` prints the bytes and requests of a visit, which no other load changes. `all` prints more: the time until the
button can be pressed, at 1.6 Mbit/s, a round trip of 150 ms and a quarter of the CPU; the memory that 1,000 messages
take; and the frames that are late while a reply streams. Those need a machine that does nothing else.
"""

from __future__ import annotations

import asyncio
import gzip
import os
import re
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from playwright.async_api import Browser, Page, Route, async_playwright

from botflow.engine.asks import Answer, AskModel
from botflow.interfaces import OnDelta
from botflow.storage.migrations.upgrade import migrate
from docs.generate.widget import STATIC
from tests.web.chat.chromium import ARGUMENTS, find_chromium
from tests.web.chat.host_page import host_page
from tests.web.site import HeldModel, Site, open_site

FLOW = """
botflow: 1
id: talk
name: Talk
language: {language}
chat: {{feedback: true, origins: ["*"]}}
nodes:
  - {{id: start, type: chatbot, actionType: message_received, next: answer}}
  - {{id: answer, type: ai, actionType: reply, properties: {{instructions: "Answer.", fallback: "I cannot say."}}}}
"""
SLOW: dict[str, Any] = {"offline": False, "latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 200_000}
WORDS = 400
INLINE = "data-mode=inline data-target='#help'"
PIECE_S = 0.01
FRAMES = """() => { window.frames_ms = []; let last = performance.now(); const next = (now) => {
    window.frames_ms.push(now - last); last = now; requestAnimationFrame(next); }; requestAnimationFrame(next); }"""


def print_sizes() -> None:
    packed = {
        path.relative_to(STATIC).as_posix(): len(gzip.compress(path.read_bytes(), 9, mtime=0))
        for path in sorted(STATIC.rglob("*.js"))
    }
    for name, size in packed.items():
        print(f"{size:7,} {name}")
    [chat] = [name for name in packed if name.startswith("chunks/chat-")]
    print(f"{packed['v1.js']:7,} bytes gzipped before the first open")
    print(f"{packed['v1.js'] + packed[chat]:7,} bytes gzipped with it, in English")


async def print_requests(browser: Browser, site: Site) -> None:
    for workflow in ("talk", "german"):
        async with host_page(site.url, workflow) as address, await browser.new_context() as context:
            page = await context.new_page()
            await page.goto(address)
            await page.locator(".launcher").wait_for()
            before = await _loaded(page)
            await page.locator(".launcher").click()
            await page.locator("#connection[data-state=online]").wait_for()
            after = await _loaded(page)
        print(f"{workflow}: {len(before)} requests before the first open: {', '.join(before)}")
        print(f"{workflow}: {len(after) - len(before)} more for it: {', '.join(after[len(before) :])}")


async def _loaded(page: Page) -> list[str]:
    found = await page.evaluate("performance.getEntriesByType('resource').map((one) => new URL(one.name).pathname)")
    return [re.sub(r"-\w{8}\.js", "-….js", name) for name in found]


async def print_time_to_interactive(browser: Browser, site: Site) -> None:
    async with host_page(site.url, "talk") as address, await browser.new_context() as context:
        page = await context.new_page()
        session = await context.new_cdp_session(page)
        await session.send("Network.enable")
        await session.send("Network.emulateNetworkConditions", SLOW)
        await session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
        await page.goto(address)
        parsed = await page.evaluate("performance.getEntriesByType('navigation')[0].domInteractive")
        await page.locator(".launcher").wait_for()
        shown = await page.evaluate("performance.now()")
        print(f"{shown - parsed:7.0f} ms from the parsed page to a button that can be pressed, throttled")
        await page.locator(".launcher").click()
        await page.locator("#text").wait_for()
        print(
            f"{await page.evaluate('performance.now()') - shown:7.0f} ms from the press to a box to write in, throttled"
        )


async def print_memory(browser: Browser, site: Site) -> None:
    async with host_page(site.url, "talk", INLINE) as address, await browser.new_context() as context:
        page = await context.new_page()
        await page.goto(address)
        await page.locator("#connection[data-state=online]").wait_for()
        before = await _heap(page)
        said = {"type": "text", "direction": "out", "quickReplies": [], "at": "2026-11-27T10:00:00+00:00"}
        messages = [{**said, "id": f"{at + 1}.0", "text": f"**{at}** of many messages"} for at in range(1_000)]

        async def give_many(route: Route) -> None:
            answer = await route.fetch()
            await route.fulfill(response=answer, json={**await answer.json(), "messages": messages})

        await page.route("**/messages*", give_many)
        await page.reload()
        await page.locator(".entry[data-id='1000.0']").wait_for(timeout=60_000)
        print(f"{(await _heap(page) - before) / 1000:7,.0f} kB of heap for 1,000 messages")


async def _heap(page: Page) -> int:
    session = await page.context.new_cdp_session(page)
    await session.send("HeapProfiler.collectGarbage")
    used = await session.send("Runtime.getHeapUsage")
    return int(used["usedSize"])


async def print_dropped_frames(browser: Browser, site: Site) -> None:
    async with host_page(site.url, "talk", INLINE) as address, await browser.new_context() as context:
        page = await context.new_page()
        await page.goto(address)
        await page.locator("#connection[data-state=online]").wait_for()
        await page.evaluate(FRAMES)
        await page.evaluate("botflow.send('Tell me much')")
        await page.locator(".entry.out[data-id]").wait_for(timeout=60_000)
        frames = await page.evaluate("window.frames_ms")
        late = [one for one in frames if one > 25]
        print(f"{len(late):7} of {len(frames)} frames late, {WORDS} pieces streamed; longest {max(frames):.0f} ms")


class StreamingModel(HeldModel):
    """Says its pieces one after the other, as fast as quick models do."""

    async def answer(self, ask: AskModel, on_delta: OnDelta | None = None) -> Answer:
        for piece in self.pieces:
            await asyncio.sleep(PIECE_S)
            if on_delta is not None:
                await on_delta(piece)
        return Answer(value="".join(self.pieces), usage={"model": self.name})


@asynccontextmanager
async def opened(model: HeldModel) -> AsyncIterator[tuple[Browser, Site]]:
    folder = tempfile.mkdtemp()
    url = f"sqlite:///{folder}/widget.db"
    await asyncio.to_thread(migrate, url)
    chromium = find_chromium()
    flows = (FLOW.format(language="en"), FLOW.format(language="de").replace("id: talk", "id: german"))
    async with async_playwright() as playwright, open_site(url, model=model, flows=flows) as site:
        browser = await playwright.chromium.launch(
            executable_path=chromium.program, args=list(ARGUMENTS), env={**os.environ, **chromium.environment}
        )
        yield browser, site
        await browser.close()
    shutil.rmtree(folder)


async def main(what: str) -> None:
    print_sizes()
    model = StreamingModel(pieces=("A **word** and ",) * WORDS + ("an end.",))
    async with opened(model) as (browser, site):
        await print_requests(browser, site)
        if what == "all":
            await print_time_to_interactive(browser, site)
            await print_dropped_frames(browser, site)
            await print_memory(browser, site)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else "sizes"))
