"""What a turn costs on SQLite, without HTTP: `python -m tests.performance.sqlite_turns`.

People who talk at the same moment share commits, so the figures stand by how many there are. The disk is the one of the
working folder: each commit waits for it.
"""

from __future__ import annotations

import asyncio
import resource
import tempfile
import time
from pathlib import Path

from botflow.storage.database import open_database
from tests.engine.conversation import node, say
from tests.runtime.bot_without_worker import Bot, open_bot

PEOPLE = (1, 8, 32)
TURNS = 960
ECHO = (say("echo", "You said {{ $input.text }}.", next="more"), node("more", "chatbot.ask", text="More?", next="echo"))


async def main() -> None:
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        database = await open_database(f"sqlite:///{folder}/botflow.db", migrate=True)
        async with open_bot(database, *ECHO) as bot:
            await measure(bot, 32, "warm")
            for people in PEOPLE:
                seconds, cpu_s = await measure(bot, people, str(people))
                print(
                    f"SQLite, {people} at once: {TURNS / seconds:.0f} turns/s, {cpu_s * 1000 / TURNS:.2f} ms CPU a turn"
                )
        await database.close()


async def measure(bot: Bot, people: int, name: str) -> tuple[float, float]:
    """Let `people` take TURNS turns together; return the seconds and the CPU seconds."""

    async def talk(person: str) -> None:
        for number in range(TURNS // people):
            receipt = await bot.hear("hello", f"m{number}", person=person)
            assert receipt.state == "done"

    began_s, cpu_s = time.perf_counter(), _cpu_s()
    await asyncio.gather(*(talk(f"{name}-{person}") for person in range(people)))
    return time.perf_counter() - began_s, _cpu_s() - cpu_s


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    asyncio.run(main())
