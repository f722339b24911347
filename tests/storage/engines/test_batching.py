"""Calls that wait at the same moment: together, each with its own result, and none hurt by a neighbour."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from psycopg.errors import LockNotAvailable

from botflow.errors import ProviderError
from botflow.storage.engines.batching import LARGEST, Batcher


class Doubling:
    """Doubles numbers, and remembers which came together. It refuses 13, is away while `is_away`, and `may_go_on`."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.is_away = False
        self.may_go_on = asyncio.Event()
        self.may_go_on.set()

    async def __call__(self, numbers: Sequence[int]) -> list[int]:
        self.batches.append(list(numbers))
        await asyncio.sleep(0.01)
        await self.may_go_on.wait()
        if self.is_away:
            raise ProviderError("away", code="database.unavailable", retryable=True)
        if 13 in numbers:
            raise ProviderError("unlucky", code="database.refused")
        return [2 * number for number in numbers]


async def test_calls_of_one_moment_run_together_and_get_their_own_results() -> None:
    doubling = Doubling()
    double = Batcher(doubling, key=lambda number: number)
    assert await asyncio.gather(*(double(number) for number in range(5))) == [0, 2, 4, 6, 8]
    assert doubling.batches == [[0, 1, 2, 3, 4]]


async def test_two_calls_with_one_key_run_one_after_the_other() -> None:
    doubling = Doubling()
    double = Batcher(doubling, key=lambda number: number % 10)
    assert list(await asyncio.gather(double(1), double(11), double(2))) == [2, 22, 4]
    assert doubling.batches == [[1, 2], [11]]


async def test_a_call_that_is_refused_fails_alone() -> None:
    doubling = Doubling()
    double = Batcher(doubling, key=lambda number: number)
    one, unlucky, two = await asyncio.gather(double(1), double(13), double(2), return_exceptions=True)
    assert (one, two) == (2, 4)
    assert isinstance(unlucky, ProviderError)


async def test_an_outage_is_not_asked_again_for_each_call() -> None:
    doubling = Doubling()
    doubling.is_away = True
    double = Batcher(doubling, key=lambda number: number)
    failures = await asyncio.gather(double(1), double(2), return_exceptions=True)
    assert [type(failure) for failure in failures] == [ProviderError, ProviderError]
    assert doubling.batches == [[1, 2]]


async def test_a_caller_that_gives_up_does_not_take_its_neighbours_along() -> None:
    doubling = Doubling()
    double = Batcher(doubling, key=lambda number: number)
    first, second = asyncio.create_task(double(1)), asyncio.create_task(double(2))
    await asyncio.sleep(0.001)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    assert await second == 4


async def test_what_comes_while_a_batch_runs_goes_together_next() -> None:
    doubling = Doubling()
    doubling.may_go_on.clear()
    double = Batcher(doubling, key=lambda number: number)
    first = asyncio.create_task(double(1))
    await asyncio.sleep(0.02)
    others = [asyncio.create_task(double(number)) for number in (2, 3)]
    await asyncio.sleep(0.02)
    doubling.may_go_on.set()
    assert list(await asyncio.gather(first, *others)) == [2, 4, 6]
    assert doubling.batches == [[1], [2, 3]]


async def test_a_batch_is_no_larger_than_the_largest() -> None:
    doubling = Doubling()
    double = Batcher(doubling, key=lambda number: number)
    numbers = range(100, 100 + 2 * LARGEST + 3)
    assert await asyncio.gather(*(double(number) for number in numbers)) == [2 * number for number in numbers]
    assert [len(batch) for batch in doubling.batches] == [LARGEST, LARGEST, 3]


async def test_no_more_batches_are_under_way_than_allowed() -> None:
    doubling = Doubling()
    doubling.may_go_on.clear()
    double = Batcher(doubling, key=lambda number: number, at_once=2)
    calls = []
    for number in (1, 2, 3, 4):
        calls.append(asyncio.create_task(double(number)))
        await asyncio.sleep(0.02)
    assert doubling.batches == [[1], [2]]
    doubling.may_go_on.set()
    assert await asyncio.gather(*calls) == [2, 4, 6, 8]
    assert doubling.batches == [[1], [2], [3, 4]]


async def test_a_call_alone_that_is_refused_is_not_asked_again() -> None:
    doubling = Doubling()
    with pytest.raises(ProviderError):
        await Batcher(doubling, key=lambda number: number)(13)
    assert doubling.batches == [[13]]


async def test_calls_go_on_after_a_failure() -> None:
    doubling = Doubling()
    double = Batcher(doubling, key=lambda number: number)
    doubling.is_away = True
    with pytest.raises(ProviderError):
        await double(1)
    doubling.is_away = False
    assert await double(2) == 4


async def test_a_row_that_somebody_holds_is_no_outage_and_each_call_is_asked_alone() -> None:
    asked: list[list[int]] = []

    async def lock(numbers: Sequence[int]) -> list[int]:
        asked.append(list(numbers))
        if 1 in numbers:
            raise ProviderError("held", code="database.unavailable", retryable=True) from LockNotAvailable()
        return list(numbers)

    call = Batcher(lock, key=lambda number: number)
    held, free = await asyncio.gather(call(1), call(2), return_exceptions=True)
    assert isinstance(held, ProviderError)
    assert free == 2
    assert asked == [[1, 2], [1], [2]]
