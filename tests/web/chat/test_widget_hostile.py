"""Texts of people who mean harm: markup, directions that turn lines round, huge and deep ones, very many."""

from __future__ import annotations

import json
from typing import Any

from playwright.async_api import Browser, Route, expect

from tests.web.chat.visitor import DESKTOP, arrive
from tests.web.site import Site

HOSTILE = (
    "<img src=x onerror=alert(1)><script>alert(1)</script><iframe srcdoc='x'></iframe>",
    "[click](javascript:alert(1)) [data](data:text/html,x) ![pixel](https://tracker.example/p.png)",
    "safe \u202e reversed \u2066 isolated \u200f mark",
    "> " * 5_000 + "deep",
    "*_" * 4_000,
    "- " * 3_000,
    "W" * 20_000,
    "\u0301" * 2_000 + "Z\u0335\u0336" * 500,
)
ORDINARY = "The bot still answers."


async def test_hostile_texts_are_inert_and_stay_in_their_bubble(browser: Browser, demo: Site) -> None:
    async with await browser.new_context(**DESKTOP) as context:
        visitor = await arrive(context, demo)
        page = visitor.page
        await visitor.sees("Welcome", "name?")
        outside: list[str] = []
        page.on("request", lambda request: outside.append(request.url))

        async def say_hostile(route: Route) -> None:
            answer = await route.fetch()
            body: dict[str, Any] = await answer.json()
            if route.request.method == "GET":
                body["messages"] = [_said(number, text) for number, text in enumerate((*HOSTILE, ORDINARY))]
            await route.fulfill(response=answer, body=json.dumps(body))

        await page.route("**/messages*", say_hostile)
        await page.reload()
        await expect(page.locator(".entry[data-id]")).to_have_count(len(HOSTILE) + 1)
        await expect(page.locator(".bubble").last).to_contain_text(ORDINARY)
        assert await page.locator("#log :is(img, script, iframe, object, embed, form, input, style, link)").count() == 0
        assert await page.locator("#log a:not([href^='https:'])").count() == 0
        assert [one for one in outside if not one.startswith(demo.url)] == []
        assert await visitor.evaluate("part('scroll').scrollWidth <= part('scroll').clientWidth")
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        last = page.locator(".bubble").last
        assert await last.evaluate("(one) => getComputedStyle(one).direction") == "ltr"
        assert visitor.complaints == []


async def test_ten_thousand_messages_are_drawn_and_the_last_one_is_in_view(browser: Browser, demo: Site) -> None:
    async with await browser.new_context(**DESKTOP) as context:
        visitor = await arrive(context, demo)
        await visitor.sees("Welcome", "name?")
        body = {"messages": [_said(number, f"**{number}** of many") for number in range(10_000)], "status": "waiting"}

        async def give_many(route: Route) -> None:
            answer = await route.fetch()
            await route.fulfill(response=answer, body=json.dumps({**await answer.json(), **body}))

        await visitor.page.route("**/messages*", give_many)
        await visitor.page.reload()
        last = visitor.page.locator(".entry[data-id='10000.0']")
        await expect(last).to_be_in_viewport(timeout=60_000)
        await expect(last).to_contain_text("9999 of many")
        assert await visitor.evaluate("part('log').querySelectorAll('.entry').length") == 10_000
        assert visitor.complaints == []


def _said(number: int, text: str) -> dict[str, Any]:
    return {
        "id": f"{number + 1}.0",
        "type": "text",
        "direction": "out",
        "text": text,
        "quickReplies": [],
        "at": "2026-11-27T10:00:00+00:00",
    }
