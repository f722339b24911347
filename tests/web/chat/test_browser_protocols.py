"""WebSocket, EventSource and a chat component of others in a real Chromium."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.js.packages import node_packages
from tests.web.site import ORDER, Site, open_site

SPOKEN = "chat: {protocols: [websocket, rasa, direct-line]}\n"
GREETING = ["Welcome to Luigi's!", "What's your name?"]
MENU = "What would you like, Ann?"

# As in docs/chat-protocols.md.
CLIENT = """
globalThis.heard = []; globalThis.ends = []; globalThis.cursor = "";
const api = (path, token) => fetch(`/chat/order/${path}`,
  { method: "POST", headers: token ? { authorization: `Bearer ${token}` } : {} }).then((answer) => answer.json());
const show = (id, body) => { cursor = id; heard.push(body.text); };
globalThis.begin = async () => { globalThis.token = (await api("sessions")).token; };
globalThis.overSocket = async () => {
  const { ticket } = await api("tickets", token);
  const address = `${location.origin.replace("http", "ws")}/chat/order/ws`;
  globalThis.socket = new WebSocket(`${address}?ticket=${ticket}&after=${cursor}`);
  socket.onmessage = ({ data }) => { const { event, id, data: body } = JSON.parse(data);
    if (event === "message") show(id, body); else if (event !== "status") ends.push(event); };
  socket.onclose = ({ code }) => ends.push(code);
};
globalThis.overEvents = async () => {
  const { ticket } = await api("tickets", token);
  globalThis.source = new EventSource(`/chat/order/events?ticket=${ticket}&after=${cursor}`);
  source.addEventListener("message", (event) => show(event.lastEventId, JSON.parse(event.data)));
  source.onerror = () => ends.push(source.readyState);
};
"""


@pytest_asyncio.fixture(loop_scope="session")
async def shop(sqlite_url: str) -> AsyncIterator[Site]:
    async with open_site(sqlite_url, flows=(ORDER + SPOKEN,)) as site:
        yield site


async def arrive(browser: Browser, site: Site) -> Page:
    page = await (await browser.new_context()).new_page()
    await page.goto(f"{site.url}/healthz")
    await page.add_script_tag(content=CLIENT)
    await page.evaluate("begin()")
    return page


async def becomes(page: Page, expression: str, wanted: Any) -> None:
    """Wait until an expression has a value; the failure shows what it had."""
    try:
        await page.wait_for_function(f"wanted => JSON.stringify({expression}) === wanted", arg=_json(wanted))
    except Exception:
        assert await page.evaluate(expression) == wanted
        raise


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def end_streams(site: Site) -> None:
    """End the streams as a server does that stops, and take new ones, as the next one does."""
    site.desk.streams.close()
    site.desk.streams._closing.clear()


async def test_a_browsers_websocket_talks_and_resumes_after_a_restart(browser: Browser, shop: Site) -> None:
    page = await arrive(browser, shop)
    await page.evaluate("overSocket()")
    await becomes(page, "heard", GREETING)
    await page.evaluate("socket.send(JSON.stringify({ messageId: 'm', text: 'Ann' }))")
    await becomes(page, "heard", [*GREETING, MENU])
    end_streams(shop)
    await becomes(page, "ends", ["receipt", 1012])
    await page.evaluate("overSocket()")
    await page.wait_for_function("socket.readyState === 1")
    await page.evaluate("socket.send(JSON.stringify({ messageId: 'm', text: 'Ann' }))")
    await page.evaluate("socket.send(JSON.stringify({ messageId: 'n', text: 'pizza' }))")
    await becomes(page, "heard", [*GREETING, MENU, "One pizza for Ann."])


async def test_an_event_source_stops_at_its_used_ticket_and_resumes_with_another(browser: Browser, shop: Site) -> None:
    page = await arrive(browser, shop)
    await page.evaluate("overEvents()")
    await becomes(page, "heard", GREETING)
    end_streams(shop)
    await becomes(page, "ends", [0, 2])  # it connects again by itself, once, and is told that the ticket was used
    await page.evaluate("overEvents()")
    await page.evaluate(
        """fetch("/chat/order/messages", { method: "POST", body: JSON.stringify({ text: "Ann" }),
             headers: { authorization: `Bearer ${token}` } }).then((answer) => answer.status)"""
    )
    await becomes(page, "heard", [*GREETING, MENU])


async def test_deep_chat_talks_over_a_websocket_and_by_rasas_rest_channel(browser: Browser, shop: Site) -> None:
    page = await arrive(browser, shop)
    await page.add_script_tag(path=str(node_packages() / "deep-chat/dist/deepChat.bundle.js"), type="module")
    await page.evaluate("customElements.whenDefined('deep-chat')")
    await page.evaluate(
        """async () => {
          const { ticket } = await (await fetch("/chat/order/tickets",
            { method: "POST", headers: { authorization: `Bearer ${token}` } })).json();
          const chat = document.createElement("deep-chat");
          chat.connect = { websocket: true, handler: (_, signals) => {
            const socket = new WebSocket(`${location.origin.replace("http", "ws")}/chat/order/ws?ticket=${ticket}`);
            socket.onopen = () => signals.onOpen();
            socket.onmessage = ({ data }) => { const { event, data: body } = JSON.parse(data);
              if (event === "message") signals.onResponse({ text: body.text }); };
            signals.newUserMessage.listener = ({ messages }) =>
              socket.send(JSON.stringify({ messageId: crypto.randomUUID(), text: messages.at(-1).text }));
          } };
          document.body.replaceChildren(chat);
        }"""
    )
    await expect(page.get_by_text(GREETING[1])).to_be_visible()
    await page.locator("#text-input").fill("Ann")
    await page.locator("#text-input").press("Enter")
    await expect(page.get_by_text(MENU)).to_be_visible()
    await page.evaluate(
        """() => {
          const chat = document.createElement("deep-chat");
          const headers = { authorization: `Bearer ${token}` };
          chat.connect = { url: "/chat/order/rasa/webhooks/rest/webhook", headers };
          chat.requestInterceptor = (request) =>
            ({ ...request, body: { sender: "me", message: request.body.messages.at(-1).text } });
          chat.responseInterceptor = (said) => said.map(({ text }) => ({ text }));
          document.body.replaceChildren(chat);
        }"""
    )
    await page.locator("#text-input").fill("pizza")
    await page.locator("#text-input").press("Enter")
    await expect(page.get_by_text("One pizza for Ann.")).to_be_visible()
