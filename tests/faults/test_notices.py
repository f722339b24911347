"""A process dies while people are told of a handoff and of an end: each is told, by one run and one Message-ID."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from botflow.crash_points import Point
from tests.faults.conftest import Lend
from tests.faults.database_counts import rows
from tests.faults.errand_runs import request
from tests.faults.servers_that_die import Place
from tests.local_client import local_client
from tests.stand_ins.smtp import MailServer, mail_server

FLOW = """
botflow: 1
id: desk
nodes:
  - {id: start, type: chatbot, actionType: message_received, next: agent}
  - {id: agent, type: logic, actionType: handoff, properties: {note: Help}, on: {returned: bye, requested: told}}
  - {id: bye, type: chatbot, actionType: say, properties: {text: Bye.}}
  - id: told
    type: email
    actionType: send
    properties: {to: desk@example.org, subject: "{{ handoff.note }}", text: "{{ handoff.link }}"}
  - {id: over, type: trigger, actionType: ended, properties: {on: [cancelled]}, next: ended}
  - id: ended
    type: email
    actionType: send
    properties: {to: ops@example.org, subject: "{{ $input.status }}", text: "{{ $input.execution }}"}
"""
POINTS: tuple[tuple[Point, int], ...] = (
    ("turn.committed", 1),
    ("effects.claimed", 1),
    ("effects.carried", 1),
    ("effects.carried", 3),
    ("turn.asked", 1),
)
AT_ONCE = 4
PATIENCE_S = 60.0


async def test_people_are_told_once_wherever_a_process_dies(
    database_kind: str, lend_database: Lend, tmp_path: Path
) -> None:
    gate = asyncio.Semaphore(AT_ONCE)
    died: list[str] = []

    async def one(point: Point, hits: int) -> None:
        folder = tmp_path / f"{point}-{hits}"
        folder.mkdir()
        async with gate:
            with lend_database() as url:
                async with mail_server() as server:
                    died.extend(await _tell(point, hits, url, folder, server))

    async with asyncio.TaskGroup() as group:
        for point, hits in POINTS:
            group.create_task(one(point, hits))
    print(f"\nnotices {database_kind}: killed at {len(died)} of {len(POINTS)} moments, each told by one e-mail")
    assert len(died) == len(POINTS)


async def _tell(point: Point, hits: int, url: str, folder: Path, server: MailServer) -> tuple[str, ...]:
    (flow := folder / "desk.yaml").write_text(FLOW)
    environment = {f"EMAIL_{name.upper()}": value for name, value in server.settings().items()}
    place = Place(flow=flow, folder=folder, environment={"BOTFLOW_DATABASE_URL": url, **environment})
    try:
        place.launch("--point", point, "--hits", str(hits))
        await place.started()
        async with local_client() as client:
            said = {"text": "hi", "externalId": "ann", "messageId": "m1"}
            await request(client, [place], "POST", "/chat/desk/messages", said)
            await _until_told(place, server, 1)
            listed = await request(client, [place], "GET", "/api/v1/executions?workflow=desk&topLevel=true")
            [execution] = [each["id"] for each in listed["items"] if each["trigger"] not in ("child", "ended")]
            await request(client, [place], "POST", f"/api/v1/executions/{execution}/cancel")
            await _until_told(place, server, 2)
    finally:
        place.kill()
    told = {(str(each.message["Subject"]), str(each.message["Message-ID"])) for each in server.taken}
    assert sorted(subject for subject, _ in told) == ["Help", "cancelled"]
    [[runs]] = await rows(url, "SELECT count(*) FROM executions WHERE parent_session IS NOT NULL")
    assert runs == 2
    return place.died_at


async def _until_told(place: Place, server: MailServer, count: int) -> None:
    """Return once so many different e-mails have come; a dead place is started again."""
    until_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < until_s:
        if len({str(each.message["Message-ID"]) for each in server.taken}) >= count:
            return
        await place.started()
        await asyncio.sleep(0.1)
    raise AssertionError(f"{count} e-mails have not come:\n{place.log}")
