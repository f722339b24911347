"""Calls that wait at the same moment: together, each with its own result, and none hurt by a neighbour."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from botflow.errors import ProviderError
from botflow.storage.engines.gathering import Gathering


class Doubling:
    """Doubles numbers, and remembers which came together. It refuses 13, and is away while `is_away`."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.is_away = False

    async def __call__(self, numbers: Sequence[int]) -> list[int]:
        self.batches.append(list(numbers))
        await asyncio.sleep(0.01)
        if self.is_away:
            raise ProviderError("away", code="database.unavailable", retryable=True)
        if 13 in numbers:
            raise ProviderError("unlucky", code="database.refused")
        return [2 * number for number in numbers]


async def test_calls_of_one_moment_run_together_and_get_their_own_results() -> None:
    doubling = Doubling()
    double = Gathering(doubling, key=lambda number: number)
    assert await asyncio.gather(*(double(number) for number in range(5))) == [0, 2, 4, 6, 8]
    assert doubling.batches == [[0, 1, 2, 3, 4]]


async def test_two_calls_with_one_key_run_one_after_the_other() -> None:
    doubling = Doubling()
    double = Gathering(doubling, key=lambda number: number % 10)
    assert list(await asyncio.gather(double(1), double(11), double(2))) == [2, 22, 4]
    assert doubling.batches == [[1, 2], [11]]


async def test_a_call_that_is_refused_fails_alone() -> None:
    doubling = Doubling()
    double = Gathering(doubling, key=lambda number: number)
    one, unlucky, two = await asyncio.gather(double(1), double(13), double(2), return_exceptions=True)
    assert (one, two) == (2, 4)
    assert isinstance(unlucky, ProviderError)


async def test_an_outage_is_not_asked_again_for_each_call() -> None:
    doubling = Doubling()
    doubling.is_away = True
    double = Gathering(doubling, key=lambda number: number)
    failures = await asyncio.gather(double(1), double(2), return_exceptions=True)
    assert [type(failure) for failure in failures] == [ProviderError, ProviderError]
    assert doubling.batches == [[1, 2]]


async def test_a_caller_that_gives_up_does_not_take_its_neighbours_along() -> None:
    doubling = Doubling()
    double = Gathering(doubling, key=lambda number: number)
    first, second = asyncio.create_task(double(1)), asyncio.create_task(double(2))
    await asyncio.sleep(0.001)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    assert await second == 4
