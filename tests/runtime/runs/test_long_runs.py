"""What a run does after many turns costs what it did after few."""

from __future__ import annotations

import sqlite3

from botflow.storage.database import open_database
from botflow.storage.engines.sqlite import SqliteEngine
from tests.engine.conversation import node
from tests.runtime.bot_without_worker import asks
from tests.runtime.runs_without_worker import Runs, job, open_runs

FEW, MANY = 100, 400  # passes; each is a turn, and so a row among the session's inbounds, turns and answers
AT_ONCE = 10  # steps of SQLite's machine that are counted together
LOOP = job(
    "loop",
    node("all", "logic.loop", items="{{ $input.items }}", limit=1_000, on={"each": "one", "done": "end"}),
    asks("one", "{{ item }}", ""),
    node("end", "logic.end", output="{{ $all.count }}"),
)


class Steps:
    """Counts what the writing thread of a SQLite database does: the steps of https://www.sqlite.org/opcode.html."""

    def __init__(self) -> None:
        self.count = 0

    def watch(self, connection: sqlite3.Connection) -> None:
        connection.set_progress_handler(self._more, AT_ONCE)

    def _more(self) -> int:
        self.count += AT_ONCE
        return 0  # go on


async def steps_per_pass(runs: Runs, steps: Steps, passes: int) -> float:
    before = steps.count
    run = await runs.start("loop", {"items": [f"item {at}" for at in range(passes)]})
    while (ended := await runs.execution(run)).ended_at is None:
        await runs.settle()
    assert (ended.status, ended.output) == ("completed", passes)
    return (steps.count - before) / passes


async def test_a_pass_of_a_loop_reads_no_more_after_many_passes_than_after_few(sqlite_url: str) -> None:
    database = await open_database(sqlite_url, migrate=False)
    assert isinstance(database.engine, SqliteEngine)
    steps = Steps()
    await database.engine.hot_write(steps.watch)
    async with open_runs(database, LOOP) as runs:
        few, many = [await steps_per_pass(runs, steps, passes) for passes in (FEW, MANY)]
    await database.close()
    print(f"{few:.0f} steps for each of {FEW} passes, {many:.0f} for each of {MANY}")
    assert many < few * 1.3
