"""One line per session: first come, first served, and nobody who leaves holds up the others."""

from __future__ import annotations

import asyncio

import pytest

from botflow.errors import RejectedInbound
from botflow.records.sessions import SessionKey
from botflow.runtime.turns.arrival_order import LONGEST_LINE, ArrivalOrder

ANN = SessionKey(1, "chat", "ann")


class Counter:
    """People who stand in a line and note when they are served."""

    def __init__(self) -> None:
        self.lines = ArrivalOrder()
        self.served: list[str] = []
        self.let_go = asyncio.Event()

    def stand(self, name: str, key: SessionKey = ANN) -> asyncio.Task[None]:
        async def stand() -> None:
            async with self.lines.turn(key):
                self.served.append(name)
                await self.let_go.wait()

        return asyncio.create_task(stand())


async def test_a_line_serves_one_at_a_time_in_the_order_they_came() -> None:
    counter = Counter()
    people = [counter.stand(str(number)) for number in range(5)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert counter.served == ["0"]
    counter.let_go.set()
    await asyncio.gather(*people)
    assert counter.served == ["0", "1", "2", "3", "4"]


async def test_lines_of_different_people_do_not_wait_for_each_other() -> None:
    counter = Counter()
    people = [counter.stand(name, SessionKey(1, "chat", name)) for name in ("ann", "bob")]
    await asyncio.sleep(0.01)
    assert counter.served == ["ann", "bob"]
    counter.let_go.set()
    await asyncio.gather(*people)


async def test_who_leaves_the_line_is_passed_over() -> None:
    counter = Counter()
    first, second, third = (counter.stand(name) for name in ("first", "second", "third"))
    await asyncio.sleep(0.01)
    second.cancel()
    counter.let_go.set()
    await asyncio.gather(first, second, third, return_exceptions=True)
    assert counter.served == ["first", "third"]


async def test_who_leaves_at_the_moment_of_their_turn_passes_it_on() -> None:
    counter = Counter()
    counter.let_go.set()
    async with counter.lines.turn(ANN):
        second, third = (counter.stand(name) for name in ("second", "third"))
        await asyncio.sleep(0.01)
    second.cancel()  # its place has been given to it, and it has not run since
    async with asyncio.timeout(5):
        await asyncio.gather(second, third, return_exceptions=True)
    assert counter.served == ["third"]


async def test_who_fails_in_their_turn_holds_up_nobody() -> None:
    lines = ArrivalOrder()

    async def fail() -> None:
        async with lines.turn(ANN):
            await asyncio.sleep(0)
            raise RuntimeError("no")

    failing = asyncio.create_task(fail())
    await asyncio.sleep(0)
    async with asyncio.timeout(5), lines.turn(ANN):
        assert isinstance((await asyncio.gather(failing, return_exceptions=True))[0], RuntimeError)


async def test_a_line_that_is_too_long_refuses_with_what_to_do() -> None:
    counter = Counter()
    people = [counter.stand(str(number)) for number in range(LONGEST_LINE + 1)]  # one is served, the others wait
    await asyncio.sleep(0.01)
    with pytest.raises(RejectedInbound, match="wait for a reply") as refused:
        async with counter.lines.turn(ANN):
            pass
    assert (refused.value.code, refused.value.status) == ("session.busy", 429)
    counter.let_go.set()
    await asyncio.gather(*people)
    assert len(counter.served) == LONGEST_LINE + 1


async def test_an_empty_line_leaves_nothing_behind() -> None:
    counter = Counter()
    counter.let_go.set()
    await asyncio.gather(*(counter.stand(str(number)) for number in range(3)))
    assert counter.lines._lines == {}
