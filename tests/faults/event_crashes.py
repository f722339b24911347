"""Telling events over a server that dies between sending one and writing that it was sent."""

from __future__ import annotations

import time
from pathlib import Path

from botflow.crash_points import Point
from tests.faults.errand_runs import request
from tests.faults.servers_that_die import Crash, Place, standing
from tests.faults.waiting import until
from tests.local_client import local_client
from tests.web.api.receiver import receiving

FLOW = Path(__file__).parent / "flows" / "hurry.yaml"
PEOPLE = 5


async def crash_telling(point: Point, url: str, folder: Path) -> Crash:
    """Send the events of some people's turns to a webhook, over a death at `point`: none is lost, or out of order."""
    environment = {"BOTFLOW_DATABASE_URL": url, "BOTFLOW_WEBHOOK_NETWORKS": "127.0.0.0/8"}
    place = Place(flow=FLOW, folder=folder, environment=environment)
    async with receiving() as receiver, standing(place), local_client(timeout=30.0) as client:
        place.launch("--point", point)
        await place.started()
        began_s = time.monotonic()
        await request(client, [place], "POST", "/api/v1/webhooks", {"url": receiver.url})
        for number in range(PEOPLE):
            body = {"text": "hi", "externalId": f"p{number}", "messageId": f"m{number}"}
            await request(client, [place], "POST", "/chat/hurry/messages", body)

        async def all_have_begun() -> bool:
            await request(client, [place], "GET", "/api/v1/webhooks")  # starts the server again
            return receiver.types_once().count("workflow.started") == PEOPLE

        await until(all_have_begun, "everybody's start was told")
        page = await request(client, [place], "GET", "/api/v1/events?limit=100")
    told = [each["id"] for each in page["items"]]
    ids = list(dict.fromkeys(receiver.ids()))
    assert ids == told[: len(ids)], (point, ids, told)
    assert len(receiver.ids()) > len(ids), "what was sent before the death was sent again"
    lost = len(set(told[: len(ids)]) - set(ids))
    return Crash(seconds=time.monotonic() - began_s, died_at=place.died_at, lost=lost, doubled=0)
