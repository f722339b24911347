"""T3: messages of one person that come in quick succession, without waiting for replies, keep their order."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import httpx2

from tests.faults.hear_conversations import HEAR, inversions, message_id_of, order_kept, text_of
from tests.faults.servers_that_die import API_KEY, Place, say, standing
from tests.local_client import local_client
from tests.stand_ins.openai import OpenAIStandIn

PEOPLE = 8
MESSAGES = 30


async def test_messages_in_quick_succession_keep_their_order(
    new_database_url: Callable[[], str], database_kind: str, tmp_path: Path
) -> None:
    url = new_database_url()
    with OpenAIStandIn(ms=20) as openai:
        environment = {"BOTFLOW_DATABASE_URL": url, **openai.environment}
        # Nothing dies here, and all have to be answered by the deadline on a machine that may be slow.
        place = Place(flow=HEAR, folder=tmp_path, environment=environment, scale=1.0)
        async with standing(place):
            await place.started()
            statuses = await asyncio.gather(*(_burst(place, f"person {number}") for number in range(PEOPLE)))
            async with local_client(timeout=60.0) as client:
                await asyncio.gather(*(_ask_again(client, place, f"person {number}") for number in range(PEOPLE)))
    kept = await order_kept(url)
    print(f"\nT3 {database_kind}: bursts of {MESSAGES} messages: inversions {inversions(kept)} of {PEOPLE * MESSAGES}")
    # A few wait for their answer; the others are told at once that theirs is on its way.
    assert {status for each in statuses for status in each} == {200, 202}
    assert kept == {f"person {number}": list(range(MESSAGES)) for number in range(PEOPLE)}


async def _burst(place: Place, person: str) -> list[int]:
    """Write every message at once, each on an open connection of its own; return the statuses of the answers."""
    connections = [await asyncio.open_connection("127.0.0.1", place.port) for _ in range(MESSAGES)]
    # An answered request shows that the server reads this connection. The first one again at the end: of connections
    # that are ready at the same moment, epoll reports first whichever it reported last.
    for reader, writer in (*connections, connections[0]):
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        await _status(reader)
    for number, (_, writer) in enumerate(connections):
        body = json.dumps({"externalId": person, "text": text_of(number), "messageId": message_id_of(number)}).encode()
        writer.write(
            f"POST /chat/hear/messages HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {API_KEY}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n".encode()
            + body
        )
    async with asyncio.timeout(60):
        statuses = [await _status(reader) for reader, _ in connections]
    for _, writer in connections:
        writer.close()
    return statuses


async def _ask_again(client: httpx2.AsyncClient, place: Place, person: str) -> None:
    """Write every message once more, one after the other, until it has been answered."""
    for number in range(MESSAGES):
        await say(client, [place], person, text_of(number), message_id_of(number))


async def _status(reader: asyncio.StreamReader) -> int:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    length = next(line.partition(":")[2] for line in head.splitlines() if line.lower().startswith("content-length"))
    await reader.readexactly(int(length))
    return int(head.split()[1])
