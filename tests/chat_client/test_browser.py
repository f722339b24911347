"""botflow-chat.js in a real browser: tabs of a visitor, a network that goes away, pages that sleep, uploads."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import orjson
import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, Route

from docs.generate.widget import CLIENT, STATIC
from tests.chat_client.talks import ECHO
from tests.chat_client.wire import Fault, Request, Wire
from tests.web.chat.conftest import browser, shared_browser  # noqa: F401 -- fixtures
from tests.web.chat.site_users import IDENTITY, token, trust
from tests.web.site import Site, open_site

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("pages")]
PAGE = """
async ([workflow, identity]) => {
    const { Chat } = await import("/client/botflow-chat.js");
    const chat = window.chat = new Chat({ server: location.origin, workflow, identity });
    const shown = window.shown = { said: [], mine: [], waiting: new Set(), opened: 0, states: [], taken: 0 };
    const on = (name, react) => chat.addEventListener(name, ({ detail }) => react(detail));
    on("opened", ({ messages, unsent }) => {
        shown.opened += 1; // all begins anew
        shown.waiting.clear();
        shown.said = messages.filter((one) => one.direction === "out").map((one) => one.text);
        shown.mine = [...messages.filter((one) => one.direction === "in"), ...unsent].map((one) => one.text);
        for (const { messageId } of unsent) shown.waiting.add(messageId);
    });
    on("queued", ({ messageId, text }) => { shown.mine.push(text); shown.waiting.add(messageId); });
    on("answered", ({ message }) => shown.waiting.delete(message.messageId));
    on("takenback", ({ message }) => { shown.waiting.delete(message.messageId); shown.taken += 1; });
    on("message", ({ text }) => shown.said.push(text));
    on("connection", ({ state }) => shown.states.push(state));
    return chat.open();
}
"""
SHOWS = "(count) => shown.said.length === count && shown.waiting.size === 0"


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def site(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    file = shutil.copy(sqlite_template, tmp_path_factory.mktemp("tabs") / "botflow.db")
    users = ECHO.replace("id: echo", f"id: users\n{IDENTITY}")
    async with open_site(f"sqlite:///{file}", flows=[ECHO, users]) as opened:
        await trust(opened)
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:  # noqa: F811 -- the fixture
    made = await browser.new_context()
    await made.route("**/client/*.js", serve_file)
    yield made
    await made.close()


async def serve_file(route: Route) -> None:
    await route.fulfill(path=STATIC / CLIENT)


async def tab(context: BrowserContext, url: str, workflow: str = "echo", identity: str | None = None) -> Page:
    """Open a page and its chat."""
    page = await context.new_page()
    await page.goto(f"{url}/healthz")
    assert await page.evaluate(PAGE, [workflow, identity])
    return page


async def shown(page: Page) -> Any:
    return await page.evaluate("({ ...shown, waiting: shown.waiting.size })")


def echoed(*texts: str) -> list[str]:
    return ["Hello!", *(f"{verb} {text}" for text in texts for verb in ("heard", "noted"))]


def posted(wire: Wire) -> int:
    return len(wire.calls("POST messages"))


async def test_tabs_of_a_visitor_show_one_conversation_and_send_each_message_once(
    site: Site, context: BrowserContext
) -> None:
    """Elsewhere a second tab begins another conversation, or does not see what the first one says."""
    wire = Wire(site.url)
    async with wire.listening() as url:
        one, other = await tab(context, url), await tab(context, url)
        await one.evaluate("chat.send('one')")
        for page in (one, other):
            await page.wait_for_function(SHOWS, arg=3)
        await context.set_offline(True)
        await one.evaluate("chat.send('two')")
        await one.evaluate("window.given = chat.send('never').messageId")
        await other.wait_for_function("shown.waiting.size === 2")
        await one.evaluate("chat.takeBack(given)")
        await other.wait_for_function("shown.waiting.size === 1 && shown.taken === 1")
        await other.evaluate("chat.send('three')")
        await one.wait_for_function("shown.waiting.size === 2")
        await context.set_offline(False)
        for page in (one, other):
            await page.wait_for_function(SHOWS, arg=7)
            told = await shown(page)
            assert told["said"] == echoed("one", "two", "three")
            assert told["mine"] == ["one", "two", "never", "three"]
            assert told["states"][-1] == "online"
        assert (posted(wire), len(wire.calls("POST sessions"))) == (3, 1)


async def test_what_a_closed_tab_has_not_sent_is_sent_by_another(site: Site, context: BrowserContext) -> None:
    wire = Wire(site.url)
    async with wire.listening() as url:
        one, other = await tab(context, url), await tab(context, url)
        await context.set_offline(True)
        await one.evaluate("chat.send('last words')")
        await other.wait_for_function("shown.waiting.size === 1")
        await one.close()
        await context.set_offline(False)
        await other.wait_for_function(SHOWS, arg=3)

        assert (await shown(other))["said"] == echoed("last words")
        # A post that the network's return cuts off is sent again, as the same message.
        assert len({orjson.loads(request.body)["messageId"] for request in wire.calls("POST messages")}) == 1


async def test_a_page_that_is_loaded_again_while_it_sends_sends_once(site: Site, context: BrowserContext) -> None:
    wire = Wire(site.url, decide=lambda request: Fault(delay_s=0.3 if request.call == "POST messages" else 0))
    async with wire.listening() as url:
        page = await tab(context, url)
        await page.evaluate("() => { chat.send('one'); chat.send('two'); }")
        await page.reload()
        assert await page.evaluate(PAGE, ["echo", None])
        await page.wait_for_function(SHOWS, arg=5)

        told = await shown(page)
        assert (told["said"], told["mine"]) == (echoed("one", "two"), ["one", "two"])


async def test_a_sign_in_and_a_sign_out_reach_the_other_tabs(site: Site, context: BrowserContext) -> None:
    wire = Wire(site.url)
    async with wire.listening() as url:
        one, other = await tab(context, url, "users"), await tab(context, url, "users")
        await one.evaluate("chat.send('one')")
        await other.wait_for_function(SHOWS, arg=3)
        await one.evaluate("(jwt) => chat.identify(jwt)", token("tabs"))
        await other.wait_for_function("shown.opened === 2")
        assert (await shown(other))["said"] == echoed("one")
        await one.evaluate("chat.signOut()")
        await other.wait_for_function("shown.opened > 2 && shown.said.length === 1")
        await other.evaluate("chat.send('two')")
        await one.wait_for_function(SHOWS, arg=3)

        assert (await shown(one))["said"] == (await shown(other))["said"] == echoed("two")
        openings = len(wire.calls("POST sessions"))
        await one.evaluate("chat.send('three')")
        await other.wait_for_function(SHOWS, arg=5)
        assert len(wire.calls("POST sessions")) == openings, "the tabs do not chase each other"


async def test_a_page_that_wakes_up_reads_what_it_has_missed(site: Site, context: BrowserContext) -> None:
    """Elsewhere a telephone that comes back to the page shows nothing of what was said meanwhile."""
    wire = Wire(site.url)
    async with wire.listening() as url:
        page = await tab(context, url)
        await page.evaluate("chat.send('one')")
        await page.wait_for_function(SHOWS, arg=3)
        streams = len(wire.calls("GET events"))
        await page.evaluate("document.dispatchEvent(new Event('freeze'))")
        await page.evaluate("document.dispatchEvent(new Event('resume'))")
        await page.wait_for_timeout(0)
        visitor = {"authorization": f"Bearer {wire.calls('GET events')[0].token}"}
        said = await site.client.post("/chat/echo/messages", json={"text": "two"}, headers=visitor)
        assert said.status_code == 200
        await page.wait_for_function(SHOWS, arg=5)

        told = await shown(page)
        assert (told["said"], told["mine"]) == (echoed("one", "two"), ["one", "two"])
        assert len(wire.calls("GET events")) > streams


async def test_an_upload_tells_how_far_it_is_and_can_be_given_up(site: Site, context: BrowserContext) -> None:
    def decide(request: Request) -> Fault:
        return Fault(delay_s=30) if request.call == "POST files" and b"stuck" in request.head else Fault()

    wire = Wire(site.url, decide=decide)
    async with wire.listening() as url:
        page = await tab(context, url)
        told = await page.evaluate(
            """async () => {
                const shares = [];
                const content = new Uint8Array(3_000_000).fill(32);
                content.set(new TextEncoder().encode("%PDF-1.7"));
                const file = new File([content], "big.pdf", { type: "application/pdf" });
                const sent = await chat.upload(file, { onProgress: (share) => shares.push(share) });
                const stop = new AbortController();
                const other = new File([content], "stuck.pdf", { type: "application/pdf" });
                const stuck = chat.upload(other, { signal: stop.signal });
                setTimeout(() => stop.abort(), 50);
                const given = await stuck.catch((failure) => failure.name);
                const page = new File(["<html>"], "a.html", { type: "text/html" });
                const refused = await chat.upload(page).catch(({ name, code, hint }) => [name, code, hint !== ""]);
                const isRising = shares.every((share, place) => place === 0 || share >= shares[place - 1]);
                return { size: sent.size, last: shares.at(-1), isRising, given, refused };
            }"""
        )

        assert told == {
            "size": 3_000_000,
            "last": 1,
            "isRising": True,
            "given": "AbortError",
            "refused": ["Refusal", "file.type", True],
        }
