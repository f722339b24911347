"""Operators' changes over a server that dies in the middle of each: the change is there with its entry in the audit
log, or neither is, and asked for again it is made once.

A server that dies at every change is started once for each; what each change needs is made before.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from botflow.crash_points import Point
from tests.faults.database_counts import read_ledger, rows
from tests.faults.errand_runs import HEADERS, request
from tests.faults.servers_that_die import Crash, Place, standing
from tests.local_client import local_client
from tests.web.api.test_publications import ask, order, say

FLOW = Path(__file__).parent / "flows" / "hurry.yaml"
TRIED = ("begun", "weighted", "aborted", "promoted")  # workflows for what becomes of a canary

DESK = {**order({"id": "agent", "type": "logic", "actionType": "handoff"}, say("done", "Back.")), "id": "desk"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One call, the action that it logs, and a query whose answer it changes to `after`."""

    action: str
    method: str
    path: str
    body: Any
    query: str
    after: Any


async def crash_changes(point: Point, url: str, folder: Path) -> Crash:
    """Die at `point` in each change; then, if a change was not durable, make it."""
    place = Place(flow=FLOW, folder=folder, environment={"BOTFLOW_DATABASE_URL": url})
    is_durable = point == "change.committed"
    async with standing(place), local_client(timeout=30.0) as client:
        place.launch()
        await place.started()
        changes = await _prepared(client, place, url)
        place.kill()
        place.arguments = ("--point", point)
        place.launch()
        began_s = time.monotonic()
        for change in changes:
            await _dies(client, place, change)
            assert await _is_made(url, change) == is_durable, (point, change.action)
            assert await _entries(url, change) == int(is_durable), (point, change.action)
        seconds = time.monotonic() - began_s
        place.kill()
        place.arguments = ()
        place.launch()
        await place.started()
        for change in changes if not is_durable else ():
            await request(client, [place], change.method, change.path, change.body)
        made = [change for change in changes if await _is_made(url, change)]
        entries = [await _entries(url, change) for change in changes]
        await _still_answers(client, place)
        died_at = set(place.died_at)
        assert len(place.died_at) == len(changes), place.died_at
    ledger = await read_ledger(url)
    assert (ledger.open, ledger.dead) == (0, 0)
    return Crash(
        seconds=seconds,
        died_at=tuple(died_at),
        lost=len(changes) - len(made) + entries.count(0),
        doubled=sum(max(0, count - 1) for count in entries),
    )


async def _prepared(client: httpx2.AsyncClient, place: Place, url: str) -> list[Change]:
    """Publish the workflows, let people wait in them, and return the changes that are to be made."""
    for slug in ("order", *TRIED):
        one = f"/api/v1/workflows/{slug}"
        await request(client, [place], "POST", "/api/v1/workflows", {**_flow("Name?"), "id": slug})
        await request(client, [place], "POST", f"{one}/publish")
        await request(client, [place], "PUT", f"{one}/draft", {**_flow("Full name?"), "id": slug})
    await request(client, [place], "POST", "/api/v1/workflows", DESK)
    await request(client, [place], "POST", "/api/v1/workflows/desk/publish")
    canaries = {}
    for slug in TRIED[1:]:
        begun = await request(client, [place], "POST", f"/api/v1/workflows/{slug}/canaries", {"percent": 10})
        canaries[slug] = f"/api/v1/workflows/{slug}/canaries/{begun['id']}"
    people = ("complete", "fail", "node", "end", "take", "give")
    for person in people:
        await _say(client, place, person, "hi")
    waiting = {person: await _handed_off(client, place, person) for person in ("claim", "free", "queue", "back")}
    for person in ("free", "back"):
        await request(client, [place], "POST", f"{waiting[person]}/claim", {"person": "Maria"})
    found = await rows(
        url,
        "SELECT s.external_id, s.id, e.id FROM sessions s JOIN executions e ON e.session_id = s.id"
        " WHERE s.external_id <> 'nobody'",
    )
    session = {person: f"/api/v1/sessions/{id}" for person, id, _ in found}
    execution = {person: f"/api/v1/executions/{id}" for person, _, id in found}
    await request(client, [place], "POST", f"{session['give']}/hand-off", {"person": "Maria"})
    status = "SELECT e.status FROM executions e JOIN sessions s ON s.id = e.session_id WHERE s.external_id = "
    paused = "SELECT CASE WHEN paused THEN 1 ELSE 0 END FROM sessions WHERE external_id = "
    state = "SELECT c.state FROM canaries c JOIN workflows w ON w.id = c.workflow_id WHERE w.slug = "
    of_session = "FROM inbounds i JOIN sessions s ON s.id = i.session_id WHERE i.kind = 'resume' AND external_id = "
    moved = f"SELECT count(*) {of_session}"
    returned = moved.replace("'resume'", "'returned'")
    queue = "SELECT h.queue FROM handoffs h JOIN sessions s ON s.id = h.session_id WHERE s.external_id = "
    percent = state.replace("c.state", "c.percent")

    def post(action: str, path: str, body: Any, query: str, after: Any, method: str = "POST") -> Change:
        return Change(action=action, method=method, path=path, body=body, query=query, after=after)

    return [
        post("execution.completed", f"{execution['complete']}/complete", {}, f"{status}'complete'", "completed"),
        post("execution.failed", f"{execution['fail']}/fail", {"message": "late"}, f"{status}'fail'", "failed"),
        post("execution.moved", f"{execution['node']}/node", {"node": "size"}, f"{moved}'node'", 1, "PUT"),
        post("session.deactivated", f"{session['end']}/deactivate", None, f"{status}'end'", "cancelled"),
        post("session.handed_off", f"{session['take']}/hand-off", {"person": "Maria"}, f"{paused}'take'", 1),
        post("session.returned", f"{session['give']}/return", {}, f"{paused}'give'", 0),
        post("session.handed_off", f"{waiting['claim']}/claim", {"person": "Maria"}, f"{paused}'claim'", 1),
        post("handoff.released", f"{waiting['free']}/release", None, f"{paused}'free'", 0),
        post("handoff.transferred", f"{waiting['queue']}/transfer", {"queue": "other"}, f"{queue}'queue'", "other"),
        post("session.returned", f"{waiting['back']}/return", {"note": "done"}, f"{returned}'back'", 1),
        post("workflow.canary_begun", "/api/v1/workflows/begun/canaries", {"percent": 7}, f"{state}'begun'", "running"),
        post("workflow.canary_weighted", canaries["weighted"], {"percent": 70}, f"{percent}'weighted'", 70, "PATCH"),
        post("workflow.canary_aborted", f"{canaries['aborted']}/abort", {}, f"{state}'aborted'", "aborted"),
        post("workflow.canary_promoted", f"{canaries['promoted']}/promote", {}, f"{state}'promoted'", "promoted"),
    ]


