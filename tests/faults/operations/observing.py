"""What the processes of a deployment say about themselves: /readyz, /metrics and their logs, with the time of each."""

from __future__ import annotations

import asyncio
import re
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx2
import orjson

from tests.faults.servers_that_die import API_KEY
from tests.faults.soak.deployment import Member
from tests.local_client import local_client

EVERY_S = 0.25
ANSWER_S = 5.0
SERVER_UP = re.compile(r'^botflow_server_up\{server="(\w+)"\} (\S+)$', re.MULTILINE)
AWAY, BACK = "_away", "_back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A change: `at_s` after the observation began."""

    at_s: float
    member: str
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a log, of the level warning or above."""

    at_s: float
    member: str
    event: str
    facts: dict[str, Any]

    @property
    def cause(self) -> str:
        """What the line names as the reason, without the numbers that differ from one failure to the next."""
        named = self.facts.get("cause") or self.facts.get("error") or self.facts.get("reason") or ""
        return re.sub(r"\d+", "N", str(named))


@dataclass(slots=True)
class Observation:
    """Changes in the order seen. A process that does not answer at all is shown as `gone`."""

    members: Sequence[Member]
    began: float = field(default_factory=time.time)
    ready: list[Seen] = field(default_factory=list)
    servers: list[Seen] = field(default_factory=list)

    def lines(self) -> list[Line]:
        """Return what the logs say at the level warning and above, oldest first."""
        found = [line for member in self.members for line in self._lines_of(member)]
        return sorted(found, key=lambda line: line.at_s)

    def was_unready(self) -> set[str]:
        return {seen.member for seen in self.ready if seen.said.startswith("503")}

    def outages(self, server: str = "database") -> list[Line]:
        """Return the lines that say that a server is away."""
        return [line for line in self.lines() if line.event == server + AWAY]

    def told(self) -> Counter[str]:
        """Count the lines of the logs by process and event."""
        return Counter(f"{line.member} {line.event}" for line in self.lines())

    def _lines_of(self, member: Member) -> Iterator[Line]:
        written = member.log.read_text(errors="replace") if member.log.exists() else ""
        for text in written.splitlines():
            if not (text.startswith("{") and text.endswith("}")):
                continue
            entry = orjson.loads(text)
            if entry["level"] == "info":
                continue
            at_s = datetime.fromisoformat(entry["timestamp"]).timestamp() - self.began
            yield Line(at_s=at_s, member=member.name, event=entry["event"], facts=entry)


@asynccontextmanager
async def observing(members: Sequence[Member]) -> AsyncIterator[Observation]:
    """Look at every process several times a second until the end of the block."""
    observation = Observation(members)
    async with local_client(timeout=ANSWER_S) as client:
        looking = [asyncio.create_task(_look(client, member, observation)) for member in members]
        try:
            yield observation
        finally:
            for task in looking:
                task.cancel()
            await asyncio.gather(*looking, return_exceptions=True)


async def _look(client: httpx2.AsyncClient, member: Member, observation: Observation) -> None:
    ready, servers = "", ""
    while True:
        found = await _readiness(client, member)
        at_s = time.time() - observation.began
        if found != ready:
            ready = found
            observation.ready.append(Seen(at_s=at_s, member=member.name, said=found))
        up = await _servers_up(client, member)
        if up and up != servers:
            servers = up
            observation.servers.append(Seen(at_s=at_s, member=member.name, said=up))
        await asyncio.sleep(EVERY_S)


async def _readiness(client: httpx2.AsyncClient, member: Member) -> str:
    try:
        answer = await client.get(f"{member.url}/readyz")
    except httpx2.TimeoutException:
        return "no answer"
    except httpx2.TransportError:
        return "gone"
    body = answer.json()
    wrong = [f"{part}: {state}" for part, state in body["components"].items() if state != "ok"]
    return " | ".join([str(answer.status_code), *wrong, *body.get("warnings", ())])


async def _servers_up(client: httpx2.AsyncClient, member: Member) -> str:
    try:
        answer = await client.get(f"{member.url}/metrics", headers={"Authorization": f"Bearer {API_KEY}"})
    except httpx2.TransportError:
        return ""
    return ", ".join(f"{server} {'up' if float(up) else 'away'}" for server, up in SERVER_UP.findall(answer.text))
