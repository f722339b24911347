"""Suspects run one at a time, and a slow one does not hold up the line for ever."""

from __future__ import annotations

import asyncio

import pytest

from botflow.runtime.turns.quarantine import Quarantine


async def test_a_suspect_starts_when_the_one_before_it_has_ended() -> None:
    quarantine = Quarantine()
    seen: list[str] = []

    async def suspect(name: str) -> None:
        async with quarantine.alone():
            seen.append(f"{name} begins")
            await asyncio.sleep(0)
            seen.append(f"{name} ends")

    await asyncio.gather(suspect("one"), suspect("two"))
    assert seen == ["one begins", "one ends", "two begins", "two ends"]


async def test_the_line_goes_on_past_one_that_is_only_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("botflow.runtime.turns.quarantine.ALONE_S", 0.01)
    quarantine, over = Quarantine(), asyncio.Event()

    async def slow() -> None:
        async with quarantine.alone():
            await over.wait()

    waiting = asyncio.create_task(slow())
    await asyncio.sleep(0)
    for _ in range(2):  # its late end frees nobody else's place
        async with quarantine.alone():
            over.set()
            await waiting


async def test_whoever_fails_or_leaves_frees_its_place() -> None:
    quarantine = Quarantine()
    with pytest.raises(ValueError, match="poison"):
        async with quarantine.alone():
            raise ValueError("poison")
    async with quarantine.alone():
        leaving = asyncio.create_task(quarantine.alone().__aenter__())
        await asyncio.sleep(0)
        leaving.cancel()
        await asyncio.gather(leaving, return_exceptions=True)
    async with asyncio.timeout(5), quarantine.alone():
        pass
