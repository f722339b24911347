"""A worker process of its own: `python -m tests.runtime.job_process URL` notes each run in the table `runs`."""

from __future__ import annotations

import asyncio
import os
import sys

import psycopg

from botflow.runtime.job_worker import STALLED_S
from botflow.runtime.process.tick import Step
from botflow.storage.jobs_postgres import PostgresJobs
from tests.runtime.job_places import open_place


async def main(url: str) -> None:
    async with (
        await psycopg.AsyncConnection.connect(url, autocommit=True) as notes,
        open_place(PostgresJobs(url)) as place,
    ):
        turn = asyncio.Lock()

        async def advance(session: int) -> None:
            async with turn:
                await notes.execute("INSERT INTO runs (session, pid) VALUES (%s, %s)", (session, os.getpid()))
            if session < 0:
                await asyncio.sleep(-session)

        async def put_back_stalled() -> bool:
            return await place.table.put_back_stalled(STALLED_S, 100) >= 100

        async with place.worker(advance, steps=(Step(name="put_back_stalled_jobs", run=put_back_stalled),)):
            print("ready", flush=True)
            await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
