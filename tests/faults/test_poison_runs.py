"""T12 for runs: what ends its process in every attempt is given up after three, the run fails, its parent is told."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path
from typing import Any

import httpx2

from tests.faults.database_counts import read_ledger, rows
from tests.faults.servers_that_die import API_KEY, Place, standing
from tests.local_client import local_client

FLOW = Path(__file__).parent / "flows" / "poison_run.py"
WORDS = ("a", "b", "kill", "c", "d")
ATTEMPTS = 3
QUIET_TIMES = 5  # as long as in quiet moments, at most, on a machine that has other things to do
PATIENCE_S = 150.0


async def test_a_poison_trigger_and_a_poison_branch_end_as_failures_and_others_go_on(
    database_url: str, database_kind: str, tmp_path: Path
) -> None:
    place = Place(flow=FLOW, folder=tmp_path, environment={"BOTFLOW_DATABASE_URL": database_url})
    async with standing(place), local_client(base_url=place.url, timeout=10.0) as client:
        await place.started()
        _, quiet_s = await _run(client, place, "a", WORDS[:2])
        trigger, trigger_s = await _run(client, place, "kill", ())
        deaths = place.deaths
        branch, branch_s = await _run(client, place, "a", WORDS)
        sound, sound_s = await _run(client, place, "a", WORDS[:2])
        await _nothing_is_left_to_do(database_url)
    ledger = await read_ledger(database_url)
    code = "error ->> '$.code'" if database_kind == "sqlite" else "error ->> 'code'"
    children = await rows(database_url, f"SELECT status, {code} FROM executions WHERE parent_session IS NOT NULL")
    print(
        f"\nT12 {database_kind}: a poison trigger fails after {deaths} deaths of its process and {trigger_s:.1f} s,"
        f" a poison branch after {place.deaths - deaths} and {branch_s:.1f} s;"
        f" its neighbours: {Counter(map(tuple, children))};"
        f" a sound run takes {quiet_s:.2f} s before and {sound_s:.2f} s afterwards"
    )
    assert (trigger["status"], trigger["error"]["code"]) == ("failed", "attempt.dead")
    assert (branch["status"], branch["output"]) == ("completed", {"all": False})
    assert (sound["status"], sound["output"]) == ("completed", {"all": True})
    assert (deaths, place.deaths) == (ATTEMPTS, 2 * ATTEMPTS)
    # What still stood in the line of suspects, for it had died with the poison, is cancelled when its parent goes on.
    ends = Counter(map(tuple, children))
    assert ends.pop(("failed", "attempt.dead")) == 1
    assert set(ends) <= {("completed", None), ("cancelled", None)}
    assert ends.total() == len(WORDS) + 3
    assert ends["completed", None] >= len(WORDS[:2]) * 2
    if database_kind == "postgres":  # the line is over before the poison's third lease is
        assert ends["completed", None] == len(WORDS) + 3
    assert (ledger.open, ledger.dead) == (0, 2)
    assert sound_s < QUIET_TIMES * quiet_s


async def _nothing_is_left_to_do(database_url: str) -> None:
    """Wait until every effect is carried out: a parent may end before the last of them is."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            if not await rows(database_url, "SELECT session_id FROM effects LIMIT 1"):
                return
            await asyncio.sleep(0.1)


async def _run(
    client: httpx2.AsyncClient, place: Place, first: str, words: tuple[str, ...]
) -> tuple[dict[str, Any], float]:
    """Start a run and look until it has ended, starting the place again whenever it is found dead."""
    began_s = asyncio.get_running_loop().time()
    headers = {"Authorization": f"Bearer {API_KEY}"}
    body = {"input": {"first": first, "words": list(words)}}
    started = await client.post("/api/v1/workflows/poison_run/executions", json=body, headers=headers)
    assert started.is_success, started.text
    async with asyncio.timeout(PATIENCE_S):
        while True:
            try:
                found = await client.get(f"/api/v1/executions/{started.json()['id']}", headers=headers)
                execution: dict[str, Any] = found.json()
                if execution.get("status") in ("completed", "failed", "cancelled"):
                    return execution, asyncio.get_running_loop().time() - began_s
                await asyncio.sleep(0.1)
            except httpx2.TransportError:
                await place.started()
