"""What the chat's page offers to press, and what it says of a flow that nothing starts here."""

from __future__ import annotations

from playwright.async_api import Browser, expect

from tests.web.chat.visitor import DESKTOP, Visitor
from tests.web.site import open_site

OFFERING = """
botflow: 1
id: offering
nodes:
  - {id: start, type: chatbot, actionType: message_received, next: pick}
  - id: pick
    type: chatbot
    actionType: say
    properties: {text: Some ideas., quickReplies: [{title: Red, payload: r}, {title: Blue, payload: b}]}
    next: colour
  - {id: colour, type: chatbot, actionType: ask, properties: {text: "Which colour?", variable: colour}, next: size}
  - id: size
    type: chatbot
    actionType: ask
    properties: {text: "{{ colour }}! Which size?", variable: size}
    next: done
  - {id: done, type: chatbot, actionType: say, properties: {text: Done.}}
"""
SILENT = """
botflow: 1
id: silent
nodes:
  - {id: start, type: twilio, actionType: message_received, next: hello}
  - {id: hello, type: chatbot, actionType: say, properties: {text: Hello.}}
"""


async def test_buttons_of_a_turn_stay_when_a_question_follows_them(browser: Browser, sqlite_url: str) -> None:
    async with open_site(sqlite_url, dev=True, flows=(OFFERING,)) as site:
        page = await browser.new_page(**DESKTOP)
        visitor = Visitor(page)
        await page.goto(site.url)
        await visitor.types("hi")
        await visitor.sees("hi", "Some ideas.", "Which colour?")
        replies = page.locator("#replies button")
        await expect(replies).to_have_text(["Red", "Blue"])
        await page.reload()
        await expect(replies).to_have_text(["Red", "Blue"])
        await replies.first.click()
        await visitor.sees("hi", "Some ideas.", "Which colour?", "Red", "Red! Which size?")
        await expect(replies).to_have_count(0)
        assert visitor.complaints == []


async def test_a_flow_that_no_message_of_the_chat_starts_says_so(browser: Browser, sqlite_url: str) -> None:
    async with open_site(sqlite_url, dev=True, flows=(SILENT,)) as site:
        page = await browser.new_page(**DESKTOP)
        await page.goto(site.url)
        note = page.locator(".note", has_text="silent stays silent here: only 'start' (twilio.message_received)")
        await expect(note).to_be_visible()
