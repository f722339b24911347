"""Numbers that no column holds: a cursor is after everything, a page is refused, and nothing fails in the server."""

from __future__ import annotations

import pytest

from botflow.web.chat.history import LARGEST, LARGEST_INDEX
from tests.web.site import Site

FAR_AHEAD = (
    "999999999999999.999999999",
    f"{LARGEST + 1}.0",
    f"1.{LARGEST_INDEX + 1}",
    f"{LARGEST}.0",
    f"i{LARGEST + 1}",
)


async def test_a_stream_from_far_ahead_says_where_the_session_stands(site: Site, subtests: pytest.Subtests) -> None:
    for cursor in FAR_AHEAD:
        with subtests.test(cursor=cursor):
            visitor = await site.visit()
            headers = {**visitor.headers, "last-event-id": cursor}

            async with site.client.stream("GET", "/chat/order/events", headers=headers) as stream:
                heard = ""
                async for text in stream.aiter_text():
                    heard += text
                    if "event: status" in heard:
                        break

            assert "event: status" in heard


async def test_only_plain_digits_are_a_cursor(sqlite_site: Site) -> None:
    visitor = await sqlite_site.visit()

    page = await sqlite_site.client.get(
        "/chat/order/messages", params={"after": "\u0661.\u0661"}, headers=visitor.headers
    )

    assert (page.status_code, page.json()["code"]) == (400, "cursor.invalid")


@pytest.mark.parametrize("before", [LARGEST + 1, 999_999_999_999_999])
async def test_a_page_before_no_turn_that_can_be_is_refused(site: Site, before: int) -> None:
    visitor = await site.visit()

    page = await site.client.get(f"/chat/order/messages?before={before}", headers=visitor.headers)

    assert (page.status_code, page.json()["code"]) == (400, "query.invalid")
    assert (await visitor.history(f"?before={LARGEST}"))["messages"]
