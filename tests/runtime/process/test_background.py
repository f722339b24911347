"""The loops under a process begin again when something that nobody foresaw ends one."""

from __future__ import annotations

import asyncio

from structlog.testing import capture_logs

from botflow.runtime.process.background import background


async def test_a_loop_that_dies_begins_again_and_its_neighbour_goes_on() -> None:
    begun: list[str] = []
    again = asyncio.Event()

    async def dies_once() -> None:
        begun.append("mortal")
        if len(begun) > 2:
            again.set()
            await asyncio.Event().wait()
        raise RuntimeError("nobody foresaw this")

    async def lives() -> None:
        begun.append("steady")
        await asyncio.Event().wait()

    with capture_logs() as logs:
        async with background({"mortal": dies_once, "steady": lives}), asyncio.timeout(10):
            await again.wait()

    assert begun.count("mortal") >= 2
    assert begun.count("steady") == 1
    assert [(line["event"], line["loop"]) for line in logs] == [("loop_died", "mortal")]


async def test_a_loop_without_work_ends() -> None:
    begun: list[str] = []

    async def idle() -> None:
        begun.append("idle")

    async with background({"idle": idle}):
        await asyncio.sleep(0.05)

    assert begun == ["idle"]
