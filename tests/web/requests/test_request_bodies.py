"""Bodies that are not complete: bounded per address and in bytes, and no place of anybody else is taken by them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack, ExitStack, contextmanager

import pytest

from botflow.errors import RejectedInbound
from botflow.runtime.process.overload import Bounds
from botflow.web.problem import Refused
from botflow.web.requests.request_bodies import OpenBodies
from tests.web.site import open_site


@contextmanager
def refused(code: str) -> Iterator[None]:
    with pytest.raises(Refused) as failure:
        yield
    assert failure.value.code == code
    assert "retry-after" in failure.value.headers


def test_an_address_has_a_bounded_number_of_incomplete_bodies() -> None:
    bodies = OpenBodies(most_per_address=3)
    with ExitStack() as stack:
        for _ in range(3):
            stack.enter_context(bodies.place("203.0.113.5"))
        with refused("body.too_many"), bodies.place("203.0.113.5"):
            pass
        stack.enter_context(bodies.place("203.0.113.6"))
    with bodies.place("203.0.113.5"):
        pass


def test_incomplete_bodies_of_all_addresses_are_bounded_in_bytes() -> None:
    bodies = OpenBodies(most_bytes=100)
    with bodies.place("a") as one:
        one.add(b"x" * 60, 1_000)
        with bodies.place("b") as other:
            other.add(b"x" * 40, 1_000)
            with refused("body.full"):
                other.add(b"x", 1_000)
    with bodies.place("c") as third:
        third.add(b"x" * 100, 1_000)


def test_a_body_that_grows_beyond_its_limit_gives_its_bytes_back() -> None:
    bodies = OpenBodies(most_bytes=100)
    for _ in range(5):
        with bodies.place("a") as pieces:
            pieces.add(b"x" * 40, 50)
            with pytest.raises(RejectedInbound, match="larger than 50 bytes"):
                pieces.add(b"x" * 40, 50)
    with bodies.place("a") as pieces:
        pieces.add(b"x" * 100, 100)


async def test_open_bodies_take_no_place_of_a_visitor_who_sends_a_whole_message(sqlite_url: str) -> None:
    async with open_site(sqlite_url, bounds=Bounds(in_flight=4)) as site:
        visitor = await site.visit()
        head = "\r\n".join(
            (
                "POST /chat/order/messages HTTP/1.1",
                "host: a",
                *(f"{name}: {value}" for name, value in visitor.headers.items()),
                "content-length: 100",
            )
        )
        port = int(site.url.rpartition(":")[2])
        async with AsyncExitStack() as connections:
            for _ in range(60):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                connections.callback(writer.close)
                writer.write(f"{head}\r\n\r\n{{".encode())
            await asyncio.sleep(0.2)

            assert await visitor.say("hello")
            assert site.runtime.overload.in_flight == 0
