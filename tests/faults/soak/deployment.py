"""Two web servers and two workers as their commands start them, and whoever starts them again when they end."""

from __future__ import annotations

import asyncio
import signal
import subprocess
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx2

from tests.cli.processes import COMMAND, inherited
from tests.faults.servers_that_die import API_KEY, SECRET
from tests.fork_server import Forked, fork_server
from tests.local_client import local_client
from tests.ports import free_port

RESTART_S = 0.3  # after which an ended process is started again, as an orchestrator does
START_S = 180.0  # of a machine that has more to do
FLOWS = tuple(str(Path(__file__).parents[1] / "flows" / f"{name}.py") for name in ("soak", "soak_run"))


@dataclass(slots=True, kw_only=True)
class Member:
    """One process of the deployment. `deaths` were ordered; `exits` were not, with the status of each. `python` is the
    interpreter of another release, which runs instead of `program`."""

    name: str
    arguments: Sequence[str]
    environment: Mapping[str, str]
    folder: Path
    port: int = 0
    program: str = COMMAND
    python: Path | None = None
    deaths: int = 0
    exits: list[int]
    process: Forked | subprocess.Popen[bytes] | None = None
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
        environment = {
            **inherited("BOTFLOW_", "TWILIO_", "OPENAI_"),
            "BOTFLOW_API_KEY": API_KEY,
            "BOTFLOW_SECRET_KEY": SECRET,
            **self.environment,
        }
        if self.python is None:
            self.process = fork_server().launch(self.program, self.arguments, environment, self.log)
            return
        command = [str(self.python), "-m", "botflow", *self.arguments]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=self.folder)

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
    """Web servers and workers on one database; without workers, the web servers do their work. `program` is the module
    whose `main` each process runs."""

    def __init__(
        self,
        environment: Mapping[str, str],
        folder: Path,
        *,
        webs: int = 2,
        workers: int = 2,
        program: str = COMMAND,
    ) -> None:
        self.folder = folder
        self._environment = environment
        self._program = program
        apart = ("--no-worker",) if workers else ()
        self.webs = [self._member(f"web{n}", "serve", *FLOWS, *apart, "--port", "{}") for n in range(webs)]
        self.workers = [self._member(f"worker{n}", "worker", "--health", "127.0.0.1:{}") for n in range(workers)]

    @property
    def members(self) -> list[Member]:
        return [*self.webs, *self.workers]

    @asynccontextmanager
    async def running(self, *, without: Sequence[Member] = ()) -> AsyncIterator[None]:
        """Run until the end of the block; what ends meanwhile is started again. Those `without` are not started yet."""
        watching = asyncio.create_task(self._watch())
        try:
            for member in self.members:
                if member not in without:
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

    async def ready(self, *members: Member) -> None:
        """Return once these processes are ready; without any, all that were started."""
        async with asyncio.timeout(START_S), local_client() as client:
            for member in members or self.members:
                while member.process is not None and not await _is_ready(client, member):  # noqa: ASYNC110 -- another process's state sets no event
                    await asyncio.sleep(0.1)

    async def _watch(self) -> None:
        while True:
            for member in self.members:
                if member.look():
                    await asyncio.sleep(RESTART_S)
                    member.launch()
            await asyncio.sleep(0.1)

    def _member(self, name: str, *arguments: str) -> Member:
        """Make a process; `{}` in an argument is its port, at which it says whether it is ready."""
        port = free_port()
        return Member(
            name=name,
            arguments=[argument.format(port) for argument in arguments],
            environment=self._environment,
            folder=self.folder,
            port=port,
            program=self._program,
            exits=[],
        )


async def _is_ready(client: httpx2.AsyncClient, member: Member) -> bool:
    with suppress(httpx2.TransportError):
        return (await client.get(f"{member.url}/readyz", timeout=3.0)).status_code == 200
    return False
