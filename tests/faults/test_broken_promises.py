"""A promise counts as broken only if its test ran and failed; a mistake in the list of fences is told as such."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from botflow.errors import UsageError
from tests.faults.broken_promises import FenceMistake, failure_without, how_it_broke
from tests.faults.mutation import Fence, Promise


def doubled(number: int) -> int:
    """Stand for the product: a function with one fence."""
    if number > 100:
        raise UsageError("too many", code="test.too_many")
    return 2 * number


def survived(number: int) -> int | None:
    """Stand for a worker, which survives what it runs."""
    try:
        return doubled(number)
    except Exception:  # noqa: BLE001 -- so does a worker
        return None


def is_bounded() -> None:
    with pytest.raises(UsageError):
        doubled(101)


def gives_nothing() -> None:
    assert survived(101) is None
    assert survived(2) == 4


def with_a_parameter(number: int) -> None:
    assert doubled(number) == 0


def with_a_fixture(monkeypatch: pytest.MonkeyPatch, database_url: str) -> None:
    assert isinstance(monkeypatch, pytest.MonkeyPatch)
    assert doubled(len(database_url) + 101) == 0


async def waits_for_ever() -> None:
    async with asyncio.timeout(0):
        await asyncio.Event().wait()


def is_refused() -> None:
    raise UsageError("no", code="test.no")


def reads_what_is_not_there() -> None:
    _nothing: dict[str, int] = {}
    assert _nothing["number"] == doubled(1)


def unpacks_what_is_not_there() -> None:
    nothing: list[int] = []
    [number] = nothing
    assert doubled(number)


def needs_a_database_that_does_not_open(database: Any) -> None:
    raise AssertionError(f"it ran with {database}")


@pytest.fixture
def nowhere(tmp_path: Path) -> str:
    """The URL of a database that cannot be opened."""
    return f"sqlite:///{tmp_path / 'none' / 'botflow.db'}"


def cut(instead: str, promise: Promise) -> Fence:
    return Fence(doubled, "number > 100", instead, promise)


@pytest.mark.parametrize(
    ("promise", "how"),
    [
        (is_bounded, "assertion"),
        (partial(with_a_parameter, number=3), "assertion"),
        (with_a_fixture, "assertion"),
        (waits_for_ever, "wait"),
        (is_refused, "error"),
    ],
)
async def test_a_promise_that_fails_without_its_fence_is_broken(
    promise: Promise, how: str, nowhere: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert how_it_broke(await failure_without(cut("False", promise), nowhere, monkeypatch)) == how


@pytest.mark.parametrize(
    ("instead", "promise", "message"),
    [
        ("False", with_a_parameter, "with_a_parameter asks for number: give a parametrized value by functools.partial"),
        ("number > 100", is_bounded, "is_bounded holds without the fence"),
        ("numbr > 100", is_bounded, "does not run: NameError"),
        ("number > '100'", is_bounded, "does not run: TypeError"),
        ("number.real_ > 100", is_bounded, "does not run: AttributeError"),
        ("{}[number]", is_bounded, "does not run: KeyError"),
        ("1 / 0", is_bounded, "does not run: ZeroDivisionError"),
        ("numbr > 100", gives_nothing, "does not run: NameError"),  # the product survives it
        ("number > '100'", gives_nothing, "does not run: TypeError"),
        ("False", reads_what_is_not_there, "does not run: KeyError"),
        ("False", unpacks_what_is_not_there, "does not run: ValueError"),
        ("False", needs_a_database_that_does_not_open, "opening what it uses failed"),
    ],
)
async def test_a_mistake_of_the_list_breaks_no_promise(
    instead: str, promise: Promise, message: str, nowhere: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(FenceMistake) as mistake:
        await failure_without(cut(instead, promise), nowhere, monkeypatch)
    assert message in str(mistake.value)


async def test_a_fence_is_there_again_when_its_test_ends(nowhere: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = set(globals())
    with monkeypatch.context() as cutting:
        await failure_without(cut("False", is_bounded), nowhere, cutting)
        assert doubled(101) == 202
    is_bounded()
    assert set(globals()) == before