async def _handed_off(client: httpx2.AsyncClient, place: Place, person: str) -> str:
    """Let a person's conversation wait for somebody; return the address of its handoff, as soon as that is listed."""
    await _say(client, place, person, "hi", "desk")
    for _ in range(200):
        page = await request(client, [place], "GET", "/api/v1/handoffs")
        ids = [str(each["id"]) for each in page["items"] if each["externalId"] == person]
        if ids:
            return f"/api/v1/handoffs/{ids[0]}"
        await asyncio.sleep(0.05)
    raise AssertionError(f"the handoff of {person} was not listed")


def _flow(question: str) -> dict[str, Any]:
    return order(ask("name", question, "name"), ask("size", "Size?", "size"), say("done", "{{ name }} {{ size }}"))


async def _dies(client: httpx2.AsyncClient, place: Place, change: Change) -> None:
    """Ask for the change once; the server dies over it."""
    await place.started()
    try:
        answer = await client.request(change.method, f"{place.url}{change.path}", json=change.body, headers=HEADERS)
    except httpx2.TransportError:
        return
    raise AssertionError(f"{change.action} was answered: {answer.status_code} {answer.text}")


async def _is_made(url: str, change: Change) -> bool:
    found = await rows(url, change.query)
    return bool(found and found[0][0] == change.after)


async def _entries(url: str, change: Change) -> int:
    """Count the entries of the audit log that this change makes, and not those of what was prepared."""
    _, _, _, kind, named, *_ = change.path.split("/")
    subject = {"workflows": f"workflow:{named}"}.get(kind, f"session:{named.split('.')[0]}")
    query = "SELECT count(*) FROM audit_log WHERE action = :action"
    if kind == "executions":
        [[count]] = await rows(url, query, action=change.action)
    else:
        [[count]] = await rows(url, f"{query} AND subject = :subject", action=change.action, subject=subject)
    return int(count)


async def _still_answers(client: httpx2.AsyncClient, place: Place) -> None:
    """Every conversation goes on as the changes say."""
    assert await _say(client, place, "node", "large") == [" large"]
    assert await _say(client, place, "take", "Ann") == []  # a person answers
    assert await _say(client, place, "give", "Ann") == ["Size?"]
    for person in ("claim", "free", "queue"):
        assert await _say(client, place, person, "Anybody?", "desk") == []
    assert await _say(client, place, "complete", "hi") == await _say(client, place, "end", "hi") == ["Name?"]


async def _say(client: httpx2.AsyncClient, place: Place, person: str, text: str, workflow: str = "order") -> list[str]:
    body = {"text": text, "externalId": person, "messageId": f"{person}-{text}-{time.monotonic_ns()}"}
    answer = await request(client, [place], "POST", f"/chat/{workflow}/messages", body)
    return [str(message["text"]) for message in answer["messages"]]
