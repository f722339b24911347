"""A process that looks for a campaign's people, and kills itself when it comes to a named moment for the nth time.

Run as `python -m tests.triggering.killed_campaign URL POINT HITS`.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from typing import Any

from botflow.crash_points import EVENT
from botflow.storage.database import open_database
from tests.triggering.campaigning import Campaigning


def die_at(point: str, hits: int) -> None:
    left = hits

    def heard(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal left
        if event == EVENT and arguments[0] == point:
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(heard)


async def main(url: str, point: str, hits: int) -> None:
    database = await open_database(url, migrate=False)
    place = Campaigning(database)
    die_at(point, hits)
    print("ready", flush=True)
    await place.go_on()
    print("done", flush=True)
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
