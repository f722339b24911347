"""Numbers in cursors that no column holds: refused with an answer of their own, never a failure of the server."""

from __future__ import annotations

import pytest

from botflow.web.history import LARGEST, LARGEST_INDEX
from tests.web.site import Site

HUGE = (
    "999999999999999.0",
    f"{LARGEST + 1}.0",
    f"1.{LARGEST_INDEX + 1}",
    "1.999999999",
    f"i{LARGEST + 1}",
    "\u0661.\u0661",
)


@pytest.mark.parametrize("cursor", HUGE)
async def test_a_cursor_beyond_every_message_is_refused(site: Site, cursor: str) -> None:
    visitor = await site.visit()

    page = await site.client.get("/chat/order/messages", params={"after": cursor}, headers=visitor.headers)
    stream = await site.client.get("/chat/order/events", params={"after": cursor}, headers=visitor.headers)

    assert (page.status_code, page.json()["code"]) == (400, "cursor.invalid")
    assert (stream.status_code, stream.json()["code"]) == (400, "cursor.invalid")


@pytest.mark.parametrize("cursor", [f"{LARGEST}.{LARGEST_INDEX}", f"i{LARGEST}"])
async def test_the_largest_cursor_is_a_place_in_the_conversation(site: Site, cursor: str) -> None:
    visitor = await site.visit()

    assert (await visitor.history(f"?after={cursor}"))["more"] is False
    headers = {**visitor.headers, "last-event-id": cursor}
    async with site.client.stream("GET", "/chat/order/events", headers=headers) as stream:
        heard = ""
        async for text in stream.aiter_text():
            heard += text
            if "event: status" in heard:
                break
    assert "event: status" in heard


@pytest.mark.parametrize("before", [LARGEST + 1, 999_999_999_999_999])
async def test_a_page_before_no_turn_that_can_be_is_refused(site: Site, before: int) -> None:
    visitor = await site.visit()

    page = await site.client.get(f"/chat/order/messages?before={before}", headers=visitor.headers)

    assert (page.status_code, page.json()["code"]) == (400, "query.invalid")
    assert (await visitor.history(f"?before={LARGEST}"))["messages"]
