"""Two web servers and two workers as their commands start them, and whoever starts them again when they end."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx2

from tests.cli.processes import COMMAND, inherited
from tests.faults.servers_that_die import API_KEY, SECRET, free_port
from tests.fork_server import Forked, fork_server
from tests.local_client import local_client

RESTART_S = 0.3  # after which an ended process is started again, as an orchestrator does
START_S = 180.0  # of a machine that has more to do
FLOWS = tuple(str(Path(__file__).parents[1] / "flows" / f"{name}.py") for name in ("soak", "soak_run"))


@dataclass(slots=True, kw_only=True)
class Member:
    """One process of the deployment. `deaths` were ordered; `exits` were not, with the status of each."""

    name: str
    arguments: Sequence[str]
    environment: Mapping[str, str]
    folder: Path
    port: int = 0
    deaths: int = 0
    exits: list[int]
    process: Forked | None = None
    is_frozen: bool = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        return self.folder / f"{self.name}.log"

    @property
    def runs(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def launch(self) -> None:
        self.process = fork_server().launch(
            COMMAND,
            self.arguments,
            {
                **inherited("BOTFLOW_", "TWILIO_", "OPENAI_"),
                "BOTFLOW_API_KEY": API_KEY,
                "BOTFLOW_SECRET_KEY": SECRET,
                **self.environment,
            },
            self.log,
        )

    def kill(self) -> None:
        """End it as kill -9 does; also while it is frozen."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
            self.deaths += 1
        self.is_frozen = False

    def freeze(self) -> None:
        if self.runs and self.process is not None:
            self.process.send_signal(signal.SIGSTOP)
            self.is_frozen = True

    def thaw(self) -> None:
        if self.is_frozen and self.runs and self.process is not None:
            self.process.send_signal(signal.SIGCONT)
        self.is_frozen = False

    def look(self) -> bool:
        """Say whether it must be started again; an end that nobody ordered is written down."""
        status = self.process.poll() if self.process is not None else None
        if status is None:
            return False
        if status != -signal.SIGKILL:
            self.exits.append(status)
        return True


class Deployment:
    """Web servers and workers on one database."""

    def __init__(self, environment: Mapping[str, str], folder: Path, *, webs: int = 2, workers: int = 2) -> None:
        self.folder = folder
        self.webs = [self._web(number, environment) for number in range(webs)]
        self.workers = [
            Member(name=f"worker{n}", arguments=("worker",), environment=environment, folder=folder, exits=[])
            for n in range(workers)
        ]

    @property
    def members(self) -> list[Member]:
        return [*self.webs, *self.workers]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run until the end of the block; what ends meanwhile is started again."""
        watching = asyncio.create_task(self._watch())
        try:
            for member in self.members:
                member.launch()
            await self.ready()
            yield
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
            for member in self.members:
                if member.process is not None:
                    member.process.kill()
                    member.process.wait()

    async def ready(self) -> None:
        """Return once both web servers are ready, a worker included."""
        async with asyncio.timeout(START_S), local_client() as client:
            for web in self.webs:
                while not await _is_ready(client, web):  # noqa: ASYNC110 -- another process's state sets no event
                    await asyncio.sleep(0.1)

    async def _watch(self) -> None:
        while True:
            for member in self.members:
                if member.look():
                    await asyncio.sleep(RESTART_S)
                    member.launch()
            await asyncio.sleep(0.1)

    def _web(self, number: int, environment: Mapping[str, str]) -> Member:
        port = free_port()
        return Member(
            name=f"web{number}",
            arguments=("serve", *FLOWS, "--no-worker", "--port", str(port)),
            environment=environment,
            folder=self.folder,
            port=port,
            exits=[],
        )


async def _is_ready(client: httpx2.AsyncClient, web: Member) -> bool:
    with suppress(httpx2.TransportError):
        return (await client.get(f"{web.url}/readyz", timeout=3.0)).status_code == 200
    return False
