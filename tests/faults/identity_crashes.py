"""A visitor who signs in at a server that dies over it: the conversation is theirs once, whole, and nobody else's."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import httpx2

from botflow.crash_points import Point
from tests.faults.database_counts import read_ledger, rows
from tests.faults.servers_that_die import API_KEY, Crash, Place, standing
from tests.local_client import local_client
from tests.web.chat.site_users import SHARED, token

FLOW = Path(__file__).parent / "flows" / "signed.yaml"
CREDENTIAL = {"module": "chat_users", "name": "site", "fields": {"algorithm": "HS256", "key": SHARED}}


async def crash_identity(point: Point, url: str, folder: Path) -> Crash:
    """Die at `point` in the sign-in, sign in again until that is answered, and continue the conversation."""
    place = Place(flow=FLOW, folder=folder, environment={"BOTFLOW_DATABASE_URL": url})
    async with standing(place), local_client(timeout=30.0) as client:
        place.launch()
        await place.started()
        chat = f"{place.url}/chat/signed"
        key = {"authorization": f"Bearer {API_KEY}"}
        stored = await client.post(f"{place.url}/api/v1/credentials", json=CREDENTIAL, headers=key)
        assert stored.status_code == 201, stored.text
        old = (await client.post(f"{chat}/sessions")).json()["token"]
        await _say(client, chat, old, "hi")
        [[number]] = await rows(url, "SELECT id FROM sessions")
        place.kill()
        place.launch("--point", point)
        await place.started()
        began_s = time.monotonic()
        user = await _sign_in(client, place, old)
        again = await _sign_in(client, place, old)
        seconds = time.monotonic() - began_s
        assert (user["takenAlong"], again["takenAlong"]) == (point == "identity.written", False), point
        shut = await client.get(f"{chat}/messages", headers={"authorization": f"Bearer {old}"})
        assert (shut.status_code, shut.json()["code"]) == (401, "token.revoked"), point
        assert await _say(client, chat, user["token"], "Ann") == ["Bye, Ann."], point
    theirs = await rows(url, "SELECT id FROM sessions WHERE external_id = 'ann'")
    people = await rows(url, "SELECT DISTINCT person_id FROM contacts")
    ledger = await read_ledger(url)
    assert ([list(row) for row in theirs], len(people), ledger.open, ledger.dead) == ([[number]], 1, 0, 0), point
    return Crash(
        seconds=seconds,
        died_at=place.died_at,
        lost=max(0, 2 - ledger.outbounds),
        doubled=max(0, ledger.outbounds - 2),
    )


async def _say(client: httpx2.AsyncClient, chat: str, by: str, text: str) -> list[str]:
    answer = await client.post(f"{chat}/messages", json={"text": text}, headers={"authorization": f"Bearer {by}"})
    assert answer.status_code == 200, answer.text
    return [message["text"] for message in answer.json()["messages"]]


async def _sign_in(client: httpx2.AsyncClient, place: Place, old: str) -> dict[str, Any]:
    """Sign in, as often as it takes."""
    body = {"identity": token(fields={"seats": 2}), "token": old}
    while True:
        try:
            answer = await client.post(f"{place.url}/chat/signed/sessions", json=body)
        except httpx2.TransportError:
            await place.started()
            continue
        assert answer.status_code == 201, answer.text
        return dict(answer.json())
