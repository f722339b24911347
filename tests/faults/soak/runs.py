"""Who starts runs during a soak: a server that repeats its request under one key until it is heard, and then looks."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx2

from tests.faults.database_counts import rows
from tests.faults.servers_that_die import API_KEY
from tests.faults.soak.conversation_checks import Verdict
from tests.faults.soak.people import PAGE_WAITS_S, Talk

ITEMS = 5
ENDED = ("completed", "failed", "cancelled")
HEADERS = {"Authorization": f"Bearer {API_KEY}"}
PAUSE_S = 2.0
CHILDREN = """
SELECT p.id, c.status FROM executions p JOIN executions c ON c.parent_session = p.session_id
WHERE p.parent_session IS NULL
"""


@dataclass(slots=True, kw_only=True)
class Starter:
    """One server's runs: the id that each key got, and how each was seen to end."""

    name: str
    started: dict[str, str] = field(default_factory=dict)
    ended: dict[str, dict[str, Any]] = field(default_factory=dict)


async def start_runs(talk: Talk, starter: Starter) -> None:
    """Start one run after the other until it is enough; each is looked at until it has ended."""
    turn = talk.dice(starter.name).randrange(len(talk.clients))
    while not talk.over.is_set():
        key = f"{starter.name}.{len(starter.started)}"
        body = {"input": {"text": f"green {key}", "items": [f"red {n}" for n in range(ITEMS)]}, "key": key}
        answer = await _ask(talk, turn, "POST", "/api/v1/workflows/soak_run/executions", body)
        starter.started[key] = answer["id"]
        while True:
            execution = await _ask(talk, turn, "GET", f"/api/v1/executions/{answer['id']}")
            if execution["status"] in ENDED:
                starter.ended[key] = execution
                break
            await asyncio.sleep(0.5)
        turn += 1
        await talk.pause(PAUSE_S)


async def _ask(talk: Talk, turn: int, method: str, path: str, body: Any = None) -> dict[str, Any]:
    """Ask one server after the other until one answers well."""
    while True:
        client = talk.clients[turn % len(talk.clients)]
        turn += 1
        try:
            answer = await client.request(method, path, json=body, headers=HEADERS, timeout=PAGE_WAITS_S)
            if answer.is_success:
                found: dict[str, Any] = answer.json()
                return found
            assert answer.status_code >= 500, f"{method} {path}: {answer.status_code} {answer.text[:300]}"
        except httpx2.TransportError:
            pass
        await asyncio.sleep(0.3)


async def judge_runs(verdict: Verdict, starters: Sequence[Starter], url: str) -> None:
    """Each key is one run, each run has ended well with what it was to find, each item was one branch."""
    ids = [id for starter in starters for id in starter.started.values()]
    verdict.counts["runs"] = len(ids)
    for starter in starters:
        for key, id in starter.started.items():
            execution = starter.ended.get(key, {"status": "not seen to end"})
            if execution["status"] != "completed" or execution["output"] != {"items": ITEMS}:
                found = {name: execution.get(name) for name in ("status", "output", "error")}
                verdict.blame("run that did not end well", f"{key} {id} {found}")
    [[runs]] = await rows(url, "SELECT count(*) FROM executions WHERE trigger = 'api'")
    if runs != len(set(ids)) or len(set(ids)) != len(ids):
        verdict.blame("runs that nobody started", f"{runs} of {len(ids)} keys")
    branches = Counter((str(parent), status) for parent, status in await rows(url, CHILDREN))
    verdict.counts["branches"] = branches.total()
    for id in ids:
        if branches[id, "completed"] != ITEMS or sum(n for (run, _), n in branches.items() if run == id) != ITEMS:
            found = {status: n for (run, status), n in branches.items() if run == id}
            verdict.blame("branches", f"{id}: {found}")
