"""A conversation that counts its person's visits, over a server that dies while a turn and its count are written."""

from __future__ import annotations

from pathlib import Path

from botflow.crash_points import Point
from tests.faults.database_counts import read_ledger, rows
from tests.faults.servers_that_die import Crash, Place, Reply, say, standing
from tests.local_client import local_client

FLOW = Path(__file__).parent / "flows" / "visits.yaml"
TALK = ("hi", "hi again", "bye")


async def crash_contact(point: Point, url: str, folder: Path) -> Crash:
    """Die at `point` in the first turn, and say everything again: each visit is counted once, with its turn."""
    place = Place(flow=FLOW, folder=folder, environment={"BOTFLOW_DATABASE_URL": url})
    async with standing(place), local_client() as client:
        place.launch("--point", point)
        await place.started()
        said: list[Reply] = []
        for number, text in enumerate((*TALK, *TALK)):
            said.append(await say(client, [place], "ann", text, f"m{number % len(TALK)}"))
    visits = [("Visit 1.",), ("Visit 2.",), ("Visit 3.",)]
    assert [reply.texts for reply in said] == [*visits, *visits], point
    [[counted]] = await rows(url, "SELECT sought FROM person_values WHERE field = 'visits'")
    ledger = await read_ledger(url)
    turns, stored = ledger.turns - len(TALK), int(str(counted)) - len(TALK)
    return Crash(
        seconds=max(reply.seconds for reply in said),
        died_at=place.died_at,
        lost=max(0, -turns) + max(0, -stored),
        doubled=max(0, turns) + max(0, stored),
    )
