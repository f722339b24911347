"""What large lists cost a run: `python -m tests.performance.fan_out [ITEMS [BYTES]]`.

A fan-out over 1,000 items of 1 kB, and a loop with an action over ten times as many small ones, each also at half the
size: what grows with the list and not with its square takes about twice as long. On SQLite in the working folder,
without HTTP. Bytes are what the database file has grown by; memory is the process's largest.
"""

from __future__ import annotations

import asyncio
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import orjson

from botflow.storage.database import open_database
from tests.engine.conversation import node
from tests.runtime.bot_without_worker import asks
from tests.runtime.runs_without_worker import Runs, job, open_runs

ITEMS, BYTES = 1_000, 1_000
FAN = job(
    "fan",
    node("all", "logic.parallel", each="{{ $input.items }}", variable="came", on={"each": "leaf", "done": "sum"}),
    node("leaf", "logic.end", output="{{ item | length }} of {{ $input['items'] | length }}"),
    node("sum", "logic.end", output="{{ came | length }}"),
)
LOOP = job(
    "loop",
    node("all", "logic.loop", items="{{ $input.items }}", limit=10_000, on={"each": "one", "done": "sum"}),
    asks("one", "{{ item }}", ""),
    node("sum", "logic.end", output="{{ $all.count }}"),
)


async def main(items: int, size: int) -> None:
    for workflow, count, each in (("fan", items, size), ("loop", min(10 * items, 10_000), max(size // 10, 10))):
        for part in (count // 2, count):
            await measure(workflow, part, each)


async def measure(workflow: str, count: int, size: int) -> None:
    """Run one workflow over `count` texts of `size` characters in a database of its own; print what it took."""
    given = {"items": [f"{at:05}".ljust(size, "x") for at in range(count)]}
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        database = await open_database(f"sqlite:///{folder}/botflow.db", migrate=True)
        async with open_runs(database, FAN, LOOP) as runs:
            before = _size(folder)
            began_s = time.perf_counter()
            forgetting = asyncio.create_task(_forget(runs))
            ended = await _ended(runs, workflow, given)
            seconds = time.perf_counter() - began_s
            forgetting.cancel()
            assert (ended.status, ended.output) == ("completed", count), ended.error
        await database.close()
        grown = _size(folder) - before
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024
    print(
        f"{workflow} over {count:,} items of {size:,} bytes ({len(orjson.dumps(given)) / 1e6:.2f} MB): {seconds:.1f} s,"
        f" {grown / 1e6:.1f} MB written, {memory:.0f} MB of memory"
    )


async def _ended(runs: Runs, workflow: str, given: Any) -> Any:
    run = await runs.start(workflow, given)
    while True:
        await runs.settle()
        ended = await runs.execution(run)
        if ended.ended_at is not None:
            return ended


async def _forget(runs: Runs) -> None:
    """Drop what the tests' process records of each turn, which a real one does not."""
    while True:
        runs.bot.committed.clear()
        runs.bot.world.asked.clear()
        await asyncio.sleep(0.2)


def _size(folder: str) -> int:
    return sum(file.stat().st_size for file in Path(folder).iterdir())


if __name__ == "__main__":
    wanted = [int(text) for text in sys.argv[1:]]
    asyncio.run(main(*[*wanted, *(ITEMS, BYTES)[len(wanted) :]]))
