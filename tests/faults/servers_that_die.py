"""Servers that may die, and a sender that does not give up: what a provider or a visitor's page does.

A Place is one botflow process on a port of its own: it is started again whenever it is found dead, and every message is
sent again with the same id until it is answered.
"""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from tests.faults.crashing_server import DIES_AT
from tests.faults.timing import SCALE
from tests.fork_server import Forked, fork_server
from tests.local_client import local_client
from tests.ports import free_port

API_KEY = "fault-test-key-0123456789"
SECRET = "fault-test-secret-0123456789-0123456789"
PATIENCE_S = 60.0
START_S = 60.0


@dataclass(slots=True, kw_only=True)
class Place:
    """Where one botflow process runs. `deaths` counts the times it was found dead; `scale` is that of its times."""

    flow: Path
    folder: Path
    environment: Mapping[str, str]
    arguments: Sequence[str] = ()
    scale: float = SCALE
    port: int = field(default_factory=free_port)
    deaths: int = 0
    process: Forked | None = None
    _starting: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        return "\n".join(file.read_text(errors="replace")[-3000:] for file in sorted(self.folder.glob("*.log")))

    @property
    def died_at(self) -> tuple[str, ...]:
        """The crash points at which its processes ended themselves, by their own last words."""
        lines = [line for file in sorted(self.folder.glob("*.log")) for line in file.read_text().splitlines()]
        return tuple(line.removeprefix(DIES_AT) for line in lines if line.startswith(DIES_AT))

    def launch(self, *arguments: str) -> None:
        """Start the process without waiting for it."""
        inherited = {
            name: value for name, value in os.environ.items() if not name.startswith(("BOTFLOW_", "TWILIO_", "OPENAI_"))
        }
        own = [str(self.flow), "--port", str(self.port), "--scale", str(self.scale)]
        self.process = fork_server().launch(
            "tests.faults.crashing_server",
            [*own, *self.arguments, *arguments],
            {**inherited, "BOTFLOW_API_KEY": API_KEY, "BOTFLOW_SECRET_KEY": SECRET, **self.environment},
            self.folder / f"{self.port}-{self.deaths}.log",
        )

    async def started(self) -> None:
        """Return once it serves; start it again if it died."""
        async with self._starting, local_client() as client:
            until_s = time.monotonic() + START_S
            while time.monotonic() < until_s:
                if self.process is None or self.process.poll() is not None:
                    if self.process is not None:
                        self.deaths += 1
                        assert self.process.returncode == -signal.SIGKILL, self.log
                    self.launch()
                try:
                    answer = await client.get(f"{self.url}/readyz", timeout=2.0)
                    if answer.status_code == 200:
                        return
                except httpx2.TransportError:
                    pass
                await asyncio.sleep(0.1)
        raise AssertionError(f"it does not start:\n{self.log}")

    def kill(self) -> None:
        """End the process as kill -9 does; it is started again when it is next needed."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def freeze(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)


@asynccontextmanager
async def standing(*places: Place) -> AsyncIterator[None]:
    """Kill whatever still runs at the end of the block."""
    try:
        yield
    finally:
        for place in places:
            if place.process is not None:
                place.process.kill()
                place.process.wait()


@dataclass(frozen=True, slots=True, kw_only=True)
class Crash:
    """What a death cost: the longest wait, and how many messages or replies were lost or came twice."""

    seconds: float
    died_at: tuple[str, ...]
    lost: int
    doubled: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What one message was answered with, and how long that took from the first try on."""

    status: str
    ids: tuple[str, ...]
    texts: tuple[str, ...]
    seconds: float
    tries: int


async def say(
    client: httpx2.AsyncClient,
    places: Sequence[Place],
    external_id: str,
    text: str,
    message_id: str,
    *,
    revive: bool = True,
    patience_s: float = PATIENCE_S,
) -> Reply:
    """Send one message until it is answered by 200, to one place after the other, always with the same id."""
    began_s = time.monotonic()
    tries = 0
    last = ""
    while time.monotonic() - began_s < patience_s:
        place = places[tries % len(places)]
        tries += 1
        try:
            answer = await client.post(
                f"{place.url}/chat/{place.flow.stem}/messages",
                json={"externalId": external_id, "text": text, "messageId": message_id},
                headers={"Authorization": f"Bearer {API_KEY}"},
                timeout=30.0,
            )
            last = f"{answer.status_code} {answer.text[:300]}"
            if answer.status_code == 200:
                return _reply(answer.json(), time.monotonic() - began_s, tries)
        except httpx2.TransportError as failure:
            last = repr(failure)
            if revive:
                await place.started()
        await asyncio.sleep(0.05)
    raise AssertionError(f"{message_id} {text!r} was never answered; last: {last}\n{places[0].log}")


async def history(
    client: httpx2.AsyncClient, place: Place, external_id: str, *, patience_s: float = PATIENCE_S
) -> list[str]:
    """Return the texts of somebody's conversation, both directions, as a reloaded page shows them."""
    until_s, last = time.monotonic() + patience_s, ""
    while time.monotonic() < until_s:
        try:
            page = await client.get(
                f"{place.url}/chat/{place.flow.stem}/messages",
                params={"externalId": external_id, "limit": 100},
                headers={"Authorization": f"Bearer {API_KEY}"},
                timeout=30.0,
            )
        except httpx2.TransportError as failure:
            last = repr(failure)
        else:
            if page.status_code == 200:
                return [message["text"] for message in page.json()["messages"]]
            last = f"{page.status_code} {page.text[:300]}"
            assert page.status_code == 503, last
        await asyncio.sleep(0.2)
    raise AssertionError(f"the page of {external_id} was never shown; last: {last}")


def _reply(body: dict[str, Any], seconds: float, tries: int) -> Reply:
    return Reply(
        status=body["status"],
        ids=tuple(message["id"] for message in body["messages"]),
        texts=tuple(message["text"] for message in body["messages"]),
        seconds=seconds,
        tries=tries,
    )
