"""People who talk to the flow `hear`, and what the database keeps of it: one turn per message, in the order said."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import httpx2

from tests.faults.database_counts import rows
from tests.faults.servers_that_die import Place, Reply, say

PEOPLE = 12
HEAR = Path(__file__).parent / "flows" / "hear.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A message of somebody's, and its reply."""

    person: str
    number: int
    text: str
    reply: Reply

    @property
    def message_id(self) -> str:
        return message_id_of(self.number)

    @property
    def is_answered_rightly(self) -> bool:
        if self.number == 0:
            return self.reply.texts == ("Go on.",)
        heard = f"You said: {self.text}" if "think" in self.text else f"Heard {self.text}."
        return self.reply.texts == (heard, "Go on.")


def message_id_of(number: int) -> str:
    return f"m{number:04}"


def text_of(number: int) -> str:
    """Return what somebody says as their so-and-so-many-th message; every third one takes a model."""
    return f"think {number}" if number % 3 == 2 else f"word {number}"


async def say_copies(
    client: httpx2.AsyncClient, places: Sequence[Place], person: str, number: int, copies: int
) -> Said:
    """Send the same message several times at once, each copy to another place first; all replies must be the same.

    Whoever finds a place dead goes on to the other one.
    """
    turned = [
        [*places[first % len(places) :], *places[: first % len(places)]] for first in range(number, number + copies)
    ]
    text = text_of(number)
    replies = await asyncio.gather(
        *(say(client, order, person, text, message_id_of(number), revive=False) for order in turned)
    )
    assert {(reply.ids, reply.texts) for reply in replies} == {(replies[0].ids, replies[0].texts)}, (person, text)
    return Said(person=person, number=number, text=text, reply=max(replies, key=lambda reply: reply.seconds))


async def talk_while(client: httpx2.AsyncClient, places: Sequence[Place], trouble: Awaitable[None]) -> list[Said]:
    """Let everybody talk, two or three copies of each message at once, for as long as the trouble lasts."""
    dice = random.Random(11)
    over = asyncio.Event()
    said: list[Said] = []

    async def person(name: str) -> None:
        number = 0
        while not over.is_set() or number < 6:
            said.append(await say_copies(client, places, name, number, dice.choice((2, 3))))
            number += 1
            await asyncio.sleep(dice.uniform(0.05, 0.4))

    async with asyncio.TaskGroup() as talks:
        for number in range(PEOPLE):
            talks.create_task(person(f"person {number}"))
        await trouble
        over.set()
    return said


async def order_kept(url: str) -> Mapping[str, list[int]]:
    """Return the numbers of each person's messages in the order of their turns."""
    found = await rows(
        url,
        "SELECT s.external_id, b.key FROM sessions s JOIN inbounds b ON b.session_id = s.id"
        " JOIN turns t ON t.session_id = b.session_id AND t.seq = b.seq ORDER BY s.external_id, t.version",
    )
    kept: dict[str, list[int]] = {}
    for person, key in found:
        kept.setdefault(person, []).append(int(key.removeprefix("m:m")))
    return kept


def inversions(kept: Mapping[str, list[int]]) -> int:
    """Count the neighbours that stand in the wrong order."""
    return sum(earlier >= later for numbers in kept.values() for earlier, later in pairwise(numbers))


async def lost(url: str, said: Sequence[Said]) -> int:
    """Count the acknowledged replies that the database does not have."""
    stored = {
        (person, f"{version}.{index}")
        for person, version, index in await rows(
            url,
            'SELECT s.external_id, o.version, o."index" FROM sessions s JOIN outbounds o ON o.session_id = s.id',
        )
    }
    return sum((message.person, wire_id) not in stored for message in said for wire_id in message.reply.ids)
